"""受理要点: an item's own points stand beside those of the material, each once, and become reasons of a notice."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.counter_desk import clerk_client, start, text_of
from tests.factories import case_of, edited, received
from yichuang.base.clock import local, now
from yichuang.cases import queries
from yichuang.cases.models import Case
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Stage
from yichuang.catalogue import queries as catalogue_queries

pytestmark = pytest.mark.django_db

FIRST, SECOND, CARD = "birth_certificate", "household_registration", "id_card"


@pytest.fixture(autouse=True)
def own_points() -> None:
    """Two items of the bundle ask for more of the ID card: one point is new, the others are said already."""
    card = catalogue_queries.current().materials[CARD]
    for key in (FIRST, SECOND):
        item = catalogue_queries.current().items[key]
        points = ("住址在本市", card.checkpoints[0])
        materials = [
            replace(one, checkpoints=points) if one.material == CARD else one for one in item.materials
        ]
        edited(key, materials=tuple(materials))


def points_of(row: ApplicationRow, items: list[str] | None = None) -> tuple[str, ...]:
    return next(each.checkpoints for each in queries.materials(row.id, items) if each.key == CARD)


def test_the_clerk_reads_each_point_once_before_and_after_receipt() -> None:
    assert text_of(start("newborn").page()).count("住址在本市") == 1
    row, card = received("newborn"), catalogue_queries.current().materials[CARD]
    assert points_of(row) == points_of(row, [FIRST]) == (*card.checkpoints, "住址在本市")
    assert points_of(row, ["citizen_card"]) == card.checkpoints


def test_running_cases_keep_the_points_of_their_version() -> None:
    row = received("newborn")
    edited(FIRST, materials=())
    assert "住址在本市" in points_of(row, [FIRST])


def test_points_that_are_not_met_are_said_in_the_notice_and_the_material_is_asked_for_anew() -> None:
    row, client = received("newborn"), clerk_client()
    value = f"{CARD}:{points_of(row, [FIRST]).index('住址在本市')}"
    address = f"/counter/cases/{case_of(row, FIRST).number}/"
    today = local(now()).date()
    sent = {"point": value, "text": "另请补正照片。", "until": today.isoformat()}
    refused = client.post(f"{address}correction/", sent)
    assert re.search(rf'value="{value}"\s+checked', refused.content.decode())
    client.post(f"{address}correction/", {**sent, "until": (today + timedelta(days=10)).isoformat()})
    assert Case.objects.get(number=case_of(row, FIRST).number).stage == Stage.CORRECTING
    assert "居民身份证不符合：住址在本市。 另请补正照片。" in text_of(client.get(address))
    assert [each.key for each in queries.materials(row.id) if each.source is None] == [CARD]


def test_a_point_that_is_not_met_is_reason_enough_and_a_made_up_one_is_none() -> None:
    row, client = received("newborn"), clerk_client()
    address = f"/counter/cases/{case_of(row, FIRST).number}/correction/"
    until = (local(now()).date() + timedelta(days=10)).isoformat()
    assert client.post(address, {"point": f"{CARD}:99", "until": until}).status_code == 422
    assert client.post(address, {"point": f"{CARD}:0", "until": until}).status_code == 302
