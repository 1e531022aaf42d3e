"""What an officer types in the box of the opinion is there again after a reload, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.factories import accepted, case_of, decided
from tests.officers_desk import log_in, stopped_clock
from tests.test_opinion_drafts import FIRST, WORDS

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("stopped_clock")]
__all__ = ["stopped_clock"]


def test_an_opinion_is_saved_as_it_is_typed_and_there_after_a_reload(site: str, page_desktop: Page) -> None:
    whole, page = accepted("newborn"), page_desktop
    case = case_of(whole, FIRST)
    log_in(page, site, "officer-weijian", "/desk/")
    page.goto(f"{site}/desk/cases/{case.number}/")
    page.get_by_label("审批意见").fill(WORDS)
    expect(page.locator("[data-saving]")).to_contain_text("已保存")
    page.reload()
    expect(page.get_by_label("审批意见")).to_have_value(WORDS)
    decided(whole, FIRST, "officer-weijian2")
    page.get_by_label("审批意见").fill("还在写")
    expect(page.locator("[data-saving]")).to_contain_text("已经不在审查中")
