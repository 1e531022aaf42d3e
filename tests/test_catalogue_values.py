"""What may be typed into a field, by the type of its element."""

import pytest

from yichuang.base.errors import Invalid
from yichuang.catalogue.checks import check_value
from yichuang.catalogue.data import Element


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
