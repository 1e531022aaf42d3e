"""The calendars and ladders in force, and the clocks of a subject."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject

from yichuang.deadlines import clocks
from yichuang.deadlines.calendar import Calendar
from yichuang.deadlines.data import (
    ClockKind,
    Light,
    Limit,
    OfficeHours,
    Pause,
    Rung,
    RungAct,
    Unit,
    Worked,
)
from yichuang.deadlines.models import CalendarDay, Clock, ClockPause, Hours, LadderRung
from yichuang.identity.queries import parent_regions

#: Seconds for which a process keeps calendars and ladders; a change is in force everywhere after that.
KEEP_SECONDS = 5.0


@dataclass
class _Kept:
    """What a thread keeps: the declared rows by region, the calendars made of them, the ladders."""

    read_at: float
    days: Mapping[str, Mapping[date, tuple[Worked, str]]]
    hours: Mapping[str, tuple[tuple[date, OfficeHours], ...]]
    parents: Mapping[str, str]
    ladders: Mapping[ClockKind, tuple[Rung, ...]]
    calendars: dict[str, Calendar] = field(default_factory=dict)


class _Threads(threading.local):
    kept: _Kept | None = None


_threads = _Threads()


def calendar(region: str = "") -> Calendar:
    """The calendar in force in a region: its own days and hours win over those of the regions above and the city's."""
    kept = _in_force()
    found = kept.calendars.get(region)
    if found is None:
        days: dict[date, tuple[Worked, str]] = {}
        hours: tuple[tuple[date, OfficeHours], ...] = ()
        for part in _from_the_city_down(region, kept.parents):
            days |= kept.days.get(part, {})
            hours = kept.hours.get(part, hours)
        found = kept.calendars[region] = Calendar(
            {day: worked for day, (worked, _name) in days.items()},
            {day: name for day, (_worked, name) in days.items()},
            hours,
        )
    return found


def ladder(kind: ClockKind) -> tuple[Rung, ...]:
    """The rungs of a kind of clock, in the order in which they are reached; none where the city declares none."""
    return _in_force().ladders.get(kind, ())


def forget() -> None:
    """Let this thread read anew: called by the acts that change what is kept."""
    _threads.kept = None


@dataclass(frozen=True, slots=True)
class Running:
    """A running clock. `due_at` None: it stands still; `if_resumed` says when it would be due if it went on now."""

    started_at: datetime
    due_at: datetime | None
    if_resumed: datetime | None
    light: Light | None  # None while it stands still


def running(
    kind: ClockKind, subject_kind: str, subject_ids: Sequence[int], *, now: datetime
) -> dict[int, Running]:
    """The running clocks of a kind, by subject; one query."""
    since = ClockPause.objects.filter(
        Q(ended_at=None) | Q(ended_at__gte=OuterRef("started_at")),
        subject_kind=subject_kind,
        subject_id=OuterRef("subject_id"),
        struck_at=None,
    )
    spans = since.order_by("started_at", "id").values_list(
        JSONObject(start="started_at", end="ended_at"), flat=True
    )
    rows = Clock.objects.filter(
        kind=kind, subject_kind=subject_kind, subject_id__in=list(subject_ids), stopped_at=None
    ).annotate(held=ArraySubquery(spans))
    return {row.subject_id: _as_running(row, row.held, now) for row in rows.order_by("id")}


def _as_running(row: Clock, held: Sequence[Mapping[str, str | None]], now: datetime) -> Running:
    days, limit = calendar(row.region), Limit(row.limit_value, Unit(row.limit_unit))
    since = [
        Pause(
            datetime.fromisoformat(span["start"] or ""),
            datetime.fromisoformat(span["end"]) if span["end"] else None,
        )
        for span in held
    ]
    if row.due_at is None:
        resumed = clocks.due_if_resumed(days, row.started_at, limit, since, now)
        return Running(row.started_at, None, resumed.at, None)
    rungs = ladder(ClockKind(row.kind))
    moments = clocks.moments(days, row.started_at, limit, since, rungs)
    return Running(row.started_at, row.due_at, None, clocks.light(rungs, moments, now))


def pauses(subject_kind: str, subject_ids: Sequence[int]) -> dict[int, list[Pause]]:
    """The pauses of each subject that count, the earliest first."""
    found: dict[int, list[Pause]] = {subject_id: [] for subject_id in subject_ids}
    rows = ClockPause.objects.filter(
        subject_kind=subject_kind, subject_id__in=list(subject_ids), struck_at=None
    )
    for subject_id, start, end in rows.order_by("started_at", "id").values_list(
        "subject_id", "started_at", "ended_at"
    ):
        found[subject_id].append(Pause(start, end))
    return found


@dataclass(frozen=True, slots=True)
class PauseFacts:
    """A pause as people judge it: why, from when to when, and which notice told of it."""

    id: int
    reason: str
    start: datetime
    end: datetime | None
    document: int | None
    is_struck: bool


def pauses_told(subject_kind: str, subject_id: int) -> tuple[PauseFacts, ...]:
    """All pauses of a subject, those that were struck as well, the earliest first; one query."""
    rows = ClockPause.objects.filter(subject_kind=subject_kind, subject_id=subject_id)
    return tuple(
        PauseFacts(row.id, row.reason, row.started_at, row.ended_at, row.document, row.struck_at is not None)
        for row in rows.order_by("started_at", "id")
    )


def _in_force() -> _Kept:
    kept = _threads.kept
    if kept is None or time.monotonic() - kept.read_at > KEEP_SECONDS:
        kept = _threads.kept = _Kept(time.monotonic(), _days(), _hours(), parent_regions(), _ladders())
    return kept


def _days() -> dict[str, dict[date, tuple[Worked, str]]]:
    found: dict[str, dict[date, tuple[Worked, str]]] = {}
    for region, day, worked, name in CalendarDay.objects.order_by("day").values_list(
        "region", "day", "worked", "name"
    ):
        found.setdefault(region, {})[day] = (Worked(worked), name)
    return found


def _hours() -> dict[str, tuple[tuple[date, OfficeHours], ...]]:
    found: dict[str, tuple[tuple[date, OfficeHours], ...]] = {}
    for row in Hours.objects.order_by("valid_from"):
        hours = OfficeHours(row.morning_start, row.morning_end, row.afternoon_start, row.afternoon_end)
        found[row.region] = (*found.get(row.region, ()), (row.valid_from, hours))
    return found


def _from_the_city_down(region: str, parents: Mapping[str, str]) -> list[str]:
    """The whole city (""), then the regions from the widest to `region` itself."""
    chain = []
    while region and region not in chain:
        chain.append(region)
        region = parents.get(region, "")
    return ["", *reversed(chain)]


def _ladders() -> dict[ClockKind, tuple[Rung, ...]]:
    found: dict[ClockKind, tuple[Rung, ...]] = {}
    for row in LadderRung.objects.order_by("position"):
        kind = ClockKind(row.clock)
        rung = Rung(
            row.key,
            kind,
            Light(row.light),
            row.left,
            _limit(row.least_value, row.least_unit),
            _limit(row.over_value, row.over_unit),
            tuple(RungAct(act) for act in row.acts),
        )
        found[kind] = (*found.get(kind, ()), rung)
    return found


def _limit(value: int | None, unit: str) -> Limit | None:
    return None if value is None else Limit(value, Unit(unit))
