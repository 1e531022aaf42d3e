"""What heads, supervisors and managers do to decisions and clocks: in a browser, asked once more before it is done."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from tests.browser import assert_accessible
from tests.city import run_journey
from tests.counter_desk import COMPANY
from tests.factories import accepted, case_of, decided, staff
from tests.officers_desk import log_in
from yichuang.base import clock
from yichuang.cases.actions.procedures import begin_procedure
from yichuang.cases.states import Outcome
from yichuang.deadlines.data import Limit

pytestmark = pytest.mark.browser


def made(outcome: Outcome | None) -> str:
    """The number of a decided case of the health department, or of one of the housing department that stands still."""

    def make() -> str:
        now = clock.now()
        if outcome is None:
            case = case_of(accepted("fire_design_review", now=now), "fire_design_review")
            begin_procedure(
                actor=staff("officer-zhujian"), case_id=case.id, procedure="专家评审", reason="新技术。",
                expected=Limit(10), now=now,
            )  # fmt: skip
        else:
            row = accepted("birth_certificate", now=now)
            case = case_of(row, "birth_certificate")
            decided(row, case.item_key, "officer-weijian", outcome=outcome, now=now)
        run_journey(now)
        connection.close()
        return case.number

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(make).result()


def completed() -> str:
    def make() -> str:
        row = accepted("joint_completion_acceptance", applicant=COMPANY, now=clock.now())
        connection.close()
        return row.cases[0].number

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(make).result()


@pytest.mark.parametrize(
    ("outcome", "act", "told"),
    [(Outcome.GRANTED, "撤销决定", "已撤销决定"), (Outcome.REFUSED, "重新审查", "已重新审查")],
)
def test_the_head_is_asked_before_a_decision_is_undone(
    site: str, page_desktop: Page, outcome: Outcome, act: str, told: str
) -> None:
    page = page_desktop
    log_in(page, site, "chief-weijian", f"/desk/cases/{made(outcome)}/")
    page.get_by_text("决定有错").click()
    if outcome is Outcome.REFUSED:
        page.get_by_label("文号").fill("衢政复〔2026〕1号")
    page.get_by_label("理由").fill("原决定认定事实不清。")
    page.get_by_role("button", name=f"{act}…").click()
    assert_accessible(page)
    page.get_by_role("button", name=f"确认{act}").click()
    expect(page.get_by_text(told)).to_be_visible()


def test_a_supervisor_is_asked_before_a_pause_is_struck(site: str, page_desktop: Page) -> None:
    page = page_desktop
    log_in(page, site, "supervisor", f"/manage/cases/{made(None)}/")
    page.get_by_text("剔除不合法的暂停").click()
    assert_accessible(page)
    page.get_by_label("理由").fill("没有法定依据。")
    page.get_by_role("button", name="剔除…").click()
    assert_accessible(page)
    page.get_by_role("button", name="确认剔除").click()
    expect(page.get_by_text("期限已重新计算")).to_be_visible()


def test_the_manager_is_asked_before_the_whole_is_extended(site: str, page_desktop: Page) -> None:
    page = page_desktop
    log_in(page, site, "manager", f"/manage/cases/{completed()}/")
    page.get_by_text("延长联合办理期限").click()
    assert_accessible(page)
    page.get_by_label("文号").fill("衢政办函〔2026〕1号")
    page.get_by_label("理由").fill("分项多。")
    page.get_by_role("button", name="延长…").click()
    assert_accessible(page)
    page.get_by_role("button", name="确认延长").click()
    expect(page.get_by_text("整体时限已延长")).to_be_visible()
