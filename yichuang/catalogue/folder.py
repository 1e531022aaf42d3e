"""What a city's folder holds beside the catalogue itself: the establishment, the calendar, trial accounts.

These values are handed down to the apps that keep them (`identity`, `deadlines`) when a release is
published; the field names are the keys of the YAML files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from yichuang.catalogue.data import Catalogue
from yichuang.deadlines.data import Rung, Worked
from yichuang.deadlines.ladders import DEFAULT_RUNGS
from yichuang.identity.data import Power, Role

#: Where a value stands in the folder: the kind, its key, then field names and list positions.
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class City:
    """The city that publishes; `region` is the code of its administrative division.

    `code_schemes`: the schemes of `codes.yaml` that are in force; a code is right that fits one of them.
    """

    city: str
    name: str
    region: str
    code_schemes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """An administrative division (区划)."""

    code: str
    name: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Department:
    """An organ that performs items (实施主体), or the service centre."""

    key: str
    name: str
    short_name: str
    uscc: str
    region: str
    is_centre: bool = False


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter (窗口) of a centre; no boards: it takes every item."""

    key: str
    name: str
    centre: str
    place: str = ""
    boards: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mandate:
    """业务委托书: `department` lets `centre` use `powers` for its items (none named: all)."""

    number: str
    department: str
    centre: str
    powers: tuple[Power, ...]
    valid_from: date
    valid_until: date | None = None
    item_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StaffMember:
    """An account of a trial installation."""

    username: str
    name: str
    department: str
    roles: tuple[Role, ...]
    counter: str = ""


@dataclass(frozen=True, slots=True)
class DayOverride:
    """A day that the city declares worked or not, over the national calendar."""

    date: date
    worked: Worked
    name: str
    provisional: bool = False
    region: str = ""  # "": the whole city


@dataclass(frozen=True, slots=True)
class OfficeHoursEntry:
    """Office hours (办公时间) from a day on, of one region or of the whole city."""

    valid_from: date
    morning_start: time
    morning_end: time
    afternoon_start: time
    afternoon_end: time
    region: str = ""


@dataclass(frozen=True, slots=True)
class Folder:
    """Everything read from a city's folder. `places` says in which file and line each value stands."""

    catalogue: Catalogue
    region: str
    regions: tuple[Region, ...]
    departments: Mapping[str, Department]
    counters: tuple[Counter, ...]
    mandates: tuple[Mandate, ...]
    staff: tuple[StaffMember, ...]
    overrides: tuple[DayOverride, ...]
    templates: Mapping[str, str]
    places: Mapping[Place, tuple[str, int]] = field(repr=False, compare=False)
    office_hours: tuple[OfficeHoursEntry, ...] = ()
    rungs: tuple[Rung, ...] = DEFAULT_RUNGS
    broken: frozenset[tuple[str, str]] = frozenset()  # (kind, key) of what could not be read
    contents: Mapping[str, bytes] = field(
        default_factory=dict, repr=False, compare=False
    )  # of `files`, if read

    @property
    def city(self) -> City:
        """What `city.yaml` says."""
        made = self.catalogue
        return City(made.city, made.name, self.region, made.schemes_in_force)

    def entries(self, name: str) -> Any:
        """The list or mapping `name` (a key of the files, a word of `labels.LISTS`), wherever it is kept."""
        return getattr(self if hasattr(self, name) else self.catalogue, name)

    def where(self, place: Place) -> tuple[str, int]:
        """File and line of a value, or of the nearest thing that holds it."""
        while place and place not in self.places:
            place = place[:-1]
        return self.places.get(place, ("city.yaml", 1))


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong, where, and what to do. `path` is relative to the folder; `line` counts from 1.

    `source`: the law or standard of the rule that finds it.
    """

    path: str
    line: int
    place: str
    problem: str
    remedy: str
    source: str = ""

    def __str__(self) -> str:
        told = f"{self.path}:{self.line}: {self.place}: {self.problem} → {self.remedy}"
        return f"{told}（{self.source}）" if self.source else told
