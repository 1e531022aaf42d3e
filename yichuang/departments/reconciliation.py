"""The daily comparison of both sides' books (对账)."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.clock import CITY_ZONE
from yichuang.base.errors import Refused
from yichuang.catalogue.data import Partner
from yichuang.departments import messages, signing
from yichuang.departments.contract import (
    BookEntry,
    Confirmed,
    Later,
    NeverHeard,
    NotSent,
    Outcome,
    Unanswered,
    adapter,
)
from yichuang.departments.data import Difference
from yichuang.departments.models import Dispatch, Reconciliation
from yichuang.departments.partners import partner
from yichuang.departments.states import FINAL, State
from yichuang.identity.data import SYSTEM, Actor
from yichuang.ledger.actions import Record, record

#: What we never handed over, or what was rejected, need not stand in the partner's book.
_NEED_NOT_BE_THERE = frozenset({State.WAITING, State.REFUSED})


def reconcile(partner_key: str, day: date, *, now: datetime, actor: Actor = SYSTEM) -> tuple[Difference, ...]:
    """Compare what we sent on a day (Beijing time) with what the partner received on it; the differences.

    What differs and is still open with us is asked after at the next chase. Raises `Refused` where the
    partner does not give its book.
    """
    to = partner(partner_key)
    try:
        theirs = {entry.transaction_id: entry for entry in _book(to, day)}
        ours = _ours(partner_key, day, theirs)
        _look_beyond_midnight(to, ours, theirs)
    except (NotSent, Unanswered) as error:
        sentence = _("“%(name)s”没有给出可核对的台账，对账未能完成，请稍后重试。") % {"name": to.name}
        raise Refused(sentence, code=f"partner_{error}") from error
    differences = tuple(compare(ours, theirs))
    with transaction.atomic(durable=True):
        _keep(partner_key, day, len(ours), len(theirs), differences, actor=actor, now=now)
    return differences


def compare(ours: Mapping[str, Dispatch], theirs: Mapping[str, BookEntry]) -> Iterable[Difference]:
    """The differences of two books, by transaction id. Pure."""
    for transaction_id in sorted(ours.keys() | theirs.keys()):
        row, entry = ours.get(transaction_id), theirs.get(transaction_id)
        if row is None and entry is not None:
            yield Difference("missing_here", transaction_id, entry.case_number, "", _state(entry.outcome))
        elif row is not None and entry is None:
            if row.state not in _NEED_NOT_BE_THERE:
                yield Difference("missing_there", transaction_id, row.case_number, row.state, "")
        elif row is not None and entry is not None:
            their_state = _state(entry.outcome)
            if row.state != their_state:
                yield Difference("state", transaction_id, row.case_number, row.state, their_state)
            elif row.state in FINAL and bytes(row.answer_digest or b"") != messages.digest(entry.outcome):
                yield Difference("answer", transaction_id, row.case_number, row.state, their_state)


def _state(outcome: Outcome) -> State:
    if isinstance(outcome, Confirmed):
        return State.CONFIRMED
    return State.LATER if isinstance(outcome, Later) else State.REFUSED


def _book(to: Partner, day: date) -> Iterable[BookEntry]:
    return adapter(to.adapter).book(to, signing.secret_of(to), day)


def _ours(partner_key: str, day: date, theirs: Mapping[str, BookEntry]) -> dict[str, Dispatch]:
    start = datetime.combine(day, time(), CITY_ZONE)
    sent = Dispatch.objects.filter(
        partner_key=partner_key, sent_at__gte=start, sent_at__lt=start + timedelta(days=1)
    )
    named = Dispatch.objects.filter(partner_key=partner_key, transaction_id__in=_ids(theirs))
    return {str(row.transaction_id): row for row in [*sent, *named]}


def _ids(theirs: Iterable[str]) -> list[UUID]:
    ids = []
    for text in theirs:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    return ids


def _look_beyond_midnight(to: Partner, ours: Mapping[str, Dispatch], theirs: dict[str, BookEntry]) -> None:
    """A message sent before midnight may be received after it: ask for what the day's book does not show."""
    carrier, secret = adapter(to.adapter), signing.secret_of(to)
    for transaction_id, row in ours.items():
        if transaction_id not in theirs and row.state not in _NEED_NOT_BE_THERE:
            outcome = carrier.ask(to, secret, row.transaction_id)
            if not isinstance(outcome, NeverHeard):
                theirs[transaction_id] = BookEntry(transaction_id, row.case_number, outcome)


def _keep(
    partner_key: str,
    day: date,
    ours: int,
    theirs: int,
    differences: tuple[Difference, ...],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    values = {
        "ours": ours,
        "theirs": theirs,
        "differences": [asdict(difference) for difference in differences],
        "made_at": now,
    }
    row, _created = Reconciliation.objects.update_or_create(partner_key=partner_key, day=day, defaults=values)
    known = _ids(difference.transaction_id for difference in differences)
    Dispatch.objects.filter(transaction_id__in=known).exclude(state__in=FINAL).update(next_attempt_at=now)
    facts = {
        "partner": partner_key,
        "day": day.isoformat(),
        "ours": ours,
        "theirs": theirs,
        "differences": len(differences),
    }
    entry = Record("partner.reconciled", "reconciliation", row.id, facts)
    record([entry], actor_kind=actor.kind, actor_id=actor.id, now=now)
