"""Working days: make-up days, holidays, the city's own days, and the end of the calendar."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuang.base.clock import CITY_ZONE, local
from yichuang.base.errors import Refused
from yichuang.deadlines import clocks
from yichuang.deadlines.calendar import Calendar
from yichuang.deadlines.data import Limit, OfficeHours, Worked

NATIONAL = Calendar({})
DAYS = st.dates(date(2019, 1, 1), date(2026, 9, 1))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CITY_ZONE)


def test_a_make_up_saturday_is_worked() -> None:
    assert NATIONAL.is_working(date(2018, 9, 29))


def test_national_day_is_not_worked() -> None:
    assert not NATIONAL.is_working(date(2026, 10, 1))


def test_a_day_that_the_city_declares_wins() -> None:
    assert not Calendar({date(2026, 3, 9): Worked.NONE}).is_working(date(2026, 3, 9))
    assert Calendar({date(2026, 10, 1): Worked.FULL}).is_working(date(2026, 10, 1))


def test_past_the_calendars_end_the_sentence_names_the_remedy() -> None:
    with pytest.raises(Refused, match=r"calendar\.yaml"):
        clocks.due(NATIONAL, at("2026-12-30T09:00"), Limit(5))


def test_a_year_that_the_city_declared_follows_the_week() -> None:
    calendar = Calendar({date(2027, 1, 1): Worked.NONE})
    assert clocks.due(calendar, at("2026-12-31T09:00"), Limit(1)).at == at("2027-01-04T23:59:59")


def test_five_working_days_over_the_may_holiday() -> None:
    # 2026: the holiday is 1–5 May, 9 May is a make-up Saturday.
    assert clocks.due(NATIONAL, at("2026-04-30T10:00"), Limit(5)).at == at("2026-05-11T23:59:59")


def test_the_start_never_counts_itself() -> None:
    assert clocks.due(NATIONAL, at("2026-03-09T09:00"), Limit(1)).at == at("2026-03-10T23:59:59")


def test_an_evening_in_utc_is_the_next_day_in_the_city() -> None:
    evening = datetime(2026, 3, 9, 17, 0, tzinfo=UTC)  # 01:00 on the 10th in Beijing
    assert local(clocks.due(NATIONAL, evening, Limit(1)).at).date() == date(2026, 3, 11)


@given(DAYS, st.integers(0, 60))
def test_adding_and_counting_working_days_agree(start: date, days: int) -> None:
    morning = datetime(start.year, start.month, start.day, 9, tzinfo=CITY_ZONE)
    end = local(clocks.due(NATIONAL, morning, Limit(days)).at).date()
    assert NATIONAL.working_days_between(start, end) == days
    assert days == 0 or NATIONAL.is_working(end)


@pytest.mark.parametrize(
    ("arrives", "counts_from"),
    [
        ("2026-03-09T07:30", "2026-03-09T07:30"),  # before the offices open: the same day
        ("2026-03-09T12:30", "2026-03-09T12:30"),  # over lunch
        ("2026-03-09T17:00", "2026-03-09T17:00"),
        ("2026-03-09T17:01", "2026-03-10T09:00"),  # in the evening
        ("2026-03-14T10:00", "2026-03-16T09:00"),  # on a Saturday
        ("2026-05-09T10:00", "2026-05-09T10:00"),  # on a Saturday that is worked
        ("2026-09-30T20:00", "2026-10-08T09:00"),  # before the national holiday
    ],
)
def test_what_arrives_after_hours_counts_from_the_next_opening(arrives: str, counts_from: str) -> None:
    assert NATIONAL.counted_from(at(arrives)) == at(counts_from)


def test_an_afternoon_off_closes_the_offices_at_noon() -> None:
    calendar = Calendar({date(2026, 3, 9): Worked.MORNING}, {date(2026, 3, 9): "全市防汛演练"})
    assert calendar.counted_from(at("2026-03-09T13:00")) == at("2026-03-10T09:00")


def test_office_hours_change_with_the_season() -> None:
    summer = OfficeHours(afternoon_end=OfficeHours().afternoon_end.replace(hour=18))
    calendar = Calendar({}, hours=((date(2026, 6, 1), summer),))
    assert calendar.counted_from(at("2026-05-29T17:30")) == at("2026-06-01T09:00")
    assert calendar.counted_from(at("2026-06-01T17:30")) == at("2026-06-01T17:30")


@pytest.mark.parametrize(
    ("day", "name"), [("2026-10-02", "国庆节"), ("2026-03-14", "星期六"), ("2030-06-12", "端午休假")]
)
def test_a_day_off_has_a_name(day: str, name: str) -> None:
    calendar = Calendar({}, {date(2030, 6, 12): "端午休假"})
    assert calendar.name_of(date.fromisoformat(day)).startswith(name)
