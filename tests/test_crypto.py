"""Encryption at rest, blind indexes and masks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuang.base.crypto import (
    Undecryptable,
    blind_index,
    decrypt,
    decrypt_json,
    decrypt_text,
    encrypt,
    encrypt_json,
    mask_name,
    mask_number,
    mask_phone,
)

words = st.text(st.characters(exclude_categories=("Cs",)))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=10,
)


@given(words)
def test_text_comes_back_as_it_was(text: str) -> None:
    assert decrypt_text(encrypt(text, "table.column"), "table.column") == text


@given(st.binary())
def test_bytes_come_back_and_are_29_bytes_longer_at_rest(content: bytes) -> None:
    stored = encrypt(content, "table.column")
    assert decrypt(memoryview(stored), "table.column") == content
    assert len(stored) == len(content) + 29


@given(json_values)
def test_json_comes_back_as_it_was(value: object) -> None:
    assert decrypt_json(encrypt_json(value, "table.column"), "table.column") == value


def test_an_empty_column_is_empty() -> None:
    assert decrypt_text(None, "table.column") == ""
    assert decrypt_json(None, "table.column") is None


def test_the_same_value_never_looks_the_same_at_rest() -> None:
    assert encrypt("王小明", "table.column") != encrypt("王小明", "table.column")


def test_a_value_moved_to_another_column_does_not_open() -> None:
    with pytest.raises(Undecryptable):
        decrypt(encrypt("王小明", "party.name"), "party.number")


@given(st.binary(min_size=1), st.data())
def test_a_value_with_one_changed_bit_does_not_open(content: bytes, data: st.DataObject) -> None:
    stored = bytearray(encrypt(content, "table.column"))
    position = data.draw(st.integers(0, len(stored) - 1))
    stored[position] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Undecryptable):
        decrypt(bytes(stored), "table.column")


@given(st.text("0123456789Xx", min_size=1, max_size=18))
def test_a_blind_index_ignores_blanks_and_case_only(number: str) -> None:
    assert blind_index(f" {number.lower()} ", "person") == blind_index(number.upper(), "person")
    assert blind_index(number, "person") != blind_index(number + "0", "person")


def test_a_blind_index_of_another_kind_is_another_one() -> None:
    assert blind_index("13857000101", "phone") != blind_index("13857000101", "number")


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("330802199504182463", "330802********2463"),
        ("11370800MB28559184", "113708********9184"),
        ("H12345678", "H********"),
        ("1", "1"),
        ("", ""),
    ],
)
def test_a_number_shows_its_region_and_its_end(number: str, shown: str) -> None:
    assert mask_number(number) == shown


@pytest.mark.parametrize(
    ("phone", "shown"), [("13857000101", "138****0101"), ("3021234", "3******"), ("", "")]
)
def test_a_phone_shows_its_ends(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(("name", "shown"), [("王小明", "王**"), ("王", "王*"), ("", "")])
def test_a_name_shows_its_family(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@given(st.text("0123456789X", max_size=20))
def test_a_mask_keeps_the_length_and_hides_at_least_four(number: str) -> None:
    for shown in (mask_number(number), mask_phone(number)):
        assert len(shown) == len(number)
        assert shown.count("*") >= min(4, max(len(number) - 1, 0))
