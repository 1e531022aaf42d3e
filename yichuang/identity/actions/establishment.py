"""The establishment of a city (机构): its regions, departments, counters and mandates."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from django.db import transaction
from django.db.models import Q

from yichuang.base.clock import local
from yichuang.identity.data import SYSTEM, Power
from yichuang.identity.models import Counter, Department, Mandate, Region
from yichuang.identity.queries import forget_departments
from yichuang.ledger.actions import Record, record


class RegionEntry(Protocol):
    """An administrative division (区划)."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def parent(self) -> str | None: ...


class DepartmentEntry(Protocol):
    """An organ, or the service centre."""

    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def short_name(self) -> str: ...
    @property
    def uscc(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def is_centre(self) -> bool: ...


class CounterEntry(Protocol):
    """A counter; `centre` is a department key."""

    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def centre(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def boards(self) -> Sequence[str]: ...


class MandateEntry(Protocol):
    """业务委托书; `department` and `centre` are department keys."""

    @property
    def number(self) -> str: ...
    @property
    def department(self) -> str: ...
    @property
    def centre(self) -> str: ...
    @property
    def powers(self) -> Sequence[Power]: ...
    @property
    def item_keys(self) -> Sequence[str]: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_until(self) -> date | None: ...


class Establishment(Protocol):
    """What a published folder says of the city's organs; checked before (`catalogue check`)."""

    @property
    def regions(self) -> Sequence[RegionEntry]: ...
    @property
    def departments(self) -> Mapping[str, DepartmentEntry]: ...
    @property
    def counters(self) -> Sequence[CounterEntry]: ...
    @property
    def mandates(self) -> Sequence[MandateEntry]: ...


def establish(data: Establishment, *, now: datetime) -> None:
    """Write the establishment over the present one, by key and 文号; safe to repeat.

    What the folder no longer names stays, because cases refer to it; only a mandate that it no longer
    names is revoked from today.
    """
    with transaction.atomic():
        _write_regions(data.regions)
        _write_departments(data.departments.values())
        ids = dict(Department.objects.values_list("key", "id"))
        _write_counters(data.counters, ids)
        _write_mandates(data.mandates, ids)
        revoked = _revoke_unnamed([entry.number for entry in data.mandates], local(now).date())
        facts = {
            "departments": len(data.departments),
            "counters": len(data.counters),
            "mandates": len(data.mandates),
            "revoked": revoked,
        }
        entry = Record("establishment.written", "city", 0, facts)
        record([entry], actor_kind=SYSTEM.kind, actor_id=SYSTEM.id, now=now)
        transaction.on_commit(forget_departments)
    forget_departments()


def _write_regions(entries: Iterable[RegionEntry]) -> None:
    Region.objects.bulk_create(
        [Region(code=entry.code, name=entry.name, parent_id=entry.parent) for entry in entries],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "parent"],
    )


def _write_departments(entries: Iterable[DepartmentEntry]) -> None:
    rows = [
        Department(
            key=entry.key,
            name=entry.name,
            short_name=entry.short_name,
            uscc=entry.uscc,
            region_id=entry.region,
            is_centre=entry.is_centre,
        )
        for entry in entries
    ]
    Department.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["name", "short_name", "uscc", "region", "is_centre"],
    )


def _write_counters(entries: Iterable[CounterEntry], ids: Mapping[str, int]) -> None:
    rows = [
        Counter(
            key=entry.key,
            name=entry.name,
            centre_id=ids[entry.centre],
            place=entry.place,
            boards=list(entry.boards),
        )
        for entry in entries
    ]
    Counter.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["name", "centre", "place", "boards"],
    )


def _write_mandates(entries: Iterable[MandateEntry], ids: Mapping[str, int]) -> None:
    rows = [
        Mandate(
            number=entry.number,
            department_id=ids[entry.department],
            centre_id=ids[entry.centre],
            powers=[Power(power).value for power in entry.powers],
            item_keys=list(entry.item_keys),
            valid_from=entry.valid_from,
            valid_until=entry.valid_until,
        )
        for entry in entries
    ]
    Mandate.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["number"],
        update_fields=["department", "centre", "powers", "item_keys", "valid_from", "valid_until"],
    )


def _revoke_unnamed(named: Sequence[str], today: date) -> int:
    """End what is no longer named. One that began only today ends with today, one that has not begun goes."""
    yesterday = today - timedelta(days=1)
    standing = Mandate.objects.exclude(number__in=named)
    _gone, by_model = standing.filter(valid_from__gt=today).delete()
    begun = standing.filter(Q(valid_until=None) | Q(valid_until__gt=yesterday))
    ended = begun.filter(valid_from=today).exclude(valid_until=today).update(valid_until=today)
    ended += begun.filter(valid_from__lt=today).update(valid_until=yesterday)
    return ended + sum(by_model.values())
