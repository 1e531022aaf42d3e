"""What differs between two values of the catalogue, in words."""

import dataclasses
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.catalogue_folder import write_folder
from yichuang.catalogue import code_labels, data, facts, folder, labels, lists
from yichuang.catalogue.data import Item, Necessity
from yichuang.catalogue.differences import Fate, changes, differences, names_of
from yichuang.catalogue.folder import Folder
from yichuang.catalogue.loading import read
from yichuang.deadlines.data import Limit

NOT_SHOWN = {data.Catalogue, folder.Folder, folder.Fault}


@pytest.fixture
def city(tmp_path: Path) -> Folder:
    found = read(write_folder(tmp_path)).folder
    assert found is not None
    return found


@pytest.fixture
def household(city: Folder) -> Item:
    return city.catalogue.items["household_birth"]


def told(city: Folder, before: Any, after: Any) -> list[tuple[str, str, str]]:
    found = differences(before, after, names_of(city.catalogue))
    return [(difference.label, difference.before, difference.after) for difference in found]


def test_every_field_has_a_label() -> None:
    """Whoever adds a field to the catalogue also says what it is called (`labels.FIELDS`)."""
    kinds = [
        kind
        for module in (data, facts, folder, lists)
        for kind in vars(module).values()
        if dataclasses.is_dataclass(kind) and isinstance(kind, type) and kind not in NOT_SHOWN
    ]
    assert {kind.__name__ for kind in kinds} >= {"Item", "Bundle", "Mandate", "Limit"}
    for kind in kinds:
        assert list(labels.FIELDS[kind]) == [field.name for field in dataclasses.fields(kind)], kind
    for kind, name in [*code_labels.CODES, *labels.REFERENCES]:
        assert name in labels.FIELDS[kind], (kind, name)


def test_what_is_the_same_has_no_difference(city: Folder, household: Item) -> None:
    assert told(city, household, replace(household, version=7)) == []
    assert changes(city, city) == ()


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (
            {"promised_limit": Limit(5, basis="承诺")},
            [("承诺办结时限", "3个工作日", "5个工作日（承诺）")],
        ),
        ({"statutory_limit": None}, [("法定办结时限", "20个工作日（户口登记条例）", "")]),
        ({"department": "health"}, [("实施主体", "样例市公安局", "样例市卫生健康委员会")]),
        ({"depth": 4, "visits": 0}, [("到现场次数", "1", "0"), ("网上办理深度", "Ⅲ级", "Ⅳ级")]),
        (
            {"channels": ("web", "counter", "mobile")},
            [("办理形式", "", "掌上"), ("办理形式 › 顺序", "counter、web", "web、counter、mobile")],
        ),
        ({"aliases": ("上户口",)}, [("别名", "报户口", "")]),
        (
            {"questions": (("父母不是本地户口能办吗？", "不可以。"),)},
            [("常见问题 › 父母不是本地户口能办吗？", "可以。", "不可以。")],
        ),
        (
            {"applicant": {"number": "mother_number", "phone": "mother_phone"}},
            [("申请人取自 › name", "mother_name", ""), ("申请人取自 › phone", "", "mother_phone")],
        ),
        (
            {"fees": (data.Fee("工本费", 1000, "收费目录"),)},
            [("收费 › 工本费", "", "工本费；收费标准：10.00元；收费依据：收费目录")],
        ),
    ],
)
def test_a_field_is_told_in_words(
    city: Folder, household: Item, edit: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    assert told(city, household, replace(household, **edit)) == expected


def test_entries_are_matched_by_what_they_are_and_not_by_where_they_stand(
    city: Folder, household: Item
) -> None:
    id_card, book, certificate, marriage = household.materials
    photo = data.ItemMaterial("photo", Necessity.OPTIONAL)
    changed = (photo, id_card, replace(book, originals=2), marriage)
    assert told(city, household, replace(household, materials=changed)) == [
        ("申请材料 › 居民户口簿 › 原件份数", "1", "2"),
        ("申请材料 › 出生医学证明", "出生医学证明；依据：户口登记条例第七条", ""),
        ("申请材料 › 照片", "", "照片；必要性：非必要"),
    ]
    swapped = (book, id_card, certificate, marriage)
    assert told(city, household, replace(household, materials=swapped)) == [
        (
            "申请材料 › 顺序",
            "居民身份证、居民户口簿、出生医学证明、结婚证",
            "居民户口簿、居民身份证、出生医学证明、结婚证",
        )
    ]


def test_two_steps_of_one_name_are_told_apart(city: Folder, household: Item) -> None:
    twice = (*household.steps, replace(household.steps[1], days=5))
    assert told(city, household, replace(household, steps=twice)) == [
        ("办理流程 › 审查", "", "审查；办理人员：审批人员；时限(工作日)：5")
    ]


def test_the_order_of_options_is_a_difference(city: Folder) -> None:
    sex = city.catalogue.elements["child_sex"]
    turned = replace(sex, choices=dict(reversed(sex.choices.items())))
    assert told(city, sex, turned) == [("选项 › 顺序", "1、2", "2、1")]


def test_two_catalogues_differ_entry_by_entry(city: Folder, tmp_path: Path) -> None:
    edits = (
        ("city.yaml", "name: 样例市", "name: 新样例市"),
        ("items/household_birth.yaml", "promised_limit: 3", "promised_limit: 4"),
        ("departments.yaml", "powers: [receive, accept, deliver]", "powers: [receive]"),
        ("calendar.yaml", "2031-01-01", "2031-01-02"),
        (
            "resources.yaml",
            "{resource: marriage, item: household_birth",
            "{resource: marriage, item: medical_insurance",
        ),
        ("documents/paper.typ", "holder", "identifier"),
    )
    after = read(write_folder(tmp_path / "other", *edits, without=("bundles/newborn.yaml",))).folder
    assert after is not None
    found = [(change.kind, change.name, change.fate) for change in changes(city, after)]
    assert found == [
        ("city", "新样例市", Fate.CHANGED),
        ("items", "出生登记(落户)", Fate.CHANGED),
        ("bundles", "新生儿出生", Fate.WITHDRAWN),
        ("grants", "婚姻登记库 → 出生登记(落户)", Fate.WITHDRAWN),
        ("grants", "婚姻登记库 → 城乡居民医保参保登记", Fate.ADDED),
        ("mandates", "样公委〔2026〕1号", Fate.CHANGED),
        ("overrides", "2031-01-01 元旦", Fate.WITHDRAWN),
        ("overrides", "2031-01-02 元旦", Fate.ADDED),
        ("templates", "paper", Fate.CHANGED),
    ]
    first = changes(None, city)
    assert {change.fate for change in first} == {Fate.ADDED}
    assert len([change for change in first if change.kind == "items"]) == 3
