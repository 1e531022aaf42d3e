"""The partner contract over HTTP: signed CloudEvents out, signed JSON answers back.

An answer counts only where status and body agree, it names the transaction and it bears the partner's
signature; a proxy's error page is no word of the partner.
"""

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from yichuang.base import clock
from yichuang.base.endpoints import actual
from yichuang.catalogue.data import Partner
from yichuang.departments import messages, signing
from yichuang.departments.contract import (
    BookEntry,
    Confirmed,
    Later,
    Message,
    NeverHeard,
    NotSent,
    Outcome,
    Refused,
    Unanswered,
)

#: Seconds. A department's system may work for a while before it answers; a connection comes about or not.
_TIMEOUT = httpx.Timeout(10.0, connect=3.0, pool=3.0)
_STATUS: dict[type[Outcome], frozenset[int]] = {
    Confirmed: frozenset({200}),
    Later: frozenset({202}),
    Refused: frozenset({400, 409, 422}),
}


@cache
def client() -> httpx.Client:
    """One client a process: its threads share connections. The machine's proxies are not used."""
    return httpx.Client(timeout=_TIMEOUT, trust_env=False)


def send(partner: Partner, secret: str, message: Message) -> Outcome:
    """`POST <endpoint>/cases`."""
    now = clock.now()
    content = messages.case_event(message, now)
    headers = {"Content-Type": messages.CONTENT_TYPE, **signing.headers(secret, content, now)}
    url = _address(partner, "/cases")
    response = _call(lambda: client().post(url, content=content, headers=headers))
    data = _word(response, secret)
    outcome = _outcome(data, message.transaction_id)
    if response.status_code not in _STATUS[type(outcome)]:
        raise Unanswered(f"http_{response.status_code}")
    return outcome


def ask(partner: Partner, secret: str, transaction_id: UUID) -> Outcome | NeverHeard:
    """`GET <endpoint>/transactions/<id>`."""
    response = _get(_address(partner, f"/transactions/{transaction_id}"), secret)
    data = _word(response, secret)
    if response.status_code == 404 and data.get("answer") == "never_heard":
        if data.get("transaction") != str(transaction_id):
            raise Unanswered("transaction")
        return NeverHeard()
    if response.status_code != 200:
        raise Unanswered(f"http_{response.status_code}")
    return _outcome(data, transaction_id)


def book(partner: Partner, secret: str, day: date) -> Sequence[BookEntry]:
    """`GET <endpoint>/transactions?day=YYYY-MM-DD`."""
    response = _get(_address(partner, f"/transactions?day={day.isoformat()}"), secret)
    data = _word(response, secret)
    lines = data.get("transactions")
    if response.status_code != 200 or data.get("day") != day.isoformat() or not isinstance(lines, list):
        raise Unanswered(f"http_{response.status_code}")
    try:
        return [BookEntry(line["transaction"], line["case"], messages.read_outcome(line)) for line in lines]
    except (KeyError, TypeError, AttributeError, messages.Malformed) as error:
        raise Unanswered("malformed") from error


def _address(partner: Partner, path: str) -> str:
    return actual(partner.endpoint).rstrip("/") + path


def _get(url: str, secret: str) -> httpx.Response:
    parts = urlsplit(url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    headers = signing.headers(secret, target.encode(), clock.now())
    return _call(lambda: client().get(url, headers=headers))


def _call(perform: Callable[[], httpx.Response]) -> httpx.Response:
    """The response; `NotSent` where no connection came about, `Unanswered` where one did and then failed."""
    try:
        return perform()
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise NotSent("unreachable") from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise NotSent("address") from error
    except httpx.TimeoutException as error:
        raise Unanswered("timeout") from error
    except httpx.HTTPError as error:
        raise Unanswered("broken") from error


def _word(response: httpx.Response, secret: str) -> dict[str, Any]:
    """The partner's signed word."""
    try:
        signing.check(secret, response.headers, response.content, clock.now())
        return messages.read_object(response.content)
    except signing.BadSignature as error:
        code = f"unsigned_{response.status_code}" if str(error) == "missing" else "signature"
        raise Unanswered(code) from error
    except messages.Malformed as error:
        raise Unanswered("malformed") from error


def _outcome(data: dict[str, Any], transaction_id: UUID) -> Outcome:
    try:
        outcome = messages.read_outcome(data)
    except messages.Malformed as error:
        raise Unanswered("malformed") from error
    if data.get("transaction") != str(transaction_id):
        raise Unanswered("transaction")
    return outcome
