"""The only place that asks the machine what time it is. Acts get `now` passed in."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

#: Every legal date is a date in Beijing time (GB/T 7408).
CITY_ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """`moment` on the city's wall clock."""
    return moment.astimezone(CITY_ZONE)


def short(moment: datetime, now: datetime) -> str:
    """A moment as one says it to a colleague: “17:30”, with the day where it is another one than today."""
    is_today = local(moment).date() == local(now).date()
    return f"{local(moment):%H:%M}" if is_today else f"{local(moment):%m-%d %H:%M}"
