"""Clocks: a limit, where it started, where it stood still → when it runs out, how it stands, when each rung is reached.

Pure. A working-day clock counts half days, so that a day worked in the morning only counts half. The day on
which a clock starts, or goes on after a pause, never counts; the day on which a pause begins does.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from yichuang.base.clock import CITY_ZONE, local
from yichuang.deadlines.calendar import ONE_DAY, Calendar
from yichuang.deadlines.data import Due, Light, Limit, Pause, Pauses, Rung, Unit, Worked

_END_OF_DAY = time(23, 59, 59)
_MINUTE = timedelta(minutes=1)


def due(calendar: Calendar, start: datetime, limit: Limit, pauses: Pauses = ()) -> Due:
    """When a clock of `limit` that started at `start` runs out, where every pause in `pauses` has ended.

    Limits of days end at 23:59:59 Beijing time of the last day, or at noon where half a day is left. Calendar
    days that end on a day off roll on to the next working day, and `rolled` says over what. Minutes count
    while the offices are open. Raises `ValueError` for a clock that still stands still: nobody knows its end.
    """
    if any(pause.end is None for pause in pauses):
        raise ValueError("a clock that stands still has no end")
    if limit.unit is Unit.MINUTES:
        return Due(_after_minutes(calendar, start, limit.value, pauses))
    if limit.unit is Unit.WORKING_DAYS:
        return Due(_after_halves(calendar, start, 2 * limit.value, pauses))
    return _after_days(calendar, start, limit.value, pauses)


def due_if_resumed(calendar: Calendar, start: datetime, limit: Limit, pauses: Pauses, now: datetime) -> Due:
    """“如果今天补齐”: when the clock runs out if what it waits for came now."""
    closed = [pause if pause.end else Pause(pause.start, max(now, pause.start)) for pause in pauses]
    return due(calendar, start, limit, closed)


def used(calendar: Calendar, start: datetime, limit: Limit, pauses: Pauses, now: datetime) -> float:
    """How much of the limit is used up at `now`, in its own unit (half days count 0.5)."""
    if limit.unit is Unit.MINUTES:
        return sum((end - begin) / _MINUTE for begin, end in _open_spans(calendar, start, pauses, now))
    days = _counted_days(local(start).date(), pauses, local(now).date())
    if limit.unit is Unit.CALENDAR_DAYS:
        return float(sum(1 for _day in days))
    return sum(calendar.worked(day).halves for day in days) / 2


def moments(
    calendar: Calendar, start: datetime, limit: Limit, pauses: Pauses, ladder: Sequence[Rung]
) -> list[datetime]:
    """When each rung of the ladder is reached, parallel to it; every pause has ended."""
    return [_moment(calendar, start, limit, pauses, rung) for rung in ladder]


def light(ladder: Sequence[Rung], reached_at: Sequence[datetime], now: datetime) -> Light:
    """The light of a clock: that of the last rung on its ladder that is reached, green before the first."""
    reached = [rung.light for rung, moment in zip(ladder, reached_at, strict=True) if moment < now]
    return reached[-1] if reached else Light.GREEN


def _moment(calendar: Calendar, start: datetime, limit: Limit, pauses: Pauses, rung: Rung) -> datetime:
    if rung.over is not None:
        end = due(calendar, start, limit, pauses).at
        return due(calendar, end, rung.over).at
    left = _share(limit, rung.left)
    if rung.least is not None and rung.least.unit is limit.unit:
        left = max(left, _whole(rung.least))
    whole = _whole(limit)
    if limit.unit is Unit.WORKING_DAYS:
        return _after_halves(calendar, start, max(whole - left, 0), pauses)
    if limit.unit is Unit.MINUTES:
        return _after_minutes(calendar, start, max(whole - left, 0), pauses)
    return due(calendar, start, limit, pauses).at - left * ONE_DAY


def _whole(limit: Limit) -> int:
    """The limit in what is counted: half days, days or minutes."""
    return 2 * limit.value if limit.unit is Unit.WORKING_DAYS else limit.value


def _share(limit: Limit, percent: int) -> int:
    """So many per cent of the limit, rounded up: a warning comes rather a little early."""
    return -(-_whole(limit) * percent // 100)


def _is_paused(day: date, pauses: Pauses) -> bool:
    return any(
        local(pause.start).date() < day and (pause.end is None or day <= local(pause.end).date())
        for pause in pauses
    )


def _counted_days(first: date, pauses: Pauses, last: date) -> Iterator[date]:
    """The days after `first` up to `last` on which the clock runs."""
    day = first
    while day < last:
        day += ONE_DAY
        if not _is_paused(day, pauses):
            yield day


def _after_halves(calendar: Calendar, start: datetime, halves: int, pauses: Pauses) -> datetime:
    day, left = local(start).date(), halves
    while left > 0:
        day += ONE_DAY
        if _is_paused(day, pauses):
            continue
        worked = calendar.worked(day).halves
        if worked > left:  # half a day of a full one
            return datetime.combine(day, calendar.hours_on(day).morning_end, CITY_ZONE)
        left -= worked
    if left == 0 and calendar.worked(day) is Worked.MORNING and halves > 0:
        return datetime.combine(day, calendar.hours_on(day).morning_end, CITY_ZONE)
    return datetime.combine(day, _END_OF_DAY, CITY_ZONE)


def _after_days(calendar: Calendar, start: datetime, days: int, pauses: Pauses) -> Due:
    day, left = local(start).date(), days
    while left > 0:
        day += ONE_DAY
        left -= not _is_paused(day, pauses)
    rolled = []
    while not calendar.is_working(day):
        rolled.append((day.isoformat(), calendar.name_of(day)))
        day += ONE_DAY
    return Due(datetime.combine(day, _END_OF_DAY, CITY_ZONE), tuple(rolled))


def _after_minutes(calendar: Calendar, start: datetime, minutes: int, pauses: Pauses) -> datetime:
    left = timedelta(minutes=minutes)
    if not left:
        return start
    for begin, end in _open_spans(calendar, start, pauses, None):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    raise AssertionError("the offices open again")  # the spans never end


def _open_spans(
    calendar: Calendar, start: datetime, pauses: Pauses, until: datetime | None
) -> Iterator[tuple[datetime, datetime]]:
    """The spans from `start` on in which the offices are open and no pause holds; without `until` they never end."""
    day = local(start).date()
    while until is None or day <= local(until).date():
        for begin, end in calendar.sessions(day):
            span = (max(begin, start), end if until is None else min(end, until))
            yield from _without(span, pauses)
        day += ONE_DAY


def _without(span: tuple[datetime, datetime], pauses: Pauses) -> Iterator[tuple[datetime, datetime]]:
    begin, end = span
    for pause in sorted(pauses, key=lambda pause: pause.start):
        if pause.end is not None and pause.end <= begin:
            continue
        if pause.start >= end:
            break
        if begin < pause.start:
            yield begin, pause.start
        if pause.end is None:
            return
        begin = max(begin, pause.end)
    if begin < end:
        yield begin, end
