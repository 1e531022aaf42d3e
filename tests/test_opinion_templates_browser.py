"""Templates of opinions in a real browser: inserted by keyboard, no axe rule broken at any width."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import DESKTOP, PHONE, assert_accessible, open_context
from tests.factories import staff
from tests.officers_desk import LATER, PROOF, log_in, page_of, proof, stopped_clock
from yichuang.cases.actions.opinion_templates import remove_template, write_template
from yichuang.cases.actions.review import claim
from yichuang.cases.data import CaseRow
from yichuang.cases.opinion_templates import templates_of

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("stopped_clock")]
__all__ = ["stopped_clock"]

OFFICER, CHIEF = "officer-zhujian", "chief-zhujian"


@pytest.fixture
def worked(committed_db: None) -> Iterator[CaseRow]:
    """A case that an officer has claimed, with two templates for it, which are gone afterwards."""
    case = proof()
    claim(actor=staff(OFFICER), case_id=case.id, now=LATER)
    for name, text in (("符合条件", "经审查，{事项}符合{条件}。"), ("查无记录", "经查档案，没有房改记录。")):
        write_template(actor=staff(CHIEF), template_id=None, item_key=PROOF, name=name, text=text, now=LATER)
    yield case
    for row in templates_of(staff(CHIEF)):
        remove_template(actor=staff(CHIEF), template_id=row.id, now=LATER)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_templates_break_no_rule(site: str, browser: Browser, size: tuple[int, int], worked: CaseRow) -> None:
    for username, path in {OFFICER: page_of(worked), CHIEF: "/desk/templates/"}.items():
        with open_context(browser, size) as context:
            page = context.new_page()
            log_in(page, site, username, "/desk/")
            page.goto(f"{site}{path}")
            assert_accessible(page)


def test_a_template_is_inserted_by_keyboard(site: str, page_desktop: Page, worked: CaseRow) -> None:
    log_in(page_desktop, site, OFFICER, "/desk/")
    page_desktop.goto(f"{site}{page_of(worked)}")
    page_desktop.locator("#text").fill("已核对。")
    page_desktop.keyboard.press("Alt+1")
    expect(page_desktop.locator("#text")).to_have_value("已核对。\n经查档案，没有房改记录。")
