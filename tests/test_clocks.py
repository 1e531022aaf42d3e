"""Clocks as pure functions: when they run out, what a pause does, when a rung is reached."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuang.base.clock import CITY_ZONE
from yichuang.deadlines import clocks
from yichuang.deadlines.calendar import Calendar
from yichuang.deadlines.data import ClockKind, Light, Limit, Pause, Rung, Unit, Worked
from yichuang.deadlines.ladders import DEFAULT_RUNGS

NATIONAL = Calendar({})
TWO_DAYS, TEN_DAYS, HALF_HOUR = Limit(2), Limit(10), Limit(30, Unit.MINUTES)
PROMISED = tuple(rung for rung in DEFAULT_RUNGS if rung.clock is ClockKind.PROMISED)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CITY_ZONE)


def due(start: str, limit: Limit, *pauses: Pause, calendar: Calendar = NATIONAL) -> str:
    return f"{clocks.due(calendar, at(start), limit, pauses).at:%Y-%m-%d %H:%M}"


MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2026, 6, 1)).map(  # noqa: DTZ001 - hypothesis wants them naive
    lambda moment: moment.replace(tzinfo=CITY_ZONE)
)
LIMITS = st.builds(Limit, st.integers(0, 40), st.sampled_from(Unit))
SPANS = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 200)), max_size=3)


def pauses_after(start: datetime, spans: list[tuple[int, int]]) -> list[Pause]:
    """Pauses one after the other, so many hours apart and so many long."""
    made, moment = [], start
    for wait, length in spans:
        begin = moment + timedelta(hours=wait)
        moment = begin + timedelta(hours=length)
        made.append(Pause(begin, moment))
    return made


# ── Ends ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        ("2026-03-09T10:00", TWO_DAYS, "2026-03-11 23:59"),
        ("2026-03-12T10:00", TWO_DAYS, "2026-03-16 23:59"),  # over a weekend
        ("2026-04-30T10:00", Limit(5), "2026-05-11 23:59"),  # holiday 1–5 May, 9 May is worked
        ("2026-03-09T10:00", Limit(0), "2026-03-09 23:59"),
        ("2026-03-09T11:50", HALF_HOUR, "2026-03-09 13:50"),  # nobody works over lunch
        ("2026-03-09T16:50", HALF_HOUR, "2026-03-10 09:20"),
        ("2026-03-13T16:50", HALF_HOUR, "2026-03-16 09:20"),
        ("2026-03-12T09:00", Limit(3, Unit.CALENDAR_DAYS), "2026-03-16 23:59"),
    ],
)
def test_a_clock_runs_out(start: str, limit: Limit, end: str) -> None:
    assert due(start, limit) == end


def test_calendar_days_that_end_in_a_holiday_roll_on_and_say_over_what() -> None:
    found = clocks.due(NATIONAL, at("2026-09-20T09:00"), Limit(12, Unit.CALENDAR_DAYS))
    assert f"{found.at:%m-%d}" == "10-08"
    assert found.rolled[0] == ("2026-10-02", "国庆节")
    assert len(found.rolled) == 6


@pytest.mark.parametrize(
    ("limit", "end"),
    [(Limit(1), "2026-03-11 12:00"), (Limit(2), "2026-03-12 12:00"), (Limit(0), "2026-03-09 23:59")],
)
def test_a_day_worked_by_half_counts_half(limit: Limit, end: str) -> None:
    calendar = Calendar({date(2026, 3, 10): Worked.MORNING})
    assert due("2026-03-09T09:00", limit, calendar=calendar) == end


def test_a_clock_that_ends_with_a_free_afternoon_ends_at_noon() -> None:
    calendar = Calendar({date(2026, 3, 10): Worked.MORNING, date(2026, 3, 11): Worked.MORNING})
    assert due("2026-03-09T09:00", Limit(1), calendar=calendar) == "2026-03-11 12:00"


# ── Pauses ───────────────────────────────────────────────────────────────────────────────────────


def test_a_pause_moves_the_end_by_the_working_days_that_it_took() -> None:
    pause = Pause(at("2026-03-11T10:00"), at("2026-03-17T15:00"))  # four working days after its first
    assert (due("2026-03-09T10:00", TEN_DAYS), due("2026-03-09T10:00", TEN_DAYS, pause)) == (
        "2026-03-23 23:59",
        "2026-03-27 23:59",
    )


def test_a_pause_within_a_day_takes_no_day_but_takes_its_minutes() -> None:
    pause = Pause(at("2026-03-09T09:10"), at("2026-03-09T10:10"))
    assert due("2026-03-09T09:00", TEN_DAYS, pause) == due("2026-03-09T09:00", TEN_DAYS)
    assert due("2026-03-09T09:00", HALF_HOUR, pause) == "2026-03-09 10:30"


def test_a_clock_that_stands_still_has_no_end_but_an_end_if_it_went_on_today() -> None:
    start, waiting = at("2026-03-09T10:00"), [Pause(at("2026-03-11T10:00"))]
    with pytest.raises(ValueError, match="stands still"):
        clocks.due(NATIONAL, start, TEN_DAYS, waiting)
    found = clocks.due_if_resumed(NATIONAL, start, TEN_DAYS, waiting, at("2026-03-17T15:00"))
    assert f"{found.at:%m-%d}" == "03-27"


@given(MOMENTS, LIMITS, SPANS)
def test_a_pause_never_brings_the_end_nearer(
    start: datetime, limit: Limit, spans: list[tuple[int, int]]
) -> None:
    pauses = pauses_after(start, spans)
    assert clocks.due(NATIONAL, start, limit, pauses).at >= clocks.due(NATIONAL, start, limit).at


@given(MOMENTS, LIMITS, LIMITS, SPANS)
def test_a_longer_limit_never_ends_earlier(
    start: datetime, one: Limit, other: Limit, spans: list[tuple[int, int]]
) -> None:
    shorter, longer = sorted((one.value, one.value + other.value))
    pauses = pauses_after(start, spans)
    ends = [clocks.due(NATIONAL, start, Limit(value, one.unit), pauses).at for value in (shorter, longer)]
    assert ends == sorted(ends)


@given(MOMENTS, st.integers(1, 40), st.sampled_from(Unit), SPANS)
def test_at_its_end_a_clock_has_used_its_whole_limit(
    start: datetime, value: int, unit: Unit, spans: list[tuple[int, int]]
) -> None:
    limit, pauses = Limit(value, unit), pauses_after(start, spans)
    found = clocks.due(NATIONAL, start, limit, pauses)
    counted = clocks.used(NATIONAL, start, limit, pauses, found.at)
    rolled = len(found.rolled) if unit is Unit.CALENDAR_DAYS else 0
    assert value <= counted + 1e-6 <= value + rolled + 1


# ── Lights ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("now", "light"),
    [
        ("2026-03-09T10:00", Light.GREEN),
        ("2026-03-17T12:00", Light.GREEN),
        ("2026-03-18T00:00", Light.BLUE),  # four of ten working days are left
        ("2026-03-20T00:00", Light.YELLOW),  # two of ten
        ("2026-03-23T23:59:59", Light.YELLOW),
        ("2026-03-24T00:00", Light.RED),
    ],
)
def test_the_light_is_that_of_the_last_rung_reached(now: str, light: Light) -> None:
    reached = clocks.moments(NATIONAL, at("2026-03-09T10:00"), TEN_DAYS, (), PROMISED)
    assert clocks.light(PROMISED, reached, at(now)) is light


def test_a_short_promise_is_yellow_for_its_last_working_day_not_its_last_fifth() -> None:
    reached = clocks.moments(NATIONAL, at("2026-03-09T10:00"), TWO_DAYS, (), PROMISED)
    assert clocks.light(PROMISED, reached, at("2026-03-11T00:00")) is Light.YELLOW


def test_minutes_are_not_yellow_from_the_first() -> None:
    reached = clocks.moments(NATIONAL, at("2026-03-09T09:00"), HALF_HOUR, (), PROMISED)
    assert clocks.light(PROMISED, reached, at("2026-03-09T09:10")) is Light.GREEN
    assert clocks.light(PROMISED, reached, at("2026-03-09T09:25")) is Light.YELLOW


def test_a_rung_may_lie_behind_the_end() -> None:
    rung = Rung("late", ClockKind.PROMISED, Light.RED, over=Limit(3))
    assert clocks.moments(NATIONAL, at("2026-03-09T10:00"), TWO_DAYS, (), [rung]) == [
        at("2026-03-16T23:59:59")
    ]


@given(MOMENTS, st.integers(1, 40), st.sampled_from(Unit), SPANS)
def test_rungs_are_reached_in_the_order_of_the_ladder_and_the_last_with_the_end(
    start: datetime, value: int, unit: Unit, spans: list[tuple[int, int]]
) -> None:
    pauses, limit = pauses_after(start, spans), Limit(value, unit)
    reached = clocks.moments(NATIONAL, start, limit, pauses, PROMISED)
    assert reached[-1] == clocks.due(NATIONAL, start, limit, pauses).at
    assert max(reached) == reached[-1]
