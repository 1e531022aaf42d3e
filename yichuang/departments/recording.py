"""The only writer of what became of a dispatch: lock, check, change, ledger, in one transaction."""

from datetime import datetime
from enum import StrEnum

from django.db import transaction

from yichuang.base.crypto import encrypt_json
from yichuang.departments import messages, rules
from yichuang.departments.contract import Confirmed, Later, Outcome, Refused
from yichuang.departments.models import Dispatch
from yichuang.departments.partners import speaker
from yichuang.departments.states import FINAL, MOVES, State
from yichuang.identity.data import SYSTEM, Actor
from yichuang.ledger.actions import Record, record

PAYLOAD = "departments_dispatch.payload"
ANSWER = "departments_dispatch.answer"


class Taking(StrEnum):
    """What an answer did. Stored with inbound events."""

    TAKEN = "taken"
    DUPLICATE = "duplicate"  # said before, or overtaken by the final answer
    CONTRADICTORY = "contradictory"  # the opposite of a final answer: nothing changes


def lock(dispatch_id: int) -> Dispatch:
    """The row, locked until the caller's transaction ends."""
    return Dispatch.objects.select_for_update(of=("self",), no_key=True).get(id=dispatch_id)


def take(row: Dispatch, outcome: Outcome, *, now: datetime) -> Taking:
    """Apply the partner's word to a locked row, in the caller's transaction. The first answer stands."""
    state = State(row.state)
    digest = messages.digest(outcome)
    if state in FINAL:
        same = isinstance(outcome, Later) or digest == bytes(row.answer_digest or b"")
        return Taking.DUPLICATE if same else Taking.CONTRADICTORY
    if isinstance(outcome, Later):
        return _take_later(row, outcome, now)
    final = State.CONFIRMED if isinstance(outcome, Confirmed) else State.REFUSED
    row.answer = encrypt_json(messages.as_stored(outcome), ANSWER)
    row.answer_digest, row.answered_at = digest, now
    row.code = outcome.code if isinstance(outcome, Refused) else ""
    _move(row, final, now)
    facts = {"decision": outcome.decision} if isinstance(outcome, Confirmed) else {"code": outcome.code}
    _record(row, f"dispatch.{final}", speaker(row.partner_key), now, **facts)
    return Taking.TAKEN


def leave_unknown(dispatch_id: int, code: str, *, now: datetime) -> State:
    """A call ended without an answer that counts. Recorded only where nothing better is known by now."""
    with transaction.atomic(durable=True):
        row = lock(dispatch_id)
        if row.state == State.UNKNOWN:
            row.code = code
            row.next_attempt_at = rules.next_attempt(State.UNKNOWN, row.questions, now)
            row.save(update_fields=["code", "next_attempt_at"])
            _record(row, "dispatch.unknown", SYSTEM, now, code=code)
        return State(row.state)


def put_back(dispatch_id: int, *, attempt: int, code: str, now: datetime) -> State:
    """Nothing of this attempt reached the partner, or it says so: to be sent again, under the same id.

    A word about an earlier attempt than the last is stale and changes nothing.
    """
    with transaction.atomic(durable=True):
        row = lock(dispatch_id)
        if row.state in {State.UNKNOWN, State.LATER} and row.attempts == attempt:
            row.code = code
            _move(row, State.WAITING, now)
        return State(row.state)


def _take_later(row: Dispatch, outcome: Later, now: datetime) -> Taking:
    known = row.state == State.LATER
    row.code = ""
    _move(row, State.LATER, now, expected_by=outcome.expected_by)
    if known:
        return Taking.DUPLICATE
    _record(row, "dispatch.later", speaker(row.partner_key), now)
    return Taking.TAKEN


def _move(row: Dispatch, to: State, now: datetime, *, expected_by: datetime | None = None) -> None:
    if to != row.state and to not in MOVES[State(row.state)]:
        raise AssertionError(f"dispatch {row.id}: {row.state} → {to}")
    row.state = to
    tries = row.attempts if to is State.WAITING else row.questions
    row.next_attempt_at = rules.next_attempt(to, tries, now, expected_by=expected_by)
    row.save(update_fields=["state", "code", "answer", "answer_digest", "answered_at", "next_attempt_at"])


def _record(row: Dispatch, verb: str, actor: Actor, now: datetime, **facts: str) -> None:
    entry = {
        "case_id": row.case_id,
        "partner": row.partner_key,
        "transaction": str(row.transaction_id),
        "attempt": row.attempts,
        **facts,
    }
    record([Record(verb, "dispatch", row.id, entry)], actor_kind=actor.kind, actor_id=actor.id, now=now)
