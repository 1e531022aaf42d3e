"""Keeping the city's own days, office hours and ladders of lights: what a publication hands down."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TypedDict

from yichuang.deadlines import queries
from yichuang.deadlines.data import OfficeHours, Rung, Worked
from yichuang.deadlines.models import CalendarDay, Hours, LadderRung
from yichuang.ledger.actions import Record, record


class DayRow(TypedDict):
    """One line of `calendar.yaml`."""

    region: str
    date: date
    worked: Worked
    name: str
    provisional: bool


class HoursRow(TypedDict):
    """Office hours of a region from a day on."""

    region: str
    valid_from: date
    hours: OfficeHours


def set_overrides(rows: Iterable[DayRow], *, actor_kind: str, actor_id: int, now: datetime) -> int:
    """Declare days in the caller's transaction; returns how many changed. A day not named keeps what it was."""
    known = {
        (day.region, day.day): (day.worked, day.name, day.provisional) for day in CalendarDay.objects.all()
    }
    wanted = {
        (row["region"], row["date"]): (row["worked"].value, row["name"], row["provisional"]) for row in rows
    }
    changed = [
        CalendarDay(region=region, day=day, worked=facts[0], name=facts[1], provisional=facts[2])
        for (region, day), facts in wanted.items()
        if known.get((region, day)) != facts
    ]
    if not changed:
        return 0
    CalendarDay.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["region", "day"],
        update_fields=["worked", "name", "provisional"],
    )
    facts = {
        "days": len(changed),
        "first": min(d.day for d in changed).isoformat(),
        "last": max(d.day for d in changed).isoformat(),
    }
    record(
        [Record("calendar.changed", "calendar", 0, facts)], actor_kind=actor_kind, actor_id=actor_id, now=now
    )
    queries.forget()
    return len(changed)


def set_hours(rows: Sequence[HoursRow], *, actor_kind: str, actor_id: int, now: datetime) -> None:
    """Declare office hours in the caller's transaction; hours not named any more are no longer kept."""
    wanted = [
        Hours(
            region=row["region"],
            valid_from=row["valid_from"],
            morning_start=row["hours"].morning_start,
            morning_end=row["hours"].morning_end,
            afternoon_start=row["hours"].afternoon_start,
            afternoon_end=row["hours"].afternoon_end,
        )
        for row in rows
    ]
    if _replaced(Hours, wanted):
        facts = {"rows": len(wanted)}
        record(
            [Record("hours.changed", "calendar", 0, facts)], actor_kind=actor_kind, actor_id=actor_id, now=now
        )
        queries.forget()


def set_ladders(rungs: Sequence[Rung], *, actor_kind: str, actor_id: int, now: datetime) -> None:
    """Declare the ladders in the caller's transaction. Clocks that run take the new rungs from their next one on."""
    wanted = [
        LadderRung(
            clock=rung.clock,
            key=rung.key,
            position=position,
            light=rung.light,
            left=rung.left,
            least_value=rung.least.value if rung.least else None,
            least_unit=rung.least.unit if rung.least else "",
            over_value=rung.over.value if rung.over else None,
            over_unit=rung.over.unit if rung.over else "",
            acts=list(rung.acts),
        )
        for position, rung in enumerate(rungs)
    ]
    if _replaced(LadderRung, wanted):
        facts = {"rungs": len(wanted)}
        record(
            [Record("ladders.changed", "calendar", 0, facts)],
            actor_kind=actor_kind,
            actor_id=actor_id,
            now=now,
        )
        queries.forget()


def _replaced(model: type[Hours] | type[LadderRung], wanted: Sequence[Hours | LadderRung]) -> bool:
    """Let the table hold these rows and no others; whether that changed anything."""
    columns = [column.attname for column in model._meta.concrete_fields if column.attname != "id"]
    known = [tuple(row) for row in model._default_manager.order_by("id").values_list(*columns)]
    if [tuple(map(_plain, row)) for row in known] == [
        tuple(_plain(getattr(row, name)) for name in columns) for row in wanted
    ]:
        return False
    model._default_manager.all().delete()
    model._default_manager.bulk_create(wanted)  # type: ignore[arg-type]
    return True


def _plain(value: object) -> object:
    """Lists and enums as what the database gives back."""
    return [str(one) for one in value] if isinstance(value, list) else value
