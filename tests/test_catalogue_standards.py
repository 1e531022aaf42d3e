"""Two levels: what the standard list locks, an implementation says the same; code schemes; exceptions; files."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from tests.catalogue_folder import write_folder
from yichuang.base import clock
from yichuang.base.errors import NotVisible
from yichuang.catalogue import queries
from yichuang.catalogue.actions import publishing
from yichuang.catalogue.checking import examine
from yichuang.catalogue.data import Catalogue
from yichuang.catalogue.rules.standards import deviations
from yichuang.identity.data import SYSTEM

HOUSEHOLD = "items/household_birth.yaml"
ISSUE = "items/birth_certificate_issue.yaml"
STANDARDS = """\
standards:
  - key: births
    name: 出生登记
    owner: 样例省
    catalog_code: "330709001000"
    type: "07"
    legal_bases: []
  - key: household_birth
    name: 出生登记(落户)
    owner: 样例省
    parent: births
    catalog_code: "330709001001"
    type: "07"
    legal_bases: [户口登记条例第七条]
    statutory_limit: {value: 20, unit: working_days, basis: 户口登记条例}
"""
IMPLEMENTS = (HOUSEHOLD, "board: 公安综合", "board: 公安综合\nstandard: household_birth")
LISTED = ("standards.yaml", "", STANDARDS)
TODAY = date(2026, 11, 27)
PDF = b"%PDF-1.4 a blank form"


def problems(root: Path, *edits: tuple[str, str, str], today: date = TODAY) -> list[str]:
    return [str(fault) for fault in examine(write_folder(root, *edits), today=today).faults]


def catalogue(root: Path, *edits: tuple[str, str, str]) -> Catalogue:
    reading = examine(write_folder(root, *edits), today=TODAY)
    assert reading.catalogue is not None, [str(fault) for fault in reading.faults]
    return reading.catalogue


def test_an_implementation_that_says_the_same_is_sound(tmp_path: Path) -> None:
    assert list(deviations(catalogue(tmp_path, LISTED, IMPLEMENTS))) == []


@pytest.mark.parametrize(
    ("edit", "line", "told"),
    [
        (("name: 出生登记(落户)", "name: 落户"), "name: 落户", "规定“出生登记(落户)”，这里写的是“落户”"),
        (('"330709001001"', '"330709001002"'), "catalog_code", "规定“330709001001”"),
        (("[户口登记条例第七条]", "[户口登记条例]"), "legal_bases", "规定“户口登记条例第七条”"),
        (
            ("value: 20", "value: 15"),
            "statutory_limit",
            "规定“20个工作日（户口登记条例）”，这里写的是“15个工作日",
        ),
    ],
)
def test_a_locked_element_cannot_be_changed_below(
    tmp_path: Path, edit: tuple[str, str], line: str, told: str
) -> None:
    faults = examine(write_folder(tmp_path, LISTED, IMPLEMENTS, (HOUSEHOLD, *edit)), today=TODAY).faults
    found = [fault for fault in faults if told in fault.problem]
    assert found, [str(fault) for fault in faults]
    assert found[0].path == HOUSEHOLD
    assert line in (tmp_path / HOUSEHOLD).read_text("utf-8").splitlines()[found[0].line - 1]


def test_what_the_entry_does_not_lock_is_the_department_s_own(tmp_path: Path) -> None:
    free = ("standards.yaml", "    parent: births", "    parent: births\n    locked: [catalog_code]")
    assert problems(tmp_path, LISTED, IMPLEMENTS, free, (HOUSEHOLD, "value: 20", "value: 15")) == []


def test_a_variant_has_a_name_of_its_own(tmp_path: Path) -> None:
    variant = (HOUSEHOLD, "name: 出生登记(落户)", 'name: 出生登记(随父落户)\nvariant: "01"')
    made = catalogue(tmp_path, LISTED, IMPLEMENTS, variant)
    assert made.items["household_birth"].handling_code == "11330800MB00000021333070900100101"


@pytest.mark.parametrize(("today", "is_fault"), [(date(2027, 3, 30), False), (date(2027, 3, 31), True)])
def test_a_change_above_is_a_task_until_it_binds(tmp_path: Path, today: date, is_fault: bool) -> None:
    edition = ("standards.yaml", "value: 20", "value: 15")
    due = ("standards.yaml", "    parent: births", "    parent: births\n    adopt_by: 2027-03-31")
    assert bool(problems(tmp_path, LISTED, IMPLEMENTS, edition, due, today=today)) is is_fault
    (found,) = deviations(catalogue(tmp_path, LISTED, IMPLEMENTS, edition, due))
    assert (found.item.key, found.difference.path) == ("household_birth", ("statutory_limit",))
    assert found.difference.before == "15个工作日（户口登记条例）"
    assert found.difference.after == "20个工作日（户口登记条例）"
    assert found.is_due(today) is is_fault


@pytest.mark.parametrize(
    ("edits", "told"),
    [
        ([(HOUSEHOLD, "visits: 1", "visits: 2")], "超过“最多跑一次”"),
        ([(HOUSEHOLD, "visits: 1", "visits: 2"), IMPLEMENTS], "超过“最多跑一次”"),
        (
            [
                (HOUSEHOLD, "visits: 1", "visits: 2"),
                IMPLEMENTS,
                ("standards.yaml", "    parent: births", "    parent: births\n    visits: 2"),
            ],
            "",
        ),
        (
            [
                (HOUSEHOLD, "visits: 1", "visits: 3"),
                (HOUSEHOLD, "visits_before: 2", "visits_before: 3"),
                IMPLEMENTS,
                ("standards.yaml", "    parent: births", "    parent: births\n    visits: 2"),
            ],
            "超过“最多跑一次”",
        ),
    ],
)
def test_only_the_list_above_allows_more_than_one_visit(
    tmp_path: Path, edits: list[tuple[str, str, str]], told: str
) -> None:
    """浙江规定 art. 4: nobody below may add an exception."""
    found = problems(tmp_path, LISTED, *edits)
    assert [told in problem for problem in found] == ([True] if told else [])


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ((HOUSEHOLD, "standard: household_birth", "standard: household"), "standards中没有“household”"),
        (("standards.yaml", "parent: births", "parent: birth"), "standards中没有“birth”，是不是“births”"),
        (("standards.yaml", "    type", "    parent: household_birth\n    type"), "自己就是子项"),
        (
            ("standards.yaml", "    parent: births", "    parent: births\n    locked: [hours]"),
            "locked中没有“hours”",
        ),
        (("standards.yaml", "    parent: births", "    parent: births\n    visits: 0"), "至少是1"),
        (("standards.yaml", "standards:", "proofs: [{material: photo, basis: 法}]\nstandards:"), "不是证明"),
        (
            ("standards.yaml", "standards:", "proofs: [{material: photo, basis: 法, items: x}]\nstandards:"),
            "items中没有“x”",
        ),
    ],
)
def test_what_is_wrong_with_the_lists_is_told(tmp_path: Path, edit: tuple[str, str, str], told: str) -> None:
    assert any(told in problem for problem in problems(tmp_path, LISTED, IMPLEMENTS, edit))


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        ("proofs: [{material: photo, basis: 某法}]", ""),
        ("proofs: [{material: photo, basis: 某法, items: [medical_insurance]}]", ""),
        ("proofs: [{material: photo, basis: 某法, items: [household_birth]}]", "不在证明清单内"),
    ],
)
def test_a_proof_is_asked_only_where_the_list_has_it(tmp_path: Path, listed: str, told: str) -> None:
    proof = ("materials.yaml", "name: 照片}", "name: 照片, kind: proof}")
    found = problems(tmp_path, proof, ("standards.yaml", "", listed + "\n"))
    assert [told in problem for problem in found] == ([True] if told else [])


GBT = """\
  - key: other
    name: 短编码
    catalog_code: [{name: 基本编码, length: 10, least: 1, characters: 0-9A-Z}]
    task_code: [{name: 实施编码, length: 24, least: 1, characters: 0-9A-Z}]
"""
LOCAL_55 = """\
  - key: other
    name: 地方编码
    catalog_code: [{name: 基本码, length: 14, characters: 0-9A-Z}]
    task_code:
      - {name: 基本码, same_as: catalog_code}
      - {name: 连接符, text: "-"}
      - {name: 区划, length: 12}
      - {name: 连接符, text: "-"}
      - {name: 序号, length: 3}
      - {name: 连接符, text: "-"}
      - {name: 信用代码, same_as: uscc}
      - {name: 连接符, text: "-"}
      - {name: 一位, length: 1}
      - {name: 连接符, text: "-"}
      - {name: 办理项, length: 2}
"""


@pytest.mark.parametrize(
    ("scheme", "codes", "told"),
    [
        (GBT, ("0709001001", "330709001001330709001001"), ""),
        (GBT, ("07090010011", "1"), "“短编码”：末尾多出“1”"),
        (GBT, ("0709001001", "33-07"), "“短编码”：末尾多出“-07”"),
        (LOCAL_55, ("511A0138000000", "511A0138000000-511602000000-000-11330800MB00000021-1-00"), ""),
        (
            LOCAL_55,
            ("511A0138000000", "511A0138000000-511602000000-000-11330800MB00000034-1-00"),
            "“信用代码”应为“11330800MB00000021”，这里是“11330800MB00000034”",
        ),
        (
            LOCAL_55,
            ("511A0138000000", "511A0138000000-511602-000-11330800MB00000021-1-00"),
            "“区划”应为12位（0-9），这里是“511602-000-1”",
        ),
    ],
)
def test_a_scheme_is_data_and_a_fault_names_it_with_the_part(
    tmp_path: Path, scheme: str, codes: tuple[str, str], told: str
) -> None:
    """Both schemes are in force: the other items keep their national codes."""
    edits = (
        ("city.yaml", "[national]", "[national, other]"),
        ("codes.yaml", "code_schemes:\n", f"code_schemes:\n{scheme}"),
        (HOUSEHOLD, '"330709001001"', f'"{codes[0]}"\ntask_code: "{codes[1]}"'),
    )
    found = problems(tmp_path, *edits)
    assert [told in problem for problem in found] == ([True] if told else [])


def test_variants_share_a_code_and_are_told_apart_by_their_number(tmp_path: Path) -> None:
    same = (ISSUE, 'department: health\nboard: 综合事务\ncatalog_code: "330723001001"',
            'department: police\nboard: 综合事务\ncatalog_code: "330709001001"')  # fmt: skip
    assert any("重复" in problem for problem in problems(tmp_path / "1", same))
    first = (HOUSEHOLD, 'level: "3"', 'level: "3"\nvariant: "01"')
    second = (ISSUE, 'level: "3"', 'level: "3"\nvariant: "02"')
    assert problems(tmp_path / "2", same, first, second) == []
    assert any("重复" in told for told in problems(tmp_path / "3", same, first, (ISSUE, *first[1:])))


def test_files_are_published_once_and_given_out_by_name(tmp_path: Path, db: None) -> None:
    root = write_folder(tmp_path, ("materials.yaml", "name: 照片}", "name: 照片, blank: 空表.pdf}"))
    (root / "files").mkdir()
    (root / "files" / "空表.pdf").write_bytes(PDF)
    publishing.publish(root, actor=SYSTEM, now=clock.now())
    assert queries.current().files == {"空表.pdf": hashlib.sha256(PDF).hexdigest()}
    assert queries.file("空表.pdf") == ("application/pdf", PDF)
    with pytest.raises(NotVisible, match=r"没有文件“样表\.pdf”"):
        queries.file("样表.pdf")
    (root / "files" / "空表.pdf").write_bytes(PDF + b" of the next year")
    publishing.publish(root, actor=SYSTEM, now=clock.now())
    assert queries.file("空表.pdf")[1] == PDF + b" of the next year"


def test_a_file_is_what_it_shows_to_be(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "空表.pdf").write_bytes(b"MZ a program")
    (told,) = problems(tmp_path)
    assert told.startswith("files/空表.pdf:1: -: 文件“空表.pdf”不是PDF、JPEG或PNG")


def test_the_day_is_the_only_difference_between_in_force_and_withdrawn(tmp_path: Path) -> None:
    ends = (HOUSEHOLD, 'level: "3"', 'level: "3"\ncancel_date: 2027-01-01')
    assert problems(tmp_path / "1", ends, today=date(2026, 12, 31)) == []
    assert any("取消" in told for told in problems(tmp_path / "2", ends, today=date(2027, 1, 1)))


def test_an_item_says_where_it_stands_in_the_list(tmp_path: Path) -> None:
    made = catalogue(tmp_path, LISTED, IMPLEMENTS)
    entry = made.standards[made.items["household_birth"].standard]
    assert made.standards[entry.parent].name == "出生登记"
