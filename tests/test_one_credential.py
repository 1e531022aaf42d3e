"""Which items one credential alone opens (一证通办)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.city import CITY
from yichuang.catalogue import commands, queries
from yichuang.catalogue.data import Catalogue, Item, Necessity
from yichuang.catalogue.one_credential import code_only, id_card_only

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Catalogue:
    return queries.current()


def keys(found: Callable[[Catalogue], tuple[Item, ...]], catalogue: Catalogue) -> set[str]:
    return {item.key for item in found(catalogue)}


def changed(catalogue: Catalogue, key: str, **facts: object) -> Catalogue:
    items = {**catalogue.items, key: replace(catalogue.items[key], **facts)}  # type: ignore[arg-type]
    return replace(catalogue, items=items)


def test_an_item_counts_whose_materials_registers_answer(city: Catalogue) -> None:
    """The case that was reported: one had to bring the marriage and household papers, now the card."""
    assert "housing_reform_proof" in keys(id_card_only, city)


def test_it_counts_no_more_without_the_grant(city: Catalogue) -> None:
    grants = tuple(
        grant for grant in city.grants if (grant.resource, grant.item) != ("marriage", "housing_reform_proof")
    )
    assert "housing_reform_proof" not in keys(id_card_only, replace(city, grants=grants))


def test_what_another_item_of_the_city_makes_need_not_be_brought(city: Catalogue) -> None:
    assert "cremation_certificate" in keys(id_card_only, city)  # it needs the certificate of death


def test_what_only_the_applicant_has_keeps_an_item_out_unless_it_is_optional(city: Catalogue) -> None:
    assert "passport" not in keys(id_card_only, city)  # it needs a photo
    eased = tuple(
        replace(entry, necessity=Necessity.OPTIONAL) if entry.material == "photo" else entry
        for entry in city.items["passport"].materials
    )
    assert "passport" in keys(id_card_only, changed(city, "passport", materials=eased))


def test_one_answer_that_asks_for_a_paper_keeps_an_item_out(city: Catalogue) -> None:
    """Parents in wedlock need no paper for the household registration; others need a statement."""
    assert "household_registration" not in keys(id_card_only, city)


def test_persons_and_organisations_are_counted_apart(city: Catalogue) -> None:
    assert not keys(id_card_only, city) & keys(code_only, city)
    assert all("1" in item.subjects for item in id_card_only(city))


def test_the_sample_city_opens_a_good_part_of_its_items_with_one_credential(city: Catalogue) -> None:
    """衢州 counted 213 items for persons and 127 for organisations of its 1368."""
    for_persons = [item for item in city.items.values() if "1" in item.subjects]
    assert len(id_card_only(city)) >= 50
    assert len(id_card_only(city)) >= len(for_persons) / 3
    assert len(code_only(city)) >= 20


def test_the_command_prints_the_number_and_the_items_behind_it(
    city: Catalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.check(CITY, figures=True) == 0
    lines = capsys.readouterr().out.splitlines()
    assert f"一证通办：只凭身份证就能办的个人事项{len(id_card_only(city))}个。" in lines
    assert "  出具房改核查证明" in lines
