"""Spreadsheets that centres keep: taken over what is in force, with every fault at its cell, or not at all."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from tests.catalogue_folder import write_folder
from yichuang.base.clock import CITY_ZONE
from yichuang.base.errors import Forbidden, Invalid, NotVisible
from yichuang.catalogue import queries
from yichuang.catalogue.actions.importing import keep_mapping
from yichuang.catalogue.actions.publishing import publish
from yichuang.catalogue.data import Fee
from yichuang.catalogue.differences import changes
from yichuang.catalogue.exchange import exchanging, incoming, spreadsheet_files
from yichuang.catalogue.exchange.spreadsheet_taking import Mapped, take
from yichuang.catalogue.exchange.spreadsheets import layout, write
from yichuang.catalogue.folder import Folder
from yichuang.catalogue.loading import read
from yichuang.catalogue.models import Release
from yichuang.identity.data import SYSTEM, Actor, ActorKind, Role
from yichuang.ledger.models import Entry

NOW = datetime(2026, 3, 9, 9, 30, tzinfo=CITY_ZONE)
CITY = Path(__file__).resolve().parent.parent / "catalogues" / "quzhou"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    found = read(write_folder(tmp_path / "city")).folder
    assert found is not None
    return replace(found, places={}, staff=())


def book(**sheets: Sequence[Sequence[Any]]) -> bytes:
    made = Workbook()
    made.remove(made.worksheets[0])
    for title, rows in sheets.items():
        page = made.create_sheet(title)
        for row in rows:
            page.append(list(row))
    return saved(made)


def saved(made: Workbook) -> bytes:
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def taken(
    folder: Folder, content: bytes, mapped: Mapped | None = None
) -> tuple[Folder, list[tuple[str, int, str, str]]]:
    tables, _remarks = spreadsheet_files.read(content)
    after, faults = take(tables, folder, mapped or Mapped())
    return after, [(fault.path, fault.line, fault.place, fault.problem) for fault in faults]


def test_what_was_exported_changes_nothing(folder: Folder) -> None:
    after, faults = taken(folder, write(folder))
    assert faults == []
    assert changes(folder, after) == ()


def test_the_sample_city_survives_the_spreadsheet() -> None:
    city = read(CITY).folder
    assert city is not None
    after, faults = taken(city, write(city))
    assert (faults, changes(city, after)) == ([], ())


def test_headings_are_told_apart() -> None:
    for sheet in layout().values():
        assert len(set(sheet.headings)) == len(sheet.headings), sheet.title


TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n=＝\\"), max_size=12
).map(str.strip)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    words=st.lists(TEXTS, min_size=8, max_size=8),
    cents=st.integers(0, 10**7),
    lines=st.lists(TEXTS.filter(bool), max_size=3),
)
def test_whatever_is_written_in_a_cell_comes_back(
    folder: Folder, words: list[str], cents: int, lines: list[str]
) -> None:
    household = folder.catalogue.items["household_birth"]
    item = replace(
        household,
        address=words[0],
        conditions=tuple(lines),
        questions=((words[1], words[2]),) if words[1] else (),
        fees=(Fee(words[3], cents, words[4], reduction=words[5]),),
        applicant={"number": words[6]},
        service=replace(household.service, web_address=words[7], express=True),
    )
    catalogue = replace(folder.catalogue, items={**folder.catalogue.items, item.key: item})
    before = replace(folder, catalogue=catalogue)
    tables, _remarks = spreadsheet_files.read(write(before))
    after, _faults = take(tables, before, Mapped())
    assert after.catalogue.items[item.key] == item


def test_a_centre_s_own_list_is_taken_with_its_mapping(folder: Folder) -> None:
    """Titles above the headings, names in place of keys, words of their own."""
    content = book(
        清单=[
            ["样例市事项清单"],
            [],
            ["序号", "名称", "主管部门", "承诺天数", "承诺办结时限单位", "办件类型"],
            [1, "出生登记(落户)", "样例市公安局", 5, "工作日", "承诺"],
        ],
        材料=[
            ["事项名称", "材料", "必要性"],
            ["出生登记(落户)", "居民身份证", "必要"],
            ["出生登记(落户)", "出生医学证明", "必要"],
            ["出生登记(落户)", "照片", "非必要"],
        ],
    )
    mapped = Mapped(
        sheets={"清单": "事项", "材料": "申请材料"},
        columns={
            "事项": {"序号": "", "名称": "事项名称", "主管部门": "实施主体", "承诺天数": "承诺办结时限"}
        },
        words={"事项": {"办件类型": {"承诺": "承诺件"}}},
    )
    after, faults = taken(folder, content, mapped)
    assert [problem for *_place, problem in faults if "依据" not in problem] == []
    item = after.catalogue.items["household_birth"]
    assert item.promised_limit.value == 5
    assert [(material.material, material.necessity.value) for material in item.materials] == [
        ("id_card", "required"),
        ("birth_certificate", "required"),
        ("photo", "optional"),
    ]
    assert item.materials[0].legal_basis == "户口登记条例第七条", "what has no column stays"
    assert item.steps == folder.catalogue.items["household_birth"].steps, "what has no sheet stays"
    assert after.catalogue.items["medical_insurance"] == folder.catalogue.items["medical_insurance"]


def test_a_new_item_gets_a_key_from_its_name(folder: Folder) -> None:
    made = load_workbook(io.BytesIO(write(folder)))
    for title in ("事项", "表单", "申请材料", "办理流程", "设定依据", "情形"):
        page = made[title]
        for row in range(page.max_row, 1, -1):
            if page.cell(row, 1).value == "household_birth":
                page.cell(row, 1).value = None
                page.cell(row, 2).value = "出生登记（新）"
            else:
                page.delete_rows(row)
    heads = {cell.value: cell.column for cell in made["事项"][1]}
    made["事项"].cell(2, heads["实施编码"]).value = None
    after, faults = taken(folder, saved(made))
    assert "chu_sheng_deng_ji_xin" in after.catalogue.items, faults
    new = after.catalogue.items["chu_sheng_deng_ji_xin"]
    assert new.steps == folder.catalogue.items["household_birth"].steps
    assert len(after.catalogue.items) == len(folder.catalogue.items) + 1


ITEM = ["事项标识", "事项名称", "承诺办结时限", "承诺办结时限单位", "实施主体"]
ROW = ["household_birth", "出生登记(落户)", 3, "工作日", "公安"]


@pytest.mark.parametrize(
    ("sheets", "fault"),
    [
        (
            {"事项": [ITEM, ["household_birth", "出生登记(落户)", "三天", "工作日", "police"]]},
            ("事项", 2, "承诺办结时限", "“三天”不是整数"),
        ),
        (
            {"事项": [ITEM, ["household_birth", "出生登记(落户)", 3, "", "police"]]},
            ("事项", 2, "承诺办结时限单位", "没有写单位"),
        ),
        (
            {"事项": [ITEM, ["household_birth", "出生登记(落户)", 3, "工作日", "没有的局"]]},
            ("事项", 2, "实施主体", "没有“没有的局”"),
        ),
        (
            {"事项": [ITEM, ["household_birth", "出生登记(落户)", 30, "工作日", "police"]]},
            ("事项", 2, "承诺办结时限", ""),
        ),
        ({"事项": [["事项标识", "事项名称"], ["", ""], ["a", ""], ["a", "甲"]]}, ("事项", 4, "-", "“a”重复")),
        (
            {"事项": [["事项标识", "事项名称", "承诺时间"], ["household_birth", "x", 1]]},
            ("事项", 1, "承诺时间", "没有这一列"),
        ),
        (
            {"申请材料": [["事项标识", "材料"], ["nothing", "photo"]]},
            ("申请材料", 2, "事项标识", "没有“nothing”"),
        ),
        (
            {"申请材料": [["事项标识", "材料"], ["household_birth", "photos"]]},
            ("申请材料", 2, "材料", "没有“photos”，是不是“photo”"),
        ),
        ({"天气": [["日期", "气温"], ["今天", 20]]}, ("天气", 1, "-", "认不出这个工作表")),
        ({"事项": [ITEM, ["household_birth", "=1+1", 3, "工作日", "police"]]}, ("事项", 2, "B2", "是公式")),
        (
            {"事项": [ITEM, ["household_birth", 1234567890123456789, 3, "工作日", "police"]]},
            ("事项", 2, "B2", "近似值"),
        ),
    ],
)
def test_a_fault_names_sheet_row_and_column(
    folder: Folder, sheets: dict[str, Any], fault: tuple[str, int, str, str]
) -> None:
    _after, found = taken(folder, book(**sheets))
    assert any(each[:3] == fault[:3] and fault[3] in each[3] for each in found), found


def test_merged_cells_are_named(folder: Folder) -> None:
    made = load_workbook(io.BytesIO(book(事项=[ITEM, [*ROW[:4], "police"], [*ROW[:4], "police"]])))
    made["事项"].merge_cells("E2:E3")
    _after, found = taken(folder, saved(made))
    assert ("事项", 2, "E2", "单元格E2:E3是合并的") in found


def test_dates_and_numbers_are_taken_as_people_read_them(folder: Folder) -> None:
    day = datetime(2026, 12, 1)  # noqa: DTZ001 - as Excel keeps it
    content = book(
        事项=[
            ["事项标识", "事项名称", "生效日期", "改革前到现场次数"],
            ["household_birth", "出生登记(落户)", day, 4.0],
        ]
    )
    after, faults = taken(folder, content)
    assert faults == []
    item = after.catalogue.items["household_birth"]
    assert (item.effective_date, item.visits_before) == (date(2026, 12, 1), 4)


def test_a_hundred_thousand_rows_are_refused_in_a_sentence(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheet_files, "MOST_ROWS", 20)
    _after, found = taken(folder, book(事项=[ITEM, *([["a", "b"]] * 30)]))
    assert ("事项", 21, "-", "超过20行") in found


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_file_of_too_many_cells_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(spreadsheet_files, "MOST_CELLS", 20)
    rows = [["a", "b"]] * 8
    content = book(事项=rows, 材料=rows) if form == "xlsx" else "\n".join(["a,b"] * 11).encode()
    with pytest.raises(Invalid, match="格子超过20个"):
        spreadsheet_files.read(content)


def test_who_waits_hears_how_far_it_is(folder: Folder) -> None:
    heard: list[float] = []
    tables, _remarks = spreadsheet_files.read(write(folder), lambda done, total: heard.append(done / total))
    assert heard == sorted(heard)
    assert (heard[0] < 0.2, heard[-1]) == (True, 1)
    heard.clear()
    take(tables, folder, Mapped(), lambda done, total: heard.append(done / total))
    assert heard == sorted(heard)
    assert len(heard) > len(folder.catalogue.items)


def test_a_value_that_is_missing_is_named_by_its_column(folder: Folder) -> None:
    """Also where the sheet has no such column."""
    _after, found = taken(folder, book(事项=[["事项标识", "事项名称"], ["new_item", "新的事项"]]))
    assert ("事项", 2, "办件类型", "“”不在可选值内") in found, found


TEXT = "事项标识,事项名称,改革前到现场次数\nhousehold_birth,出生登记(落户),4\n"


@pytest.mark.parametrize(("encoding", "remarks"), [("utf-8", 0), ("utf-8-sig", 0), ("gbk", 1)])
def test_a_csv_is_read_in_the_encodings_of_the_country(folder: Folder, encoding: str, remarks: int) -> None:
    tables, told = spreadsheet_files.read(TEXT.encode(encoding))
    after, faults = take(tables, folder, Mapped())
    assert (faults, len(told)) == ((), remarks)
    assert after.catalogue.items["household_birth"].visits_before == 4


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "不是表格"),
        (b"one word", "不是表格"),
        (b"\x00\x01\x02,\x03", "不是表格"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "不是表格"),
        (TEXT.encode("utf-16"), "不是表格"),
        (b"PK\x03\x04 cut off", "不是完好的Excel表格"),
        (spreadsheet_files._OLE + b"x", "旧版的Excel"),
        (spreadsheet_files._OLE + "EncryptedPackage".encode("utf-16-le"), "打开密码"),
    ],
)
def test_what_is_no_table_is_refused_by_its_content(content: bytes, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        spreadsheet_files.read(content)


# ── With the database ────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def published(folder: Folder, tmp_path: Path, db: None) -> Iterator[Folder]:
    publish(tmp_path / "city", actor=SYSTEM, now=NOW)
    yield queries.folder()
    queries.forget()


def test_a_dry_run_tells_and_the_import_publishes(
    published: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "list.xlsx"
    file.write_bytes(
        book(事项=[["事项标识", "事项名称", "改革前到现场次数"], ["household_birth", "出生登记(落户)", 4]])
    )
    before = Release.objects.latest("id").id
    assert exchanging.import_file(file, dry_run=True) == 0
    assert "变更 事项 出生登记(落户)\n    改革前到现场次数：2 → 4" in capsys.readouterr().out
    assert Release.objects.latest("id").id == before
    assert exchanging.import_file(file, dry_run=False) == 0
    assert queries.current().items["household_birth"].visits_before == 4
    assert queries.folder().catalogue.bundles == published.catalogue.bundles


def test_one_fault_and_nothing_is_imported(
    published: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "list.xlsx"
    rows = [["household_birth", "出生登记(落户)", 4], ["medical_insurance", "x", "四"]]
    file.write_bytes(book(事项=[["事项标识", "事项名称", "改革前到现场次数"], *rows]))
    before = Release.objects.latest("id").id
    assert exchanging.import_file(file, dry_run=False) == 1
    told = capsys.readouterr().out
    assert "事项:3: 改革前到现场次数: “四”不是整数" in told
    assert Release.objects.latest("id").id == before


def test_a_mapping_is_kept_for_the_next_time(
    published: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = tmp_path / "mapping.yaml"
    said.write_text(
        "sheets: {清单: 事项}\ncolumns: {事项: {名称: 事项名称, 跑几次: 改革前到现场次数}}\n",
        encoding="utf-8",
    )
    file = tmp_path / "list.xlsx"
    file.write_bytes(book(清单=[["名称", "跑几次"], ["出生登记(落户)", 7]]))
    assert exchanging.keep_mapping("中心清单", said) == 0
    assert exchanging.import_file(file, mapping="中心清单", dry_run=True) == 0
    assert "改革前到现场次数：2 → 7" in capsys.readouterr().out
    assert exchanging.import_file(file, mapping="别的", dry_run=True) == 1
    assert "没有名为“别的”的对照；已有的：中心清单" in capsys.readouterr().out
    assert Entry.objects.filter(verb="catalogue.mapping_kept").count() == 1
    said.write_text("sheet: {}\n", encoding="utf-8")
    assert exchanging.keep_mapping("中心清单", said) == 1


@pytest.mark.django_db
def test_who_may_publish_keeps_mappings_and_nobody_else() -> None:
    keep_mapping(
        name="清单",
        mapped=Mapped(),
        actor=Actor(ActorKind.STAFF, 1, roles=frozenset({Role.MANAGER})),
        now=NOW,
    )
    assert incoming.mapping_names() == ["清单"]
    with pytest.raises(Forbidden):
        keep_mapping(
            name="清单",
            mapped=Mapped(),
            actor=Actor(ActorKind.STAFF, 1, roles=frozenset({Role.CLERK})),
            now=NOW,
        )
    with pytest.raises(Invalid, match="起个名字"):
        keep_mapping(name=" ", mapped=Mapped(), actor=SYSTEM, now=NOW)
    with pytest.raises(NotVisible):
        incoming.mapping("没有的")
