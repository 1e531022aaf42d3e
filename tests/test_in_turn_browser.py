"""Several cases chosen in the work list and granted with one question, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import assert_accessible
from tests.officers_desk import log_in, stopped_clock
from tests.test_in_turn import births

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("stopped_clock")]
__all__ = ["stopped_clock"]


def test_cases_are_ticked_in_the_list_and_granted_with_one_question(site: str, page_desktop: Page) -> None:
    cases, page = births(2), page_desktop
    log_in(page, site, "officer-weijian", "/desk/")
    for case in cases:
        page.locator(f"input[value='{case.number}']").check()
    page.get_by_role("button", name="一并办理选中的").click()
    assert_accessible(page)
    page.get_by_role("button", name="确认准予这 2 件").click()
    expect(page.get_by_text("办成 2 件")).to_be_visible()
    assert_accessible(page)
