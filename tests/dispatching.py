"""What the tests of dispatches to departments' systems share."""

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest
from django.db import connection

from tests.simulators_fixtures import SECRET, Call
from yichuang.base import clock
from yichuang.departments import actions, signing
from yichuang.departments.adapters.http import adapter
from yichuang.departments.data import Receipt
from yichuang.departments.models import Dispatch
from yichuang.ledger.models import Entry

PAYLOAD = {
    "item": "household_registration",
    "values": {"baby_sex": "1", "mother_number": "330802199504182463"},
}
_numbers = itertools.count(1)


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two seconds in place of ten: what is tried in these tests answers at once or never."""
    with httpx.Client(timeout=2, trust_env=False) as client:
        monkeypatch.setattr(adapter, "client", lambda: client)
        yield


def new_dispatch(partner_key: str = "police", payload: dict[str, Any] | None = None) -> int:
    serial = next(_numbers)
    return actions.dispatch(
        case_number=f"TEST{serial:08d}-01",
        case_id=serial,
        partner_key=partner_key,
        payload=PAYLOAD if payload is None else payload,
        now=clock.now(),
    )


def sent() -> int:
    dispatch_id = new_dispatch()
    actions.send(dispatch_id, now=clock.now())
    return dispatch_id


def row(dispatch_id: int) -> Dispatch:
    return Dispatch.objects.get(id=dispatch_id)


def verbs(dispatch_id: int) -> list[str]:
    entries = Entry.objects.filter(subject_kind="dispatch", subject_id=dispatch_id).order_by("id")
    return list(entries.values_list("verb", flat=True))


def take_in(call: Call) -> Receipt:
    return actions.receive("police", call.body, call.headers, now=clock.now())


def much_later() -> datetime:
    return clock.now() + timedelta(hours=12)


def signed(event: dict[str, Any], *, secret: str = SECRET, **changes: Any) -> Call:
    content = json.dumps({**event, **changes}).encode()
    return Call("/", signing.headers(secret, content, clock.now()), content)


def today() -> date:
    return clock.local(clock.now()).date()


def in_thread(*works: Callable[[], Any]) -> None:
    """Run each in a thread with a database connection of its own; a failure in one fails the test."""

    failures: list[BaseException] = []

    def run(work: Callable[[], Any]) -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
