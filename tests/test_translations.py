"""The translations: nothing is missing or out of date, placeholders stand, and pages are wholly in the language."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.test import Client
from django.utils import translation

from tests.factories import case_of, received
from tests.rest import logged_in
from tools import messages

FILES = sorted(messages.LOCALES.glob("*/LC_MESSAGES/django.po"))
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[#0 +-]*\d*(?:\.\d+)?[a-zA-Z%]")
CHINESE = re.compile(r"[\u3400-\u9fff]+")


def language_of(path: Path) -> str:
    return path.parent.parent.name


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language_of(path))


def entries(path: Path) -> list[Message]:
    return [message for message in catalogue(path) if message.id]


def forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


@pytest.fixture
def compiled(tmp_path: Path, settings: Any) -> None:
    """The translations as `make` compiles them, also where nothing was compiled yet."""
    for path in FILES:
        target = tmp_path / language_of(path) / "LC_MESSAGES" / "django.mo"
        target.parent.mkdir(parents=True)
        with target.open("wb") as file:
            write_mo(file, catalogue(path))
    settings.LOCALE_PATHS = [tmp_path]


def english_client(username: str = "") -> Client:
    headers = {"Accept-Language": "en"}
    return logged_in(username, headers=headers) if username else Client(headers=headers)


def shown(response: Any) -> str:
    """What a person reads or hears on the page, without the names of languages."""
    page = re.sub(r"<(script|style|pre|code)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    page = re.sub(r'<(\w+)[^>]*\blang="zh[^"]*".*?</\1>', " ", page, flags=re.DOTALL)
    spoken = re.findall(r'(?:aria-label|placeholder|title|alt)="([^"]*)"', page)
    return unescape(" ".join([re.sub(r"<[^>]+>", " ", page), *spoken]))


@pytest.mark.parametrize("path", FILES, ids=language_of)
def test_every_sentence_is_translated(path: Path) -> None:
    assert [message.id for message in entries(path) if not messages.is_translated(message)] == []


@pytest.mark.parametrize("path", FILES, ids=language_of)
def test_every_translation_keeps_the_placeholders(path: Path) -> None:
    for message in entries(path):
        expected = placeholders(forms(message.id)[0])
        for text in forms(message.string):
            assert placeholders(text) == expected, message.id


@pytest.mark.parametrize("path", FILES, ids=language_of)
def test_every_translation_begins_and_ends_with_a_line_break_where_the_sentence_does(path: Path) -> None:
    for message in entries(path):
        for text in forms(message.string):
            assert text.startswith("\n") == forms(message.id)[0].startswith("\n"), message.id
            assert text.endswith("\n") == forms(message.id)[0].endswith("\n"), message.id


@pytest.mark.parametrize("path", FILES, ids=language_of)
def test_the_file_is_what_make_messages_writes(path: Path) -> None:
    """No sentence of a page is left out, none is there that no page has, and nothing depends on who ran it."""
    known = {(str(message.id), message.context) for message in entries(path)}
    fresh = messages.catalogue(language_of(path), catalogue(path))
    wanted = {(str(message.id), message.context) for message in fresh if message.id}
    assert wanted - known == set(), "run `make messages` and translate these"
    assert known - wanted == set(), "run `make messages`: no page has these any more"
    assert messages.written(fresh) == path.read_text(encoding="utf-8"), "run `make messages`"


def test_sentences_are_found_in_code_and_in_templates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    (tmp_path / "code.py").write_text('a = _("甲" "乙")\nb = ngettext("%(n)d件", "%(n)d件们", 2)\n')
    (tmp_path / "page.html").write_text(
        '<p>{% load i18n %}\n  {% translate "丙" %} it\'s {{ x|default:_("丁") }}\n</p>'
        "{% blocktranslate count n=1 %}{{ n }}戊{% plural %}{{ n }}己{% endblocktranslate %}"
    )
    found = [
        sentence
        for name in ("code.py", "page.html")
        for _place, sentence, _context in messages.found(tmp_path / name)
    ]
    assert found == ["甲乙", ("%(n)d件", "%(n)d件们"), "丙", "丁", ("%(n)s戊", "%(n)s己")]


@pytest.mark.usefixtures("compiled")
def test_the_start_page_is_english_for_who_asks_for_english(db: None) -> None:
    response = english_client().get("/")
    page = response.content.decode()
    assert '<html lang="en"' in page
    assert response.headers["Content-Language"] == "en"
    assert "What would you like to do?" in page
    assert CHINESE.findall(shown(response)) == []


@pytest.mark.usefixtures("compiled")
def test_the_start_page_is_chinese_for_everybody_else(db: None) -> None:
    for language in ("", "zh-CN", "fr"):
        page = Client(headers={"Accept-Language": language}).get("/").content.decode()
        assert '<html lang="zh-hans"' in page
        assert "What would you like to do?" not in page


@pytest.mark.usefixtures("compiled")
def test_the_switch_of_the_page_changes_the_language_and_keeps_it(db: None) -> None:
    client = Client()
    link = re.search(r'href="(/display\?language=en[^"]*)"', client.get("/track/").content.decode())
    assert link is not None
    back = client.get(unescape(link[1]))
    assert (back.status_code, back["Location"]) == (302, "/track/")
    page = client.get("/track/").content.decode()
    assert '<html lang="en"' in page
    assert "Query code" in page


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("address", ["/", "/track/", "/verify/", "/accounts/login/", "/nothing"])
def test_a_public_page_has_no_chinese_left_in_english(address: str, db: None) -> None:
    assert CHINESE.findall(shown(english_client().get(address))) == []


@pytest.mark.usefixtures("compiled")
def test_a_refusal_over_rest_is_in_the_callers_language(db: None) -> None:
    response = english_client().post(
        "/api/track", {"number": "1", "code": "1"}, content_type="application/json"
    )
    assert response.json()["message"].startswith("An application number has 12 characters")


@pytest.mark.usefixtures("compiled")
def test_what_goes_into_a_legal_document_stays_chinese_whatever_the_page_is_in(db: None) -> None:
    from yichuang.cases import reading
    from yichuang.cases.states import Verb

    row = received()
    case = case_of(row, "birth_certificate")
    client = english_client("clerk1")
    sent = {"reason": "不属于本部门职权。", "competent": "市公安局"}
    response = client.post(f"/counter/cases/{case.number}/decline/", sent)
    assert response.status_code == 302
    assert "请向市公安局申请" in reading.reason_of(case.id, Verb.DECLINE)
    with translation.override("en"):
        assert translation.gettext("受理") == "Accepted"
