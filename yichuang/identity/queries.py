"""Reads of who is who. Rights and mandates are asked here, once per request or act."""

import time
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils.translation import gettext as _

from yichuang.base.codes import check_phone
from yichuang.base.crypto import decrypt_text, mask_name, mask_number, mask_phone
from yichuang.base.errors import NotVisible
from yichuang.identity.data import (
    ANONYMOUS,
    Actor,
    ActorKind,
    CounterFacts,
    DepartmentFacts,
    MandateFacts,
    MandateScope,
    MaskedParty,
    PartyFacts,
    Power,
    Role,
    StaffFacts,
    SubstitutionFacts,
)
from yichuang.identity.models import Counter, Department, Mandate, Party, Region, Staff, Substitution, User
from yichuang.identity.personal import (
    NAME_CONTEXT,
    NUMBER_CONTEXT,
    PHONE_CONTEXT,
    check_number,
    number_index,
    phone_index,
)
from yichuang.identity.rules import check_administrator, check_party_reader
from yichuang.ledger.actions import Record, record

_ACCOUNT = """
SELECT u.id, u.username, u.password, u.last_login,
       s.id, s.name, s.roles, s.department_id, s.counter_id, s.is_active, p.id, p.name
FROM identity_user u
LEFT JOIN identity_staff s ON s.user_id = u.id
LEFT JOIN identity_party p ON p.user_id = u.id
WHERE u.id = %s AND u.is_active
"""
#: Departments change with a published release only; a process notices one within this many seconds.
_DEPARTMENTS_KEPT = 30.0
#: A mandate that was given or revoked counts in every process after this many seconds.
_MANDATES_KEPT = 1.0


def anonymous() -> Actor:
    """The actor of a visitor who has not logged in."""
    return ANONYMOUS


def account(user_id: int) -> User | None:
    """The active account of a session together with who acts by it; one statement, once per request."""
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNT, [user_id])
        row = cursor.fetchone()
    if row is None:
        return None
    user = User(id=row[0], username=row[1], password=row[2], last_login=row[3])
    user._state.adding, user._state.db = False, connection.alias
    user.known_actor = _actor(row[4:])
    return user


def actor_of(user: User | AnonymousUser) -> Actor:
    """Who asks, from the account that is logged in; no query where the account came from a session.

    An account that is neither active staff nor an applicant's is nobody: it has no rights at all. An
    applicant's name is masked, because an actor may end up in a log.
    """
    if not user.is_authenticated or user.pk is None:
        return ANONYMOUS
    known = user if user.known_actor else account(user.pk)
    return known.known_actor or ANONYMOUS if known else ANONYMOUS


def acting(staff_id: int) -> Actor:
    """A member of staff as the actor of what the platform does on her word, after her request has ended.

    Nobody, with no rights at all, where she does not work here any more.
    """
    user_id = Staff.objects.filter(id=staff_id).values_list("user_id", flat=True).first()
    known = account(user_id) if user_id else None
    return known.known_actor or ANONYMOUS if known else ANONYMOUS


def _actor(row: Sequence[Any]) -> Actor:
    staff_id, name, roles, department_id, counter_id, is_active, party_id, party_name = row
    if staff_id is not None:
        held = frozenset(map(Role, roles))
        return (
            Actor(ActorKind.STAFF, staff_id, name, held, department_id, counter_id)
            if is_active
            else ANONYMOUS
        )
    if party_id is None:
        return ANONYMOUS
    return Actor(ActorKind.APPLICANT, party_id, mask_name(decrypt_text(party_name, NAME_CONTEXT)))


def parent_regions() -> dict[str, str]:
    """Region code → the code of the region above; a region at the top has none."""
    return dict(Region.objects.exclude(parent=None).order_by("code").values_list("code", "parent_id"))


# ── Departments, counters, staff ─────────────────────────────────────────────────────────────────


class _Departments:
    """What this process knows of the departments. Ids never change for a key, so only news can be missed."""

    known: dict[str, DepartmentFacts] | None = None
    read_at = 0.0


def forget_departments() -> None:
    """Called after the establishment has changed (and by tests, which undo their changes)."""
    _Departments.known = None
    _Mandates.kept.clear()


def departments() -> dict[str, DepartmentFacts]:
    """Every department and centre by key; kept by the process, read again at most once in half a minute."""
    now = time.monotonic()
    if _Departments.known is None or now - _Departments.read_at > _DEPARTMENTS_KEPT:
        rows = Department.objects.order_by("key").values_list(
            "id", "key", "name", "short_name", "uscc", "region_id", "is_centre"
        )
        _Departments.known = {row[1]: DepartmentFacts(*row) for row in rows}
        _Departments.read_at = now
    return _Departments.known


def department_id(key: str) -> int:
    """The id of a department. Raises `NotVisible` for a key that nobody has published."""
    if key not in departments():
        forget_departments()
    department = departments().get(key)
    if department is None:
        sentence = _("目录中没有部门“%(key)s”，请先发布含有该部门的目录。")
        raise NotVisible(sentence % {"key": key}, code="department_unknown")
    return department.id


def centre_ids() -> list[int]:
    """The service centres, in order of their keys."""
    return list(Department.objects.filter(is_centre=True).order_by("key").values_list("id", flat=True))


def counters(centre_id: int) -> tuple[CounterFacts, ...]:
    """The counters of a centre, by key."""
    rows = Counter.objects.filter(centre_id=centre_id).order_by("key")
    return tuple(CounterFacts(row.id, row.key, row.name, row.place, tuple(row.boards)) for row in rows)


def counter(actor: Actor) -> CounterFacts | None:
    """The counter at which the actor sits today."""
    if actor.counter_id is None:
        return None
    row = Counter.objects.get(id=actor.counter_id)
    return CounterFacts(row.id, row.key, row.name, row.place, tuple(row.boards))


def staff_names(ids: Iterable[int]) -> dict[int, str]:
    """Names of members of staff; one query. Staff act in public, so their names are not masked."""
    return dict(Staff.objects.filter(id__in=set(ids)).values_list("id", "name"))


def staff_name(staff_id: int | None) -> str:
    """The name of one member of staff, "" for nobody."""
    return "" if staff_id is None else staff_names([staff_id]).get(staff_id, "")


def officers(department_id: int) -> dict[int, str]:
    """The names of a department's officers and chief officers by id, without those who have left; one query."""
    rows = Staff.objects.filter(department_id=department_id, is_active=True)
    deciding = rows.filter(roles__overlap=[Role.OFFICER.value, Role.CHIEF_OFFICER.value])
    return dict(deciding.order_by("id").values_list("id", "name"))


def stood_in_for(actor: Actor, on: date) -> frozenset[int]:
    """The colleagues on leave for whom the actor acts on that day (代班), as staff ids; one query."""
    rows = Substitution.objects.filter(substitute_id=actor.id, first__lte=on, last__gte=on, ended_at=None)
    return frozenset(rows.values_list("absent_id", flat=True))


def heads_stood_in_for(actor: Actor, on: date) -> frozenset[int]:
    """The chief officers on leave of the actor's department for whom she acts on that day; one query."""
    rows = Staff.objects.filter(id__in=stood_in_for(actor, on), department_id=actor.department_id or 0)
    return frozenset(rows.filter(roles__contains=[Role.CHIEF_OFFICER.value]).values_list("id", flat=True))


def substitutions(department_id: int, on: date) -> tuple[SubstitutionFacts, ...]:
    """Who acts for whom in a department on that day and later, the earliest first; one query."""
    rows = Substitution.objects.filter(absent__department_id=department_id, last__gte=on, ended_at=None)
    return tuple(
        SubstitutionFacts(row.id, row.absent.name, row.substitute.name, row.first, row.last)
        for row in rows.select_related("absent", "substitute").order_by("first", "id")
    )


def staff_list(actor: Actor) -> tuple[StaffFacts, ...]:
    """All accounts of staff, for the administrator; one query."""
    check_administrator(actor)
    rows = Staff.objects.select_related("user", "department", "counter").order_by(
        "department__key", "user__username"
    )
    return tuple(_staff_facts(row) for row in rows)


def staff_member(actor: Actor, staff_id: int) -> StaffFacts:
    """One account of staff, for the administrator."""
    check_administrator(actor)
    row = Staff.objects.select_related("user", "department", "counter").filter(id=staff_id).first()
    if row is None:
        raise NotVisible(_("没有找到该工作人员，请返回列表重新选择。"), code="staff_unknown")
    return _staff_facts(row)


def _staff_facts(row: Staff) -> StaffFacts:
    return StaffFacts(
        id=row.id,
        username=row.user.username,
        name=row.name,
        department_id=row.department_id,
        department_name=row.department.name,
        counter_name=row.counter.name if row.counter else "",
        roles=frozenset(Role(role) for role in row.roles),
        is_active=row.is_active,
    )


# ── Mandates ─────────────────────────────────────────────────────────────────────────────────────


class _Mandates:
    """The mandates of a centre as this process read them last: centre → (when, department key → mandates)."""

    kept: ClassVar[dict[int, tuple[float, dict[str, tuple[MandateFacts, ...]]]]] = {}


def mandated_items(centre_id: int, power: Power, on: date) -> MandateScope:
    """What `centre_id` may do with `power` on the day `on`; at most one query a second.

    Mandates of other powers and days come along, so that a refusal can say what is wrong with them.
    """
    # What a transaction sees may be its own, uncommitted: that is neither kept nor answered from what is.
    if connection.in_atomic_block:
        return MandateScope(power, on, _read_mandates(centre_id))
    now = time.monotonic()
    read_at, mandates = _Mandates.kept.get(centre_id, (0.0, None))
    if mandates is None or now - read_at > _MANDATES_KEPT:
        mandates = _read_mandates(centre_id)
        _Mandates.kept[centre_id] = (now, mandates)
    return MandateScope(power, on, mandates)


def _read_mandates(centre_id: int) -> dict[str, tuple[MandateFacts, ...]]:
    rows = (
        Mandate.objects.filter(centre_id=centre_id)
        .order_by("number")
        .values_list("department__key", "number", "powers", "item_keys", "valid_from", "valid_until")
    )
    given: dict[str, list[MandateFacts]] = {}
    for department_key, number, powers, item_keys, valid_from, valid_until in rows:
        held = frozenset(Power(name) for name in powers)
        mandate = MandateFacts(number, held, frozenset(item_keys), valid_from, valid_until)
        given.setdefault(department_key, []).append(mandate)
    return {key: tuple(mandates) for key, mandates in given.items()}


# ── Parties ──────────────────────────────────────────────────────────────────────────────────────


def party(
    actor: Actor, party_id: int, *, purpose: str, now: datetime, application_number: str = ""
) -> PartyFacts:
    """An applicant in plain text; the read is recorded with its purpose (a code) and application.

    The caller has checked that the actor has to do with this party's application. Raises `NotVisible`.
    """
    check_party_reader(actor, party_id)
    row = Party.objects.filter(id=party_id).first()
    if row is None:
        raise NotVisible(_("没有找到该申请人。"), code="party_not_visible")
    facts = {"purpose": purpose} | ({"application": application_number} if application_number else {})
    entry = Record("party.read", "party", party_id, facts)
    record([entry], actor_kind=actor.kind, actor_id=actor.id, now=now)
    return PartyFacts(
        kind=row.kind,
        number=decrypt_text(row.number, NUMBER_CONTEXT),
        name=decrypt_text(row.name, NAME_CONTEXT),
        phone=decrypt_text(row.phone, PHONE_CONTEXT),
    )


def masked_parties(ids: Iterable[int]) -> dict[int, MaskedParty]:
    """Applicants as lists show them; one query. The caller has filtered the list by right."""
    rows = Party.objects.filter(id__in=set(ids)).values_list("id", "name", "number", "phone")
    return {
        party_id: MaskedParty(
            name=mask_name(decrypt_text(name, NAME_CONTEXT)),
            number=mask_number(decrypt_text(number, NUMBER_CONTEXT)),
            phone=mask_phone(decrypt_text(phone, PHONE_CONTEXT)),
        )
        for party_id, name, number, phone in rows
    }


def find_party(kind: str, number: str) -> int | None:
    """The id of the party with exactly this number. Raises `Invalid` where the number cannot be one."""
    index = number_index(kind, check_number(kind, number))
    return Party.objects.filter(kind=kind, number_index=index).values_list("id", flat=True).first()


def parties_by_phone(phone: str) -> tuple[int, ...]:
    """The ids of the parties with exactly this phone number; a family may share one. Raises `Invalid`."""
    rows = Party.objects.filter(phone_index=phone_index(check_phone(phone))).order_by("id")
    return tuple(rows.values_list("id", flat=True))
