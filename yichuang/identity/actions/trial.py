"""Accounts to try the platform with. Never on a production installation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.errors import Refused
from yichuang.identity.actions.parties import ensure_party
from yichuang.identity.data import SYSTEM, TRIAL_PASSWORD, Role
from yichuang.identity.models import Counter, Department, Party, Staff, User
from yichuang.ledger.actions import Record, record


class TrialStaff(Protocol):
    """A member of staff of the sample city; `department` and `counter` are keys."""

    @property
    def username(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def department(self) -> str: ...
    @property
    def counter(self) -> str: ...
    @property
    def roles(self) -> Sequence[Role]: ...


@dataclass(frozen=True, slots=True)
class TrialPerson:
    """An applicant of the sample city who has an account. `kind`: person | organisation."""

    username: str
    kind: str
    number: str
    name: str
    phone: str


def create_trial_accounts(
    *, staff: Sequence[TrialStaff], people: Sequence[TrialPerson], now: datetime
) -> int:
    """Accounts of the sample city, all with `TRIAL_PASSWORD`; how many were new. Those that exist stay.

    Raises `Refused` where the installation is not a trial.
    """
    if not settings.TRIAL:
        raise Refused(_("正式环境不能建立试用账号，请由系统管理员建立正式账号。"), code="not_trial")
    with transaction.atomic():
        names = [entry.username for entry in staff] + [person.username for person in people]
        taken = set(User.objects.filter(username__in=names).values_list("username", flat=True))
        # One hash for all: the password is printed on the console anyway, and forty hashes take ten seconds.
        password = make_password(TRIAL_PASSWORD)
        new = [User(username=name, password=password) for name in names if name not in taken]
        users = {user.username: user for user in User.objects.bulk_create(new)}
        _create_staff([entry for entry in staff if entry.username in users], users)
        for person in people:
            if person.username in users:
                _create_applicant(person, users[person.username], now)
        entry = Record("trial.accounts_made", "city", 0, {"accounts": len(users)})
        record([entry], actor_kind=SYSTEM.kind, actor_id=SYSTEM.id, now=now)
    return len(users)


def _create_staff(entries: Sequence[TrialStaff], users: dict[str, User]) -> None:
    departments = dict(Department.objects.values_list("key", "id"))
    counters = dict(Counter.objects.values_list("key", "id"))
    Staff.objects.bulk_create(
        Staff(
            user=users[entry.username],
            name=entry.name,
            department_id=departments[entry.department],
            counter_id=counters[entry.counter] if entry.counter else None,
            roles=sorted(Role(role).value for role in entry.roles),
        )
        for entry in entries
    )


def _create_applicant(person: TrialPerson, user: User, now: datetime) -> None:
    party_id = ensure_party(
        kind=person.kind, number=person.number, name=person.name, phone=person.phone, now=now
    )
    Party.objects.filter(id=party_id, user=None).update(user=user)
