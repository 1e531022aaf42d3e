"""Who acts: the values that cross this app's border."""

from dataclasses import dataclass
from enum import StrEnum


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

    def has(self, *roles: Role) -> bool:
        """Whether the actor has any of these roles."""
        return not self.roles.isdisjoint(roles)


#: The platform itself, for what the law or a clock brings about.
SYSTEM = Actor(ActorKind.SYSTEM)
#: Somebody who has not logged in.
ANONYMOUS = Actor(ActorKind.ANONYMOUS)
