"""The public pages as people see them: no axe rule broken, without JavaScript, on a desk and on a phone."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect

from tests.browser import DESKTOP, PHONE, assert_accessible, open_context
from tests.city import run_journey
from tests.factories import accepted, decided, received, staff
from tests.portal_visitors import applicant, code_of, ready
from yichuang.base import clock, files
from yichuang.cases.actions.correction import ask_correction
from yichuang.cases.queries import ApplicationRow, materials
from yichuang.cases.states import Outcome
from yichuang.licences.queries import of_cases

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/guide/",
    "/guide/?q=fang",
    "/guide/?q=火星移民局",
    "/guide/?board=公安综合",
    "/guide/newborn/",
    "/guide/company_start/?hires=no",
    "/guide/real_estate_transfer/",
    "/guide/housing_reform_proof/",
    "/guide/newborn/card/",
    "/find/",
    "/find/person/",
    "/find/birth_child/",
    "/track/",
    "/verify/",
    "/verify/0000111122223333/",
)
LOOKS = ("light", "dark", "large")


@dataclass(frozen=True)
class Cast:
    """Applications in every state that looks different, made at the real time, which pages compare with."""

    progress: ApplicationRow
    corrected: ApplicationRow
    refused: ApplicationRow
    ready: ApplicationRow


@pytest.fixture
def cast(site: str) -> Cast:
    """Made in a thread of its own: sealing a paper runs an event loop, and Playwright's runs in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_make).result()


def _make() -> Cast:
    now = clock.now()
    progress = accepted("newborn", now=now)
    decided(progress, "birth_certificate", "officer-weijian", now=now)
    run_journey(now)
    made = Cast(progress, _corrected(now), ready(now=now, outcome=Outcome.REFUSED), ready(now=now))
    connection.close()
    return made


def _corrected(now: datetime) -> ApplicationRow:
    row = received("newborn", now=now)
    asked = [line.key for line in materials(row.id) if row.cases[0].item_key in line.items]
    ask_correction(
        actor=staff("clerk1"),
        case_id=row.cases[0].id,
        text="分娩记录的照片看不清，请重新拍，四角拍全。",
        materials=asked[:1],
        until=(now + timedelta(days=10)).date(),
        now=now,
    )
    return row


def open_by_code(page: Page, site: str, row: ApplicationRow) -> None:
    page.goto(f"{site}/track/")
    page.get_by_label("申报号").fill(row.number)
    page.get_by_label("查询密码").fill(code_of(row))
    page.get_by_role("button", name="查看").click()
    page.wait_for_url(f"**/track/{row.number}/")


def look_at(page: Page) -> None:
    """Hold the page to the rules, closed and with everything unfolded."""
    for fold in page.locator("details.fold > summary").all():
        fold.click()
    assert_accessible(page)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desk"])
class TestEveryLook:
    """Each public page on a phone and on a desk, light, dark and in large print."""

    @pytest.fixture
    def page(self, site: str, browser: Browser, size: tuple[int, int], look: str) -> Page:
        context = open_context(browser, size, dark=look == "dark")
        if look == "large":
            context.add_cookies([{"name": "yc_size", "value": "large", "url": site}])
        return context.new_page()

    def test_the_open_pages_break_no_rule(self, site: str, page: Page) -> None:
        for path in PAGES:
            page.goto(f"{site}{path}")
            look_at(page)
        page.goto(f"{site}/track/")
        page.get_by_label("申报号").fill("260309AAAA")
        page.get_by_label("查询密码").fill("1234")
        page.get_by_role("button", name="查看").click()
        look_at(page)
        page.context.close()

    def test_the_pages_of_an_application_break_no_rule(self, site: str, page: Page, cast: Cast) -> None:
        for row in (cast.progress, cast.corrected, cast.refused, cast.ready):
            open_by_code(page, site, row)
            look_at(page)
        page.goto(f"{site}/track/{cast.progress.number}/withdraw/")
        page.get_by_role("button", name="撤回").click()
        expect(page.get_by_role("alert")).to_contain_text("请填写撤回的理由")
        look_at(page)
        open_by_code(page, site, cast.ready)
        for button in ("领取结果", "领取全部结果", "评价这次服务"):
            page.get_by_text(button, exact=True).last.click()
            page.wait_for_load_state()
            look_at(page)
        page.get_by_text("非常满意", exact=True).click()
        page.get_by_label("想说的话").fill("一次都没有多跑，谢谢。")
        page.get_by_role("button", name="提交评价").click()
        expect(page.get_by_role("heading", name="谢谢您的评价")).to_be_visible()
        look_at(page)
        page.goto(f"{site}/track/{cast.ready.number}/")
        look_at(page)
        page.context.close()

    def test_the_pages_of_verification_break_no_rule(
        self, site: str, page: Page, cast: Cast, tmp_path: Path
    ) -> None:
        number = cast.ready.cases[0].number
        licence = of_cases([number])[number]
        page.goto(f"{site}/verify/{licence.verify_code}")
        look_at(page)
        original = files.read(licence.file_id).content
        for content in (original, original + b"\n%"):
            upload(page, site, tmp_path, content)
            look_at(page)
        page.context.close()


def upload(page: Page, site: str, folder: Path, content: bytes) -> None:
    file = folder / "proof.pdf"
    file.write_bytes(content)
    page.goto(f"{site}/verify/")
    page.get_by_label("要查验的PDF文件").set_input_files(file)
    page.get_by_role("button", name="上传查验").click()
    expect(page.get_by_role("link", name="再查一份")).to_be_visible()


def test_the_whole_way_can_be_gone_without_javascript(
    site: str, browser: Browser, cast: Cast, tmp_path: Path
) -> None:
    row = cast.ready
    with open_context(browser, PHONE, script=False) as context:
        page = context.new_page()
        page.goto(site)
        page.get_by_label("您要办什么").fill("fgzm")
        page.get_by_role("button", name="查找").click()
        page.get_by_role("link", name=row.target_name).click()
        expect(page.get_by_role("heading", name="要带什么")).to_be_visible()
        open_by_code(page, site, row)
        page.get_by_role("link", name="领取结果").click()
        page.get_by_role("button", name="领取全部结果").click()
        with page.expect_download() as download:
            page.get_by_role("link", name="打包下载全部").click()
        assert download.value.suggested_filename == f"{row.target_name} {row.number} 全部结果.zip"
        with page.expect_download() as download:
            page.get_by_role("link", name="房改核查证明", exact=True).click()
        content = Path(download.value.path()).read_bytes()
        page.get_by_role("link", name="评价这次服务").click()
        page.get_by_text("满意", exact=True).click()
        page.get_by_role("button", name="提交评价").click()
        expect(page.get_by_role("heading", name="谢谢您的评价")).to_be_visible()
        upload(page, site, tmp_path, content)
        expect(page.get_by_role("heading", name="真件")).to_be_visible()
        open_by_code(page, site, row)
        page.get_by_role("button", name="退出查询").click()
        page.goto(f"{site}/track/{row.number}/")
        expect(page.get_by_label("查询密码")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desk"])
def test_ones_own_pages_break_no_rule(site: str, browser: Browser, cast: Cast, size: tuple[int, int]) -> None:
    cookie = applicant().cookies["sessionid"].value
    with open_context(browser, size) as context:
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": site}])
        page = context.new_page()
        page.goto(f"{site}/my/")
        expect(page.get_by_text(cast.ready.number)).to_be_visible()
        look_at(page)


def test_nothing_on_the_public_pages_breaks_the_content_security_policy(site: str, page_phone: Page) -> None:
    said: list[str] = []
    page_phone.on("console", lambda message: said.append(message.text))
    page_phone.on("pageerror", lambda error: said.append(str(error)))
    for path in ("/guide/", "/guide/newborn/", "/track/", "/verify/"):
        page_phone.goto(f"{site}{path}", wait_until="networkidle")
    assert said == []


def test_the_printed_guide_shows_what_is_folded(site: str, page_desktop: Page) -> None:
    page_desktop.goto(f"{site}/guide/newborn/")
    expect(page_desktop.get_by_role("button", name="打印这一页")).to_be_visible()
    page_desktop.emulate_media(media="print")
    basis = page_desktop.get_by_text("《中华人民共和国母婴保健法》第二十三条").first
    assert (basis.bounding_box() or {}).get("height", 0) > 0
    expect(page_desktop.get_by_role("button", name="按我的情况看")).to_be_hidden()
