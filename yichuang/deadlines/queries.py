"""The calendar in force."""

import threading
import time

from yichuang.deadlines.calendar import Calendar
from yichuang.deadlines.models import CalendarDay

#: Seconds for which a process keeps the calendar; a changed day is in force everywhere after that.
KEEP_SECONDS = 5.0


class _Kept(threading.local):
    calendar: Calendar | None = None
    read_at = 0.0


_kept = _Kept()


def calendar() -> Calendar:
    """The calendar in force, read at most every five seconds by each thread."""
    if _kept.calendar is None or time.monotonic() - _kept.read_at > KEEP_SECONDS:
        _kept.calendar = Calendar(dict(CalendarDay.objects.order_by("day").values_list("day", "is_working")))
        _kept.read_at = time.monotonic()
    return _kept.calendar
