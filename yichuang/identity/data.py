"""Who acts: the values that cross this app's border."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

#: The documented password of trial accounts. A production installation accepts it nowhere.
TRIAL_PASSWORD = "yichuang-trial"  # noqa: S105


class ActorKind(StrEnum):
    """Stored in ledger entries: a value may be added, never changed."""

    STAFF = "staff"
    APPLICANT = "applicant"
    PARTNER = "partner"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


class Role(StrEnum):
    """What a member of staff may be. Stored: a value may be added, never changed."""

    CLERK = "clerk"  # 窗口人员
    OFFICER = "officer"  # 审批人员
    CHIEF_OFFICER = "chief_officer"  # 首席代表
    MANAGER = "manager"  # 中心管理
    SUPERVISOR = "supervisor"  # 督查
    ADMINISTRATOR = "administrator"  # 系统管理


class Power(StrEnum):
    """What a mandate (业务委托书) hands over (浙江省保障“最多跑一次”改革规定 art. 5)."""

    RECEIVE = "receive"  # 收件
    ACCEPT = "accept"  # 受理
    DELIVER = "deliver"  # 送达


class Assurance(StrEnum):
    """How it was proved that an account speaks for a party (实名程度, mission S19). Stored."""

    STATED = "stated"  # nobody vouched: a trial account, or no account at all
    VERIFIED = "verified"  # an identity provider vouched for the ID number


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks. Every read and every act takes one; rights are filtered by it in the query.

    `id` is the id in the table that `kind` names (staff, party, partner; 0 for system and anonymous).
    `department_id` is the officer's own department, or the service centre for centre staff.
    """

    kind: ActorKind
    id: int = 0
    name: str = ""
    roles: frozenset[Role] = frozenset()
    department_id: int | None = None
    counter_id: int | None = None
    only_application: str = ""  # opened by number and query code: sees this application and no other

    def has(self, *roles: Role) -> bool:
        """Whether the actor has any of these roles."""
        return not self.roles.isdisjoint(roles)


#: The platform itself, for what the law or a clock brings about.
SYSTEM = Actor(ActorKind.SYSTEM)
#: Somebody who has not logged in.
ANONYMOUS = Actor(ActorKind.ANONYMOUS)


# ── Departments and counters ─────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class DepartmentFacts:
    """实施主体 or service centre, as other apps need it."""

    id: int
    key: str
    name: str
    short_name: str
    uscc: str
    region: str  # 区划 code: the calendar by which its clocks run
    is_centre: bool


@dataclass(frozen=True, slots=True)
class SubstitutionFacts:
    """代班: who acts for whom, from which day to which."""

    id: int
    absent: str
    substitute: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class CounterFacts:
    """窗口 of a centre; no boards: it takes every item (无差别受理)."""

    id: int
    key: str
    name: str
    place: str
    boards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StaffFacts:
    """A member of staff as the administrator sees the list."""

    id: int
    username: str
    name: str
    department_id: int
    department_name: str
    counter_name: str
    roles: frozenset[Role]
    is_active: bool


# ── Mandates ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class MandateFacts:
    """One 业务委托书. No item keys: all items of the department. `valid_until`: the last day it holds."""

    number: str  # 文号
    powers: frozenset[Power]
    item_keys: frozenset[str]
    valid_from: date
    valid_until: date | None

    def names(self, item_key: str) -> bool:
        """Whether the item is among those handed over, whatever the day and the power."""
        return not self.item_keys or item_key in self.item_keys

    def holds(self, day: date) -> bool:
        """Whether it is in force on `day`."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class MandateScope:
    """What a centre may do with one power on one day. `mandates`: department key → mandates of any day."""

    power: Power
    on: date
    mandates: Mapping[str, tuple[MandateFacts, ...]]

    def find(self, department_key: str, item_key: str) -> MandateFacts | None:
        """A mandate in force that hands over this power for this item."""
        for mandate in self.mandates.get(department_key, ()):
            if self.power in mandate.powers and mandate.names(item_key) and mandate.holds(self.on):
                return mandate
        return None

    def covers(self, department_key: str, item_key: str) -> bool:
        """Whether the act is within a mandate."""
        return self.find(department_key, item_key) is not None

    def number_for(self, department_key: str, item_key: str) -> str:
        """The 文号 of the mandate that covers the act; "" where none does."""
        mandate = self.find(department_key, item_key)
        return mandate.number if mandate else ""


# ── Parties ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """An applicant in plain text: only for the act that it was read for, never kept, never logged."""

    kind: str  # person | organisation
    number: str
    name: str
    phone: str

    def __repr__(self) -> str:
        return f"PartyFacts(kind={self.kind!r})"


@dataclass(frozen=True, slots=True)
class MaskedParty:
    """An applicant as lists show it."""

    name: str
    number: str
    phone: str
