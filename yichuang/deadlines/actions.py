"""Keeping the city's own days."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TypedDict

from yichuang.deadlines.models import CalendarDay
from yichuang.ledger.actions import Record, record


class DayRow(TypedDict):
    """One line of `calendar.yaml`."""

    date: date
    working: bool
    name: str
    provisional: bool


def set_overrides(rows: Iterable[DayRow], *, actor_kind: str, actor_id: int, now: datetime) -> int:
    """Declare days in the caller's transaction; returns how many changed. A day not named keeps what it was."""
    known = {day.day: (day.is_working, day.name, day.provisional) for day in CalendarDay.objects.all()}
    wanted = {row["date"]: (row["working"], row["name"], row["provisional"]) for row in rows}
    changed = [
        CalendarDay(day=day, is_working=facts[0], name=facts[1], provisional=facts[2])
        for day, facts in wanted.items()
        if known.get(day) != facts
    ]
    if not changed:
        return 0
    CalendarDay.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["is_working", "name", "provisional"],
    )
    facts = {"days": len(changed), "first": min(d.day for d in changed).isoformat()}
    record(
        [Record("calendar.changed", "calendar", 0, facts)], actor_kind=actor_kind, actor_id=actor_id, now=now
    )
    return len(changed)
