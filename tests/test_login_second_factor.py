"""The second factor (双因素认证): one-time codes, and who cannot work without them."""

import base64
import hashlib
import hmac
import re
import struct
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from tests.identities import NOW, PASSWORD, SmallCity, fresh_departments, make_staff, small_city, username_of
from yichuang.identity.actions.staff import reset_second_factor
from yichuang.identity.data import SYSTEM, Actor, Role
from yichuang.ledger.models import Entry

__all__ = ["fresh_departments", "small_city"]

SET_UP = "/accounts/2fa/totp/activate/"


@pytest.fixture
def required(settings: Any) -> None:
    """As on a production installation."""
    settings.REQUIRE_SECOND_FACTOR = True


def totp(secret: str, step: int = 0) -> str:
    """The six digits that an authenticator shows (RFC 6238), `step` half minutes from now."""
    counter = struct.pack(">Q", int(time.time()) // 30 + step)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    return f"{(int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF) % 1_000_000:06d}"


def logged_in(actor: Actor, client: Client) -> Any:
    return client.post("/accounts/login/", {"login": username_of(actor), "password": PASSWORD})


def set_up(client: Client) -> str:
    """Set up an authenticator as a person does; the secret that it now holds."""
    again = client.get(SET_UP)
    assert again.headers["Location"].startswith("/accounts/reauthenticate/")
    assert client.post(again.headers["Location"], {"password": PASSWORD}).headers["Location"] == SET_UP
    page = client.get(SET_UP).content.decode()
    assert "data:image/svg+xml" in page
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert found is not None
    assert "验证码不对" in client.post(SET_UP, {"code": "000000"}).content.decode()
    done = client.post(SET_UP, {"code": totp(found[1], -1)})
    assert done.headers["Location"] == "/accounts/2fa/recovery/"
    return found[1]


def test_staff_of_power_can_only_set_up_their_second_factor_first(
    small_city: SmallCity, required: None
) -> None:
    client = Client()
    logged_in(make_staff(Role.MANAGER), client)
    assert client.get("/design").headers["Location"] == SET_UP
    assert client.get("/healthz").status_code == 200
    set_up(client)
    assert client.get("/design").status_code == 200


@pytest.mark.parametrize("role", Role)
def test_which_roles_need_a_second_factor(small_city: SmallCity, required: None, role: Role) -> None:
    client = Client()
    logged_in(make_staff(role), client)
    needed = role in {Role.MANAGER, Role.SUPERVISOR, Role.ADMINISTRATOR}
    assert (client.get("/design").status_code == 302) == needed


def test_on_a_trial_nobody_needs_one(small_city: SmallCity) -> None:
    client = Client()
    logged_in(make_staff(Role.ADMINISTRATOR), client)
    assert client.get("/design").status_code == 200


def test_with_a_second_factor_the_password_alone_opens_nothing(small_city: SmallCity) -> None:
    manager, client = make_staff(Role.MANAGER), Client()
    logged_in(manager, client)
    secret = set_up(client)
    client = Client()
    assert logged_in(manager, client).headers["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/accounts/").status_code == 302
    assert "验证码不对" in client.post("/accounts/2fa/authenticate/", {"code": "000000"}).content.decode()
    code = totp(secret)
    assert client.post("/accounts/2fa/authenticate/", {"code": code}).headers["Location"] == "/"
    assert client.get("/accounts/").status_code == 200
    entry = Entry.objects.filter(verb="account.logged_in", actor_id=manager.id).latest("id")
    assert entry.facts == {"methods": ["password", "mfa"]}
    overheard = Client()
    logged_in(manager, overheard)
    replay = overheard.post("/accounts/2fa/authenticate/", {"code": code})
    assert "验证码不对" in replay.content.decode()


def test_five_wrong_codes_lock_the_account(small_city: SmallCity) -> None:
    manager, client = make_staff(Role.MANAGER), Client()
    logged_in(manager, client)
    secret = set_up(client)
    client = Client()
    logged_in(manager, client)
    for _turn in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    answer = client.post("/accounts/2fa/authenticate/", {"code": totp(secret)})
    assert "已暂停登录" in answer.content.decode()


def test_a_recovery_code_opens_once(small_city: SmallCity) -> None:
    manager, client = make_staff(Role.MANAGER), Client()
    logged_in(manager, client)
    set_up(client)
    page = client.get("/accounts/2fa/recovery/").content.decode()
    codes = re.findall(r"<code>(\w{8})</code>", page)
    assert len(codes) == 10
    assert codes[0] in client.get("/accounts/2fa/recovery/download/").content.decode()
    for expected in (302, 200):
        stranger = Client()
        logged_in(manager, stranger)
        answer = stranger.post("/accounts/2fa/authenticate/", {"code": codes[0]})
        assert answer.status_code == expected
    assert client.post("/accounts/2fa/recovery/new/").headers["Location"] == "/accounts/2fa/recovery/"
    assert codes[1] not in client.get("/accounts/2fa/recovery/").content.decode()


def test_the_secret_is_not_readable_at_rest(small_city: SmallCity) -> None:
    manager, client = make_staff(Role.MANAGER), Client()
    logged_in(manager, client)
    secret = set_up(client)
    stored = Authenticator.objects.filter(user__staff=manager.id).values_list("data", flat=True)
    assert len(stored) == 2
    assert secret not in str(list(stored))


def test_who_must_have_one_cannot_switch_it_off(small_city: SmallCity, settings: Any) -> None:
    manager, client = make_staff(Role.MANAGER), Client()
    logged_in(manager, client)
    set_up(client)
    off = "/accounts/2fa/totp/deactivate/"
    settings.REQUIRE_SECOND_FACTOR = True
    assert "不能关闭" in client.get(off).content.decode()
    assert client.post(off).status_code == 200
    settings.REQUIRE_SECOND_FACTOR = False
    assert client.get(off).status_code == 200
    assert client.post(off).headers["Location"] == "/accounts/2fa/"
    assert "尚未设置" in client.get("/accounts/2fa/").content.decode()


def test_a_lost_phone_is_no_lost_account(small_city: SmallCity, required: None) -> None:
    manager, client = make_staff(Role.MANAGER), Client()
    logged_in(manager, client)
    set_up(client)
    reset_second_factor(staff_id=manager.id, actor=SYSTEM, now=NOW)
    client = Client()
    logged_in(manager, client)
    assert client.get("/design").headers["Location"] == SET_UP
    assert Entry.objects.filter(verb="staff.second_factor_reset", subject_id=manager.id).exists()
