"""Log-in with a password: the way in, the lock, the way out, and the pages behind it."""

import os
import secrets
import subprocess
import sys
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.identities import (
    PASSWORD,
    SmallCity,
    counter_id,
    fresh_departments,
    kept_centre,
    kept_db,
    make_staff,
    small_city,
    username_of,
)
from yichuang.identity.data import TRIAL_PASSWORD, Actor, Role
from yichuang.identity.models import Staff, User
from yichuang.ledger.models import Entry

__all__ = ["fresh_departments", "kept_db", "small_city"]

LOGIN = "/accounts/login/"


def log_in(actor: Actor, password: str = PASSWORD, *, client: Client | None = None, **extra: str) -> Any:
    """Type username and password."""
    client = client or Client()
    return client.post(LOGIN, {"login": username_of(actor), "password": password, **extra})


def verbs_of(actor: Actor) -> list[str]:
    entries = Entry.objects.filter(actor_kind="staff", actor_id=actor.id).order_by("id")
    return list(entries.values_list("verb", flat=True))


def test_an_officer_comes_in_and_goes_out_and_both_are_recorded(small_city: SmallCity) -> None:
    officer, client = make_staff(Role.OFFICER), Client()
    assert log_in(officer, client=client).headers["Location"] == "/"
    assert client.get("/accounts/").status_code == 200
    assert client.get("/accounts/logout/").status_code == 200
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/accounts/").headers["Location"] == "/accounts/login/?next=/accounts/"
    assert verbs_of(officer) == ["account.logged_in", "account.logged_out"]
    entry = Entry.objects.get(verb="account.logged_in", actor_id=officer.id)
    assert entry.facts == {"methods": ["password"]}


def test_a_wrong_password_says_so_and_keeps_the_username(small_city: SmallCity) -> None:
    officer = make_staff(Role.OFFICER)
    page = log_in(officer, "wrong").content.decode()
    assert "账号或密码不对" in page
    assert username_of(officer) in page
    assert "wrong" not in page
    nobody = Client().post(LOGIN, {"login": "t-nobody", "password": PASSWORD})
    assert "账号或密码不对" in nobody.content.decode()
    assert verbs_of(officer) == []


def test_a_deactivated_account_is_told_so_only_with_its_password(small_city: SmallCity) -> None:
    officer = make_staff(Role.OFFICER)
    User.objects.filter(staff=officer.id).update(is_active=False)
    assert "账号或密码不对" in log_in(officer, "wrong").content.decode()
    client = Client()
    assert log_in(officer, client=client).headers["Location"] == "/accounts/inactive/"
    assert "已停用" in client.get("/accounts/inactive/").content.decode()


def test_the_session_ends_with_the_browser(small_city: SmallCity) -> None:
    response = log_in(make_staff(Role.OFFICER))
    cookie = response.cookies["sessionid"]
    assert cookie["max-age"] == ""
    assert cookie["httponly"]


def test_five_wrong_passwords_lock_the_account_even_for_the_right_one(small_city: SmallCity) -> None:
    officer, other = make_staff(Role.OFFICER), make_staff(Role.OFFICER)
    for _turn in range(5):
        assert "账号或密码不对" in log_in(officer, "wrong").content.decode()
    assert "已暂停登录" in log_in(officer).content.decode()
    assert log_in(other).status_code == 302


def test_a_log_in_that_succeeds_does_not_count(small_city: SmallCity) -> None:
    officer = make_staff(Role.OFFICER)
    for _turn in range(8):
        assert log_in(officer).status_code == 302


_ELSEWHERE = """
import sys
import pytest  # the settings are those of a test run
import django
django.setup()
from django.test import Client
from django.test.utils import setup_test_environment
setup_test_environment()
for _turn in range(int(sys.argv[2])):
    Client().post("/accounts/login/", {"login": sys.argv[1], "password": "wrong"})
"""


@pytest.mark.processes
def test_wrong_passwords_are_counted_over_all_processes(kept_db: None) -> None:
    officer = make_staff(Role.OFFICER, department=kept_centre())
    there = connection.settings_dict
    address = f"postgresql://{there['USER']}:{there['PASSWORD']}@"
    if there["HOST"].startswith("/") or not there["HOST"]:
        address += f"/{there['NAME']}?host={there['HOST'] or there['OPTIONS'].get('host', '')}"
    else:
        address += f"{there['HOST']}:{there['PORT']}/{there['NAME']}"
    environment = {
        **os.environ,
        "DATABASE_URL": address,
        "DJANGO_SETTINGS_MODULE": "yichuang.config.settings",
    }
    running = [
        subprocess.Popen([sys.executable, "-c", _ELSEWHERE, username_of(officer), turns], env=environment)
        for turns in ("2", "2")
    ]
    assert [process.wait(60) for process in running] == [0, 0]
    assert "账号或密码不对" in log_in(officer, "wrong").content.decode()
    assert "已暂停登录" in log_in(officer).content.decode()


def test_the_trial_password_opens_nothing_in_production(small_city: SmallCity, settings: Any) -> None:
    officer = make_staff(Role.OFFICER)
    user = User.objects.get(staff=officer.id)
    user.set_password(TRIAL_PASSWORD)
    user.save()
    assert TRIAL_PASSWORD in Client().get(LOGIN).content.decode()
    assert log_in(officer, TRIAL_PASSWORD).status_code == 302
    settings.TRIAL = False
    assert TRIAL_PASSWORD not in Client().get(LOGIN).content.decode()
    assert "不接受试用密码" in log_in(officer, TRIAL_PASSWORD).content.decode()


def test_a_clerk_says_where_she_sits_and_leaves_her_seat_with_the_log_out(small_city: SmallCity) -> None:
    clerk, client = make_staff(Role.CLERK), Client()
    assert log_in(clerk, client=client).headers["Location"] == "/accounts/counter/"
    page = client.get("/accounts/counter/").content.decode()
    assert "综合窗口1号（一楼）" in page
    assert "综合窗口2号" in page
    wrong = client.post("/accounts/counter/", {"counter": "0"})
    assert wrong.status_code == 422
    assert Staff.objects.get(id=clerk.id).counter_id is None
    assert client.post("/accounts/counter/", {"counter": counter_id()}).status_code == 302
    assert Staff.objects.get(id=clerk.id).counter_id == counter_id()
    assert "综合窗口1号" in client.get("/accounts/").content.decode()
    client.post("/accounts/logout/")
    assert Staff.objects.get(id=clerk.id).counter_id is None
    assert verbs_of(clerk) == ["account.logged_in", "staff.seated", "staff.left_seat", "account.logged_out"]


def test_a_seated_clerk_starts_at_once_and_an_asked_page_comes_first(small_city: SmallCity) -> None:
    seated, standing = make_staff(Role.CLERK, counter_id=counter_id()), make_staff(Role.CLERK)
    assert log_in(seated).headers["Location"] == "/"
    assert log_in(standing, next="/design").headers["Location"] == "/design"
    assert log_in(seated, next="https://elsewhere.example/").headers["Location"] == "/"


def test_the_seat_is_no_matter_of_officers(small_city: SmallCity) -> None:
    client = Client()
    log_in(make_staff(Role.OFFICER), client=client)
    assert client.get("/accounts/counter/").status_code == 403


def test_one_changes_ones_own_password(small_city: SmallCity) -> None:
    officer, client = make_staff(Role.OFFICER), Client()
    log_in(officer, client=client)
    new = "quite-another-one"
    for old, again, sentence in (("wrong", new, "当前密码不对"), (PASSWORD, "differs-from-it", "")):
        page = client.post("/accounts/password/", {"oldpassword": old, "password1": new, "password2": again})
        assert page.status_code == 200
        assert sentence in page.content.decode()
    done = client.post("/accounts/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert done.headers["Location"] == "/accounts/"
    assert "密码已修改" in client.get("/accounts/").content.decode()
    assert log_in(officer, new).status_code == 302


def test_an_administrator_changes_accounts_on_the_pages(small_city: SmallCity) -> None:
    administrator, target, client = make_staff(Role.ADMINISTRATOR), make_staff(Role.CLERK), Client()
    log_in(administrator, client=client)
    assert username_of(target) in client.get("/accounts/staff/").content.decode()
    username = f"t-{secrets.token_hex(4)}"
    typed = {"username": username, "name": "新人", "department": "t_police", "roles": ["officer"]}
    weak = client.post("/accounts/staff/new/", {**typed, "password": "kurz"})
    assert weak.status_code == 422
    assert username in weak.content.decode()
    assert client.post("/accounts/staff/new/", {**typed, "password": PASSWORD}).status_code == 302
    page = f"/accounts/staff/{target.id}/"
    assert "窗口人员" in client.get(page).content.decode()
    assert client.post(f"{page}roles/", {}).status_code == 422
    assert client.post(f"{page}roles/", {"roles": ["officer", "manager"]}).status_code == 302
    assert client.post(f"{page}password/", {"password": "kurz"}).status_code == 422
    assert client.post(f"{page}password/", {"password": "new-plain-words"}).status_code == 302
    assert client.post(f"{page}second-factor/").status_code == 302
    assert client.post(f"{page}active/", {"active": "0"}).status_code == 302
    row = Staff.objects.get(id=target.id)
    assert (row.roles, row.is_active) == (["manager", "officer"], False)
    assert client.post(f"/accounts/staff/{administrator.id}/active/", {"active": "0"}).status_code == 409


STAFF_PAGES = [
    ("get", "/accounts/staff/"),
    ("get", "/accounts/staff/new/"),
    ("get", "/accounts/staff/{id}/"),
    ("post", "/accounts/staff/{id}/roles/"),
    ("post", "/accounts/staff/{id}/password/"),
    ("post", "/accounts/staff/{id}/active/"),
    ("post", "/accounts/staff/{id}/second-factor/"),
]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
@pytest.mark.parametrize(("method", "path"), STAFF_PAGES)
def test_pages_of_accounts_are_the_administrators(
    small_city: SmallCity, method: str, path: str, role: Role
) -> None:
    target, client = make_staff(Role.CLERK), Client()
    path = path.format(id=target.id)
    assert getattr(client, method)(path).status_code == 302
    log_in(make_staff(role), client=client)
    data = {"roles": ["administrator"], "password": "new-plain-words"} if method == "post" else {}
    assert getattr(client, method)(path, data).status_code == 403
    assert Staff.objects.get(id=target.id).roles == ["clerk"]


@pytest.mark.parametrize(
    "name",
    ["account_signup", "account_email", "account_reset_password", "account_set_password",
     "socialaccount_connections", "socialaccount_signup"],
)  # fmt: skip
def test_nobody_signs_up_or_takes_a_side_door(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_many_failures_from_one_address_are_answered_with_a_sentence(
    small_city: SmallCity, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "2/m/ip"}
    officer = make_staff(Role.OFFICER)
    client = Client(REMOTE_ADDR="192.0.2.7")
    answers = [log_in(officer, "wrong", client=client) for _turn in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "稍等" in answers[-1].content.decode()
