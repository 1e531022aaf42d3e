"""Officers and managers in a real browser: by keyboard, without JavaScript, in every look; no axe rule broken."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import DESKTOP, PHONE, assert_accessible, open_context
from tests.city import run_journey
from tests.dispatching import in_thread
from tests.factories import NOW, accepted, case_of, decided, staff
from tests.officers_desk import LATER, log_in, stopped_clock
from tests.test_manage import PAGES, failed_job, rated
from yichuang.base import files
from yichuang.cases.actions.review import claim
from yichuang.cases.data import CaseRow
from yichuang.cases.models import ApplicationMaterial, Case
from yichuang.cases.states import Outcome
from yichuang.catalogue.data import SourceKind
from yichuang.feedback.data import Grade
from yichuang.identity.data import Role
from yichuang.journey import failures
from yichuang.ledger.models import Entry
from yichuang.notices.reminders import remind

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("stopped_clock")]
__all__ = ["stopped_clock"]

FIRST, PROOF = "birth_certificate", "housing_reform_proof"
#: One white pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c63f8ffffff7f0009fb03fd05b94ab50000000049454e44ae426082"
)


def scanned() -> CaseRow:
    """A birth case with an uploaded picture."""
    whole = accepted("newborn")
    file_id = files.store("扫描件.png", "image/png", PNG, now=NOW)
    row = ApplicationMaterial.objects.filter(application_id=whole.id, items__contains=[FIRST]).order_by("id")[
        0
    ]
    ApplicationMaterial.objects.filter(id=row.id).update(source=SourceKind.UPLOAD, file_id=file_id)
    return case_of(whole, FIRST)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("look", ["light", "dark", "large"])
def test_the_officers_pages_break_no_rule(
    site: str, browser: Browser, size: tuple[int, int], look: str
) -> None:
    case = scanned()
    whole = accepted("newborn")
    waiting = next(each for each in whole.cases if each.waiting and each.department_name == "卫健委")
    with open_context(browser, size, dark=look == "dark") as context:
        if look == "large":
            context.add_cookies([{"name": "yc_size", "value": "large", "url": site}])
        page = context.new_page()
        log_in(page, site, "officer-weijian", "/desk/")
        for path in (
            "",
            "?holder=mine",
            "?light=yellow",
            f"cases/{case.number}/",
            f"cases/{waiting.number}/",
        ):
            page.goto(f"{site}/desk/{path}")
            assert_accessible(page)
        page.locator("#words").fill(whole.number)
        page.get_by_role("button", name="查办件").click()
        expect(page.get_by_role("status").filter(has_text="2 件")).to_be_visible()
        assert_accessible(page)


def something_to_see() -> None:
    """A rating, a dispatch that nobody answers, a step that failed, and a reminder.

    Seals need a thread without the browser.
    """
    rated(Grade.BAD, "等太久")
    whole = accepted("newborn")
    decided(whole, FIRST, "officer-weijian")
    entry = Entry.objects.filter(verb="case.decided").latest("id")
    run_journey(LATER)
    failures.note("issue_result", entry.id, TimeoutError(), now=LATER)
    failed_job(entry.id)
    manager, case = staff("manager"), case_of(whole, FIRST)
    assert manager.department_id is not None
    for role in (Role.MANAGER, Role.CLERK):
        remind(
            case_number=case.number,
            rung="acceptance_yellow",
            role=role,
            department_id=manager.department_id,
            now=LATER,
        )


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("look", ["light", "dark", "large"])
def test_the_managers_pages_break_no_rule(
    site: str, browser: Browser, size: tuple[int, int], look: str
) -> None:
    in_thread(something_to_see)
    with open_context(browser, size, dark=look == "dark") as context:
        if look == "large":
            context.add_cookies([{"name": "yc_size", "value": "large", "url": site}])
        page = context.new_page()
        log_in(page, site, "manager", "/manage/")
        for path in PAGES:
            page.goto(f"{site}/manage/{path}")
            page.screenshot()
            assert_accessible(page)
        page.goto(f"{site}/manage/")
        page.locator(".reminders a").first.click()
        expect(page.get_by_role("heading", name="经过")).to_be_visible()
        assert_accessible(page)
        page.goto(f"{site}/manage/steps/")
        page.get_by_role("button", name="再试一次").first.click()
        expect(page.get_by_text("已重新排队")).to_be_visible()
        expect(page.get_by_text("没有停下来的步骤")).to_be_visible()
    in_thread(run_journey)


def test_a_morning_with_the_keyboard_alone(site: str, page_desktop: Page) -> None:
    """Walk down the list, claim with c, refuse without reasons, be told, write them, refuse; grant the next."""
    # Old enough to stand at the top, whatever other tests have left.
    first, second = (case_of(accepted(PROOF, now=NOW - timedelta(days=days)), PROOF) for days in (40, 35))
    page, keys = page_desktop, page_desktop.keyboard
    log_in(page, site, "officer-zhujian", "/desk/")
    keys.press("j")
    keys.press("j")
    expect(page.locator(".row-link").nth(1)).to_be_focused()
    keys.press("k")
    keys.press("c")
    page.wait_for_url(f"**/cases/{first.number}/")
    expect(page.get_by_text("您已认领，到")).to_be_visible()
    keys.press("Alt+r")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert_accessible(page)
    keys.press("Enter")
    expect(page.locator("#text-error")).to_contain_text("请填写不予许可的理由")
    assert_accessible(page)
    page.locator("#text").focus()
    keys.type("房屋未参加房改")
    keys.press("Alt+r")
    keys.press("Enter")
    page.wait_for_url(f"**/cases/{second.number}/")
    expect(page.get_by_text("已决定不予许可")).to_be_visible()
    keys.press("c")
    expect(page.get_by_text("您已认领，到")).to_be_visible()
    keys.press("Alt+y")
    keys.press("Enter")
    expect(page.get_by_text("已准予")).to_be_visible()
    assert [Case.objects.get(id=case.id).outcome for case in (first, second)] == [
        Outcome.REFUSED,
        Outcome.GRANTED,
    ]


def test_a_case_is_decided_without_javascript(site: str, browser: Browser) -> None:
    case = case_of(accepted("newborn"), FIRST)
    with open_context(browser, DESKTOP, script=False) as context:
        page = context.new_page()
        log_in(page, site, "officer-weijian", "/desk/")
        page.goto(f"{site}/desk/cases/{case.number}/")
        page.get_by_label("审批意见").fill("属实")
        page.get_by_role("button", name="准予…", exact=False).first.click()
        page.get_by_role("button", name="确认准予").click()
        expect(page.get_by_text("已准予")).to_be_visible()
    assert Case.objects.get(id=case.id).outcome == Outcome.GRANTED


def test_a_picture_is_fetched_when_it_is_opened_and_not_before(site: str, page_desktop: Page) -> None:
    case = scanned()
    page = page_desktop
    log_in(page, site, "officer-weijian", "/desk/")
    page.goto(f"{site}/desk/cases/{case.number}/", wait_until="networkidle")
    reads = Entry.objects.filter(verb="file.read", facts__application=case.application_number)
    assert not reads.exists()
    with page.expect_response(lambda response: "/materials/" in response.url):
        page.locator(".viewer summary").first.click()
    expect(page.locator(".viewer img").first).to_be_visible()
    assert reads.count() == 1


def test_two_officers_decide_one_case_and_the_second_keeps_her_words(site: str, page_desktop: Page) -> None:
    case = case_of(accepted("newborn"), FIRST)
    page = page_desktop
    log_in(page, site, "officer-weijian", "/desk/")
    page.goto(f"{site}/desk/cases/{case.number}/")
    page.get_by_label("审批意见").fill("我写了很久")
    claim(actor=staff("officer-weijian2"), case_id=case.id, now=LATER)
    page.keyboard.press("Alt+y")
    page.get_by_role("button", name="确认准予").click()
    expect(page.locator("main").get_by_role("alert")).to_contain_text("姜亦安正在办理这件")
    expect(page.locator("#text")).to_have_value("我写了很久")
    assert_accessible(page)
