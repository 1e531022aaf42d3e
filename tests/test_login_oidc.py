"""Applicants come in through an identity provider: a real one, in a process of its own."""

import json
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.sessions.models import Session

from tests.browser import site, web_server
from tests.identities import NOW, citizen_number
from yichuang.base.errors import Invalid
from yichuang.identity import queries
from yichuang.identity.actions.parties import ensure_party
from yichuang.identity.data import SYSTEM, Actor, ActorKind, Assurance
from yichuang.identity.models import Party, User
from yichuang.ledger.models import Entry
from yichuang.web.account.oidc import read_claims

__all__ = ["site", "web_server"]

pytestmark = pytest.mark.processes

NAMES = {"number": "id_number", "name": "name", "phone": "phone_number"}
LOGIN = "/accounts/login/"
START = "/accounts/oidc/city/login/"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The address of a running OpenID provider."""
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            lines = iter(process.stderr.readline, "")
            yield next(found[0] for line in lines if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
        finally:
            process.terminate()


@pytest.fixture
def city_login(settings: Any, provider: str) -> None:
    """The provider is configured."""
    app = {
        "provider_id": "city",
        "name": "统一身份认证",
        "client_id": "yichuang",
        "secret": "known-to-both",
        "settings": {"server_url": provider, "scope": ["openid", "profile", "phone"]},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}


def register(provider: str, **claims: str) -> str:
    """A person whom the provider knows; her subject."""
    subject = f"sub-{secrets.token_hex(6)}"
    httpx.put(f"{provider}/users/{subject}", json=claims).raise_for_status()
    return subject


class Visitor:
    """A browser without JavaScript."""

    def __init__(self, site: str) -> None:
        self.http = httpx.Client(base_url=site)

    def start(self, **fields: str) -> httpx.Response:
        """Press the button on the log-in page."""
        page = self.http.get(LOGIN)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        assert token is not None
        return self.http.post(START, data={"csrfmiddlewaretoken": token[1], **fields})

    def log_in(self, subject: str, **fields: str) -> httpx.Response:
        """The whole dance; the answer after the provider has sent her back."""
        return self.http.get(self.authorise(self.start(**fields), {"sub": subject}))

    def authorise(self, sent_off: httpx.Response, choice: dict[str, str]) -> str:
        """What she does on the provider's page; where it sends her."""
        assert sent_off.status_code == 302
        answer = httpx.post(sent_off.headers["Location"], data=choice)
        return str(answer.headers["Location"])


@pytest.fixture
def visitor(site: str, city_login: None) -> Iterator[Visitor]:
    """Somebody in front of the log-in page."""
    someone = Visitor(site)
    yield someone
    someone.http.close()


def account_of(number: str) -> Actor:
    """The actor of the account that speaks for this number."""
    party_id = queries.find_party("person", number)
    user = User.objects.get(party=party_id)
    return queries.actor_of(user)


def test_a_person_comes_in_for_the_first_time_and_gets_a_party(visitor: Visitor, provider: str) -> None:
    number = citizen_number()
    subject = register(provider, name="林知夏", id_number=number, phone_number="+86 13857000101")
    landed = visitor.log_in(subject)
    assert (landed.status_code, landed.headers["Location"]) == (302, "/")
    assert "林**" in visitor.http.get("/accounts/").text
    actor = account_of(number)
    assert (actor.kind, actor.name, actor.roles) == (ActorKind.APPLICANT, "林**", frozenset())
    party = Party.objects.get(id=actor.id)
    assert party.assurance == Assurance.VERIFIED
    facts = queries.party(SYSTEM, actor.id, purpose="test", now=NOW)
    assert (facts.number, facts.name, facts.phone) == (number, "林知夏", "13857000101")
    verbs = Entry.objects.filter(subject_kind="party", subject_id=actor.id).order_by("id")
    assert [entry.verb for entry in verbs] == ["party.linked", "account.logged_in", "party.read"]
    assert verbs[0].facts == {"assurance": "verified", "class": ""}
    assert verbs[1].facts == {"methods": ["socialaccount"]}


def test_nothing_of_the_person_is_kept_beside_the_encrypted_row(visitor: Visitor, provider: str) -> None:
    number = citizen_number()
    subject = register(
        provider, name="林知夏", id_number=number, phone_number="13857000101", email="lin@example.com"
    )
    visitor.log_in(subject)
    account = SocialAccount.objects.get(uid=subject)
    assert account.extra_data == {}
    assert account.user.username.startswith("a-")
    assert not account.user.has_usable_password()
    assert not SocialToken.objects.filter(account=account).exists()
    assert not EmailAddress.objects.filter(user=account.user).exists()
    session = Session.objects.get(session_key=visitor.http.cookies["sessionid"]).get_decoded()
    kept = json.dumps(session, ensure_ascii=False)
    assert not any(secret in kept for secret in (number, "林知夏", "13857000101", "lin@example.com"))


def test_who_comes_again_is_the_same_and_may_have_a_new_name(
    visitor: Visitor, provider: str, site: str
) -> None:
    number = citizen_number()
    subject = register(provider, name="林知夏", id_number=number)
    visitor.log_in(subject)
    first = account_of(number)
    httpx.put(f"{provider}/users/{subject}", json={"name": "林知秋", "id_number": number}).raise_for_status()
    again = Visitor(site)
    assert again.log_in(subject, next="/design").headers["Location"] == "/design"
    again.http.close()
    assert account_of(number).id == first.id
    assert queries.party(SYSTEM, first.id, purpose="test", now=NOW).name == "林知秋"
    assert SocialAccount.objects.filter(uid=subject).count() == 1


def test_a_party_known_from_the_counter_gets_her_account(visitor: Visitor, provider: str) -> None:
    number = citizen_number()
    known = ensure_party(kind="person", number=number, name="林知夏", phone="13857000101", now=NOW)
    visitor.log_in(register(provider, name="林知夏", id_number=number))
    assert account_of(number).id == known
    assert queries.party(SYSTEM, known, purpose="test", now=NOW).phone == "13857000101"


def test_two_subjects_of_one_person_share_one_account(visitor: Visitor, provider: str, site: str) -> None:
    number = citizen_number()
    visitor.log_in(register(provider, name="林知夏", id_number=number))
    other = Visitor(site)
    other.log_in(register(provider, name="林知夏", id_number=number))
    other.http.close()
    assert SocialAccount.objects.filter(user__party=account_of(number).id).count() == 2


def test_a_subject_that_suddenly_is_somebody_else_is_refused(
    visitor: Visitor, provider: str, site: str
) -> None:
    number, new = citizen_number(), citizen_number()
    subject = register(provider, name="林知夏", id_number=number)
    visitor.log_in(subject)
    httpx.put(f"{provider}/users/{subject}", json={"name": "林知夏", "id_number": new}).raise_for_status()
    again = Visitor(site)
    answer = again.log_in(subject)
    assert answer.status_code == 409
    assert "携带证件到窗口核对" in answer.text
    assert again.http.get("/accounts/").status_code == 302
    again.http.close()
    assert queries.find_party("person", new) is None


@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        ({"name": "林知夏"}, "先在认证平台完成实名认证"),
        ({"name": "林知夏", "id_number": "330802199504182464"}, "校验码不符"),
    ],
)
def test_who_is_not_vouched_for_stays_outside(
    visitor: Visitor, provider: str, claims: dict[str, str], sentence: str
) -> None:
    subject = register(provider, **claims)
    answer = visitor.log_in(subject)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert visitor.http.get("/accounts/").status_code == 302
    assert not SocialAccount.objects.filter(uid=subject).exists()


def test_who_changes_her_mind_at_the_provider_is_told_that_nothing_was_read(visitor: Visitor) -> None:
    sent = visitor.start()
    # RFC 6749 4.1.2.1 wants the state sent back with a refusal; this provider leaves it out.
    state = parse_qs(urlsplit(sent.headers["Location"]).query)["state"][0]
    back = visitor.authorise(sent, {"action": "deny"})
    answer = visitor.http.get(f"{back}&state={state}", follow_redirects=True)
    assert "没有任何资料被读取" in answer.text


def test_a_forged_answer_opens_nothing(visitor: Visitor, provider: str) -> None:
    subject = register(provider, name="林知夏", id_number=citizen_number())
    back = visitor.authorise(visitor.start(), {"sub": subject})
    stranger = httpx.get(back)
    assert stranger.status_code == 401
    assert "没有登录成功" in stranger.text
    assert not SocialAccount.objects.filter(uid=subject).exists()


def test_a_provider_that_is_down_is_told_in_a_sentence(visitor: Visitor, settings: Any) -> None:
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"] = {**app["settings"], "server_url": "http://127.0.0.1:9"}
    answer = visitor.start()
    assert answer.status_code == 401
    assert "暂时没有回应" in answer.text


def test_the_address_decides_neither_scope_nor_process(visitor: Visitor) -> None:
    page = visitor.http.get(f"{START}?scope=email&process=connect&auth_params=prompt%3Dnone")
    assert page.status_code == 200
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert token is not None
    sent = visitor.http.post(
        f"{START}?scope=email&process=connect&auth_params=prompt%3Dnone",
        data={"csrfmiddlewaretoken": token[1]},
    )
    asked = parse_qs(urlsplit(sent.headers["Location"]).query)
    assert sorted(asked["scope"][0].split()) == ["openid", "phone", "profile"]
    assert asked["code_challenge_method"] == ["S256"]
    assert "prompt" not in asked


def test_without_a_provider_there_is_no_such_page(site: str, settings: Any) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
    assert "办事人登录" not in httpx.get(f"{site}{LOGIN}").text
    assert httpx.get(f"{site}{START}").status_code == 404


def test_an_organisation_is_told_from_a_person_by_its_code() -> None:
    claims = read_claims({"id_number": "91110000600037341L", "name": "样例公司", "acr": "high"}, NAMES)
    assert (claims.kind, claims.assurance_class, claims.phone) == ("organisation", "high", "")
    assert "样例公司" not in repr(claims)


def test_a_number_that_is_nobodys_is_told_as_a_wrong_id_number() -> None:
    with pytest.raises(Invalid) as refusal:
        read_claims({"id_number": "123"}, NAMES)
    assert refusal.value.code == "citizen_number_length"
