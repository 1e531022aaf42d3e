"""Reading a city's folder: each fault is named with its file, its line and what to do."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.catalogue_folder import FILES, line_of, write_folder
from yichuang.catalogue.checking import examine
from yichuang.catalogue.loading import read
from yichuang.deadlines.data import Limit, Unit


def faults(root: Path) -> list[tuple[str, int, str, str]]:
    return [(fault.path, fault.line, fault.problem, fault.remedy) for fault in examine(root).faults]


def test_a_sound_folder_has_no_fault(tmp_path: Path) -> None:
    reading = examine(write_folder(tmp_path))
    assert [str(fault) for fault in reading.faults] == []
    assert reading.catalogue is not None
    assert set(reading.catalogue.items) == {"birth_certificate_issue", "household_birth", "medical_insurance"}


def test_values_are_taken_as_they_are_written(tmp_path: Path) -> None:
    edit = ("elements.yaml", "choices: {1: 男, 2: 女}", "choices: {01: no, 02: 2026-01-01}, hint: ~")
    catalogue = read(write_folder(tmp_path, edit)).catalogue
    assert catalogue is not None
    assert catalogue.elements["child_sex"].choices == {"01": "no", "02": "2026-01-01"}
    item = catalogue.items["household_birth"]
    assert item.statutory_limit == Limit(20, Unit.WORKING_DAYS, "户口登记条例")
    assert item.promised_limit == Limit(3, Unit.WORKING_DAYS)
    assert item.questions == (("父母不是本地户口能办吗？", "可以。"),)
    assert [situation.key for situation in item.situations] == ["marriage"]


def test_the_task_code_is_put_together_where_it_is_left_out(tmp_path: Path) -> None:
    catalogue = read(write_folder(tmp_path)).catalogue
    assert catalogue is not None
    assert catalogue.items["household_birth"].task_code == "11330800MB00000021" + "3" + "330709001001"


def test_one_line_grants_several_items(tmp_path: Path) -> None:
    catalogue = read(write_folder(tmp_path)).catalogue
    assert catalogue is not None
    assert catalogue.granted["household_birth"] == {
        "population": frozenset({"name"}),
        "marriage": frozenset({"spouse"}),
    }
    assert catalogue.granted["medical_insurance"] == {"population": frozenset({"name"})}


HOUSEHOLD = "items/household_birth.yaml"


@pytest.mark.parametrize(
    ("edit", "at", "problem", "remedy"),
    [
        ((HOUSEHOLD, "visits: 1", "visit: 1"), "visits: 1", "没有“visit”这个键，是不是“visits”", "可用的键"),
        ((HOUSEHOLD, "visits: 1", ""), "key:", "缺少“visits”", "补上"),
        ((HOUSEHOLD, "visits: 1", "visits: 一次"), "visits: 1", "“一次”不是整数", "只写数字"),
        ((HOUSEHOLD, "visits: 1", "visits: [1]"), "visits: 1", "应为一个值", "直接写"),
        ((HOUSEHOLD, "visits: 1", "visits: 1\nvisits: 0"), "visits_before", "“visits”写了两次", "只留下"),
        (
            (HOUSEHOLD, "kind: promised", "kind: promise"),
            "kind:",
            "不在可选值内，是不是“promised”",
            "instant",
        ),
        ((HOUSEHOLD, "3 working_days", "3天"), "promised_limit", "“3天”不是时限", "20 working_days"),
        ((HOUSEHOLD, "[counter, web]", "{web: 1}"), "channels", "应为列表", "- "),
        ((HOUSEHOLD, "days: 2", "day: 2"), "days: 2", "没有“day”这个键，是不是“days”", "role"),
        (
            (HOUSEHOLD, "situations: [marriage]", "situations: [marriages]"),
            "situations",
            "是不是“marriage”",
            "公用",
        ),
        ((HOUSEHOLD, "key: household_birth", "key: household"), "key:", "与key“household”不一致", "改名"),
        (("city.yaml", "name: 样例市", ""), "city:", "缺少“name”", "补上"),
        (
            ("departments.yaml", "is_centre: true", "is_centre: yes"),
            "is_centre",
            "“yes”不是true或false",
            "true",
        ),
        (
            ("departments.yaml", "valid_from: 2026-01-01", "valid_from: 2026/1/1"),
            "valid_from",
            "不是日期",
            "2026-03-09",
        ),
        (("elements.yaml", "elements:", "element:"), "elements:", "没有“element”这个键", "elements"),
        (
            ("elements.yaml", "key: father_name", "key: mother_name"),
            "key: father_name",
            "“mother_name”重复",
            "换一个",
        ),
        (
            ("materials.yaml", "checkpoints: [双", "checkpoint: [双"),
            "checkpoints",
            "是不是“checkpoints”",
            "issuer",
        ),
        (("resources.yaml", "purpose: 核验身份", "purpos: 核验身份"), "purpose", "是不是“purpose”", "fields"),
        (("calendar.yaml", "worked: none", "worked: no"), "worked", "“no”不在可选值内", "morning"),
        (
            ("calendar.yaml", "provisional: true", "provisional: 1"),
            "provisional",
            "“1”不是true或false",
            "false",
        ),
    ],
)
def test_a_fault_names_its_file_its_line_and_the_remedy(
    tmp_path: Path, edit: tuple[str, str, str], at: str, problem: str, remedy: str
) -> None:
    found = faults(write_folder(tmp_path, edit))
    assert any(
        path == edit[0] and line == line_of(edit[0], at) and problem in told and remedy in to_do
        for path, line, told, to_do in found
    ), found


@pytest.mark.parametrize(
    ("text", "line", "problem", "remedy"),
    [
        ("elements:\n  - key: a\n\tlabel: 甲\n", 3, "YAML写法有误", "空格"),
        ("elements:\n  - key: a: b\n", 2, "YAML写法有误", "冒号"),
        ("elements: [{key: a\n", 2, "YAML写法有误", "括号"),
        ("elements:\n  - key: \x08a\n", 2, "控制字符", "删去"),
        ("- a\n", 1, "应为“键: 值”的形式", "冒号"),
    ],
)
def test_broken_yaml_is_explained(tmp_path: Path, text: str, line: int, problem: str, remedy: str) -> None:
    root = write_folder(tmp_path)
    (root / "elements.yaml").write_text(text, encoding="utf-8")
    fault = next(fault for fault in read(root).faults if fault.path == "elements.yaml")
    assert (fault.line, problem in fault.problem, remedy in fault.remedy) == (line, True, True), fault


def test_a_file_in_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    root = write_folder(tmp_path)
    (root / "elements.yaml").write_bytes("# plain\nelements:\n  - {key: a, label: 甲}\n".encode("gb18030"))
    fault = next(fault for fault in read(root).faults if fault.path == "elements.yaml")
    assert (fault.line, "UTF-8" in fault.problem, "GBK" in fault.remedy) == (3, True, True)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    root = write_folder(tmp_path)
    path = root / "elements.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert not read(root).faults


def test_a_missing_folder_or_file_is_told(tmp_path: Path) -> None:
    assert "没有这个文件夹" in read(tmp_path / "nowhere").faults[0].problem
    found = faults(write_folder(tmp_path, without=("licences.yaml",)))
    assert found[0][:2] == (
        "items/birth_certificate_issue.yaml",
        line_of("items/birth_certificate_issue.yaml", "licence_"),
    )
    assert ("licences.yaml", 1, "缺少文件 licences.yaml", "新建它，写 licence_types") in found


def test_files_that_are_not_read_are_told(tmp_path: Path) -> None:
    root = write_folder(tmp_path)
    (root / "element.yaml").write_text("elements: []\n", encoding="utf-8")
    (root / "items" / "other.yml").write_text("key: other\n", encoding="utf-8")
    (root / "bundles" / "empty.yaml").write_text("", encoding="utf-8")
    told = {fault.path: fault.problem for fault in read(root).faults}
    assert "是不是“elements.yaml”" in told["element.yaml"]
    assert "不会被读取" in told["items/other.yml"]
    assert told["bundles/empty.yaml"] == "文件是空的"


def test_what_refers_to_a_broken_row_is_not_told_twice(tmp_path: Path) -> None:
    found = faults(write_folder(tmp_path, ("elements.yaml", "label: 新生儿姓名, ", "")))
    assert [(path, problem) for path, _line, problem, _remedy in found] == [("elements.yaml", "缺少“label”")]


MANGLED = st.sampled_from(
    ["", "- ", "x", "{", "[a", "key:", "  - {}", "? a", "&a *a", "!!int x", "'", "a: b: c", "\t", "1: 2", "~"]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(FILES)), st.integers(0, 60), MANGLED | st.text(max_size=12), st.booleans())
def test_whatever_is_written_is_answered_with_faults_and_never_with_a_crash(
    name: str, line: int, text: str, instead: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = write_folder(Path(folder))
        lines = FILES[name].splitlines()
        at = line % len(lines)
        lines[at : at + instead] = [text]
        (root / name).write_text("\n".join(lines), encoding="utf-8", errors="surrogatepass")
        reading = examine(root)
    assert reading.faults or reading.catalogue is not None


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    root = write_folder(
        tmp_path,
        (HOUSEHOLD, "visits: 1", "visits: x"),
        ("items/medical_insurance.yaml", "department: insurance", "department: insurence"),
        ("elements.yaml", "type: citizen_number", "type: id"),
    )
    assert {path for path, *_rest in faults(root)} == {
        HOUSEHOLD,
        "items/medical_insurance.yaml",
        "elements.yaml",
    }


def test_reading_tells_how_far_it_is(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    write_folder(tmp_path)
    files = len([*tmp_path.glob("*.yaml"), *tmp_path.glob("*/*.yaml")])
    (tmp_path / "people.yaml").write_text("people: []\n")  # not the catalogue's, and not read
    examine(tmp_path, told=lambda done, total: told.append((done, total)))
    assert told == [(done, files) for done in range(1, files + 1)]
