"""告知承诺 in the plan and at the counter: chosen, never forced, read before it is signed (浙江规定 art. 14)."""

from dataclasses import replace

import pytest
from django.test import Client

from tests.counter_desk import COMPANY, Desk, line_to_registers, start, text_of
from tests.factories import NOW, staff, submission
from tests.test_guides import pdf_text
from yichuang.cases.actions.receipt import receive
from yichuang.cases.models import ApplicationMaterial
from yichuang.cases.rules import Incomplete
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.data import SourceKind
from yichuang.catalogue.planned import Known, Plan
from yichuang.catalogue.planning import plan

pytestmark = pytest.mark.django_db
__all__ = ["line_to_registers"]

FIRE, REPORT, LETTER = "fire_safety_check", "fire_facility_report", "fire_commitment"
CHOSEN = {"fire_check_way": "promise"}
OPENING = {"gathering_place": "yes", "tea_house": "yes", "swimming_place": "no", "hygiene_way": "promise"}


def planned(target: str = FIRE, **answers: str) -> Plan:
    return plan(catalogue_queries.current(), target, answers, Known())


def sources(made: Plan) -> dict[str, SourceKind]:
    return {one.material.key: one.source for one in made.materials}


def test_whoever_says_nothing_proves_everything() -> None:
    made = planned()
    assert sources(made)[REPORT] is SourceKind.UPLOAD
    assert LETTER not in sources(made)
    assert made.commitments == ()


def test_who_commits_signs_the_letter_and_is_told_what_it_spares() -> None:
    made = planned(**CHOSEN)
    (promised,) = made.commitments
    assert (promised.item.key, promised.letter, promised.spared) == (
        FIRE,
        "消防安全告知承诺书",
        ("消防设施检测报告",),
    )
    (report,) = [one for one in made.materials if one.material.key == REPORT]
    assert (report.source, report.reference) == (SourceKind.COMMITMENT, FIRE)
    assert str(report.because) == "签署《消防安全告知承诺书》作出承诺，免提交"
    assert sources(made)[LETTER] is SourceKind.PAPER or sources(made)[LETTER] is SourceKind.UPLOAD
    assert made.now.materials == planned().now.materials  # the letter in place of the report


def test_what_another_item_needs_proved_is_handed_in_all_the_same() -> None:
    """One of two items takes the promise; the other wants the report itself."""
    catalogue = catalogue_queries.current()
    hygiene = catalogue.items["public_hygiene_licence"]
    (entry,) = [one for one in catalogue.items[FIRE].materials if one.material == REPORT]
    items = {**catalogue.items, hygiene.key: replace(hygiene, materials=(*hygiene.materials, entry))}
    made = plan(replace(catalogue, items=items), "restaurant_opening", {**OPENING, **CHOSEN}, Known())
    assert sources(made)[REPORT] is SourceKind.UPLOAD
    assert sources(made)["hygiene_test_report"] is SourceKind.COMMITMENT
    assert [one.item.key for one in made.commitments] == [FIRE, hygiene.key]


def test_a_swimming_pool_is_not_offered_it() -> None:
    asked = [one.key for one in planned("public_hygiene_licence", swimming_place="yes").situations]
    assert asked == ["swimming_place"]


def test_without_the_signed_letter_nothing_is_received() -> None:
    given = submission(FIRE, applicant=COMPANY, answers=CHOSEN)
    unsigned = {key: how for key, how in given.materials.items() if key != LETTER}
    with pytest.raises(Incomplete, match="消防安全告知承诺书"):
        receive(actor=staff("clerk1"), submission=replace(given, materials=unsigned), now=NOW)


def test_the_receipt_keeps_what_is_settled_by_the_commitment() -> None:
    given = submission(FIRE, applicant=COMPANY, answers=CHOSEN)
    assert REPORT not in given.materials
    receipt = receive(actor=staff("clerk1"), submission=given, now=NOW)
    row = ApplicationMaterial.objects.get(application_id=receipt.application_id, material=REPORT)
    assert (row.source, row.reference) == (SourceKind.COMMITMENT, FIRE)


@pytest.mark.processes
def test_the_counter_shows_what_she_commits_to_and_takes_the_ordinary_path_back() -> None:
    desk: Desk = start(FIRE)
    assert "打印承诺书" not in text_of(desk.page())
    desk.press("plan", **{"a-fire_check_way": "promise"})
    page = desk.page()
    told = catalogue_queries.current().items[FIRE].commitment
    assert told is not None
    for line in (*told.tells, *told.declares, *told.consequences, "因作出承诺而不用提交：消防设施检测报告"):
        assert line in text_of(page)
    assert f"/guide/{FIRE}/form.pdf?fire_check_way=promise" in page.content.decode()
    desk.press("plan", **{"a-fire_check_way": "inspect"})
    assert "打印承诺书" not in text_of(desk.page())


def test_the_letter_is_printed_to_be_signed() -> None:
    text = pdf_text(Client().get(f"/guide/{FIRE}/form.pdf", CHOSEN).content)
    told = catalogue_queries.current().items[FIRE].commitment
    assert told is not None
    for line in ("消防安全告知承诺书", *told.tells, *told.declares, *told.consequences, "消防设施检测报告"):
        assert line in text, line
    assert "告知承诺书" not in pdf_text(Client().get(f"/guide/{FIRE}/form.pdf").content)
