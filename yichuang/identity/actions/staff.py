"""Accounts of staff: only an administrator changes them, and every change is in the ledger."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from yichuang.base.errors import Invalid, NotVisible
from yichuang.identity import rules
from yichuang.identity.data import Actor, Role
from yichuang.identity.models import Counter, Department, Staff, User
from yichuang.ledger.actions import Record, record


def create_staff(
    *,
    username: str,
    name: str,
    department_key: str,
    roles: Collection[Role],
    password: str,
    actor: Actor,
    now: datetime,
) -> int:
    """A new member of staff with an account and a first password; the staff id.

    Raises `Forbidden` (not an administrator) or `Invalid` (name taken, unknown department, weak password).
    """
    rules.check_administrator(actor)
    rules.check_roles(roles)
    department = Department.objects.filter(key=department_key).first()
    if department is None:
        raise Invalid(_("没有这个部门，请从列表中选择。"), code="department_unknown", field="department")
    user = User(username=username.strip())
    if not user.username or not name.strip():
        raise Invalid(_("请填写账号和姓名。"), code="staff_name_missing", field="username")
    _check_password(password, user)
    user.set_password(password)
    with transaction.atomic(durable=True):
        try:
            with transaction.atomic():
                user.save(force_insert=True)
        except IntegrityError as error:
            sentence = _("账号“%(username)s”已被使用，请换一个。") % {"username": user.username}
            raise Invalid(sentence, code="username_taken", field="username") from error
        staff = Staff.objects.create(
            user=user, name=name.strip(), department=department, roles=_sorted(roles)
        )
        _record("staff.created", staff, {"department": department.key, "roles": staff.roles}, actor, now)
    return staff.id


def set_active(*, staff_id: int, active: bool, actor: Actor, now: datetime) -> None:
    """启用 or 停用 an account. A deactivated one is logged out at its next request and loses its seat."""
    rules.check_administrator(actor)
    if not active:
        rules.check_not_self(actor, staff_id)
    with transaction.atomic(durable=True):
        staff = _locked(staff_id)
        if staff.is_active == active:
            return
        staff.is_active = active
        if not active:
            staff.counter = None
        staff.save(update_fields=["is_active", "counter"])
        User.objects.filter(id=staff.user_id).update(is_active=active)
        _record("staff.activated" if active else "staff.deactivated", staff, {}, actor, now)


def set_roles(*, staff_id: int, roles: Collection[Role], actor: Actor, now: datetime) -> None:
    """Give a member of staff exactly these roles; they count from the next request on."""
    rules.check_administrator(actor)
    rules.check_roles(roles)
    if Role.ADMINISTRATOR not in roles:
        rules.check_not_self(actor, staff_id)
    with transaction.atomic(durable=True):
        staff = _locked(staff_id)
        before, after = sorted(staff.roles), _sorted(roles)
        if before == after:
            return
        staff.roles = after
        staff.save(update_fields=["roles"])
        _record("staff.roles_set", staff, {"before": before, "after": after}, actor, now)


def set_password(*, staff_id: int, password: str, actor: Actor, now: datetime) -> None:
    """A new password for somebody who has lost theirs; ends all sessions of the account."""
    rules.check_administrator(actor)
    with transaction.atomic(durable=True):
        staff = _locked(staff_id)
        _check_password(password, staff.user)
        staff.user.set_password(password)
        staff.user.save(update_fields=["password"])
        _record("staff.password_set", staff, {}, actor, now)


def reset_second_factor(*, staff_id: int, actor: Actor, now: datetime) -> None:
    """Take away the second factor of somebody who has lost the device; they set up a new one at log-in."""
    rules.check_administrator(actor)
    with transaction.atomic(durable=True):
        staff = _locked(staff_id)
        Authenticator.objects.filter(user_id=staff.user_id).delete()
        _record("staff.second_factor_reset", staff, {}, actor, now)


def choose_counter(*, counter_id: int, actor: Actor, now: datetime) -> None:
    """A clerk sits down at a counter of her centre; what she accepts from now on is accepted there."""
    with transaction.atomic(durable=True):
        counter = Counter.objects.filter(id=counter_id, centre_id=actor.department_id).first()
        rules.check_seat(actor, counter_exists=counter is not None)
        staff = _locked(actor.id)
        if staff.counter_id == counter_id:
            return
        staff.counter = counter
        staff.save(update_fields=["counter"])
        _record("staff.seated", staff, {"counter": counter_id}, actor, now)


def leave_counter(*, actor: Actor, now: datetime) -> None:
    """The clerk leaves her counter, so that nothing is accepted in the name of a seat that she has left."""
    if actor.counter_id is None:
        return
    with transaction.atomic(durable=True):
        staff = _locked(actor.id)
        left, staff.counter = staff.counter_id, None
        staff.save(update_fields=["counter"])
        _record("staff.left_seat", staff, {"counter": left}, actor, now)


def _locked(staff_id: int) -> Staff:
    staff = Staff.objects.select_for_update(of=("self",)).select_related("user").filter(id=staff_id).first()
    if staff is None:
        raise NotVisible(_("没有找到该工作人员，请返回列表重新选择。"), code="staff_unknown")
    return staff


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid("".join(error.messages), code="password_weak", field="password") from error


def _sorted(roles: Collection[Role]) -> list[str]:
    return sorted(role.value for role in roles)


def _record(verb: str, staff: Staff, facts: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    record([Record(verb, "staff", staff.id, facts)], actor_kind=actor.kind, actor_id=actor.id, now=now)
