"""When the platform itself fails: a sentence for the person, never a blank page, and nothing asked of what failed."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client


@pytest.fixture
def database_gone(django_db_setup: None, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Nobody listens where the database was."""
    with django_db_blocker.unblock():
        connection.close()
        monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        monkeypatch.setitem(connection.settings_dict, "PORT", "1")
        yield
        connection.close()


@pytest.mark.usefixtures("database_gone")
@pytest.mark.parametrize("address", ["/healthz", "/guide/", "/track/", "/api/items"])
def test_without_its_database_the_platform_says_come_again_soon(address: str) -> None:
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "0" * 32
    response = client.get(address)
    assert (response.status_code, response["Retry-After"]) == (503, "10")


@pytest.mark.usefixtures("database_gone")
@pytest.mark.parametrize(("language", "words"), [("zh-hans", "系统暂时连不上"), ("en", "cannot be reached")])
def test_it_says_so_in_the_persons_language(language: str, words: str) -> None:
    client = Client(raise_request_exception=False)
    client.cookies["django_language"] = language
    client.cookies["sessionid"] = "0" * 32
    assert words in client.get("/counter/").content.decode()


@pytest.mark.usefixtures("database_gone")
def test_another_system_is_told_in_the_form_that_it_reads() -> None:
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "0" * 32
    answer = client.get("/api/applications/2603090002EX")
    assert (answer.status_code, answer.json()["code"]) == (503, "out_of_reach")
