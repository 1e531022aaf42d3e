"""The words of the partner contract: CloudEvents 1.0 around a case or an answer, and how answers are read."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from yichuang.base.clock import local
from yichuang.departments.contract import DECISIONS, Confirmed, Later, Message, Outcome, Refused

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
DISPATCHED = "yichuang.case.dispatched.v1"
ANSWERED = "yichuang.case.answered.v1"
_LONGEST_REASON = 2000


class Malformed(ValueError):  # noqa: N818 - a state of the message
    """The message is not of the contract's form. `str()` is a code that names what is wrong."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A call-back, read."""

    event_id: str
    transaction: str
    outcome: Outcome


def case_event(message: Message, at: datetime) -> bytes:
    """The event that hands a case over. Its id is the transaction id: sent again it is the same event."""
    event = {
        "specversion": "1.0",
        "id": str(message.transaction_id),
        "source": settings.PUBLIC_URL,
        "type": DISPATCHED,
        "subject": message.case_number,
        "time": local(at).isoformat(timespec="milliseconds"),
        "datacontenttype": "application/json",
        "data": {
            "transaction": str(message.transaction_id),
            "case": message.case_number,
            "payload": dict(message.payload),
        },
    }
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def read_object(content: bytes) -> dict[str, Any]:
    """A JSON object. Raises `Malformed`."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Malformed("json") from error
    if not isinstance(value, dict):
        raise Malformed("json")
    return value


def read_answered(body: bytes) -> Answered:
    """A call-back as an event of the contract. Raises `Malformed`."""
    event = read_object(body)
    if event.get("specversion") != "1.0":
        raise Malformed("specversion")
    if event.get("type") != ANSWERED:
        raise Malformed("type")
    event_id, data = event.get("id"), event.get("data")
    if not isinstance(event_id, str) or not 0 < len(event_id) <= 200:
        raise Malformed("id")
    if not isinstance(data, dict) or not isinstance(data.get("transaction"), str):
        raise Malformed("data")
    return Answered(event_id, data["transaction"], read_outcome(data))


def read_outcome(data: Mapping[str, Any]) -> Outcome:
    """What an answer says. Raises `Malformed` where it says nothing that the contract knows."""
    answer = data.get("answer")
    reason = data.get("reason") or ""
    if not isinstance(reason, str) or len(reason) > _LONGEST_REASON:
        raise Malformed("reason")
    if answer == "later":
        return Later(_moment(data.get("expected_by")))
    if answer == "refused":
        code = data.get("code") or "refused"
        if not isinstance(code, str) or len(code) > 40:
            raise Malformed("code")
        return Refused(code, reason)
    if answer != "confirmed":
        raise Malformed("answer")
    decision, result = data.get("decision"), data.get("result") or {}
    if decision not in DECISIONS:
        raise Malformed("decision")
    if not isinstance(result, dict):
        raise Malformed("result")
    return Confirmed(str(decision), reason, result)


def as_stored(outcome: Confirmed | Refused) -> dict[str, Any]:
    """The final answer as it is kept, encrypted."""
    return asdict(outcome)


def digest(outcome: Outcome) -> bytes:
    """32 bytes that are equal for answers that say the same."""
    content = {"kind": type(outcome).__name__, **asdict(outcome)}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


def _moment(text: Any) -> datetime | None:
    """`expected_by` is advice: where it cannot be read, it is as if nothing had been said."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
