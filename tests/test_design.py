"""The shape of the pages: templates, headers, refusals, and the choices of display."""

import re
from pathlib import Path

import allauth
import pytest
from django.test import Client

import yichuang.web
from yichuang.identity.data import ANONYMOUS, Actor, ActorKind, Role
from yichuang.web import navigation
from yichuang.web.navigation import desk_of

WEB = Path(yichuang.web.__file__).parent
TEMPLATES = WEB / "templates"
_ALLAUTH = Path(allauth.__file__).parent / "templates"
#: Found by Django and by django-allauth by name.
_BY_NAME = {"403.html", "404.html", "429.html", "500.html", "403_csrf.html"}


def _names() -> list[str]:
    return sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.is_file())


def _is_allauths(name: str) -> bool:
    return (_ALLAUTH / name).exists()


def test_every_template_is_used() -> None:
    sources = [*WEB.rglob("*.py"), *TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.txt")]
    text = {path: path.read_text(encoding="utf-8") for path in sources}
    unused = [
        name
        for name in _names()
        if name not in _BY_NAME
        and not _is_allauths(name)
        and not any(f'"{name}"' in content for path, content in text.items() if path != TEMPLATES / name)
    ]
    assert unused == []


@pytest.mark.parametrize("name", [name for name in _names() if name.endswith(".html")])
def test_a_template_holds_no_inline_script_or_style(name: str) -> None:
    content = (TEMPLATES / name).read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=|javascript:|hx-on|hx-vals=.?js:", content)
    for tag in re.findall(r"<script[^>]*>", content):
        assert "src=" in tag


@pytest.mark.parametrize("name", [name for name in _names() if name.endswith(".html")])
def test_a_template_loads_nothing_from_elsewhere(name: str) -> None:
    content = (TEMPLATES / name).read_text(encoding="utf-8")
    assert not re.search(r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//""", content)


def test_styles_name_raw_colours_only_among_the_tokens() -> None:
    raw = re.compile(r"#[0-9a-f]{3,8}\b|\brgb\(", re.IGNORECASE)
    allowed = {"tokens.css", "print.css"}
    # The white of a QR code's quiet zone and the veil behind a dialog are the same by day and by night.
    known = {"#fff", "#16262d", "rgb("}
    for path in (WEB / "static" / "css").glob("*.css"):
        if path.name not in allowed:
            body = "\n".join(
                line for line in path.read_text(encoding="utf-8").splitlines() if "@supports" not in line
            )
            assert set(raw.findall(body)) <= known, path.name


def test_pages_fence_the_browser_in(client: Client) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "form-action 'self'" in policy


@pytest.mark.django_db
def test_a_log_in_form_may_lead_to_an_outside_identity_provider(client: Client) -> None:
    assert "form-action *" in client.get("/accounts/login/").headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_pages_of_a_session_are_not_kept_by_shared_machines(client: Client) -> None:
    client.cookies["sessionid"] = "somebody"
    assert client.get("/").headers["Cache-Control"] == "private, no-store"


def test_the_start_page_asks_the_database_nothing_and_sets_no_cookie(client: Client) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert not response.cookies


@pytest.mark.django_db
def test_health_is_told_while_the_database_answers(client: Client) -> None:
    assert client.get("/healthz").content == b"ok"


def test_large_print_is_kept_and_leads_back(client: Client) -> None:
    response = client.get("/display", {"size": "large", "next": "/design?x=1"})
    assert (response.status_code, response["Location"]) == (302, "/design?x=1")
    assert 'data-size="large"' in client.get("/design").content.decode()


def test_display_never_leads_to_another_site(client: Client) -> None:
    assert client.get("/display", {"theme": "dark", "next": "https://evil.example/"})["Location"] == "/"


def test_a_spoilt_display_cookie_counts_as_none(client: Client) -> None:
    client.cookies["yc_size"] = "<huge>"
    assert 'data-size="normal"' in client.get("/").content.decode()


def test_a_refusal_is_a_page_with_the_sentence_and_a_way_back(client: Client) -> None:
    response = client.get("/display", {"size": "huge"}, headers={"Referer": "http://testserver/design"})
    assert response.status_code == 422
    assert "没有这种显示方式" in response.content.decode()
    assert 'href="http://testserver/design"' in response.content.decode()


def test_the_way_back_never_leads_to_another_site(client: Client) -> None:
    response = client.get("/display", {"size": "huge"}, headers={"Referer": "https://evil.example/"})
    assert "evil.example" not in response.content.decode()


def test_a_refusal_under_htmx_is_an_alert_in_its_own_place(client: Client) -> None:
    response = client.get("/display", {"size": "huge"}, headers={"HX-Request": "true"})
    assert response.status_code == 422
    assert response["HX-Retarget"] == "#alerts"
    assert "<html" not in response.content.decode()


def test_an_error_page_never_lands_inside_another_page(client: Client) -> None:
    response = client.get("/no-such-page", headers={"HX-Request": "true"})
    assert response.status_code == 404
    assert response["HX-Retarget"] == "#alerts"
    assert "<html" not in response.content.decode()


def test_an_unknown_address_gets_a_calm_page(client: Client) -> None:
    response = client.get("/no-such-page")
    assert response.status_code == 404
    assert "没有这个页面" in response.content.decode()


@pytest.mark.django_db
def test_a_form_that_lay_too_long_says_what_to_do() -> None:
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "somebody"})
    assert response.status_code == 403
    assert "页面放得太久了" in response.content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_every_role_starts_at_a_place_of_its_own_navigation(role: Role) -> None:
    actor = Actor(ActorKind.STAFF, 1, "某某", frozenset({role}))
    desk = desk_of(actor)
    places = list(navigation.places(actor, str(desk)))
    assert [address for _label, address, here in places if here] == [desk]


def test_the_public_has_no_desk() -> None:
    assert desk_of(ANONYMOUS) is None
    assert desk_of(Actor(ActorKind.APPLICANT, 1)) is None
