"""重新计算期限: open clocks reckoned anew after the calendar, the office hours, the ladders or a regime has changed.

Safe to repeat: what is as it would be reckoned stays untouched. A date that the applicant was told in writing for
something of her own (补正, 容缺) and the expected end of a special procedure stay as they were told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from yichuang.cases import clocks
from yichuang.cases.fold import to_facts
from yichuang.cases.models import Application, Case
from yichuang.cases.states import WORKED, Verb
from yichuang.cases.writing import change
from yichuang.deadlines import keeping
from yichuang.deadlines.data import ClockKind
from yichuang.deadlines.models import Clock
from yichuang.deadlines.queries import forget
from yichuang.identity.data import SYSTEM
from yichuang.ledger.actions import Record, record

#: How many clocks are looked at in one go, and written in one transaction.
BATCH = 1000
_TOLD = frozenset(
    {ClockKind.CORRECTION, ClockKind.GAP, ClockKind.ANSWER, ClockKind.PROCEDURE, ClockKind.RECTIFICATION}
)


@dataclass(frozen=True, slots=True)
class Moved:
    """A clock that comes to another end: of which case or application, from when to when."""

    number: str
    clock: ClockKind
    before: datetime
    after: datetime


def reckon(*, why: str, dry_run: bool = False, now: datetime) -> Iterator[Moved]:
    """Reckon every open clock anew; yields those that come to another end. `why`: a code for the ledger.

    Each batch is one transaction; what moved has an entry of its own, and a case's dates change by an act.
    With `dry_run` nothing is written.
    """
    forget()
    last = 0
    while rows := list(_open().filter(id__gt=last).order_by("id")[:BATCH]):
        last = rows[-1].id
        found = keeping.differing(clocks.with_limits_of_today(rows))
        numbers = _numbers([row for row, _after in found])
        if found and not dry_run:
            _write([row.id for row, _after in found], why, now)
        for row, after in found:
            if row.due_at and row.due_at != after:
                yield Moved(numbers[row.subject_kind, row.subject_id], ClockKind(row.kind), row.due_at, after)


def _open() -> QuerySet[Clock]:
    return Clock.objects.filter(stopped_at=None, due_at__isnull=False).exclude(kind__in=_TOLD)


def _write(clock_ids: Sequence[int], why: str, now: datetime) -> None:
    """Cases are locked before clocks, as every act does it; what changed meanwhile is looked at anew."""
    with transaction.atomic(durable=True):
        of_cases = Clock.objects.filter(id__in=clock_ids, subject_kind=clocks.SUBJECT).order_by()
        cases = Case.objects.filter(id__in=of_cases.values("subject_id"))
        locked = {case.id: case for case in cases.select_for_update(no_key=True).order_by("id")}
        rows = list(_open().filter(id__in=clock_ids).select_for_update(no_key=True).order_by("id"))
        found = keeping.differing(clocks.with_limits_of_today(rows))
        entries = [_entry(row, after, why) for row, after in found]
        moved = keeping.reckon_anew([row for row, _after in found])
        facts = {
            case_id: clocks.moved_facts([one for one in moved if one.subject_id == case_id])
            for case_id, case in locked.items()
            if case.stage in WORKED
        }
        changed = [locked[case_id] for case_id in sorted(facts) if facts[case_id]]
        if changed:
            told = [{**facts[case.id], "why": why} for case in changed]
            change(changed, Verb.RECKON, told, actor=SYSTEM, now=now)
        if entries:
            record(entries, actor_kind=SYSTEM.kind, actor_id=SYSTEM.id, now=now)


def _entry(row: Clock, after: datetime, why: str) -> Record:
    facts = {"clock": row.kind, "of": row.subject_kind, "of_id": row.subject_id, "why": why}
    return Record("clock.reckoned", "clock", row.id, {**facts, **to_facts(before=row.due_at, after=after)})


def _numbers(rows: Sequence[Clock]) -> dict[tuple[str, int], str]:
    """What each clock runs for, by the number that people know it by."""
    ids = {
        kind: [row.subject_id for row in rows if row.subject_kind == kind] for kind in ("case", "application")
    }
    cases = Case.objects.filter(id__in=ids["case"]).order_by("id").values_list("id", "number")
    applications = (
        Application.objects.filter(id__in=ids["application"]).order_by("id").values_list("id", "number")
    )
    return {("case", key): number for key, number in cases} | {
        ("application", key): number for key, number in applications
    }
