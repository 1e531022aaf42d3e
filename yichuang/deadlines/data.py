"""Time limits as values."""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """Unit of a time limit."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    MINUTES = "minutes"


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit (办结时限): `value` in `unit`; `basis`: what law or promise sets it; `explanation`: for people."""

    value: int
    unit: Unit = Unit.WORKING_DAYS
    basis: str = ""
    explanation: str = ""


class Light(StrEnum):
    """红黄灯: how a running clock stands."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
