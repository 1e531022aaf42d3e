"""Working days: make-up days, holidays, the city's own days, and the end of the calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuang.base.clock import CITY_ZONE, local
from yichuang.base.errors import Refused
from yichuang.deadlines.calendar import Calendar, light
from yichuang.deadlines.data import Light, Limit, Unit

NATIONAL = Calendar({})
DAYS = st.dates(date(2019, 1, 1), date(2026, 9, 1))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CITY_ZONE)


def test_a_make_up_saturday_is_worked() -> None:
    assert NATIONAL.is_working(date(2018, 9, 29))


def test_national_day_is_not_worked() -> None:
    assert not NATIONAL.is_working(date(2026, 10, 1))


def test_a_day_that_the_city_declares_wins() -> None:
    assert not Calendar({date(2026, 3, 9): False}).is_working(date(2026, 3, 9))
    assert Calendar({date(2026, 10, 1): True}).is_working(date(2026, 10, 1))


def test_past_the_calendars_end_the_sentence_names_the_remedy() -> None:
    with pytest.raises(Refused, match=r"calendar\.yaml"):
        NATIONAL.add_working_days(date(2026, 12, 30), 5)


def test_a_year_that_the_city_declared_follows_the_week() -> None:
    calendar = Calendar({date(2027, 1, 1): False})
    assert calendar.add_working_days(date(2026, 12, 31), 1) == date(2027, 1, 4)


def test_five_working_days_over_the_may_holiday() -> None:
    # 2026: the holiday is 1–5 May, 9 May is a make-up Saturday.
    assert NATIONAL.due(at("2026-04-30T10:00"), Limit(5)) == at("2026-05-11T23:59:59")


def test_the_start_never_counts_itself() -> None:
    assert NATIONAL.due(at("2026-03-09T09:00"), Limit(1)) == at("2026-03-10T23:59:59")


def test_an_evening_in_utc_is_the_next_day_in_the_city() -> None:
    evening = datetime(2026, 3, 9, 17, 0, tzinfo=UTC)  # 01:00 on the 10th in Beijing
    assert local(NATIONAL.due(evening, Limit(1))).date() == date(2026, 3, 11)


def test_calendar_days_that_end_on_a_day_off_roll_forward() -> None:
    limit = Limit(3, Unit.CALENDAR_DAYS)
    assert NATIONAL.due(at("2026-03-12T09:00"), limit) == at("2026-03-16T23:59:59")


def test_minutes_are_minutes() -> None:
    assert NATIONAL.due(at("2026-03-09T09:00"), Limit(60, Unit.MINUTES)) == at("2026-03-09T10:00")


@given(DAYS, st.integers(0, 60))
def test_adding_and_counting_working_days_agree(start: date, days: int) -> None:
    end = NATIONAL.add_working_days(start, days)
    assert NATIONAL.working_days_between(start, end) == days
    assert days == 0 or NATIONAL.is_working(end)


@given(DAYS, st.integers(0, 30), st.integers(0, 30))
def test_a_longer_limit_is_never_due_earlier(start: date, one: int, more: int) -> None:
    assert NATIONAL.add_working_days(start, one) <= NATIONAL.add_working_days(start, one + more)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-03-09T10:00", Light.GREEN),
        ("2026-03-18T22:00", Light.YELLOW),
        ("2026-03-20T23:59:59", Light.YELLOW),
        ("2026-03-21T00:00", Light.RED),
    ],
)
def test_the_light_turns_yellow_in_the_last_fifth_and_red_when_overdue(now: str, expected: Light) -> None:
    started, due = at("2026-03-09T09:00"), at("2026-03-20T23:59:59")
    assert light(started_at=started, due_at=due, now=at(now)) is expected


def test_an_hours_limit_is_not_yellow_from_the_first_minute() -> None:
    started = at("2026-03-09T09:00")
    due = started + timedelta(minutes=60)
    assert light(started_at=started, due_at=due, now=started + timedelta(minutes=10)) is Light.GREEN
