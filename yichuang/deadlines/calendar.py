"""Working days (工作日) and office hours: the national calendar with make-up days, and the city's own days over it.

行政许可法 art. 82: periods of up to … days are working days, statutory holidays not counted. The State
Council moves holidays every year, so the calendar ends somewhere; past its end nothing is guessed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import chinese_calendar
from django.utils.translation import gettext as _

from yichuang.base.clock import CITY_ZONE, local
from yichuang.base.errors import Refused
from yichuang.deadlines.data import OfficeHours, Worked

ONE_DAY = timedelta(days=1)
_USUAL_HOURS = OfficeHours()
#: Names of the national calendar for days off that are no holiday.
_WEEKEND = {5: "星期六", 6: "星期日"}


@dataclass(frozen=True)
class Calendar:
    """Which days are worked, and when. `overrides` win over the national calendar; `names` says why; `hours` are
    office hours with the day from which they hold, the earliest first.

    A year for which the city declared any day is complete: its other days follow the week. Any other day
    past the national calendar's end raises `Refused` naming the remedy.
    """

    overrides: Mapping[date, Worked]
    names: Mapping[date, str] = field(default_factory=dict)
    hours: tuple[tuple[date, OfficeHours], ...] = ()

    def worked(self, day: date) -> Worked:
        """How much of `day` is worked."""
        declared = self.overrides.get(day)
        if declared is not None:
            return declared
        try:
            national = _is_national_workday(day)
        except NotImplementedError as error:
            if any(known.year == day.year for known in self.overrides):
                return Worked.FULL if day.weekday() < 5 else Worked.NONE
            sentence = _(
                "工作日历只到%(last)s为止，无法推算%(day)s是否为工作日。请管理员在 calendar.yaml 中录入"
                "%(year)d年的放假和调休安排并重新发布。"
            ) % {"last": f"{_last_year()}-12-31", "day": day.isoformat(), "year": day.year}
            raise Refused(sentence, code="calendar_ends") from error
        return Worked.FULL if national else Worked.NONE

    def is_working(self, day: date) -> bool:
        """Whether any of `day` is worked."""
        return self.worked(day) is not Worked.NONE

    def name_of(self, day: date) -> str:
        """Why `day` is a day off: the holiday's name, or the day of the week."""
        declared = self.names.get(day)
        if declared:
            return declared
        try:
            holiday = chinese_calendar.get_holiday_detail(day)[1]
        except NotImplementedError:
            holiday = None
        return _HOLIDAYS.get(holiday or "", "") or _WEEKEND.get(day.weekday(), _("休息日"))

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`."""
        days = (start + timedelta(days=ahead) for ahead in range(1, (end - start).days + 1))
        return sum(self.is_working(day) for day in days)

    def hours_on(self, day: date) -> OfficeHours:
        """The office hours that hold on `day`."""
        held = [hours for valid_from, hours in self.hours if valid_from <= day]
        return held[-1] if held else _USUAL_HOURS

    def sessions(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """When the offices are open on `day`: none, one or two spans."""
        worked, hours = self.worked(day), self.hours_on(day)
        if worked in {Worked.FULL, Worked.MORNING}:
            yield _at(day, hours.morning_start), _at(day, hours.morning_end)
        if worked in {Worked.FULL, Worked.AFTERNOON}:
            yield _at(day, hours.afternoon_start), _at(day, hours.afternoon_end)

    def counted_from(self, moment: datetime) -> datetime:
        """When what arrives at `moment` counts as received: then, or where the offices have closed for the day or
        it is a day off, at the next opening (浙江规定 art. 12; domain trap 3)."""
        day = local(moment).date()
        spans = list(self.sessions(day))
        if spans and moment <= spans[-1][1]:
            return moment
        day += ONE_DAY
        while not self.is_working(day):
            day += ONE_DAY
        return next(self.sessions(day))[0]


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, CITY_ZONE)


@lru_cache(maxsize=4000)
def _is_national_workday(day: date) -> bool:
    """Asked for every day of every clock on a work list."""
    return bool(chinese_calendar.is_workday(day))


def _last_year() -> int:
    years: set[int] = {day.year for day in chinese_calendar.holidays}
    return max(years)


#: The package's English names of the national holidays.
_HOLIDAYS = {holiday.value: holiday.chinese for holiday in chinese_calendar.Holiday}
