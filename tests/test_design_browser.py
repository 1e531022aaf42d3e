"""The design system in a real browser: the axe rules, the weight of the first page, and what works without script."""

import gzip

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.browser import DESKTOP, PHONE, assert_accessible, open_context

pytestmark = pytest.mark.browser
FIRST_PAGE_BYTES = 60_000
PAGES = ("/", "/design", "/design/staff", "/no-such-page")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("look", ["light", "dark", "large"])
def test_axe_finds_nothing(site: str, browser: Browser, size: tuple[int, int], look: str) -> None:
    with open_context(browser, size, dark=look == "dark") as context:
        if look == "large":
            context.add_cookies([{"name": "yc_size", "value": "large", "url": site}])
        page = context.new_page()
        for path in PAGES:
            page.goto(f"{site}{path}")
            assert_accessible(page)


def test_the_first_page_is_light(site: str, page_phone: Page) -> None:
    answers: list[Response] = []
    page_phone.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - Playwright marks the handler it is given
    page_phone.goto(f"{site}/", wait_until="networkidle")
    # The web process sends static files compressed and pages as they are.
    weights = {
        answer.url: len(gzip.compress(answer.body(), 9) if "/static/" in answer.url else answer.body())
        for answer in answers
    }
    assert sum(weights.values()) <= FIRST_PAGE_BYTES, weights
    assert all(url.startswith(site) for url in weights)


def test_targets_are_large_in_large_print(site: str, page_phone: Page) -> None:
    page_phone.goto(f"{site}/display?size=large&next=/design")
    for selector in (".button:not(.button--small)", ".choice", ".input", ".public__nav a", ".tabs a"):
        for element in page_phone.locator(selector).all():
            box = element.bounding_box()
            if box:
                assert box["height"] >= 56, (selector, box)


def test_the_choices_of_display_work_without_script(site: str, browser: Browser) -> None:
    with open_context(browser, PHONE, script=False) as context:
        page = context.new_page()
        page.goto(f"{site}/")
        page.get_by_role("link", name="长辈版").click()
        expect(page.locator("html")).to_have_attribute("data-size", "large")
        page.get_by_role("link", name="深色").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.get_by_role("link", name="退出长辈版").click()
        expect(page.locator("html")).to_have_attribute("data-size", "normal")


def test_a_form_is_sent_once(site: str, page_desktop: Page) -> None:
    page_desktop.goto(f"{site}/design/staff")
    page_desktop.locator("#opinion").fill("情况属实")
    sent = page_desktop.evaluate(
        """() => {
            let sent = 0;
            window.addEventListener("submit", (event) => {
                sent += event.defaultPrevented ? 0 : 1;
                event.preventDefault();
            });
            const button = document.querySelector("article .button--primary");
            button.click();
            button.click();
            return [sent, button.getAttribute("aria-busy")];
        }"""
    )
    assert sent == [1, "true"]


def test_the_question_mark_lists_the_keys_of_the_page(site: str, page_desktop: Page) -> None:
    page_desktop.goto(f"{site}/design/staff")
    page_desktop.keyboard.press("?")
    dialog = page_desktop.get_by_role("dialog", name="这一页的快捷键")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("认领下一件")
    assert_accessible(page_desktop)
    page_desktop.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_keys_are_silent_while_somebody_types(site: str, page_desktop: Page) -> None:
    page_desktop.goto(f"{site}/design/staff")
    page_desktop.locator("#opinion").focus()
    page_desktop.keyboard.type("n?")
    expect(page_desktop.locator("#opinion")).to_have_value("n?")
    expect(page_desktop.locator("#keys")).to_be_hidden()


def test_arrow_keys_walk_through_the_rows(site: str, page_desktop: Page) -> None:
    page_desktop.goto(f"{site}/design/staff")
    page_desktop.keyboard.press("ArrowDown")
    page_desktop.keyboard.press("j")
    expect(page_desktop.locator(".row-link").nth(1)).to_be_focused()
    page_desktop.keyboard.press("ArrowUp")
    expect(page_desktop.locator(".row-link").first).to_be_focused()


def test_a_dialog_opens_without_script(site: str, browser: Browser) -> None:
    with open_context(browser, DESKTOP, script=False) as context:
        page = context.new_page()
        page.goto(f"{site}/design")
        page.get_by_role("button", name="撤回申请…").click()
        expect(page.get_by_role("dialog", name="撤回这份申请？")).to_be_visible()


def test_nothing_breaks_the_content_security_policy(site: str, page_desktop: Page) -> None:
    said: list[str] = []
    page_desktop.on("console", lambda message: said.append(message.text))
    page_desktop.on("pageerror", lambda error: said.append(str(error)))
    for path in ("/", "/design", "/design/staff"):
        page_desktop.goto(f"{site}{path}", wait_until="networkidle")
    assert said == []
