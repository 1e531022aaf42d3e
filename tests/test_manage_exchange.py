"""The manager takes the catalogue out and brings one in: seen before it is done, and done whole or not at all."""

import io
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from tests.factories import NOW
from tests.rest import logged_in
from yichuang.catalogue import queries
from yichuang.catalogue.actions.importing import keep_mapping
from yichuang.catalogue.actions.publishing import publish_folder
from yichuang.catalogue.exchange import packages, spreadsheets
from yichuang.catalogue.exchange.spreadsheet_taking import Mapped
from yichuang.catalogue.models import Release
from yichuang.identity.data import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Client:
    return logged_in("manager")


def book(title: str, *rows: list[Any]) -> bytes:
    made = Workbook()
    page = made.worksheets[0]
    page.title = title
    for row in rows:
        page.append(row)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


HEADS = ["事项标识", "事项名称", "改革前到现场次数"]


def changed(visits: Any) -> bytes:
    return book(
        "事项", HEADS, ["birth_certificate", queries.current().items["birth_certificate"].name, visits]
    )


def upload(client: Client, content: bytes, **more: str) -> Any:
    file = SimpleUploadedFile("list.xlsx", content)
    return client.post(reverse("manage:upload"), {"file": file, **more}, follow=True)


def newest() -> int:
    return Release.objects.latest("id").id


def test_a_change_is_seen_and_then_published(manager: Client) -> None:
    before = newest()
    page = upload(manager, changed(6)).content.decode()
    assert "改革前到现场次数：" in page
    assert "→ 6" in page
    assert newest() == before, "looking changes nothing"
    done = manager.post(reverse("manage:confirm_import"), {"base": before}, follow=True)
    assert "已导入，发布为第" in done.content.decode()
    assert queries.current().items["birth_certificate"].visits_before == 6
    assert manager.post(reverse("manage:confirm_import"), {"base": newest()}).status_code == 302


def test_a_fault_is_told_with_its_place_and_cannot_be_confirmed(manager: Client) -> None:
    before = newest()
    page = upload(manager, changed("六次")).content.decode()
    assert "有 1 处错误" in page
    assert "“六次”不是整数" in page
    assert "导入并发布" not in page
    told = manager.post(reverse("manage:confirm_import"), {"base": before}, follow=True).content.decode()
    assert "没有发布" in told
    assert newest() == before


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"x", "不是表格"), (b"PK", "不是完好的Excel"), (None, "请先选择")]
)
def test_what_cannot_be_read_is_told_where_it_was_chosen(
    manager: Client, content: bytes | None, sentence: str
) -> None:
    sent = {} if content is None else {"file": SimpleUploadedFile("a.xlsx", content)}
    answer = manager.post(reverse("manage:upload"), sent)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_file_that_is_too_large_is_not_even_read(manager: Client) -> None:
    file = SimpleUploadedFile("a.xlsx", b"x" * 1_000_001)
    with override_settings(MAX_UPLOAD_BYTES=1_000_000):
        answer = manager.post(reverse("manage:upload"), {"file": file})
    assert answer.status_code == 422
    assert "文件超过1 MB，没有导入" in answer.content.decode()


def test_what_somebody_published_meanwhile_is_looked_at_again(manager: Client) -> None:
    before = newest()
    upload(manager, changed(6))
    publish_folder(replace(queries.folder(), overrides=()), base=before, actor=SYSTEM, now=NOW)
    told = manager.post(reverse("manage:confirm_import"), {"base": before}, follow=True).content.decode()
    assert "别人已经发布" in told
    assert "→ 6" in told


def test_a_centres_own_words_are_read_by_their_mapping(manager: Client) -> None:
    keep_mapping(
        name="中心清单",
        mapped=Mapped({"清单": "事项"}, {"事项": {"代号": "事项标识", "跑几次": "改革前到现场次数"}}),
        actor=SYSTEM,
        now=NOW,
    )
    assert "中心清单" in manager.get(reverse("manage:exchange")).content.decode()
    own = book("清单", ["代号", "跑几次"], ["birth_certificate", 8])
    assert "→ 8" in upload(manager, own, mapping="中心清单").content.decode()


def test_what_is_taken_out_is_what_is_in_force(manager: Client) -> None:
    sheet = manager.get(reverse("manage:export", args=["xlsx"]))
    assert "attachment" in sheet["Content-Disposition"]
    assert load_workbook(io.BytesIO(sheet.content), read_only=True).sheetnames == list(spreadsheets.layout())
    package = manager.get(reverse("manage:export", args=["zip"])).content
    assert packages.unpack(package).folder == queries.folder()
    assert manager.get(reverse("manage:export", args=["pdf"])).status_code == 404
