"""The editor in a real browser: a chief officer writes an item, the centre publishes it, a clerk accepts it."""

import re
import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import DESKTOP, PHONE, assert_accessible, assert_fits, open_context
from tests.journey import Album
from tests.officers_desk import log_in
from tests.simulators_fixtures import ROOT
from yichuang.catalogue import loading, queries
from yichuang.catalogue.authoring.states import OPEN, Stage
from yichuang.catalogue.models import Proposal
from yichuang.catalogue.planning import everything_up, plan
from yichuang.catalogue.writing import entry_file, folder_files

pytestmark = pytest.mark.browser

NAME = "出具住房保障证明"
LIKE = "出具房改核查证明"
#: Three situations with what may be answered, and two materials with the condition that each has, in words.
QUESTIONS = (
    ("是否租住公租房？", ("是", "否")),
    ("是否有住房补贴？", ("有", "没有")),
    ("证明用在哪里？", ("本市", "外地")),
)
RENTED, SUBSIDISED = "“是否租住公租房？”为“是”", "“是否有住房补贴？”为“有”"
MATERIALS = (("公租房租赁凭证", RENTED), ("居民户口簿", SUBSIDISED))
#: What only the author knows of the item: fields that are typed, chosen and ticked.
TYPED = {
    "item-catalog_code": "332006078000",
    "item-conditions": "在本市享受住房保障",
    "item-promised_limit-value": "5",
    "item-visits": "0",
    "item-visits_before": "2",
    "item-result_name": "住房保障证明",
}
CHOSEN = {
    "item-type": "20",
    "item-kind": "promised",
    "item-depth": "3",
    "item-result_kind": "proof",
    "item-licence_type": "housing_reform_proof",
}
TICKED = (
    ("item-subjects", "自然人"),
    ("item-topic_classes", "住房保障"),
    ("item-channels", "窗口"),
    ("item-channels", "网上"),
)


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


def the_chief_begins(page: Page) -> None:
    """Nothing is taken over from another item: only what her department's items mostly say is there already."""
    page.get_by_role("link", name="起草新的").click()
    expect(page.locator("[name=department]")).to_have_value("housing")
    page.locator("[name=name]").press_sequentially(NAME)
    assert_accessible(page)
    page.keyboard.press("Enter")
    page.wait_for_url("**/edit/")
    assert_accessible(page)
    expect(page.locator("#faults")).to_contain_text("基本编码")
    expect(page.locator('[name="item-address"]')).not_to_have_value("")


def the_chief_fills_it_in(page: Page) -> None:
    """Three situations and two materials, one of them new, with keyboard and mouse; no code, no expression."""
    for place, text in TYPED.items():
        fill(page, place, text)
    for place, value in CHOSEN.items():
        page.locator(f'[name="{place}"]').select_option(value)
    for place, label in TICKED:
        page.locator(f".choice:has([name={place}])", has_text=label).first.click()
    add_row(page, "item-legal_bases", law="《衢州市公共租赁住房管理办法》", article="第五条")
    for name, role, days in (("受理", "clerk", "0"), ("审查和决定", "officer", "3")):
        number = add_row(page, "item-steps", name=name, days=days)
        page.locator(f'[name="item-steps-{number}-role"]').select_option(role)
    for question, options in QUESTIONS:
        number = add_row(page, "item-situations", question=question)
        for label in options:
            place = f"item-situations-{number}-options"
            press(page, f"add:{place}")
            page.keyboard.type(label)  # the cursor stands in the label of the new option
    add_row(page, "materials", name=MATERIALS[0][0], issuer="市住房保障中心")
    for material, when in MATERIALS:
        add_row(
            page, "item-materials", material=material, when=when, legal_basis="《浙江省保障条例》第十二条"
        )
    press(page, "save")
    expect(page.locator('[name="item-materials-0-when"]')).to_have_value(RENTED)


def add_row(page: Page, place: str, **typed: str) -> int:
    """Add a row to a list and fill it in. Returns its number."""
    number = page.locator(f"#{place} > .rows__row").count()
    press(page, f"add:{place}")
    for name, text in typed.items():
        fill(page, f"{place}-{number}-{name}", text)
    return number


def test_an_item_is_written_tried_reviewed_and_accepted(
    site: str, browser: Browser, reader: str, tmp_path: Path
) -> None:
    with open_context(browser, DESKTOP) as context:
        page = context.new_page()
        log_in(page, site, "chief-zhujian", "/manage/catalogue/")
        assert_accessible(page)
        the_chief_begins(page)
        the_chief_fills_it_in(page)
        Album().take(page, "editor")
        assert_accessible(page)
        # What the check says while it is typed stands beside the field, and goes when it is right.
        page.locator("#item-materials-1 > summary").click()
        fill(page, "item-materials-1-when", "meiyou == 'x'")
        wrong = page.locator('.field:has([name="item-materials-1-when"]) .field__error')
        expect(wrong).to_contain_text("meiyou")
        fill(page, "item-materials-1-when", SUBSIDISED)
        expect(wrong).to_have_count(0)
        expect(page.locator("#saving")).to_contain_text("已保存")
        expect(page.locator("#faults")).to_contain_text("可以送审")
        for button in ("预览指南", "预览窗口", "预览计划"):
            page.get_by_role("button", name=button).click()
            expect(page.get_by_text("还没有生效")).to_be_visible()
            expect(page.get_by_text(QUESTIONS[0][0]).first).to_be_visible()
            assert_accessible(page)
            page.get_by_role("link", name="回到草案").click()
        page.get_by_role("button", name="试一试").click()
        expect(page.get_by_text("从收件到出件都走通了")).to_be_visible()
        assert_accessible(page)
        page.get_by_role("link", name="回到草案").click()
        fill(page, "words", "新增住房保障证明")
        page.get_by_role("button", name="保存并送审").click()
        page.wait_for_url("**/review/")
        proposal = page.url
    the_centre_publishes(browser, site, proposal)
    a_clerk_takes_it_in(browser, site)
    written_as_a_file_it_gives_the_same_plan(tmp_path / "quzhou")


def the_centre_publishes(browser: Browser, site: str, proposal: str) -> None:
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
    """A minute later, with no file edited: the card, the answers, the materials, 收件 and 受理."""
    with open_context(browser, DESKTOP) as context:
        page = context.new_page()
        log_in(page, site, "clerk1", "/counter/")
        page.locator("#q").fill(NAME)
        expect(page.locator(".hit").first).to_contain_text(NAME)
        page.locator("#q").press("Enter")
        page.wait_for_url("**/counter/drafts/**")
        expect(page.locator("#tray option").first).to_be_attached()
        page.keyboard.press("F2")
        expect(page.locator("#name")).not_to_have_value("")
        page.locator("#phone").fill("13757000001")
        for question, options in QUESTIONS:
            page.locator("fieldset", has_text=question).get_by_label(options[0], exact=True).check()
        for name, _when in MATERIALS:
            slip = page.locator("#materials li.check", has_text=name)
            slip.get_by_role("checkbox").first.check()
            expect(slip).to_have_class(re.compile("check--done"))
        page.keyboard.press("Alt+r")
        page.wait_for_url("**/counter/applications/**")
        page.keyboard.press("Alt+a")
        expect(page.locator(".alert--good")).to_contain_text("已受理")
        expect(page.locator("h1")).to_contain_text(NAME)


def written_as_a_file_it_gives_the_same_plan(copy: Path) -> None:
    """The item as a file in a copy of the city's folder gives the same plan for every combination of answers."""
    folder = queries.folder()
    [item] = [item for item in folder.catalogue.items.values() if item.name == NAME]
    shutil.copytree(ROOT / "catalogues" / "quzhou", copy)
    (copy / "items" / f"{item.key}.yaml").write_text(entry_file(item, folder), encoding="utf-8")
    (copy / "materials.yaml").write_text(folder_files(folder)["materials.yaml"], encoding="utf-8")
    read = loading.read(copy)
    assert not read.faults
    catalogue = read.catalogue
    assert catalogue is not None
    for chosen in product(*(situation.options for situation in item.situations)):
        answers = dict(zip([situation.key for situation in item.situations], chosen, strict=True))
        plans = [plan(each, item.key, answers, everything_up(each)) for each in (folder.catalogue, catalogue)]
        assert plans[0] == plans[1]
        assert len(plans[0].materials) == (answers["sfzzgzf"] == "s") + (answers["sfyzfbt"] == "y")


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
