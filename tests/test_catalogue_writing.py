"""Writing a folder: reading it gives the same again, and writing that the same bytes."""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.catalogue_folder import write_folder
from yichuang.catalogue.bundles import Member
from yichuang.catalogue.data import Fee, Grant, Item
from yichuang.catalogue.facts import Situation
from yichuang.catalogue.folder import Folder, OfficeHoursEntry
from yichuang.catalogue.loading import read
from yichuang.catalogue.writing import entry_file, folder_files
from yichuang.deadlines.data import ClockKind, Light, Limit, Rung, RungAct, Unit

CITY = Path(__file__).resolve().parent.parent / "catalogues" / "quzhou"


def put(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return root


def read_sound(root: Path) -> Folder:
    reading = read(root)
    assert reading.faults == ()
    assert reading.folder is not None
    return reading.folder


def check_round_trip(folder: Folder) -> None:
    written = folder_files(folder)
    with tempfile.TemporaryDirectory() as name:
        root = put(Path(name), written)
        for path, content in folder.contents.items():
            (root / "files").mkdir(exist_ok=True)
            (root / "files" / path).write_bytes(content)
        again = read_sound(root)
    assert again == folder
    assert repr(replace(again, places={})) == repr(replace(folder, places={})), "the order counts, too"
    assert folder_files(again) == written


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return read_sound(write_folder(tmp_path))


def test_the_sample_city_is_written_and_read_again() -> None:
    check_round_trip(read_sound(CITY))


def test_files_look_as_people_write_them(folder: Folder) -> None:
    files = folder_files(folder)
    assert files["items/household_birth.yaml"] == HOUSEHOLD
    assert files["bundles/newborn.yaml"] == NEWBORN
    assert '- {code: "330800", name: 样例市}' in files["departments.yaml"]
    assert "fields: [name]" in files["resources.yaml"]
    assert files["resources.yaml"].count("resource: population") == 1, "one line grants several items"
    assert "situations.yaml" not in files, "only one item asks it"


def test_what_two_items_ask_alike_stands_once(folder: Folder) -> None:
    marriage = folder.catalogue.items["household_birth"].situations[0]
    insurance = replace(folder.catalogue.items["medical_insurance"], situations=(marriage,))
    shared = with_item(folder, insurance)
    files = folder_files(shared)
    assert "- {key: marriage, question: 父母是否已登记结婚？, options:" in files["situations.yaml"]
    assert "situations: [marriage]\n" in files["items/medical_insurance.yaml"]
    assert "question:" not in files["items/household_birth.yaml"]
    check_round_trip(shared)
    differing = with_item(shared, replace(insurance, situations=(replace(marriage, question="结婚了吗？"),)))
    assert "situations.yaml" not in folder_files(differing)
    check_round_trip(differing)


def test_hours_and_lights_of_the_city_are_kept(folder: Folder) -> None:
    hours = OfficeHoursEntry(date(2031, 1, 1), time(8, 30), time(11, 59, 30), time(13), time(17))
    red = Rung("red", ClockKind.PROMISED, Light.RED, least=Limit(1, Unit.MINUTES), acts=(RungAct.ALERT,))
    assert "lights.yaml" not in folder_files(folder)
    check_round_trip(replace(folder, office_hours=(hours,), rungs=(red,)))


def test_one_entry_is_a_file_that_stands_alone(folder: Folder) -> None:
    household = folder.catalogue.items["household_birth"]
    assert entry_file(household, folder) == HOUSEHOLD
    assert "task_code" not in entry_file(household, folder)
    own = replace(household, task_code="11330800MB00000021" + "4" + "330709001001")
    assert "task_code: 11330800MB000000214330709001001\n" in entry_file(own, folder)


def with_item(folder: Folder, item: Item) -> Folder:
    items = {**folder.catalogue.items, item.key: item}
    return replace(folder, catalogue=replace(folder.catalogue, items=items))


# Text as it comes out of a file: without blanks at its ends; whatever else YAML finds meaning in.
_TRICKY = (
    st.sampled_from("~|=>?:'\"𠮷")
    | st.sampled_from(
        (
            "no",
            "01",
            "1e3",
            "null",
            "2026-01-01",
            "[a",
            "{a",
            "!a",
            "&a",
            "*a",
            "%a",
            "@a",
            "`a",
            "? a",
            "a: b",
            "a #b",
            "- a",
        )
    )
    | st.sampled_from(("a\nb", "a\n\n  b", "a \nb", "a\tb", "a\\nb", "a\u2028b", "a\x85b", "很长" * 60))
)
_CHARACTERS = st.characters(
    exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff\ufeff", include_characters="\n"
)
TEXTS = _TRICKY | st.text(_CHARACTERS, max_size=30).map(str.strip)
KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True)


@st.composite
def edited(draw: st.DrawFn, folder: Folder) -> Folder:
    """The small city with any words, and anything left out or put in."""
    household, bundle = folder.catalogue.items["household_birth"], folder.catalogue.bundles["newborn"]
    situations = tuple(draw(_unique(_situations(), lambda found: found.key)))
    item = replace(
        household,
        **draw(
            st.fixed_dictionaries({}, optional=dict.fromkeys(("board", "address", "hours", "partner"), TEXTS))
        ),
        conditions=tuple(draw(st.lists(TEXTS, max_size=3))),
        aliases=tuple(draw(st.lists(TEXTS, max_size=3))),
        questions=tuple(draw(st.dictionaries(TEXTS, TEXTS, max_size=3)).items()),
        applicant=draw(st.dictionaries(TEXTS, TEXTS, max_size=3)),
        steps=tuple(replace(step, name=draw(TEXTS), who=draw(TEXTS)) for step in household.steps),
        fees=tuple(
            draw(st.lists(st.builds(Fee, TEXTS, st.integers(0, 10**6), TEXTS, TEXTS, TEXTS), max_size=2))
        ),
        promised_limit=replace(household.promised_limit, basis=draw(TEXTS), explanation=draw(TEXTS)),
        legal_bases=tuple(
            replace(household.legal_bases[0], law=draw(TEXTS), text=draw(TEXTS)) for _n in range(2)
        ),
        materials=tuple(replace(material, when=draw(TEXTS)) for material in household.materials),
        effective_date=draw(st.none() | st.dates(min_value=date(1000, 1, 1))),
        situations=situations,
        task_code=draw(st.sampled_from([household.task_code, "x1"])),
    )
    grants = draw(
        st.lists(st.builds(Grant, KEYS, KEYS, TEXTS, st.lists(TEXTS, max_size=2).map(tuple)), max_size=4)
    )
    members = draw(
        st.lists(st.builds(Member, KEYS, TEXTS, st.lists(KEYS, max_size=2).map(tuple)), max_size=3)
    )
    catalogue = replace(
        with_item(folder, item).catalogue,
        name=draw(TEXTS),
        grants=tuple(grants),
        bundles={bundle.key: replace(bundle, members=tuple(members), situations=situations[:1])},
    )
    return replace(folder, catalogue=catalogue, overrides=(), staff=())


def _unique(entries: st.SearchStrategy[Any], key: Any) -> st.SearchStrategy[list[Any]]:
    return st.lists(entries, max_size=3, unique_by=key)


def _situations() -> st.SearchStrategy[Situation]:
    return st.builds(
        Situation,
        KEYS,
        TEXTS,
        st.dictionaries(TEXTS, TEXTS, max_size=3),
        TEXTS,
        TEXTS,
        st.dictionaries(TEXTS, TEXTS, max_size=2),
    )


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_whatever_is_said_is_read_as_it_was_written(folder: Folder, data: st.DataObject) -> None:
    check_round_trip(data.draw(edited(folder)))


HOUSEHOLD = """\
key: household_birth
name: 出生登记(落户)
department: police
board: 公安综合
catalog_code: "330709001001"
type: "07"
level: "3"
subjects: ["1"]
kind: promised
statutory_limit: {value: 20, unit: working_days, basis: 户口登记条例}
promised_limit: 3 working_days
visits: 1
visits_before: 2
visits_reason: 户口簿上要加盖户口专用章
channels: [counter, web]
depth: 3
legal_bases: [户口登记条例第七条]
conditions: [出生后一个月以内]
steps:
  - {name: 受理, role: clerk}
  - {name: 审查, role: officer, days: 2}
  - {name: 决定, role: officer, days: 1}
  - {name: 送达, role: clerk}
result_name: 居民户口簿
result_kind: licence
licence_type: household_register
consult_phone: 0570-3021002
complaint_phone: 0570-12345
address: 花园东大道1号一楼综合窗口1号
hours: 工作日 8:30-17:00
elements:
  - mother_number
  - {element: mother_name, section: 母亲}
  - {element: father_name, required: false, when: marriage == 'married', section: 父亲}
  - {element: child_name, section: 新生儿}
  - {element: child_sex, section: 新生儿}
materials:
  - {material: id_card, legal_basis: 户口登记条例第七条}
  - {material: household_book, legal_basis: 户口登记条例第七条, originals: 1}
  - {material: birth_certificate, legal_basis: 户口登记条例第七条}
  - material: marriage_certificate
    necessity: supply_later
    when: marriage == 'married'
    legal_basis: 户口登记条例第七条
    supply_within: 5 working_days
situations:
  - {key: marriage, question: 父母是否已登记结婚？, options: {married: 已登记, single: 未登记}, default: married}
aliases: [上户口, 报户口]
questions: {父母不是本地户口能办吗？: 可以。}
partner: police_household
applicant: {number: mother_number, name: mother_name}
"""
NEWBORN = """\
key: newborn
name: 新生儿出生
lead: health
board: 综合事务
members:
  - birth_certificate_issue
  - {item: household_birth, result_of: [birth_certificate_issue]}
  - {item: medical_insurance, after: [household_birth]}
aliases: [出生一件事, 生孩子]
summary: 一次办好四件事
applicant: {number: mother_number, name: mother_name}
"""
