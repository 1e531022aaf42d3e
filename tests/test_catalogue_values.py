"""What may be typed into a field, by the type of its element; vocabularies; values of older versions."""

from datetime import date
from enum import StrEnum

import pytest

from yichuang.base.errors import Invalid
from yichuang.catalogue import facts
from yichuang.catalogue.checks import check_value
from yichuang.catalogue.data import Element, Item, ItemKind, Necessity
from yichuang.catalogue.facts import LegalBasis
from yichuang.catalogue.stored import from_plain, to_plain
from yichuang.catalogue.words import WORDS

#: What a version of an item had to say before guides were complete.
OLD_ITEM = {
    **dict.fromkeys(
        ("key", "name", "department", "board", "catalog_code", "task_code", "type", "level"), "1"
    ),
    **dict.fromkeys(("visits_reason", "result_name", "licence_type", "consult_phone", "complaint_phone"), ""),
    **dict.fromkeys(("address", "hours"), ""),
    **dict.fromkeys(("subjects", "channels", "conditions", "steps", "fees", "elements", "materials"), ()),
    "kind": "promised",
    "result_kind": "none",
    "visits": 0,
    "visits_before": 1,
    "depth": 4,
    "statutory_limit": None,
    "promised_limit": {"value": 1},
}


def element(kind: str) -> Element:
    choices = {"1": "男", "2": "女"} if kind == "choice" else {}
    return Element("field", "某项", kind, choices=choices, max_length=5)


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("text", " 甲乙 ", "甲乙"),
        ("address", "五个字以内", "五个字以内"),
        ("date", "2026-03-09", "2026-03-09"),
        ("number", "3.50", "3.50"),
        ("number", "-7", "-7"),
        ("choice", "2", "2"),
        ("phone", "138 5700 0101", "13857000101"),
        ("citizen_number", "11010519491231002x", "11010519491231002X"),
        ("organisation_code", "11330800mb0000001x", "11330800MB0000001X"),
        ("project_code", "26053308020401990001", "2605-330802-04-01-990001"),
    ],
)
def test_what_is_right_is_kept_in_its_normal_form(kind: str, typed: str, kept: str) -> None:
    assert check_value(element(kind), typed) == kept


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [
        ("text", "六个字太长了", "“某项”最多5个字，现在是6个字"),
        ("date", "3月9日", "“某项”应为日期"),
        ("date", "2026-02-30", "“某项”应为日期"),
        ("number", "3公斤", "“某项”应为数字"),
        ("number", "NaN", "“某项”应为数字"),
        ("number", "1e9999", "“某项”应为数字"),
        ("choice", "男", "请从列出的选项中选择"),
        ("phone", "12345", "手机号应为以1开头的11位数字"),
        ("citizen_number", "110105194912310021", "校验码不符"),
        ("organisation_code", "91110000600037341", "应为18位"),
    ],
)
def test_what_is_wrong_is_told_with_its_field(kind: str, typed: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence) as refused:
        check_value(element(kind), typed)
    assert refused.value.field == "field"


def test_every_vocabulary_of_the_catalogue_has_its_words() -> None:
    kinds = {kind for kind in [*vars(facts).values(), ItemKind, Necessity] if is_vocabulary(kind)}
    assert kinds <= WORDS.keys()
    for kind, words in WORDS.items():
        assert set(words) == set(kind), kind


def is_vocabulary(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not StrEnum


def test_a_version_from_before_the_laws_were_records_still_opens() -> None:
    item = from_plain(Item, {**OLD_ITEM, "legal_bases": ["户口登记条例第七条"], "cancel_date": "2027-12-31"})
    assert item.legal_bases == (LegalBasis("户口登记条例第七条"),)
    assert str(item.legal_bases[0]) == "户口登记条例第七条"
    assert item.cancel_date == date(2027, 12, 31)
    assert from_plain(Item, to_plain(item)) == item
