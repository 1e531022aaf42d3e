"""告知承诺 in a real browser: what a clerk shows before it is signed, and the form of the inspection."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import DESKTOP, PHONE, assert_accessible, open_context
from tests.counter_desk import COMPANY
from tests.factories import accepted, case_of, decided
from tests.officers_desk import log_in, stopped_clock
from tests.test_lives_of_bundles import officer_of

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("stopped_clock")]
__all__ = ["stopped_clock"]

FIRE = "fire_safety_check"
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


@SIZES
def test_an_officer_records_an_inspection(site: str, browser: Browser, size: tuple[int, int]) -> None:
    row = accepted(FIRE, applicant=COMPANY, answers={"fire_check_way": "promise"})
    case = case_of(row, FIRE)
    username = officer_of(case.department_id)
    decided(row, FIRE, username)
    with open_context(browser, size) as context:
        page = context.new_page()
        log_in(page, site, username, "/desk/")
        page.goto(f"{site}/desk/?holder=to_inspect")
        assert_accessible(page)
        page.goto(f"{site}/desk/cases/{case.number}/")
        assert_accessible(page)
        page.get_by_label("责令改正", exact=True).check()
        page.get_by_label("核查情况").fill("安全出口被占用。")
        page.get_by_role("button", name="记录核查结果").click()
        expect(page.get_by_text("已记录核查结果：责令改正。")).to_be_visible()
        assert_accessible(page)


@SIZES
def test_a_clerk_shows_what_is_promised_before_it_is_signed(
    site: str, browser: Browser, size: tuple[int, int]
) -> None:
    with open_context(browser, size) as context:
        page = context.new_page()
        log_in(page, site, "clerk1", "/counter/")
        token = page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value")
        sent = page.request.post(
            f"{site}/counter/start/",
            form={"target": FIRE, "csrfmiddlewaretoken": token or ""},
            headers={"Referer": site},
        )
        page.goto(sent.url)
        page.get_by_label("告知承诺（先发证、后核查）").check()
        expect(page.get_by_role("link", name="打印承诺书")).to_be_visible()
        assert_accessible(page)
        page.get_by_label("先检查、后发证").check()
        expect(page.get_by_role("link", name="打印承诺书")).to_be_hidden()
