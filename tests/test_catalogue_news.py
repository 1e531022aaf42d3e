"""Files and editor: publishing the folder takes what changed in it, and undoes nothing that the editor published."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.catalogue_folder import write_folder
from tests.factories import NOW, edited
from tests.test_catalogue_publishing import edit
from yichuang.catalogue import queries
from yichuang.catalogue.actions.publishing import CatalogueFaulty, publish
from yichuang.catalogue.data import Element
from yichuang.catalogue.loading import read
from yichuang.catalogue.news import take_over
from yichuang.identity.data import SYSTEM

pytestmark = pytest.mark.django_db

HOUSEHOLD, INSURANCE = "household_birth", "medical_insurance"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = write_folder(tmp_path)
    publish(root, actor=SYSTEM, now=NOW)
    return root


def test_a_folder_that_says_nothing_new_undoes_nothing(folder: Path) -> None:
    edited(HOUSEHOLD, hours="工作日 9:00—16:00")
    assert publish(folder, actor=SYSTEM, now=NOW).is_new is False
    assert queries.current().items[HOUSEHOLD].hours == "工作日 9:00—16:00"


def test_a_changed_file_is_taken_and_what_the_editor_changed_elsewhere_stays(folder: Path) -> None:
    edited(HOUSEHOLD, hours="工作日 9:00—16:00")
    edit(folder, f"items/{INSURANCE}.yaml", "name: ", "aliases: [新农合]\nname: ")
    publication = publish(folder, actor=SYSTEM, now=NOW)
    assert publication.items == (INSURANCE,)
    catalogue = queries.current()
    assert catalogue.items[INSURANCE].aliases == ("新农合",)
    assert catalogue.items[HOUSEHOLD].hours == "工作日 9:00—16:00"
    assert catalogue.items[HOUSEHOLD].version == 2


def test_what_both_changed_is_a_fault_that_names_both_and_nothing_is_published(folder: Path) -> None:
    edited(HOUSEHOLD, hours="工作日 9:00—16:00")
    edit(folder, f"items/{HOUSEHOLD}.yaml", "promised_limit: 3", "promised_limit: 4")
    release = queries.current().release
    with pytest.raises(CatalogueFaulty) as refused:
        publish(folder, actor=SYSTEM, now=NOW)
    [fault] = refused.value.faults
    assert (fault.path, fault.place) == (f"items/{HOUSEHOLD}.yaml", f"items.{HOUSEHOLD}")
    assert "文件里改了，在编辑器里也改了" in fault.problem
    assert queries.current().release == release


def test_the_same_change_on_both_sides_is_no_fault(folder: Path) -> None:
    said = read(folder).catalogue
    assert said is not None
    edited(HOUSEHOLD, promised_limit=replace(said.items[HOUSEHOLD].promised_limit, value=4))
    edit(folder, f"items/{HOUSEHOLD}.yaml", "promised_limit: 3", "promised_limit: 4")
    publish(folder, actor=SYSTEM, now=NOW)
    assert queries.current().items[HOUSEHOLD].promised_limit.value == 4


def test_what_the_editor_brought_or_withdrew_stays_so(folder: Path) -> None:
    base = read(folder).folder
    assert base is not None
    new = replace(base.catalogue.items[HOUSEHOLD], key="another", name="另一事项")
    items = {key: item for key, item in base.catalogue.items.items() if key != INSURANCE}
    elements = {**base.catalogue.elements, "plate": Element("plate", "车牌号", "text")}
    in_force = replace(
        base, catalogue=replace(base.catalogue, items={**items, "another": new}, elements=elements)
    )
    merged, faults = take_over(base, base=base, in_force=in_force)
    assert faults == ()
    assert list(merged.catalogue.items) == [*items, "another"]
    assert "plate" in merged.catalogue.elements
    assert {grant.item for grant in merged.catalogue.grants} <= merged.catalogue.items.keys()


def test_an_item_that_one_side_withdrew_and_the_other_changed_is_a_fault(folder: Path) -> None:
    base = read(folder).folder
    assert base is not None
    items = dict(base.catalogue.items)
    gone = {key: item for key, item in items.items() if key != HOUSEHOLD}
    changed = {**items, HOUSEHOLD: replace(items[HOUSEHOLD], hours="工作日")}

    def with_items(items: Any) -> Any:
        return replace(base, catalogue=replace(base.catalogue, items=items))

    assert base is not None
    for mine, theirs in ((gone, changed), (changed, gone)):
        _merged, faults = take_over(with_items(mine), base=base, in_force=with_items(theirs))
        assert [fault.place for fault in faults] == [f"items.{HOUSEHOLD}"]
