"""The manager takes the catalogue out and brings one in: seen before it is done, and done whole or not at all."""

import csv
import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import reverse
from openpyxl import Workbook, load_workbook
from pytest_django.fixtures import DjangoAssertNumQueries

from tests.city import failed_job, run_journey
from tests.factories import NOW, staff
from tests.rest import logged_in
from yichuang.base.models import StoredFile
from yichuang.catalogue import queries
from yichuang.catalogue.actions import importing, publishing
from yichuang.catalogue.actions.importing import keep_mapping
from yichuang.catalogue.actions.publishing import publish_folder
from yichuang.catalogue.exchange import imports, packages, spreadsheets
from yichuang.catalogue.exchange.spreadsheet_taking import Mapped
from yichuang.catalogue.models import CatalogueImport, ImportChange, ImportFault, Release
from yichuang.identity.data import SYSTEM
from yichuang.identity.models import Staff
from yichuang.ledger.models import Entry

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


def sent(client: Client, content: bytes, **more: str) -> int:
    """Bring a file in over the page; the import's id. Nobody has looked at it yet."""
    file = SimpleUploadedFile("list.xlsx", content)
    answer = client.post(reverse("manage:upload"), {"file": file, **more})
    assert answer.status_code == 302, answer.content.decode()
    return CatalogueImport.objects.latest("id").id


def seen(client: Client, import_id: int, **query: str) -> str:
    return client.get(reverse("manage:import", args=[import_id]), query).content.decode()


def upload(client: Client, content: bytes, **more: str) -> tuple[int, str]:
    """Bring a file in and let the platform look at it: the import's id, and its page."""
    import_id = sent(client, content, **more)
    run_journey()
    return import_id, seen(client, import_id)


def confirm(client: Client, import_id: int, base: int) -> str:
    """Confirm an import and let the platform take it in: the page afterwards."""
    client.post(reverse("manage:confirm_import", args=[import_id]), {"base": base})
    run_journey()
    return seen(client, import_id)


def newest() -> int:
    return Release.objects.latest("id").id


def verbs(import_id: int) -> list[str]:
    rows = Entry.objects.filter(subject_kind="import", subject_id=import_id).order_by("id")
    return list(rows.values_list("verb", flat=True))


def test_a_change_is_seen_and_then_published(manager: Client) -> None:
    before = newest()
    import_id, page = upload(manager, changed(6))
    assert "改革前到现场次数：" in page
    assert "→ 6" in page
    assert newest() == before, "looking changes nothing"
    assert "已导入，发布为第" in confirm(manager, import_id, before)
    assert queries.current().items["birth_certificate"].visits_before == 6
    assert verbs(import_id) == ["import.brought_in", "import.looked_at", "import.confirmed"]
    row = CatalogueImport.objects.get(id=import_id)
    assert Release.objects.get(id=row.release_id).actor_id == staff("manager").id, (
        "on the word of who confirmed"
    )
    assert (
        "情况已经变了"
        in manager.post(
            reverse("manage:confirm_import", args=[import_id]), {"base": before}, follow=True
        ).content.decode()
    )


def test_while_it_is_being_looked_at_the_page_tells_how_far_it_is(manager: Client) -> None:
    import_id = sent(manager, changed(6))
    CatalogueImport.objects.filter(id=import_id).update(percent=42)
    page = seen(manager, import_id)
    assert '<progress id="progress" max="100" value="42">' in page
    assert "导入并发布" not in page
    assert "刷新进度" in page, "without JavaScript, too"
    run_journey()
    page = seen(manager, import_id)
    assert "<progress" not in page
    assert "list.xlsx" in manager.get(reverse("manage:exchange")).content.decode()


def test_looking_and_taking_in_twice_comes_to_the_same(manager: Client) -> None:
    before = newest()
    import_id, _page = upload(manager, changed("六次"))
    other, _page = upload(manager, changed(6))
    for each in (import_id, other):
        found = (ImportFault.objects.filter(of=each).count(), ImportChange.objects.filter(of=each).count())
        importing.look(import_id=each, now=NOW)
        assert found == (
            ImportFault.objects.filter(of=each).count(),
            ImportChange.objects.filter(of=each).count(),
        )
    confirm(manager, other, before)
    importing.take_in(import_id=other, now=NOW)
    assert newest() > before
    assert Release.objects.filter(id__gt=before).count() == 1
    assert Entry.objects.filter(verb="catalogue.imported", subject_id=newest()).count() == 1


def test_a_worker_that_died_in_the_middle_left_nothing_half_done(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = newest()
    import_id, _page = upload(manager, changed(6))

    def dies(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(publishing.index, "write", dies)
        with pytest.raises(KeyboardInterrupt):
            confirm(manager, import_id, before)
    assert newest() == before
    assert CatalogueImport.objects.get(id=import_id).stage == "taking"
    importing.take_in(import_id=import_id, now=NOW)
    assert queries.current().items["birth_certificate"].visits_before == 6


def test_a_fault_is_told_with_its_place_and_cannot_be_confirmed(manager: Client) -> None:
    before = newest()
    import_id, page = upload(manager, changed("六次"))
    assert "有 1 处错误" in page
    assert "“六次”不是整数" in page
    assert "导入并发布" not in page
    confirm(manager, import_id, before)
    assert newest() == before


def test_faults_are_paged_and_all_of_them_are_in_the_file(manager: Client) -> None:
    rows = [[f"unknown_{number}", f"没有的{number}", "=六"] for number in range(imports.PAGE)]
    import_id, page = upload(manager, book("事项", HEADS, ["=x", "", ""], *rows))
    row = CatalogueImport.objects.get(id=import_id)
    assert row.fault_count > imports.PAGE
    assert f"第1–{imports.PAGE}条，共{row.fault_count}条" in page
    second = seen(manager, import_id, faults="2")
    assert f"第{imports.PAGE + 1}–" in second
    for nonsense in ("0", "x", "99999999999"):
        assert "第1–" in seen(manager, import_id, faults=nonsense)
    answer = manager.get(reverse("manage:import_faults", args=[import_id]))
    lines = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))  # type: ignore[call-overload]
    assert lines[0] == ["工作表或文件", "行", "列或位置", "问题", "怎样改", "依据"]
    assert len(lines) == row.fault_count + 1
    assert not any(cell[:1] in "=+@" for line in lines for cell in line if cell), "nothing is a formula"


@pytest.mark.parametrize(("content", "sentence"), [(b"x", "不是表格"), (b"PK", "不是完好的Excel")])
def test_what_cannot_be_read_is_refused_in_a_sentence(manager: Client, content: bytes, sentence: str) -> None:
    import_id, page = upload(manager, content)
    assert sentence in page
    assert verbs(import_id) == ["import.brought_in", "import.refused"]


@pytest.mark.parametrize("content", [b"", None])
def test_where_no_file_was_chosen_the_page_says_so(manager: Client, content: bytes | None) -> None:
    sent = {} if content is None else {"file": SimpleUploadedFile("a.xlsx", content)}
    answer = manager.post(reverse("manage:upload"), sent)
    assert answer.status_code == 422
    assert "请先选择" in answer.content.decode()


def test_a_file_that_is_too_large_is_not_even_read(manager: Client) -> None:
    file = SimpleUploadedFile("a.xlsx", b"x" * 1_000_001)
    with override_settings(MAX_UPLOAD_BYTES=1_000_000):
        answer = manager.post(reverse("manage:upload"), {"file": file})
    assert answer.status_code == 422
    assert "文件超过1 MB，没有导入" in answer.content.decode()


def test_what_somebody_published_meanwhile_is_looked_at_again(manager: Client) -> None:
    before = newest()
    import_id, _page = upload(manager, changed(6))
    publish_folder(replace(queries.folder(), overrides=()), base=before, actor=SYSTEM, now=NOW)
    page = confirm(manager, import_id, before)
    assert "别人已经发布" in page
    assert "→ 6" in page
    assert "import.overtaken" in verbs(import_id)
    assert "已导入" in confirm(manager, import_id, newest())


def test_who_may_not_publish_any_more_takes_nothing_in(manager: Client) -> None:
    before = newest()
    import_id, _page = upload(manager, changed(6))
    manager.post(reverse("manage:confirm_import", args=[import_id]), {"base": before})
    Staff.objects.filter(id=staff("manager").id).update(is_active=False)
    run_journey()
    assert CatalogueImport.objects.get(id=import_id).stage == "refused"
    assert newest() == before


def test_a_look_that_fails_for_good_stands_among_the_failed_steps(manager: Client) -> None:
    import_id = sent(manager, changed(6))
    entry = Entry.objects.get(verb="import.brought_in", subject_id=import_id)
    failed_job(entry.id, "look_at_import")
    page = manager.get(reverse("manage:steps")).content.decode()
    assert "核对导入文件" in page
    assert f"第{import_id}次目录导入" in page


def test_the_page_of_an_import_costs_the_same_however_much_it_found(
    manager: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    rows = [[f"unknown_{number}", f"没有的{number}", "六"] for number in range(300)]
    import_id, _page = upload(manager, book("事项", HEADS, *rows))
    with django_assert_max_num_queries(5):
        seen(manager, import_id)


def test_a_centres_own_words_are_read_by_their_mapping(manager: Client) -> None:
    keep_mapping(
        name="中心清单",
        mapped=Mapped({"清单": "事项"}, {"事项": {"代号": "事项标识", "跑几次": "改革前到现场次数"}}),
        actor=SYSTEM,
        now=NOW,
    )
    assert "中心清单" in manager.get(reverse("manage:exchange")).content.decode()
    own = book("清单", ["代号", "跑几次"], ["birth_certificate", 8])
    assert "→ 8" in upload(manager, own, mapping="中心清单")[1]


def test_what_is_taken_out_is_what_is_in_force(manager: Client) -> None:
    sheet = manager.get(reverse("manage:export", args=["xlsx"]))
    assert "attachment" in sheet["Content-Disposition"]
    assert load_workbook(io.BytesIO(sheet.content), read_only=True).sheetnames == list(spreadsheets.layout())
    package = manager.get(reverse("manage:export", args=["zip"])).content
    assert packages.unpack(package).folder == queries.folder()
    assert manager.get(reverse("manage:export", args=["pdf"])).status_code == 404


def test_old_imports_are_forgotten_with_their_files_but_none_that_is_still_needed(manager: Client) -> None:
    looked, _page = upload(manager, changed(6))
    young, _page = upload(manager, changed("六次"))
    under_way = sent(manager, changed(7))
    old = NOW - timedelta(days=settings.IMPORT_DAYS + 1)
    CatalogueImport.objects.filter(id__in=[looked, under_way]).update(moved_at=old)
    file = CatalogueImport.objects.get(id=looked).file_id
    assert importing.forget_old(now=NOW) == 1
    assert importing.forget_old(now=NOW) == 0, "and once"
    left = set(CatalogueImport.objects.filter(id__in=[looked, young, under_way]).values_list("id", flat=True))
    assert left == {young, under_way}
    assert not StoredFile.objects.filter(id=file).exists()
    assert Entry.objects.filter(verb="import.forgotten", subject_id=looked).count() == 1
    assert manager.get(reverse("manage:import", args=[looked])).status_code == 404
