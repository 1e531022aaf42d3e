"""Importing in a real browser: a manager sees what a spreadsheet would change, on a screen and on a phone."""

import io

import pytest
from openpyxl import Workbook
from playwright.sync_api import Browser, Page, expect

from tests.browser import DESKTOP, PHONE, assert_accessible, open_context
from tests.city import run_journey
from yichuang.identity.data import TRIAL_PASSWORD

pytestmark = pytest.mark.browser


def spreadsheet(visits: object) -> bytes:
    made = Workbook()
    page = made.create_sheet("事项", 0)
    page.append(["事项标识", "事项名称", "改革前到现场次数"])
    page.append(["birth_certificate", "出生医学证明", visits])
    del made["Sheet"]
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def look_at(page: Page, site: str, visits: object) -> None:
    page.goto(f"{site}/manage/catalogue/exchange/")
    assert_accessible(page)
    file = {"name": "清单.xlsx", "mimeType": "application/octet-stream", "buffer": spreadsheet(visits)}
    page.get_by_label("表格或者目录包").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="看看会改什么").click()
    page.wait_for_url(f"{site}/manage/catalogue/exchange/imports/*/")
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert_accessible(page)
    run_journey()
    expect(page.get_by_role("progressbar")).to_have_count(0)
    assert_accessible(page)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_manager_sees_what_would_change_and_what_is_wrong(
    site: str, browser: Browser, size: tuple[int, int]
) -> None:
    with open_context(browser, size) as context:
        page = context.new_page()
        page.goto(f"{site}/accounts/login/?next=/manage/catalogue/exchange/")
        page.get_by_label("账号").fill("manager")
        page.get_by_label("密码").fill(TRIAL_PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        look_at(page, site, 6)
        expect(page.get_by_role("button", name="导入并发布")).to_be_visible()
        look_at(page, site, "六次")
        expect(page.get_by_text("“六次”不是整数")).to_be_visible()
        expect(page.get_by_role("button", name="导入并发布")).to_have_count(0)
