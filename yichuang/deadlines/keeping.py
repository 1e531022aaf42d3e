"""Keeping clocks: start, pause, resume, move, stop. Parts of the acts of other apps, in their transactions.

Nothing here is recorded by itself: the act that a clock follows from is what stands in the ledger.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from yichuang.base.arrays import columns
from yichuang.base.clock import local
from yichuang.deadlines import clocks
from yichuang.deadlines.data import ClockKind, Light, Limit, Pause, Rung, Unit
from yichuang.deadlines.models import Clock, ClockPause, FiredRung
from yichuang.deadlines.queries import calendar, ladder, pauses

_START = """
INSERT INTO deadlines_clock
    (kind, subject_kind, subject_id, region, limit_value, limit_unit, started_at, due_at, next_at)
SELECT * FROM unnest(%(clock_kinds)s::text[], %(clock_subjects)s::text[], %(clock_ids)s::bigint[],
                     %(clock_regions)s::text[], %(clock_values)s::int[], %(clock_units)s::text[],
                     %(clock_starts)s::timestamptz[], %(clock_ends)s::timestamptz[], %(clock_nexts)s::timestamptz[])
ON CONFLICT DO NOTHING
"""
_COLUMNS = ("kinds", "subjects", "ids", "regions", "values", "units", "starts", "ends", "nexts")
#: Clocks that a pause of their subject stops; the others measure the wait itself, or somebody else.
PAUSABLE = frozenset({ClockKind.PROMISED, ClockKind.STATUTORY, ClockKind.STEP, ClockKind.BUNDLE})


@dataclass(frozen=True, slots=True)
class Started:
    """A clock as it runs: when it is due, and from when on each light but green is shown."""

    kind: ClockKind
    subject_id: int
    due_at: datetime
    lights: dict[Light, datetime]


@dataclass(frozen=True, slots=True)
class NewClock:
    """A clock to be started."""

    kind: ClockKind
    subject_kind: str
    subject_id: int
    limit: Limit
    region: str = ""


def start(new: Sequence[NewClock], *, now: datetime) -> list[Started]:
    """Start clocks at `now`, or where the offices have closed when they open again; parallel to `new`.

    One that runs already goes on as it is. One statement for all.
    """
    reckoned: dict[tuple[ClockKind, str, Limit], _Reckoned] = {}
    for one in new:
        alike = (one.kind, one.region, one.limit)
        if alike not in reckoned:
            begin = calendar(one.region).counted_from(now)
            reckoned[alike] = _reckon(one.kind, one.region, begin, one.limit, ())
    ends = [reckoned[one.kind, one.region, one.limit] for one in new]
    rows = [
        (one.kind, one.subject_kind, one.subject_id, one.region, *end.columns())
        for one, end in zip(new, ends, strict=True)
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_START, columns("clock", _COLUMNS, rows))
    return [
        Started(one.kind, one.subject_id, end.due_at, end.lights())
        for one, end in zip(new, ends, strict=True)
    ]


def pause(
    subject_kind: str, subject_id: int, *, reason: str, document: int | None = None, now: datetime
) -> None:
    """Let the clocks of a subject stand still from `now` on. Raises `IntegrityError` where they do already."""
    ClockPause.objects.create(
        subject_kind=subject_kind, subject_id=subject_id, reason=reason, document=document, started_at=now
    )
    _running(subject_kind, [subject_id], PAUSABLE).update(due_at=None, next_at=None)


def prove_pause(subject_kind: str, subject_id: int, *, since: datetime, document: int) -> None:
    """Write down the notice that told of the pause which began at `since` (行政许可法 art. 45)."""
    begun = ClockPause.objects.filter(subject_kind=subject_kind, subject_id=subject_id, started_at=since)
    begun.update(document=document)


def stands_still(subject_kind: str, subject_id: int, kind: ClockKind) -> bool | None:
    """Whether a running clock stands still; locks it for this transaction. None where none runs."""
    running = _running(subject_kind, [subject_id], [kind]).select_for_update(no_key=True).order_by("id")
    found = list(running.values_list("due_at", flat=True))
    return found[0] is None if found else None


def resume(subject_kind: str, subject_id: int, *, now: datetime) -> list[Started]:
    """Let the clocks of a subject go on: the clocks with their new ends."""
    end_pauses(subject_kind, [subject_id], now=now)
    return reckon_anew(_running(subject_kind, [subject_id], PAUSABLE))


def end_pauses(subject_kind: str, subject_ids: Sequence[int], *, now: datetime) -> None:
    """Close the pauses that still go on of these subjects: nothing of theirs runs any more that could stand still."""
    going_on = ClockPause.objects.filter(
        subject_kind=subject_kind, subject_id__in=list(subject_ids), ended_at=None
    )
    going_on.update(ended_at=now)


def strike(
    subject_kind: str, subject_id: int, *, start: datetime, end: datetime | None, now: datetime
) -> list[Started]:
    """Let the pause that stood from `start` to `end` count for nothing: the clocks with their new ends.

    Where the subject has no such pause nothing is struck.
    """
    stood = ClockPause.objects.filter(
        subject_kind=subject_kind, subject_id=subject_id, started_at=start, ended_at=end, struck_at=None
    )
    if not stood.update(struck_at=now, ended_at=end or now):
        return []
    return reckon_anew(_running(subject_kind, [subject_id], PAUSABLE))


def extend(subject_kind: str, subject_id: int, kinds: Collection[ClockKind], by: Limit) -> list[Started]:
    """Lengthen these clocks by `by`, which runs from where they end: the clocks with their new ends.

    A clock in another unit is lengthened by as many of its calendar days as `by` takes; one that stands still or
    counts minutes is left as it is.
    """
    running = list(_running(subject_kind, [subject_id], kinds).exclude(due_at=None).order_by("id"))
    for row in running:
        if row.limit_unit == by.unit:
            row.limit_value += by.value
        elif row.limit_unit == Unit.CALENDAR_DAYS and row.due_at is not None:
            end = clocks.due(calendar(row.region), row.due_at, by).at
            row.limit_value += (local(end).date() - local(row.due_at).date()).days
    Clock.objects.bulk_update(running, ["limit_value"])
    return reckon_anew(running)


def stop(
    subject_kind: str,
    subject_ids: Sequence[int],
    kinds: Iterable[ClockKind] = tuple(ClockKind),
    *,
    now: datetime,
) -> None:
    """Stop these clocks of these subjects for good; what is not running stays as it is."""
    _running(subject_kind, subject_ids, kinds).update(stopped_at=now, next_at=None)


def reckon_anew(running: Iterable[Clock]) -> list[Started]:
    """Work out the ends of running clocks anew from their limits, starts and pauses, and write what changed.

    A clock that stands still keeps standing still and is left out of what is returned.
    """
    rows = list(running)
    moved = []
    for row, reckoned, following in _anew(rows):
        row.due_at, row.next_at = reckoned.due_at, following
        moved.append(Started(ClockKind(row.kind), row.subject_id, reckoned.due_at, reckoned.lights()))
    Clock.objects.bulk_update(rows, ["limit_value", "limit_unit", "due_at", "next_at"])
    return moved


def differing(running: Iterable[Clock]) -> list[tuple[Clock, datetime]]:
    """The running clocks whose end or next rung would be at another moment if reckoned now, each with its new end."""
    return [
        (row, reckoned.due_at)
        for row, reckoned, following in _anew(list(running))
        if (row.due_at, row.next_at) != (reckoned.due_at, following)
    ]


def _anew(rows: Sequence[Clock]) -> Iterator[tuple[Clock, "_Reckoned", datetime | None]]:
    """Each running clock with what it comes to if reckoned now, and when its next rung is then reached."""
    held = _pauses_of(rows)
    fired: dict[int, set[str]] = {row.id: set() for row in rows}
    for clock_id, rung in FiredRung.objects.filter(clock__in=rows).values_list("clock_id", "rung"):
        fired[clock_id].add(rung)
    for row in rows:
        of_subject = held[row.subject_kind, row.subject_id] if row.kind in PAUSABLE else []
        since = [one for one in of_subject if one.end is None or one.end >= row.started_at]
        if any(one.end is None for one in since):
            continue
        limit = Limit(row.limit_value, Unit(row.limit_unit))
        reckoned = _reckon(ClockKind(row.kind), row.region, row.started_at, limit, since)
        yield row, reckoned, reckoned.next_at(frozenset(fired[row.id]))


@dataclass(frozen=True, slots=True)
class _Reckoned:
    """A clock worked out: its limit, from when, until when, and when each rung of its ladder is reached."""

    limit: Limit
    started_at: datetime
    due_at: datetime
    ladder: tuple[Rung, ...]
    moments: list[datetime]

    def columns(self) -> tuple[Any, ...]:
        """What a new row says of it, in the order of the last of `_COLUMNS`."""
        following = self.next_at(frozenset())
        return (
            self.limit.value,
            self.limit.unit,
            self.started_at.isoformat(),
            self.due_at.isoformat(),
            following.isoformat() if following else None,
        )

    def next_at(self, fired: frozenset[str]) -> datetime | None:
        """The first rung that has not fired yet."""
        left = [
            moment for rung, moment in zip(self.ladder, self.moments, strict=True) if rung.key not in fired
        ]
        return min(left, default=None)

    def lights(self) -> dict[Light, datetime]:
        """From when on each light is shown."""
        found: dict[Light, datetime] = {}
        for rung, moment in zip(self.ladder, self.moments, strict=True):
            found[rung.light] = min(moment, found.get(rung.light, moment))
        return found


def _reckon(kind: ClockKind, region: str, start: datetime, limit: Limit, held: Sequence[Pause]) -> _Reckoned:
    days, rungs = calendar(region), ladder(kind)
    return _Reckoned(
        limit,
        start,
        clocks.due(days, start, limit, held).at,
        rungs,
        clocks.moments(days, start, limit, held, rungs),
    )


def _running(subject_kind: str, subject_ids: Sequence[int], kinds: Iterable[ClockKind]) -> QuerySet[Clock]:
    return Clock.objects.filter(
        subject_kind=subject_kind, subject_id__in=list(subject_ids), kind__in=list(kinds), stopped_at=None
    )


def _pauses_of(rows: Sequence[Clock]) -> dict[tuple[str, int], list[Pause]]:
    found: dict[tuple[str, int], list[Pause]] = {}
    for subject_kind in {row.subject_kind for row in rows}:
        ids = sorted({row.subject_id for row in rows if row.subject_kind == subject_kind})
        for subject_id, of_subject in pauses(subject_kind, ids).items():
            found[subject_kind, subject_id] = of_subject
    return found
