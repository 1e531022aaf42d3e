"""Fixtures that drive a real headless Chromium. conftest.py hands them to every test.

Without a Chromium the tests are skipped with a sentence, except under CI=true, where they fail.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pylopdf_fonts_zh_cn
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
_AXE = Axe()
#: Milliseconds that a page may take on a machine that does much else beside.
PATIENCE = 30_000
DESKTOP = (1440, 900)
PHONE = (390, 844)


def _chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return path
    sentence = "No Chromium on this machine: the browser tests need one (Debian: apt install chromium)."
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


def _fonts(folder: Path) -> str:
    """A fontconfig file that adds the Chinese fonts of the documents: a bare machine has none to take pictures with."""
    packaged = Path(pylopdf_fonts_zh_cn.__file__).parent
    path = folder / "fonts.conf"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{packaged}</dir><dir>/usr/share/fonts</dir><cachedir>{folder}/cache</cachedir>"
        '<include ignore_missing="yes">/etc/fonts/conf.d</include></fontconfig>',
        encoding="utf-8",
    )
    return str(path)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One Chromium for the whole run; each test gets fresh contexts of it."""
    executable = _chromium()
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    # Playwright's sync API keeps an event loop in this thread; Django would take the tests' own queries for async.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    fonts = _fonts(tmp_path_factory.mktemp("fonts"))
    # LANGUAGE: what the browser itself says, where its language packs are installed (Debian: chromium-l10n).
    environment = {**os.environ, "LANGUAGE": "zh_CN", "FONTCONFIG_FILE": fonts}
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=[*_FLAGS], env=environment)
        yield running
        running.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    else:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


def open_context(
    browser: Browser, size: tuple[int, int], *, dark: bool = False, script: bool = True
) -> BrowserContext:
    """A fresh visitor with a window of this size."""
    return browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        java_script_enabled=script,
    )


@pytest.fixture(scope="session")
def web_server() -> Iterator[LiveServer]:
    """The pages, served by a thread of this process. Ask for `site`, which also opens the database."""
    server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture
def site(web_server: LiveServer, committed_db: None) -> str:
    """The address of the pages. Commits are real and nothing is rolled back: make your own data.

    pytest-django's `live_server` would empty the database after each test, the sample city with it.
    """
    return str(web_server.url)


@pytest.fixture
def page_desktop(browser: Browser) -> Iterator[Page]:
    """A clerk's screen: 1440 × 900."""
    with open_context(browser, DESKTOP) as context:
        yield context.new_page()


@pytest.fixture
def page_phone(browser: Browser) -> Iterator[Page]:
    """A phone: 390 × 844."""
    with open_context(browser, PHONE) as context:
        yield context.new_page()


def assert_accessible(page: Page) -> None:
    """No axe rule of WCAG 2.2 AA or of good practice is broken, and nothing sticks out of the window."""
    options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": _RULES}}
    page.wait_for_load_state("load")  # a page that is just being loaded anew has no document to look at
    results = _AXE.run(page, options=options)
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"
    assert_fits(page)


def assert_fits(page: Page) -> None:
    """Nobody has to scroll sideways (WCAG 1.4.10)."""
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0, f"{page.url} is {width} px wider than its window of {page.viewport_size}"
