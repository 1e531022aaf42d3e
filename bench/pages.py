"""How long pages take: the first byte of one request after the other on a kept connection, by one client."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet

from bench import material
from bench.clients import Run
from bench.http_client import Client
from bench.specimens import officers
from yichuang.base import clock
from yichuang.base.crypto import encrypt
from yichuang.cases.actions import drafting
from yichuang.cases.actions.receipt import CODE_CONTEXT
from yichuang.cases.data import Settlement
from yichuang.cases.drafts import DraftContent
from yichuang.cases.models import Application, Case
from yichuang.catalogue.data import SourceKind

_CODE = "246810"
#: Pages of different applications, so that not one is asked for again and again.
_DIFFERENT = 20


@dataclass(frozen=True, slots=True)
class Page:
    """A page and how it is asked for; `ask` takes how often it was asked before."""

    name: str
    ask: Callable[[int], object]


def measure(port: int, requests: int) -> dict[str, Run]:
    """Ask for every page so many times after some times to warm up; page → what it took."""
    taken = {}
    for page in _pages(port):
        for count in range(10):
            page.ask(count)
        durations = []
        for count in range(requests):
            began = time.perf_counter()
            page.ask(count)
            durations.append(time.perf_counter() - began)
        taken[page.name] = Run(requests, sum(durations), tuple(durations))
    return taken


def _pages(port: int) -> list[Page]:
    clerk_actor = material.staff("clerk1")
    clerk = _client(port, material.session_of("clerk1"))
    officer_name = "officer-weijian"
    officer = _client(port, material.session_of(officer_name))
    department = material.staff(officer_name).department_id
    assert department in officers()  # noqa: S101 - the sample city has one
    numbers = _spread(Application.objects.values_list("number", flat=True))
    cases = _spread(Case.objects.filter(department_id=department).values_list("number", flat=True))
    draft = _draft(clerk_actor.id, clock.now())
    tracked, visitor = _opened(port, numbers[len(numbers) // 2])

    def found(count: int) -> None:
        body = urlencode({"words": numbers[count % len(numbers)]}).encode()
        clerk.post("/counter/search/", body, "application/x-www-form-urlencoded").check(302)

    return [
        Page("counter home", lambda _count: clerk.get("/counter/").check(200)),
        Page("draft page", lambda _count: clerk.get(f"/counter/drafts/{draft}/").check(200)),
        Page(
            "application page",
            lambda count: clerk.get(f"/counter/applications/{numbers[count % len(numbers)]}/").check(200),
        ),
        Page("search by number", found),
        Page("work list", lambda _count: officer.get("/desk/").check(200)),
        Page("case page", lambda count: officer.get(f"/desk/cases/{cases[count % len(cases)]}/").check(200)),
        Page("tracking page", lambda _count: visitor.get(f"/track/{tracked}/").check(200)),
    ]


def _client(port: int, session: str) -> Client:
    return Client(port, session=session, token=material.token())


def _spread(numbers: "QuerySet[Any, str]") -> list[str]:
    """Some numbers from all over the table: the oldest and the newest among them."""
    last = numbers.order_by("-id").values_list("id", flat=True)[0]
    found: list[str] = []
    for step in range(_DIFFERENT):
        found += numbers.filter(id__gte=1 + (last - 1) * step // (_DIFFERENT - 1)).order_by("id")[:1]
    return found


def _draft(_staff_id: int, now: datetime) -> UUID:
    """A draft as a clerk has it half-way: the applicant read from the card, everything filled in."""
    clerk = material.staff("clerk1")
    given = material.submission()
    key = drafting.start(actor=clerk, target=given.target, now=now)
    content = DraftContent(
        applicant=given.applicant,
        answers=given.answers,
        values=given.values,
        materials={name: Settlement(SourceKind.PAPER, checked=True) for name in list(given.materials)[:2]},
    )
    drafting.save(actor=clerk, key=key, revision=0, content=content, now=now)
    return key


def _opened(port: int, number: str) -> tuple[str, Client]:
    """An application opened on the public page by number and query code, as its applicant does it."""
    Application.objects.filter(number=number).update(query_code=encrypt(_CODE, CODE_CONTEXT))
    body = urlencode({"number": number, "code": _CODE}).encode()
    answer = (
        Client(port, token=material.token())
        .post("/track/", body, "application/x-www-form-urlencoded")
        .check(302)
    )
    session = re.search(rb"sessionid=(\w+)", answer.head)
    if session is None:
        raise RuntimeError("the tracking page gave no session")
    return number, _client(port, session[1].decode())
