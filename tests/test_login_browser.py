"""The account pages as people see them: no axe rule broken on desk and phone, and all of it without JavaScript."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import DESKTOP, PHONE, assert_accessible, open_context
from tests.identities import PASSWORD, kept_centre, make_staff, username_of
from yichuang.identity.data import Role

pytestmark = pytest.mark.browser


def log_in(page: Page, site: str, *roles: Role) -> None:
    """Type username and password of a new member of staff, with the keyboard only."""
    actor = make_staff(*roles, department=kept_centre())
    page.goto(f"{site}/accounts/login/")
    expect(page.get_by_label("账号")).to_be_focused()
    page.keyboard.type(username_of(actor))
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_account_pages_break_no_rule(
    site: str, browser: Browser, size: tuple[int, int], dark: bool
) -> None:
    with open_context(browser, size, dark=dark) as context:
        page = context.new_page()
        page.goto(f"{site}/accounts/login/")
        assert_accessible(page)
        page.get_by_label("账号").fill("t-nobody")
        page.get_by_label("密码").fill("wrong")
        page.get_by_role("button", name="登录").click()
        assert page.get_by_role("alert").inner_text().startswith("账号或密码不对")
        assert_accessible(page)
        log_in(page, site, Role.ADMINISTRATOR, Role.CLERK)
        assert page.url.endswith("/accounts/counter/")
        for path in ("counter/", "", "password/", "2fa/", "staff/", "staff/new/", "logout/", "inactive/"):
            page.goto(f"{site}/accounts/{path}")
            assert_accessible(page)
        page.goto(f"{site}/accounts/staff/")
        page.get_by_role("row").get_by_role("link").first.click()
        assert_accessible(page)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_way_to_a_second_factor_needs_no_script(site: str, browser: Browser, script: bool) -> None:
    with open_context(browser, PHONE, script=script) as context:
        page = context.new_page()
        log_in(page, site, Role.MANAGER)
        page.goto(f"{site}/accounts/2fa/")
        page.get_by_role("link", name="设置验证器").click()
        if script:  # the axe rules are a script themselves
            assert_accessible(page)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="确认").click()
        assert page.get_by_role("img", name="验证器的二维码").is_visible()
        if script:
            assert_accessible(page)
