"""The paths of a review at the desk in a real browser: no axe rule broken, everything by keyboard."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import DESKTOP, PHONE, assert_accessible, open_context
from tests.factories import accepted, case_of, staff
from tests.officers_desk import LATER, log_in, stopped_clock
from yichuang.cases.actions.approval import propose_extension
from yichuang.cases.actions.procedures import begin_procedure
from yichuang.cases.actions.review import claim
from yichuang.cases.data import CaseRow
from yichuang.deadlines.data import Limit

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("stopped_clock")]
__all__ = ["stopped_clock"]

FIRE, OFFICER, CHIEF = "fire_design_review", "officer-zhujian", "chief-zhujian"
REASON = "采用了现行标准没有规定的新技术，需要专家评审。"


def fire() -> CaseRow:
    return case_of(accepted(FIRE), FIRE)


def unfold(page: Page) -> None:
    """Open every form that may be opened."""
    for summary in page.locator("#act details > summary").all():
        summary.click()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_paths_of_a_review_break_no_rule(site: str, browser: Browser, size: tuple[int, int]) -> None:
    worked, suspended, proposed = fire(), fire(), fire()
    officer = staff(OFFICER)
    claim(actor=officer, case_id=worked.id, now=LATER)
    begin_procedure(
        actor=officer, case_id=suspended.id, procedure="专家评审", reason=REASON, expected=Limit(10),
        now=LATER,
    )  # fmt: skip
    propose_extension(actor=officer, case_id=proposed.id, by=Limit(10), reason=REASON, now=LATER)
    for username, cases in {OFFICER: (worked, suspended, proposed), CHIEF: (proposed,)}.items():
        with open_context(browser, size) as context:
            page = context.new_page()
            log_in(page, site, username, "/desk/")
            for case in cases:
                page.goto(f"{site}/desk/cases/{case.number}/")
                unfold(page)
                assert_accessible(page)
            if username == CHIEF:
                page.goto(f"{site}/desk/substitutes/")
                assert_accessible(page)


def test_a_chief_approves_by_keyboard(site: str, page_desktop: Page) -> None:
    case = fire()
    propose_extension(actor=staff(OFFICER), case_id=case.id, by=Limit(10), reason=REASON, now=LATER)
    log_in(page_desktop, site, CHIEF, "/desk/")
    page_desktop.goto(f"{site}/desk/cases/{case.number}/")
    page_desktop.keyboard.press("Alt+y")
    expect(page_desktop.locator("#confirm-approve")).to_be_visible()
    page_desktop.keyboard.press("Enter")
    expect(page_desktop.get_by_text("已批准")).to_be_visible()
