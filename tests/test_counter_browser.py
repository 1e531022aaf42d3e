"""The counter in a real browser: by keyboard only, without JavaScript, in two tabs; no axe rule broken."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect

from tests.browser import DESKTOP, assert_accessible, open_context
from tests.city import run_journey
from tests.counter_desk import line_to_registers
from tests.factories import MOTHER, NOW, accepted, decided, received
from tests.simulators_fixtures import Simulator
from yichuang.identity.data import TRIAL_PASSWORD

pytestmark = pytest.mark.browser
__all__ = ["line_to_registers"]
NARROW = (1024, 768)


def ready_application() -> tuple[str, str]:
    """The numbers of one application just received and one that is ready to be handed over.

    Made in a thread of its own: sealing a paper runs an event loop, and Playwright's runs in this one.
    """

    def make() -> tuple[str, str]:
        fresh, begun = received("newborn"), accepted("birth_certificate")
        decided(begun, "birth_certificate", "officer-weijian")
        run_journey(NOW)
        connection.close()
        return fresh.number, begun.number

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(make).result()


def log_in(page: Page, site: str, username: str = "clerk1") -> None:
    page.goto(f"{site}/accounts/login/?next=/counter/")
    page.get_by_label("账号").fill(username)
    page.get_by_label("密码").fill(TRIAL_PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(f"{site}/counter/")


def start(page: Page, site: str, words: str = "xse") -> None:
    page.goto(f"{site}/counter/find/?q={words}")
    page.locator(".hit").first.click()
    page.wait_for_url(re.compile(r"/counter/drafts/"))


def test_a_whole_acceptance_is_done_with_the_keyboard_alone(
    site: str, page_desktop: Page, registers: Simulator, reader: str
) -> None:
    page, told = page_desktop, []
    log_in(page, site)

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            told.append(message.text)

    page.on("console", note)
    keys = page.keyboard
    expect(page.locator("#q")).to_be_focused()
    keys.type("xse")
    expect(page.locator(".hit").first).to_contain_text("新生儿出生")
    keys.press("ArrowDown")
    expect(page.locator(".hit").first).to_be_focused()
    keys.press("Enter")
    page.wait_for_url(re.compile(r"/counter/drafts/"))
    expect(page.locator("#number")).to_be_focused()
    expect(page.locator("#tray option").first).to_be_attached()
    keys.press("F2")
    expect(page.locator("#v-baby_name")).to_have_value("周沐晨")
    expect(page.locator("#form .source").first).to_be_visible()
    page.locator("#phone").focus()
    keys.type(MOTHER.phone)
    for chooser in page.locator("#form select").all():
        if not chooser.input_value():
            chooser.focus()
            keys.press("ArrowDown")
    page.locator("#v-baby_ethnicity").focus()
    keys.type("汉族")
    keys.press("Enter")
    expect(page.locator("#v-baby_ethnicity")).not_to_be_focused()
    expect(page.locator("#saving")).to_have_text(re.compile("已保存"))
    keys.press("Control+Enter")
    page.wait_for_url(re.compile(r"/counter/applications/"))
    expect(page.get_by_text("查询密码", exact=True)).to_be_visible()
    keys.press("Alt+a")
    expect(page.locator(".alert--good")).to_contain_text("已受理5件")
    keys.press("?")
    expect(page.locator("#keys")).to_be_visible()
    keys.press("Escape")
    keys.press("Alt+f")
    keys.type(page.url.rstrip("/").rsplit("/", 1)[1])
    keys.press("Enter")
    expect(page.locator("h1")).to_contain_text("新生儿出生")
    assert told == []


def test_values_typed_over_a_registers_are_marked_and_kept_on_their_own(
    site: str, page_desktop: Page, registers: Simulator, reader: str
) -> None:
    page = page_desktop
    log_in(page, site)
    start(page, site)
    expect(page.locator("#tray option").first).to_be_attached()
    page.keyboard.press("F2")
    name = page.locator("#v-baby_name")
    expect(name).to_have_value("周沐晨")
    left = page.locator("#left")
    before = int(re.findall(r"\d+", left.inner_text())[0])
    page.locator("#v-vaccination_clinic").select_option(index=1)
    expect(left).to_contain_text(f"还差 {before - 1} 项填写")
    kept = page.locator("#revision").input_value()
    name.fill("周沐阳")
    line = page.locator(".field__line", has=name)
    expect(line).to_contain_text("本人填写")
    expect(page.locator("#saving")).to_have_text(re.compile("已保存"))
    expect(page.locator("#revision")).not_to_have_value(kept)
    page.reload()
    expect(name).to_have_value("周沐阳")
    expect(line).to_contain_text("本人填写")


def test_a_tick_set_the_moment_the_page_changed_counts(site: str, page_desktop: Page) -> None:
    page = page_desktop
    log_in(page, site)
    start(page, site)
    quick = page.locator("#m-hukou_book")
    expect(quick).to_be_visible()
    page.evaluate(
        """() => {
          const quick = () => { watcher.disconnect(); document.getElementById("m-hukou_book").click(); };
          const watcher = new MutationObserver(quick);
          watcher.observe(document.getElementById("materials").parentElement, { childList: true });
        }"""
    )
    page.locator("#m-id_card").check()
    expect(page.locator("li", has=quick)).to_have_class(re.compile("check--done"))


def test_what_is_typed_while_the_server_answers_is_not_lost(site: str, page_desktop: Page) -> None:
    page = page_desktop
    log_in(page, site)
    start(page, site)
    expect(page.locator("#v-father_name")).to_be_visible()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/counter/drafts/*/", hold, times=1)
    with page.expect_request("**/counter/drafts/*/"):
        page.get_by_label("未登记").check()
    page.locator("#v-baby_name").fill("周沐晨")
    page.locator("#m-hukou_book").check()
    held[0].continue_()
    expect(page.locator("#v-father_name")).to_have_count(0)
    expect(page.locator("#v-baby_name")).to_have_value("周沐晨")
    expect(page.locator("li", has=page.locator("#m-hukou_book"))).to_have_class(re.compile("check--done"))


def test_answers_and_ticks_plan_the_page_anew_and_the_focus_stays(site: str, page_desktop: Page) -> None:
    page = page_desktop
    log_in(page, site)
    start(page, site)
    expect(page.locator("#v-father_name")).to_be_visible()
    page.locator("#v-baby_name").fill("周沐晨")
    page.get_by_label("未登记").check()
    expect(page.locator("#v-father_name")).to_have_count(0)
    expect(page.locator("#v-baby_name")).to_have_value("周沐晨")
    expect(page.get_by_label("未登记")).to_be_focused()
    tick = page.locator("#m-id_card")
    tick.check()
    expect(page.locator("li", has=tick)).to_have_class(re.compile("check--done"))
    expect(tick).to_be_focused()
    page.locator("#f-hukou_book").set_input_files(
        {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"MZ disguised"}
    )
    expect(page.locator("#problems")).to_contain_text("不是PDF、JPEG或PNG")
    page.locator("#f-hukou_book").set_input_files(
        {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    )
    expect(page.locator("#materials")).to_contain_text("移除")
    expect(page.locator("#problems")).not_to_contain_text("不是PDF、JPEG或PNG")


def test_an_older_tab_is_told_that_another_kept_something(site: str, page_desktop: Page) -> None:
    page = page_desktop
    log_in(page, site)
    start(page, site)
    second = page.context.new_page()
    second.goto(page.url)
    page.locator("#v-baby_name").fill("周沐晨")
    expect(page.locator("#saving")).to_have_text(re.compile("已保存"))
    second.locator("#v-baby_name").fill("旧页面")
    second.locator("#v-baby_name").blur()
    expect(second.locator("#alerts")).to_contain_text("在另一个窗口改过")
    second.get_by_role("link", name="取回最新内容").click()
    expect(second.locator("#v-baby_name")).to_have_value("周沐晨")


def test_the_counter_works_without_javascript(site: str, browser: Browser, registers: Simulator) -> None:
    with open_context(browser, DESKTOP, script=False) as context:
        page = context.new_page()
        log_in(page, site)
        page.locator("#q").fill("xsecs")
        page.get_by_role("button", name="查找").click()
        page.get_by_role("button", name="新生儿出生").click()
        draft = page.url
        page.get_by_label("未登记").check()
        page.get_by_role("button", name="按回答更新").click()
        expect(page.locator("#v-father_name")).to_have_count(0)
        page.get_by_label("已登记").check()
        page.get_by_role("button", name="按回答更新").click()
        page.locator("#number").fill(MOTHER.number)
        page.locator("#name").fill(MOTHER.name)
        page.locator("#phone").fill(MOTHER.phone)
        page.get_by_role("button", name="核对并取数").click()
        expect(page.locator("#v-baby_name")).to_have_value("周沐晨")
        page.get_by_role("button", name="收件").click()
        expect(page.get_by_role("alert").first).to_contain_text("处需要改")
        for chooser in page.locator("#form select").all():
            if not chooser.input_value():
                chooser.select_option(index=1)
        page.locator("#v-baby_ethnicity").fill("汉族")
        page.get_by_role("button", name="收件").click()
        expect(page.get_by_text("查询密码", exact=True)).to_be_visible()
        page.get_by_role("button", name="全部受理").click()
        expect(page.locator(".alert--good")).to_contain_text("已受理5件")
        page.goto(draft)
        expect(page).to_have_url(re.compile(r"/counter/applications/"))


@pytest.mark.parametrize("look", ["light", "dark", "large", "narrow"])
def test_axe_finds_nothing_on_any_page_of_the_counter(
    site: str, browser: Browser, registers: Simulator, reader: str, look: str
) -> None:
    fresh, begun = ready_application()
    with open_context(browser, NARROW if look == "narrow" else DESKTOP, dark=look == "dark") as context:
        if look == "large":
            context.add_cookies([{"name": "yc_size", "value": "large", "url": site}])
        page = context.new_page()
        log_in(page, site)
        page.locator("#q").type("xse")
        expect(page.locator(".hit").first).to_be_visible()
        assert_accessible(page)
        start(page, site)
        assert_accessible(page)
        expect(page.locator("#tray option").first).to_be_attached()
        page.keyboard.press("F2")
        expect(page.locator("#v-baby_name")).to_have_value("周沐晨")
        assert_accessible(page)
        page.get_by_role("button", name="收件").click()
        expect(page.get_by_role("alert").first).to_be_visible()
        assert_accessible(page)
        for path in (
            f"applications/{fresh}/",
            f"applications/{begun}/",
            f"applications/{fresh}/withdraw/",
            f"cases/{fresh}-01/",
            "find/?q=nothing-of-this-name",
        ):
            page.goto(f"{site}/counter/{path}")
            assert_accessible(page)
        page.get_by_label("申报号、身份证号或手机号").fill("999")
        page.get_by_role("button", name="查申办").click()
        assert_accessible(page)
