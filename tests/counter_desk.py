"""A clerk's browser without a browser: the draft page sent as its form would send it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from uuid import UUID

import httpx
import pytest
from django.http import HttpResponse
from django.test import Client

from tests.factories import MOTHER, sample_value, staff
from yichuang.cases.data import Person
from yichuang.cases.drafts import OpenDraft, open_draft
from yichuang.catalogue import queries as catalogue_queries
from yichuang.identity.models import User
from yichuang.sharing.adapters.http import adapter

COMPANY = Person("organisation", "91110000600037341L", "样例有限公司", "13857000109")
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF"


@pytest.fixture(autouse=True)
def line_to_registers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Connections to registers that are closed with the test."""
    with httpx.Client(timeout=2, trust_env=False) as client:
        monkeypatch.setattr(adapter, "client", lambda: client)
        yield


def clerk_client(username: str = "clerk1") -> Client:
    """A browser in which this member of staff has logged in."""
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def text_of(response: HttpResponse) -> str:
    """What a person reads on the page, blanks made single."""
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", unescape(plain))


@dataclass
class Desk:
    """One draft page: what its inputs hold, sent with a button."""

    client: Client
    key: UUID
    username: str = "clerk1"
    sent: dict[str, Any] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"/counter/drafts/{self.key}/"

    def draft(self) -> OpenDraft:
        return open_draft(staff(self.username), self.key)

    def page(self) -> HttpResponse:
        return self.client.get(self.address)

    def applicant(self, person: Person = MOTHER) -> None:
        self.sent |= {
            "kind": person.kind,
            "number": person.number,
            "name": person.name,
            "phone": person.phone,
        }

    def press(self, act: str = "", *, revision: int | None = None, **inputs: Any) -> HttpResponse:
        """Send the page; `revision` is that of the draft unless a tab is older."""
        self.sent |= {name.replace("__", "-"): value for name, value in inputs.items()}
        stands = self.draft().revision if revision is None else revision
        return self.client.post(self.address, {**self.sent, "act": act, "revision": stands})

    def fill_in(self) -> None:
        """Something that passes for every value, every question and every material of the page."""
        page = self.page().content.decode()
        elements = catalogue_queries.current().elements
        for name in re.findall(r'name="(v-[\w-]+)"', page):
            kept = self.draft().content.values.get(name[2:])
            self.sent[name] = kept or sample_value(elements[name[2:]])
        for name, value in re.findall(r'name="(a-[\w-]+)"\s+id="[\w-]+"\s+value="([\w-]+)"', page):
            self.sent.setdefault(name, value)
        shown = re.findall(r'name="shown" value="([\w-]+)"', page)
        self.sent["shown"] = shown
        self.sent |= {f"m-{key}": "on" for key in shown}


def start(target: str = "newborn", username: str = "clerk1") -> Desk:
    """A new draft at this clerk's counter."""
    client = clerk_client(username)
    response = client.post("/counter/start/", {"target": target})
    assert response.status_code == 302, text_of(response)
    return Desk(client, UUID(response["Location"].rstrip("/").rsplit("/", 1)[1]), username)
