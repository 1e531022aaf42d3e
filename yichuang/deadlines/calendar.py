"""Working days (工作日): the national calendar with make-up days, and the city's own days over it.

行政许可法 art. 82: periods of up to … days are working days, statutory holidays not counted. The State
Council moves holidays every year, so the calendar ends somewhere; past its end nothing is guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import chinese_calendar
from django.utils.translation import gettext as _

from yichuang.base.clock import CITY_ZONE, local
from yichuang.base.errors import Refused
from yichuang.deadlines.data import Light, Limit, Unit

_ONE_DAY = timedelta(days=1)
_END_OF_DAY = time(23, 59, 59)


@dataclass(frozen=True)
class Calendar:
    """Which days are worked. `overrides` (day → worked) win over the national calendar.

    A year for which the city declared any day is complete: its other days follow the week. Any other day
    past the national calendar's end raises `Refused` naming the remedy.
    """

    overrides: Mapping[date, bool]

    def is_working(self, day: date) -> bool:
        """Whether `day` is worked."""
        declared = self.overrides.get(day)
        if declared is not None:
            return declared
        try:
            return _is_national_workday(day)
        except NotImplementedError as error:
            if any(known.year == day.year for known in self.overrides):
                return day.weekday() < 5
            sentence = _(
                "工作日历只到%(last)s为止，无法推算%(day)s是否为工作日。请管理员在 calendar.yaml 中录入"
                "%(year)d年的放假和调休安排并重新发布。"
            ) % {"last": f"{_last_year()}-12-31", "day": day.isoformat(), "year": day.year}
            raise Refused(sentence, code="calendar_ends") from error

    def add_working_days(self, start: date, days: int) -> date:
        """The `days`-th working day after `start`; the start itself never counts. Zero gives `start`."""
        day = start
        while days > 0:
            day += _ONE_DAY
            days -= self.is_working(day)
        return day

    def due(self, start: datetime, limit: Limit) -> datetime:
        """When a clock of `limit` that starts at `start` runs out.

        Days end at 23:59:59 Beijing time of the last day; counting begins on the day after the start.
        A period of calendar days that ends on a day off rolls to the next working day.
        """
        if limit.unit is Unit.MINUTES:
            return start + timedelta(minutes=limit.value)
        first = local(start).date()
        if limit.unit is Unit.WORKING_DAYS:
            last = self.add_working_days(first, limit.value)
        else:
            last = first + timedelta(days=limit.value)
            while not self.is_working(last):
                last += _ONE_DAY
        return datetime.combine(last, _END_OF_DAY, CITY_ZONE)

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`."""
        days = (start + timedelta(days=ahead) for ahead in range(1, (end - start).days + 1))
        return sum(self.is_working(day) for day in days)


@lru_cache(maxsize=4000)
def _is_national_workday(day: date) -> bool:
    """Asked for every day of every clock on a work list."""
    return bool(chinese_calendar.is_workday(day))


def _last_year() -> int:
    years: set[int] = {day.year for day in chinese_calendar.holidays}
    return max(years)


def light(*, started_at: datetime, due_at: datetime, now: datetime) -> Light:
    """The light of a running clock: red when overdue, yellow in the last fifth or the last 24 hours, else green.

    Limits of minutes have no 24-hour warning: for them only the last fifth is yellow.
    """
    if now > due_at:
        return Light.RED
    span, left = due_at - started_at, due_at - now
    warning = span / 5 if span < _ONE_DAY else max(span / 5, _ONE_DAY)
    return Light.YELLOW if left <= warning else Light.GREEN
