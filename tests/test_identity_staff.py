"""Accounts of staff: who an account is, and that only an administrator changes it."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from tests.identities import (
    NOW,
    PASSWORD,
    SmallCity,
    citizen_number,
    counter_id,
    fresh_departments,
    make_staff,
    small_city,
    username_of,
)
from yichuang.base.errors import Forbidden, Invalid, NotVisible, Refused
from yichuang.identity import queries, rules
from yichuang.identity.actions import staff
from yichuang.identity.actions.parties import ensure_party
from yichuang.identity.actions.trial import TrialPerson, create_trial_accounts
from yichuang.identity.data import ANONYMOUS, SYSTEM, TRIAL_PASSWORD, Actor, ActorKind, Role
from yichuang.identity.models import Department, Party, Staff, User
from yichuang.ledger.models import Entry

__all__ = ["fresh_departments", "small_city"]

SOME_ROLES = list(chain.from_iterable(combinations(Role, size) for size in (1, 2, len(Role))))


def reloaded(actor: Actor) -> Actor:
    """The actor as the next request sees it."""
    return queries.actor_of(User.objects.get(staff=actor.id))


@pytest.mark.parametrize("roles", SOME_ROLES, ids="+".join)
def test_an_account_acts_with_exactly_its_roles(small_city: SmallCity, roles: tuple[Role, ...]) -> None:
    actor = make_staff(*roles, counter_id=counter_id())
    assert actor.kind is ActorKind.STAFF
    assert [role for role in Role if actor.has(role)] == [role for role in Role if role in roles]
    assert actor.department_id == queries.department_id("t_centre")
    assert actor.counter_id == counter_id()
    assert rules.needs_second_factor(actor) == bool(
        {Role.MANAGER, Role.SUPERVISOR, Role.ADMINISTRATOR} & {*roles}
    )


def test_the_actor_of_an_account_costs_one_query(
    small_city: SmallCity, django_assert_num_queries: Any
) -> None:
    make_staff(Role.CLERK, username="t-one")
    user = User.objects.get(username="t-one")
    with django_assert_num_queries(1):
        queries.actor_of(user)
    with django_assert_num_queries(0):
        assert queries.actor_of(AnonymousUser()) == queries.anonymous() == ANONYMOUS


@pytest.mark.parametrize(
    ("staff_active", "account_active", "known"),
    [(True, True, True), (False, True, False), (True, False, False), (False, False, False)],
)
def test_only_an_active_account_is_somebody(
    small_city: SmallCity, staff_active: bool, account_active: bool, known: bool
) -> None:
    actor = make_staff(Role.OFFICER)
    Staff.objects.filter(id=actor.id).update(is_active=staff_active)
    User.objects.filter(staff=actor.id).update(is_active=account_active)
    assert reloaded(actor) == (actor if known else ANONYMOUS)


@pytest.mark.usefixtures("db")
def test_an_applicant_acts_under_a_masked_name_and_a_bare_account_is_nobody() -> None:
    user = User.objects.create(username="t-applicant")
    assert queries.actor_of(user) == ANONYMOUS
    party_id = ensure_party(kind="person", number=citizen_number(), name="林知夏", phone="", now=NOW)
    Party.objects.filter(id=party_id).update(user=user)
    assert queries.actor_of(user) == Actor(ActorKind.APPLICANT, party_id, "林**")


Act = Callable[[int, Actor], object]
ACTS: dict[str, Act] = {
    "create": lambda _staff_id, actor: staff.create_staff(
        username="t-new",
        name="新人",
        department_key="t_police",
        roles=[Role.OFFICER],
        password=PASSWORD,
        actor=actor,
        now=NOW,
    ),
    "deactivate": lambda staff_id, actor: staff.set_active(
        staff_id=staff_id, active=False, actor=actor, now=NOW
    ),
    "set roles": lambda staff_id, actor: staff.set_roles(
        staff_id=staff_id, roles=[Role.MANAGER], actor=actor, now=NOW
    ),
    "set password": lambda staff_id, actor: staff.set_password(
        staff_id=staff_id, password="another-plain-one", actor=actor, now=NOW
    ),
    "reset second factor": lambda staff_id, actor: staff.reset_second_factor(
        staff_id=staff_id, actor=actor, now=NOW
    ),
    "list": lambda _staff_id, actor: queries.staff_list(actor),
    "see": lambda staff_id, actor: queries.staff_member(actor, staff_id),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
@pytest.mark.parametrize("role", [*Role, "system", "applicant", "nobody"])
def test_only_an_administrator_may(small_city: SmallCity, act: Act, role: str) -> None:
    target = make_staff(Role.CLERK)
    others = {
        "system": SYSTEM,
        "applicant": Actor(ActorKind.APPLICANT, 1),
        "nobody": ANONYMOUS,
    }
    actor = make_staff(role) if isinstance(role, Role) else others[role]
    written = Entry.objects.count()
    if role in {Role.ADMINISTRATOR, "system"}:
        act(target.id, actor)
    else:
        with pytest.raises(Forbidden):
            act(target.id, actor)
        assert Entry.objects.count() == written
        assert reloaded(target) == target


def test_a_new_account_can_log_in_and_is_in_the_ledger(small_city: SmallCity) -> None:
    administrator = make_staff(Role.ADMINISTRATOR)
    staff_id = ACTS["create"](0, administrator)
    assert Client().login(username="t-new", password=PASSWORD)
    entry = Entry.objects.get(verb="staff.created", subject_id=staff_id)
    assert (entry.actor_id, entry.facts) == (
        administrator.id,
        {"department": "t_police", "roles": ["officer"]},
    )


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"password": "kurz"}, "password"),
        ({"password": "password1234"}, "password"),
        ({"password": TRIAL_PASSWORD}, "password"),
        ({"department_key": "nowhere"}, "department"),
        ({"username": "  "}, "username"),
        ({"username": "t-taken"}, "username"),
        ({"roles": []}, "roles"),
    ],
)
def test_a_new_account_is_checked_field_by_field(
    small_city: SmallCity, wrong: dict[str, Any], field: str, settings: Any
) -> None:
    make_staff(Role.CLERK, username="t-taken")
    facts = {
        "username": "t-new",
        "name": "新人",
        "department_key": "t_police",
        "roles": [Role.OFFICER],
        "password": PASSWORD,
    }
    with pytest.raises(Invalid) as refusal:
        staff.create_staff(**(facts | wrong), actor=SYSTEM, now=NOW)
    assert refusal.value.field == field
    assert not User.objects.filter(username="t-new").exists()


def test_a_deactivated_account_is_out_at_once_and_keeps_nothing(small_city: SmallCity) -> None:
    target = make_staff(Role.CLERK, counter_id=counter_id())
    client = Client()
    client.login(username=username_of(target), password=PASSWORD)
    assert client.get("/accounts/").status_code == 200
    staff.set_active(staff_id=target.id, active=False, actor=SYSTEM, now=NOW)
    assert client.get("/accounts/").status_code == 302
    assert Staff.objects.get(id=target.id).counter_id is None
    staff.set_active(staff_id=target.id, active=False, actor=SYSTEM, now=NOW)
    staff.set_active(staff_id=target.id, active=True, actor=SYSTEM, now=NOW)
    verbs = Entry.objects.filter(subject_kind="staff", subject_id=target.id).order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == ["staff.deactivated", "staff.activated"]
    assert client.login(username=username_of(target), password=PASSWORD)


def test_a_new_password_ends_the_sessions_of_the_account(small_city: SmallCity) -> None:
    target = make_staff(Role.CLERK)
    client = Client()
    client.login(username=username_of(target), password=PASSWORD)
    staff.set_password(staff_id=target.id, password="another-plain-one", actor=SYSTEM, now=NOW)
    assert client.get("/accounts/").status_code == 302
    assert Client().login(username=username_of(target), password="another-plain-one")


def test_new_roles_count_at_once_and_are_recorded_before_and_after(small_city: SmallCity) -> None:
    target = make_staff(Role.CLERK)
    staff.set_roles(staff_id=target.id, roles=[Role.OFFICER, Role.CLERK], actor=SYSTEM, now=NOW)
    assert reloaded(target).roles == {Role.OFFICER, Role.CLERK}
    entry = Entry.objects.get(verb="staff.roles_set", subject_id=target.id)
    assert entry.facts == {"before": ["clerk"], "after": ["clerk", "officer"]}


def test_an_administrator_cannot_cut_off_the_branch_she_sits_on(small_city: SmallCity) -> None:
    actor = make_staff(Role.ADMINISTRATOR)
    with pytest.raises(Refused):
        staff.set_active(staff_id=actor.id, active=False, actor=actor, now=NOW)
    with pytest.raises(Refused):
        staff.set_roles(staff_id=actor.id, roles=[Role.CLERK], actor=actor, now=NOW)
    staff.set_roles(staff_id=actor.id, roles=[Role.CLERK, Role.ADMINISTRATOR], actor=actor, now=NOW)


def test_an_unknown_member_of_staff_is_not_visible(small_city: SmallCity) -> None:
    for act in (ACTS["deactivate"], ACTS["set roles"], ACTS["see"]):
        with pytest.raises(NotVisible):
            act(999_999_999, SYSTEM)


def test_a_clerk_takes_and_leaves_a_seat_of_her_own_centre(small_city: SmallCity) -> None:
    clerk = make_staff(Role.CLERK)
    staff.choose_counter(counter_id=counter_id("t_zh02"), actor=clerk, now=NOW)
    seated = reloaded(clerk)
    found = queries.counter(seated)
    assert found is not None
    assert found.name == "综合窗口2号"
    staff.choose_counter(counter_id=counter_id("t_zh02"), actor=seated, now=NOW)
    staff.leave_counter(actor=seated, now=NOW)
    assert queries.counter(reloaded(clerk)) is None
    staff.leave_counter(actor=reloaded(clerk), now=NOW)
    verbs = Entry.objects.filter(subject_kind="staff", subject_id=clerk.id).order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == ["staff.seated", "staff.left_seat"]


def test_a_seat_is_for_clerks_and_of_the_own_centre(small_city: SmallCity) -> None:
    officer = make_staff(Role.OFFICER)
    stranger = make_staff(Role.CLERK, department="t_police")
    with pytest.raises(Forbidden):
        staff.choose_counter(counter_id=counter_id(), actor=officer, now=NOW)
    with pytest.raises(Invalid):
        staff.choose_counter(counter_id=counter_id(), actor=stranger, now=NOW)


def test_departments_are_read_once(small_city: SmallCity, django_assert_num_queries: Any) -> None:
    police = Department.objects.get(key="t_police")
    with django_assert_num_queries(1):
        assert queries.department_id("t_police") == police.id
        assert queries.departments()["t_police"].short_name == "公安"
    with django_assert_num_queries(1), pytest.raises(NotVisible):
        queries.department_id("t_nowhere")


def test_names_of_staff_come_with_one_query(small_city: SmallCity, django_assert_num_queries: Any) -> None:
    one, two = make_staff(Role.CLERK), make_staff(Role.OFFICER)
    with django_assert_num_queries(1):
        assert queries.staff_names([one.id, two.id]) == {one.id: "方晓晴", two.id: "方晓晴"}
    assert queries.staff_name(None) == ""


@dataclass(frozen=True)
class TrialClerk:
    username: str = "t-trial-clerk"
    name: str = "试用人员"
    department: str = "t_centre"
    counter: str = "t_zh01"
    roles: tuple[Role, ...] = (Role.CLERK,)


def test_trial_accounts_are_made_once_and_only_on_a_trial(small_city: SmallCity, settings: Any) -> None:
    person = TrialPerson("t-trial-mother", "person", citizen_number(), "林知夏", "13857000101")
    assert create_trial_accounts(staff=[TrialClerk()], people=[person], now=NOW) == 2
    assert create_trial_accounts(staff=[TrialClerk()], people=[person], now=NOW) == 0
    clerk = queries.actor_of(User.objects.get(username="t-trial-clerk"))
    assert (clerk.roles, clerk.counter_id) == ({Role.CLERK}, counter_id())
    mother = queries.actor_of(User.objects.get(username="t-trial-mother"))
    assert (mother.kind, mother.id) == (ActorKind.APPLICANT, queries.find_party("person", person.number))
    assert Client().login(username="t-trial-mother", password=TRIAL_PASSWORD)
    settings.TRIAL = False
    with pytest.raises(Refused):
        create_trial_accounts(staff=[TrialClerk("t-other")], people=[], now=NOW)
    assert not User.objects.filter(username="t-other").exists()
