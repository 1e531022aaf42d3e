"""Before and after a new version: which open applications keep another one, and what differs for each."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.authoring import HOUSING, MANAGER, begun, published, retyped
from tests.city import run_journey
from tests.counter_desk import clerk_client, text_of
from tests.factories import NOW, accepted, edited, received, staff
from tests.identities import kept_centre, make_staff
from tests.portal_visitors import ready
from yichuang.cases import effects
from yichuang.cases.effects import Page
from yichuang.catalogue import queries
from yichuang.catalogue.actions.publishing import publish_folder
from yichuang.catalogue.bundles import Bundle
from yichuang.catalogue.data import Item, ItemMaterial
from yichuang.catalogue.differences import names_of
from yichuang.delivery.actions import hand_over
from yichuang.identity.data import SYSTEM, Role

pytestmark = pytest.mark.django_db

BUNDLE = "newborn"


def touched(kind: str = "items", key: str = HOUSING, *, by: str = MANAGER, **changes: Any) -> Page:
    catalogue = queries.current()
    new: Item | Bundle = getattr(catalogue, kind)[key]
    return effects.touched(staff(by), new, names_of(catalogue), **changes)


def told(page: Page) -> dict[str, list[tuple[str, str, str]]]:
    return {row.number: [(one.label, one.before, one.after) for one in row.effects] for row in page.rows}


def test_a_new_version_lists_each_open_application_with_what_differs_for_it() -> None:
    early = accepted(HOUSING)
    assert touched().rows == ()
    edited(HOUSING, hours="工作日 9:00—16:00")
    assert touched().rows == ()  # nobody who is waiting notices other office hours
    middle = received(HOUSING)
    item = queries.current().items[HOUSING]
    asked = ItemMaterial("marriage_certificate", legal_basis="某法第一条")
    edited(HOUSING, visits_before=item.visits_before + 1, materials=(*item.materials, asked))
    received(HOUSING)
    page = touched()
    assert [row.number for row in page.rows] == [early.number, middle.number]
    assert [row.version for row in page.rows] == [1, 2]
    assert [row.stages[0][1] for row in page.rows] == ["已受理", "已收件"]
    name = queries.current().materials["marriage_certificate"].name
    for rows in told(page).values():
        ((label, before, after),) = rows
        assert (label.endswith(name), before) == (True, "")
        assert name in after


def test_what_has_ended_is_touched_by_nothing() -> None:
    row = ready()
    hand_over(actor=staff("clerk1"), application_id=row.id, now=NOW)
    run_journey()
    edited(HOUSING, conditions=("新的条件",))
    assert touched().rows == ()


def test_a_material_that_is_asked_more_may_be_there_already() -> None:
    """Of a bundle, because another item asked for it."""
    row = received(BUNDLE)
    item = queries.current().items["citizen_card"]
    asked = {entry.material for entry in item.materials}
    extra = next(
        entry.material
        for entry in queries.current().items["birth_certificate"].materials
        if entry.material not in asked and not entry.when
    )
    edited(item.key, materials=(*item.materials, ItemMaterial(extra, legal_basis="某法第一条")))
    (line,) = touched(key=item.key).rows
    assert (line.number, [one.supplied for one in line.effects]) == (row.number, [True])


def test_a_new_version_of_a_bundle_lists_the_applications_for_the_bundle() -> None:
    received("birth_certificate")
    row = received(BUNDLE)
    base = queries.folder()
    bundle = base.catalogue.bundles[BUNDLE]
    fewer = replace(bundle, members=bundle.members[:-1])
    after = replace(
        base, catalogue=replace(base.catalogue, bundles={**base.catalogue.bundles, BUNDLE: fewer})
    )
    publish_folder(after, base=queries.current().release, actor=SYSTEM, now=NOW)
    received(BUNDLE)
    (line,) = touched("bundles", BUNDLE).rows
    assert (line.number, line.version, len(line.stages)) == (row.number, 1, 5)
    assert [one.after for one in line.effects] == [""]
    name = queries.current().items[bundle.members[-1].item].name
    assert name in line.effects[0].label
    compared = text_of(clerk_client(MANAGER).get(f"/manage/catalogue/bundles/{BUNDLE}/"))
    assert f"成员事项 › {name}" in compared


def test_pages_follow_each_other_without_gap_and_cost_the_same() -> None:
    numbers = [received(HOUSING).number for _each in range(3)]
    edited(HOUSING, conditions=("新的条件",))
    first = touched(rows=2)
    assert first.next is not None
    second = touched(rows=2, after=first.next)
    assert [row.number for row in (*first.rows, *second.rows)] == numbers
    assert second.next is None
    with CaptureQueriesContext(connection) as one:
        touched(rows=1)
    with CaptureQueriesContext(connection) as three:
        touched(rows=3)
    assert len(one) == len(three)


def test_nobody_sees_applications_of_another_centre() -> None:
    received(HOUSING)
    edited(HOUSING, conditions=("新的条件",))
    stranger = make_staff(Role.MANAGER, department=kept_centre())
    catalogue = queries.current()
    assert effects.touched(stranger, catalogue.items[HOUSING], names_of(catalogue)).rows == ()


def test_the_manager_reads_it_at_review_and_after_publication() -> None:
    row, client = accepted(HOUSING), clerk_client(MANAGER)
    proposal_id = begun()
    retyped(proposal_id, conditions=["已参加房改"])
    review = client.get(f"/manage/catalogue/proposals/{proposal_id}/review/").content.decode()
    address = f"/manage/catalogue/proposals/{proposal_id}/effects/"
    assert f'href="{address}"' in review
    before = text_of(client.get(address))
    assert row.number in before
    assert "已参加房改" in before
    assert "没有受影响的申办" in text_of(client.get(f"/manage/catalogue/items/{HOUSING}/open/"))


def test_after_publication_the_item_leads_to_the_same_list() -> None:
    row, client = accepted(HOUSING), clerk_client(MANAGER)
    proposal_id = published(conditions=["已参加房改"])
    address = f"/manage/catalogue/items/{HOUSING}/open/"
    assert f'href="{address}"' in client.get(f"/manage/catalogue/items/{HOUSING}/").content.decode()
    for page in (address, f"/manage/catalogue/proposals/{proposal_id}/effects/"):
        assert row.number in text_of(client.get(page))
