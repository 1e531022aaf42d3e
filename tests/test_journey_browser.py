"""The newborn's journey as its people live it: one play, on the whole platform as real processes, in a real browser.

A clerk takes in five matters of four departments with the keyboard; officers decide, one department in its own
system; the mother follows and collects with her phone; outside tools and the public page verify her papers; the
manager reads her rating. With YICHUANG_SCREENSHOTS=1 the pictures of the documents are taken on the way.
"""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import assert_accessible
from tests.factories import MOTHER
from tests.journey import Album, Cast, code_of, fill_the_hall, press, reload_until
from tests.papers import said_by
from tests.platform import Platform, new_platform

pytestmark = [pytest.mark.browser, pytest.mark.processes]

BABY = "周沐晨"
#: What nobody but the mother can say, and the answer on the keyboard: the first choice of each.
CHOICES = ("vaccination_clinic", "card_bank", "relation_to_head", "medical_insurance_payer")
#: Seconds that the police take: long enough to be seen at work, short enough to wait for.
POLICE_TAKE = 6


@dataclass(frozen=True)
class Slip:
    """What the mother takes home from the counter."""

    number: str
    code: str

    def case(self, place: int) -> str:
        return f"{self.number}-{place:02d}"


def test_a_newborns_five_matters_from_the_card_to_the_rating(browser: Browser, tmp_path: Path) -> None:
    album = Album()
    with new_platform(workers=1) as platform:
        platform.control_police(decide_after=POLICE_TAKE)
        if album.taking:
            fill_the_hall(platform)
        cast = Cast(platform, browser)
        with cast.at_desk("clerk1", "/counter/") as counter, cast.on_the_phone() as phone:
            slip = take_in(counter, album, tmp_path)
            follow(phone, slip)
            birth_certificate_comes_first(cast, slip, phone)
            four_others_at_the_same_time(cast, slip, phone, album)
            paper = collect(phone, slip, album, tmp_path)
            verify(phone, paper, album, tmp_path)
            rate(phone, slip)
            counter.goto(f"{platform.url}/counter/applications/{slip.number}/")
            expect(counter.get_by_text("网上领取 5 件")).to_be_visible()
            expect(counter.get_by_text("申请人已经评价，谢谢。")).to_be_visible()
        with cast.at_desk("manager", "/manage/") as manager:
            reads_the_rating(manager, slip, album)
        everything_is_done_and_proved(platform, slip)


# ── The counter ──────────────────────────────────────────────────────────────────────────────────


def take_in(page: Page, album: Album, folder: Path) -> Slip:
    """With the keyboard alone: find, read the card, answer what nobody knows, receive, accept."""
    keys = page.keyboard
    expect(page.locator("#q")).to_be_focused()
    keys.type("xse")
    expect(page.locator(".hit").first).to_contain_text("新生儿出生")
    assert_accessible(page)
    album.take(page, "counter-home")
    keys.press("Enter")
    page.wait_for_url(re.compile(r"/counter/drafts/"))
    expect(page.locator("#number")).to_be_focused()
    expect(page.locator("#tray option").first).to_be_attached()
    assert_accessible(page)
    keys.press("F2")
    expect(page.locator("#v-baby_name")).to_have_value(BABY)
    fill_in(page, album)
    press(page, "Alt+r")
    page.wait_for_url(re.compile(r"/counter/applications/"))
    slip = read_slip(page)
    assert_accessible(page)
    press(page, "Alt+a")
    expect(page.get_by_text("已受理5件")).to_be_visible()
    receipt = page.get_by_role("link", name="收件凭证")
    expect(receipt).to_be_visible()
    expect(page.get_by_role("link", name="受理通知书")).to_have_count(5)
    assert_accessible(page)
    album.take(page, "counter-application")
    if shutil.which("pdftotext"):
        said = said_by("pdftotext", open_paper(page, receipt.get_attribute("href")), folder)
        assert slip.number in said
        assert slip.code in said
    return slip


def fill_in(page: Page, album: Album) -> None:
    """The phone number, and four choices; everything else has come from the registers."""
    keys = page.keyboard
    expect(page.locator("#phone")).to_be_focused()
    expect(page.get_by_label("已登记")).to_be_checked()
    assert_accessible(page)
    keys.type(MOTHER.phone)
    album.take(page, "counter-draft")
    keys.press("Enter")
    for element in CHOICES:
        chooser = page.locator(f"#v-{element}")
        expect(chooser).to_be_focused()
        keys.press("ArrowDown")
        keys.press("Enter")
    expect(page.get_by_role("button", name="收件")).to_be_focused()
    expect(page.locator("#left")).to_have_text("已齐，可以收件")


def read_slip(page: Page) -> Slip:
    """Number and query code, shown to the clerk once."""
    told = page.locator(".fresh, main").first.inner_text()
    code = re.search(r"查询密码\s+(\d{6})", told)
    assert code is not None
    return Slip(page.url.rstrip("/").rsplit("/", 1)[1], code[1])


# ── The departments ──────────────────────────────────────────────────────────────────────────────


def birth_certificate_comes_first(cast: Cast, slip: Slip, phone: Page) -> None:
    """卫健委 decides on the spot; the four that waited for it start at once."""
    reload_until(phone, "“出生医学证明签发”办好就开始")
    with cast.at_desk("officer-weijian", "/desk/") as page:
        expect(page.get_by_role("cell", name=slip.case(1), exact=True)).to_be_visible()
        expect(page.get_by_role("cell", name=slip.case(2), exact=True)).to_have_count(0)
        assert_accessible(page)
        open_case(page, slip.case(1))
        assert_accessible(page)
        grant(page)


def four_others_at_the_same_time(cast: Cast, slip: Slip, phone: Page, album: Album) -> None:
    """The police have theirs in their own system while three officers decide at their desks."""
    reload_until(phone, "结果自动送回")
    for username, place in (("officer-weijian", 2), ("officer-yibao", 4), ("officer-renshe", 5)):
        with cast.at_desk(username, "/desk/") as page:
            reload_until(page, slip.case(place))
            if place == 4:
                album.take(page, "desk-list")
            open_case(page, slip.case(place))
            press(page, "c")
            expect(page.locator("#act")).to_contain_text("您已认领")
            if place == 4:
                assert_accessible(page)
                album.take(page, "desk-case")
                phone.reload()
                assert_accessible(phone)
                album.take(phone, "track-phone")
            grant(page)
    reload_until(phone, "全部办好了，请领取")
    with cast.at_desk("officer-gongan", f"/desk/cases/{slip.case(3)}/") as page:
        expect(page.get_by_text("部门系统已答复")).to_be_visible()
        assert_accessible(page)
    (entry,) = cast.platform.police_book()
    assert (entry["case"], entry["delivered"]) == (slip.case(3), True)


def open_case(page: Page, number: str) -> None:
    """From the work list to the page of a case."""
    page.locator(f"a[href$='/{number}/']").press("Enter")
    page.wait_for_url(re.compile(number))


def grant(page: Page) -> None:
    """Decide with two keys."""
    press(page, "Alt+y")
    expect(page.get_by_role("button", name="确认准予")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("已准予")).to_be_visible()


# ── The mother ───────────────────────────────────────────────────────────────────────────────────


def follow(page: Page, slip: Slip) -> None:
    """Number and code from the receipt open her application, and nothing else does."""
    assert_accessible(page)
    page.get_by_role("link", name="查进度").click()
    page.wait_for_url(re.compile("/track/$"))
    assert_accessible(page)
    page.get_by_label("申报号").fill(slip.number)
    page.get_by_label("查询密码").fill("000000" if slip.code != "000000" else "000001")
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_text("申报号或查询密码不对")).to_be_visible()
    page.get_by_label("查询密码").fill(slip.code)
    page.get_by_role("button", name="查看").click()
    page.wait_for_url(re.compile(slip.number))
    expect(page.get_by_role("progressbar")).to_have_accessible_name("5 项里有 0 项办好")
    expect(page.get_by_text(MOTHER.number)).to_have_count(0)
    assert_accessible(page)


def collect(page: Page, slip: Slip, album: Album, folder: Path) -> bytes:
    """Everything in one act, then each paper; the birth certificate, which outside tools find whole and valid."""
    page.get_by_role("link", name="领取结果").click()
    expect(page.get_by_role("heading", name="5 项可以领取")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="领取全部结果").click()
    expect(page.get_by_text("已经领取")).not_to_have_count(0)
    assert_accessible(page)
    with page.expect_download() as all_of_it:
        page.get_by_role("link", name="打包下载全部").click()
    assert all_of_it.value.path().stat().st_size > 5 * 50_000
    with page.expect_download() as download:
        page.get_by_role("link", name="出生医学证明").click()
    paper = download.value.path().read_bytes()
    album.take_paper(paper, "licence", folder)
    if shutil.which("pdfsig"):
        said = said_by("pdfsig", paper, folder)
        assert "Signature is Valid." in said
        assert "Total document signed" in said
        assert BABY in said_by("pdftotext", paper, folder)
    return paper


def verify(page: Page, paper: bytes, album: Album, folder: Path) -> None:
    """Anybody asks whether the paper is genuine: by the file, and by the code printed on it."""
    start = page.url.split("/track/")[0] + "/verify/"
    page.goto(start)
    assert_accessible(page)
    page.get_by_label("要查验的PDF文件").set_input_files(
        {"name": "出生医学证明.pdf", "mimeType": "application/pdf", "buffer": paper}
    )
    page.get_by_role("button", name="上传查验").click()
    expect(page.get_by_text("查验属实")).to_be_visible()
    assert_accessible(page)
    album.take(page, "verify-phone")
    code = page.locator("dt", has_text="验真码").locator("xpath=following-sibling::dd").inner_text().strip()
    if shutil.which("pdftotext"):
        assert code_of(paper, folder) == code
    page.goto(start)
    page.get_by_label("验真码").fill(code.lower())
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/verify/\w"))
    expect(page.get_by_text("出生医学证明").first).to_be_visible()
    assert_accessible(page)


def rate(page: Page, slip: Slip) -> None:
    """Five grades and a few words, once."""
    page.goto(page.url.split("/verify/")[0] + f"/track/{slip.number}/")
    page.get_by_role("link", name="评价这次服务").click()
    page.wait_for_url(re.compile("/rate/"))
    assert_accessible(page)
    page.get_by_text("非常满意", exact=True).click()
    page.get_by_label("想说的话").fill("一次都没多跑。")
    page.get_by_role("button", name="提交评价").click()
    expect(page.get_by_role("heading", name="谢谢您的评价")).to_be_visible()
    assert_accessible(page)


# ── Afterwards ───────────────────────────────────────────────────────────────────────────────────


def reads_the_rating(page: Page, slip: Slip, album: Album) -> None:
    """The manager sees grade and words."""
    expect(page.get_by_text("一次都没多跑。")).to_be_visible()
    expect(page.get_by_text(slip.number).first).to_be_visible()
    assert_accessible(page)
    album.take(page, "manage")
    page.get_by_role("link", name="全部评价").click()
    expect(page.get_by_text("一次都没多跑。")).to_be_visible()
    assert_accessible(page)


def everything_is_done_and_proved(platform: Platform, slip: Slip) -> None:
    """No job is left or failed, every case is what its entries say, and the entries are sealed."""
    platform.settle()
    assert platform.failed_jobs() == []
    stages = platform.rows("SELECT stage FROM cases_case WHERE number LIKE %s", f"{slip.number}-%")
    assert stages == [("closed",)] * 5
    platform.seal()
    verified = platform.command("verify")
    assert verified.returncode == 0, verified.stdout
    assert "cases folded, 0 differ" in verified.stdout


def open_paper(page: Page, address: str | None) -> bytes:
    """The content of a paper that the page links."""
    assert address is not None
    answer = page.request.get(page.url.split("/counter/")[0] + address)
    assert answer.ok
    return answer.body()
