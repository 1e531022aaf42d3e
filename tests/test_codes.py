"""Numbers that a state gives, and numbers that the platform gives."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.identities import citizen_number
from yichuang.base import ids
from yichuang.base.codes import (
    check_citizen_number,
    check_organisation_code,
    check_phone,
    check_project_code,
    citizen_birth_date,
)
from yichuang.base.errors import Invalid

#: Real codes that the sources print, and the documentary sample of GB 11643.
ORGANISATIONS = (
    "11370800MB28559184",
    "12441500196720244T",
    "11430000006122244L",
    "11330105002500287C",
    "91110000600037341L",
)
CITIZEN = "11010519491231002X"


@pytest.mark.parametrize("code", ORGANISATIONS)
def test_real_organisation_codes_are_accepted_however_they_are_typed(code: str) -> None:
    assert check_organisation_code(f" {code[:9].lower()} {code[9:].lower()} ") == code


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("11000000000013338W", "organisation_code_check"),
        ("1137080MB28559184", "organisation_code_length"),
        ("1137080IMB28559184", "organisation_code_format"),
        ("113708O0MB28559184", "organisation_code_format"),
        ("11370800MB28559185", "organisation_code_check"),
    ],
)
def test_a_wrong_organisation_code_says_which_check_failed(code: str, fault: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_organisation_code(code, field="code")
    assert (refusal.value.code, refusal.value.field) == (fault, "code")


def test_the_sample_of_the_standard_is_accepted() -> None:
    assert check_citizen_number(" 110105 19491231 002x ") == CITIZEN
    assert citizen_birth_date(CITIZEN) == date(1949, 12, 31)


def test_a_number_typed_in_full_width_is_the_same_number() -> None:
    assert check_citizen_number("１１０１０５１９４９１２３１００２Ｘ") == CITIZEN
    assert check_phone("１３８５７０００１０１") == "13857000101"
    assert check_organisation_code("９１１１００００６０００３７３４１Ｌ") == "91110000600037341L"


@given(st.integers(0, 364_999), st.integers(0, 17), st.text("0123456789", min_size=1, max_size=1))
def test_one_wrong_digit_never_passes(serial: int, position: int, digit: str) -> None:
    number = citizen_number(serial)
    assert check_citizen_number(number) == number
    if number[position] != digit:
        with pytest.raises(Invalid):
            check_citizen_number(number[:position] + digit + number[position + 1 :])


@pytest.mark.parametrize(
    "code",
    [
        "2509-320193-89-01-544060",
        " 25093201938901544060 ",
        "２５０９－３２０１９３－８９－０１－５４４０６０",
        "2509—320193—89—01—544060",
    ],
)
def test_a_project_code_is_accepted_however_it_is_typed(code: str) -> None:
    assert check_project_code(code) == "2509-320193-89-01-544060"


@pytest.mark.parametrize(
    "code",
    [
        "",
        "2509-320193-89-01-54406",
        "2509-32019-389-01-544060",
        "2509-320193-89-01-54406X",
        "2509-320193-89-01-5440601",
    ],
)
def test_a_wrong_project_code_is_refused_with_an_example(code: str) -> None:
    with pytest.raises(Invalid, match="例如 2605-330802-04-01-990001") as refusal:
        check_project_code(code, field="project_code")
    assert (refusal.value.code, refusal.value.field) == ("project_code", "project_code")


@pytest.mark.parametrize("phone", ["13857000101", "+86 138 5700 0101", "138-5700-0101"])
def test_a_mobile_number_is_accepted_however_it_is_typed(phone: str) -> None:
    assert check_phone(phone) == "13857000101"


@pytest.mark.parametrize("phone", ["", "1385700010", "138570001011", "23857000101", "1385700010a"])
def test_a_wrong_mobile_number_is_refused(phone: str) -> None:
    with pytest.raises(Invalid):
        check_phone(phone)


@given(st.integers(0, 36**5 - 1), st.integers(0, 11), st.text("0123456789ABCXYZ", min_size=1, max_size=1))
def test_one_wrong_character_of_a_public_number_is_noticed(serial: int, position: int, typed: str) -> None:
    number = ids.public_number(date(2026, 3, 2), serial)
    assert number.startswith("260302")
    assert ids.is_public_number(number)
    wrong = number[:position] + typed + number[position + 1 :]
    assert ids.is_public_number(wrong) == (wrong == number)


@given(st.integers(0, 36**5 - 1), st.integers(0, 36**5 - 1))
def test_two_serials_of_a_day_never_share_a_public_number(one: int, other: int) -> None:
    day = date(2026, 3, 2)
    assert (ids.public_number(day, one) == ids.public_number(day, other)) == (one == other)


@pytest.mark.parametrize("typed", ["", "2603020000", "26030200000!", "二六〇三〇二〇〇〇〇〇〇"])
def test_what_is_no_public_number_is_told_apart(typed: str) -> None:
    assert not ids.is_public_number(typed)


def test_a_query_code_is_six_digits() -> None:
    assert all(len(code) == 6 and code.isdigit() for code in (ids.query_code() for _ in range(200)))


def test_keys_are_ordered_by_time() -> None:
    keys = [ids.new_key() for _ in range(50)]
    assert keys == sorted(keys)
    assert len(set(keys)) == 50
