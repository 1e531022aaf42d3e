"""征询 in a real browser: the applicant answers from her phone, the counter sees that she is asked."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from tests.browser import assert_accessible
from tests.city import run_journey
from tests.factories import accepted, case_of, decided
from tests.officers_desk import log_in
from tests.test_lives_of_bundles import officer_of
from tests.test_portal_browser import open_by_code
from yichuang.base import clock
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Outcome

pytestmark = pytest.mark.browser


@pytest.fixture
def asked(site: str) -> ApplicationRow:
    """A retirement whose early years were not recognised, at the real time."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_make).result()


def _make() -> ApplicationRow:
    now = clock.now()
    row = accepted("retirement", answers={"worked_early": "yes"}, now=now)
    refused = case_of(row, "deemed_payment_recognition")
    decided(row, refused.item_key, officer_of(refused.department_id), outcome=Outcome.REFUSED, now=now)
    run_journey(now)
    connection.close()
    return row


def test_the_applicant_answers_from_her_phone(site: str, page_phone: Page, asked: ApplicationRow) -> None:
    page = page_phone
    open_by_code(page, site, asked)
    assert_accessible(page)
    page.get_by_role("link", name="去答复").click()
    page.get_by_role("button", name="确认答复").click()
    expect(page.get_by_role("alert")).to_contain_text("请选择继续办理")
    assert_accessible(page)
    page.get_by_label("继续办").check()
    page.get_by_role("button", name="确认答复").click()
    expect(page.get_by_text("其余事项继续办理")).to_be_visible()


def test_the_counter_sees_that_she_is_asked(site: str, page_desktop: Page, asked: ApplicationRow) -> None:
    page = page_desktop
    log_in(page, site, "clerk1", f"/counter/applications/{asked.number}/")
    assert_accessible(page)
    page.get_by_role("link", name="登记书面答复").click()
    assert_accessible(page)
    page.get_by_label("都撤回").check()
    page.get_by_role("button", name="确认答复").click()
    expect(page.get_by_text("其余事项不再办理")).to_be_visible()
