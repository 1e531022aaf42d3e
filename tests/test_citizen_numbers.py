"""Citizen numbers as people in the city really hold them."""

import pytest

from yichuang.base import codes
from yichuang.base.errors import Invalid


@pytest.mark.parametrize("number", ["330802194502102754", "330803199309022719", "11010519491231002X"])
def test_somebody_older_than_the_district_in_the_number_is_accepted(number: str) -> None:
    assert codes.check_citizen_number(number) == number


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("33080219950418246", "citizen_number_length"),
        ("33080219950418246A", "citizen_number_format"),
        ("330802199504182464", "citizen_number_check"),
        ("330802199513182465", "citizen_number_component"),
        ("330899199504182462", "citizen_number_component"),
    ],
)
def test_a_wrong_number_is_told_which_check_failed(number: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        codes.check_citizen_number(number)
    assert refusal.value.code == code
