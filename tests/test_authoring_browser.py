"""The editor in a real browser: a manager writes an item, tries it, another publishes it, a clerk accepts it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import DESKTOP, PHONE, assert_accessible, assert_fits, open_context
from tests.factories import accepted
from tests.journey import Album
from tests.officers_desk import log_in
from yichuang.catalogue import queries
from yichuang.catalogue.authoring.states import OPEN, Stage
from yichuang.catalogue.models import Proposal

pytestmark = pytest.mark.browser

NAME = "出具住房保障证明"
LIKE = "出具房改核查证明"
#: Three situations with what may be answered, and two materials with the condition that each has.
QUESTIONS = (
    ("是否租住公租房？", ("是", "否")),
    ("是否有住房补贴？", ("有", "没有")),
    ("证明用在哪里？", ("本市", "外地")),
)
MATERIALS = (("住房租赁合同", "sfzzgzf == 's'"), ("居民户口簿", "sfyzfbt == 'y'"))


@pytest.fixture(autouse=True)
def tidy(site: str) -> Iterator[None]:
    yield
    Proposal.objects.filter(stage__in=sorted(OPEN)).update(stage=Stage.DISCARDED)
    queries.forget()


def press(page: Page, act: str) -> None:
    """Press a button of the form and wait until what comes of it is there."""
    with page.expect_response(lambda response: response.request.method == "GET" and "/edit/" in response.url):
        page.locator(f'#proposal button[name=act][value="{act}"]:not(.visually-hidden)').first.click()
    expect(page.locator(".htmx-request")).to_have_count(0)


def fill(page: Page, place: str, text: str) -> None:
    page.locator(f'[name="{place}"]').fill(text)


def the_manager_writes(page: Page, site: str) -> None:
    """An item like another, with three situations and two materials of its own, with the keyboard and buttons."""
    page.get_by_role("link", name="起草新的").click()
    fill(page, "name", NAME)
    page.locator("[name=department]").select_option("housing")
    fill(page, "like", LIKE)
    assert_accessible(page)
    page.get_by_role("button", name="开始起草").click()
    page.wait_for_url("**/edit/")
    expect(page.locator("#faults")).to_contain_text("基本编码")
    fill(page, "item-catalog_code", "332006078000")
    for number, (question, options) in enumerate(QUESTIONS, start=1):
        press(page, "add:item-situations")
        fill(page, f"item-situations-{number}-question", question)
        for option, label in enumerate(options):
            press(page, f"add:item-situations-{number}-options")
            fill(page, f"item-situations-{number}-options-{option}-1", label)
    press(page, "add:materials")
    fill(page, "materials-0-name", "住房租赁合同")
    for number, (material, when) in enumerate(MATERIALS, start=5):
        press(page, "add:item-materials")
        fill(page, f"item-materials-{number}-material", material)
        fill(page, f"item-materials-{number}-when", when)
        fill(page, f"item-materials-{number}-legal_basis", "《浙江省保障“最多跑一次”改革规定》第十二条")
    press(page, "save")


def test_an_item_is_written_tried_reviewed_and_accepted(site: str, browser: Browser) -> None:
    with open_context(browser, DESKTOP) as context:
        page = context.new_page()
        log_in(page, site, "manager", "/manage/catalogue/")
        assert_accessible(page)
        the_manager_writes(page, site)
        Album().take(page, "editor")
        assert_accessible(page)
        # What the check says while it is typed stands beside the field, and goes when it is right.
        page.locator("#item-materials-5 > summary").click()
        fill(page, "item-materials-5-when", "meiyou == 'x'")
        wrong = page.locator('.field:has([name="item-materials-5-when"]) .field__error')
        expect(wrong).to_contain_text("meiyou")
        fill(page, "item-materials-5-when", MATERIALS[0][1])
        expect(wrong).to_have_count(0)
        expect(page.locator("#saving")).to_contain_text("已保存")
        expect(page.locator("#faults")).to_contain_text("可以送审")
        for button in ("预览指南", "预览窗口", "预览计划"):
            page.get_by_role("button", name=button).click()
            expect(page.get_by_text("还没有生效")).to_be_visible()
            expect(page.get_by_text(QUESTIONS[0][0])).to_be_visible()
            assert_accessible(page)
            page.get_by_role("link", name="回到草案").click()
        page.get_by_role("button", name="试一试").click()
        expect(page.get_by_text("从收件到出件都走通了")).to_be_visible()
        assert_accessible(page)
        page.get_by_role("link", name="回到草案").click()
        fill(page, "words", "新增住房保障证明")
        page.get_by_role("button", name="保存并送审").click()
        page.wait_for_url("**/review/")
        expect(page.get_by_text("另一位中心管理人员审核")).to_be_visible()
        proposal = page.url
    the_other_publishes(browser, site, proposal)
    a_clerk_takes_it_in(browser, site)


def the_other_publishes(browser: Browser, site: str, proposal: str) -> None:
    with open_context(browser, DESKTOP) as context:
        page = context.new_page()
        log_in(page, site, "manager2", "/manage/catalogue/")
        page.goto(proposal)
        expect(page.get_by_text("新增住房保障证明")).to_be_visible()
        assert_accessible(page)
        page.locator("[name=text]").first.fill("同意")
        page.get_by_role("button", name="审核通过并发布").click()
        expect(page.get_by_text("窗口和网上现在就能办")).to_be_visible()


def a_clerk_takes_it_in(browser: Browser, site: str) -> None:
    """A minute later, with no file edited."""
    with open_context(browser, DESKTOP) as context:
        page = context.new_page()
        log_in(page, site, "clerk1", "/counter/")
        page.locator("#q").fill(NAME)
        expect(page.locator(".hit").first).to_contain_text(NAME)
        page.locator("#q").press("Enter")
        page.wait_for_url("**/counter/drafts/**")
        for question, _options in QUESTIONS:
            expect(page.get_by_text(question)).to_be_visible()
    key = next(key for key, item in queries.current().items.items() if item.name == NAME)
    assert [case.item_name for case in accepted(key).cases] == [NAME]


def test_the_editor_works_on_a_phone_without_javascript(site: str, browser: Browser) -> None:
    with open_context(browser, PHONE, script=False) as context:
        page = context.new_page()
        log_in(page, site, "chief-zhujian", "/manage/catalogue/")
        page.get_by_role("link", name=LIKE, exact=True).click()
        page.get_by_role("button", name="起草新版本").click()
        page.wait_for_url("**/edit/")
        assert_fits(page)
        page.locator('button[value="add:item-steps"]').click()
        fill(page, "item-steps-4-name", "回访")
        page.locator('[name="item-steps-4-role"]').select_option("clerk")
        page.get_by_role("button", name="保存", exact=False).last.click()
        expect(page.locator('[name="item-steps-4-name"]')).to_have_value("回访")
        page.locator("#item-steps-4 > summary").click()
        page.locator('button[value="drop:item-steps-4"]').click()
        expect(page.locator('[name="item-steps-4-name"]')).to_have_count(0)


def test_a_manager_changes_a_paper_and_sees_its_sample(browser: Browser, site: str) -> None:
    for size in (DESKTOP, PHONE):
        context = open_context(browser, size)
        page = context.new_page()
        log_in(page, site, "manager", "/manage/papers/")
        assert_accessible(page)
        page.get_by_role("link", name="受理通知书", exact=True).click()
        assert_accessible(page)
        page.get_by_role("button", name="修改").click()
        text = page.locator("#text")
        text.fill(text.input_value() + '#fact("aplicant")\n')
        page.get_by_role("button", name="保存并检查").click()
        expect(page.locator(".errors")).to_contain_text("是不是“applicant”")
        assert_accessible(page)
        text.fill(text.input_value().replace('#fact("aplicant")\n', ""))
        page.get_by_role("button", name="保存并检查").click()
        expect(page.get_by_role("status")).to_contain_text("没有发现问题")
        expect(page.locator("iframe")).to_be_visible()
        assert_accessible(page)
        if size is DESKTOP:
            Album().take(page, "paper-template")
        context.close()
