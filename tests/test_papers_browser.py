"""The pages of hearings and parcels in a real browser: what an applicant, an officer and a clerk see of them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from tests.browser import assert_accessible
from tests.city import run_journey
from tests.factories import accepted, case_of, received, staff
from tests.officers_desk import log_in
from tests.portal_visitors import code_of
from yichuang.base import clock
from yichuang.cases.actions.hearings import answer_hearing, tell_of_hearing
from yichuang.cases.actions.review import claim, decide
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Outcome
from yichuang.delivery.courier import Recipient, ask_for_courier, send_by_courier

pytestmark = pytest.mark.browser

FIRE = "fire_design_review"


def made(*, asked: bool = False, sent: bool = False) -> ApplicationRow:
    """A fire review in a thread of its own: told of a hearing (`asked` for), or `sent` by courier."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_make, asked, sent).result()


def _make(asked: bool, sent: bool) -> ApplicationRow:
    now = clock.now() - timedelta(hours=1)
    row, officer, clerk = accepted(FIRE, now=now), staff("officer-zhujian"), staff("clerk1")
    case = case_of(row, FIRE)
    if sent:
        decide(actor=officer, case_id=case.id, outcome=Outcome.REFUSED, opinion="不合格。", now=now)
        run_journey(now)
        to = Recipient("林知夏", "13800000001", "浙江省衢州市柯城区样例路1号2幢301室")
        ask_for_courier(actor=clerk, application_id=row.id, to=to, now=now)
        send_by_courier(actor=clerk, application_id=row.id, carrier="邮政速递", waybill=row.number, now=now)
    else:
        claim(actor=officer, case_id=case.id, now=now)
        tell_of_hearing(actor=officer, case_id=case.id, reason="影响相邻建筑的采光。", now=now)
        if asked:
            answer_hearing(actor=officer, case_id=case.id, asks=True, now=now)
    run_journey(now)
    connection.close()
    return row


def open_by_code(page: Page, site: str, row: ApplicationRow) -> None:
    page.goto(f"{site}/track/")
    page.get_by_label("申报号").fill(row.number)
    page.get_by_label("查询密码").fill(code_of(row))
    page.get_by_role("button", name="查看").click()
    page.wait_for_url(f"**/track/{row.number}/")


def test_an_applicant_asks_for_a_hearing_on_her_phone_and_an_officer_calls_it(
    site: str, page_phone: Page, page_desktop: Page
) -> None:
    row = made()
    open_by_code(page_phone, site, row)
    assert_accessible(page_phone)
    page_phone.get_by_role("link", name="要不要听证").click()
    assert_accessible(page_phone)
    page_phone.get_by_role("button", name="要求听证", exact=True).click()
    expect(page_phone.get_by_text("已收到您的听证要求")).to_be_visible()
    log_in(page_desktop, site, "officer-zhujian", "/desk/")
    page_desktop.goto(f"{site}/desk/cases/{case_of(row, FIRE).number}/")
    page_desktop.get_by_label("听证的地点").fill("三楼会议室")
    assert_accessible(page_desktop)
    page_desktop.get_by_role("button", name="通知举行听证").click()
    expect(page_desktop.get_by_text("请填写听证的日期和时间").first).to_be_visible()
    assert_accessible(page_desktop)


def test_an_applicant_sees_her_parcel_and_a_clerk_records_that_it_was_signed_for(
    site: str, page_phone: Page, page_desktop: Page
) -> None:
    waiting, row = made(), made(sent=True)
    open_by_code(page_phone, site, waiting)
    page_phone.get_by_role("link", name="不想跑？办好之后邮寄给我").click()
    page_phone.get_by_role("button", name="寄到这个地址").click()
    expect(page_phone.get_by_text("请填写收件人姓名").first).to_be_visible()
    assert_accessible(page_phone)
    open_by_code(page_phone, site, row)
    expect(page_phone.get_by_text("等您签收")).to_be_visible()
    assert_accessible(page_phone)
    log_in(page_desktop, site, "clerk1", "/counter/")
    page_desktop.goto(f"{site}/counter/applications/{row.number}/")
    assert_accessible(page_desktop)
    page_desktop.get_by_role("link", name="邮寄…").click()
    assert_accessible(page_desktop)
    page_desktop.get_by_label("结果").select_option("signed")
    page_desktop.get_by_label("签收人").fill("林知夏")
    page_desktop.get_by_role("button", name="登记邮寄结果").click()
    expect(page_desktop.get_by_text("邮寄签收 1 件")).to_be_visible()


def test_a_clerk_puts_an_error_right_on_a_page_that_breaks_no_rule(site: str, page_desktop: Page) -> None:
    with ThreadPoolExecutor(1) as pool:
        row = pool.submit(_received).result()
    log_in(page_desktop, site, "clerk1", "/counter/")
    page_desktop.goto(f"{site}/counter/applications/{row.number}/")
    page_desktop.get_by_role("link", name="填错了，当场更正…").click()
    assert_accessible(page_desktop)
    page_desktop.get_by_role("button", name="更正", exact=True).click()
    expect(page_desktop.get_by_text("没有改动").first).to_be_visible()
    assert_accessible(page_desktop)


def _received() -> ApplicationRow:
    row = received("newborn", now=clock.now())
    connection.close()
    return row
