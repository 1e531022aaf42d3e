"""Several cases of the same item chosen in the work list, asked about once, done one by one."""

import pytest
from django.test import Client

from tests.counter_desk import COMPANY, clerk_client, text_of
from tests.factories import NOW, accepted, case_of, staff
from tests.officers_desk import LATER, stopped_clock
from tests.test_lives_of_bundles import officer_of
from yichuang.base.errors import Invalid
from yichuang.cases import reading
from yichuang.cases.actions.in_turn import grant_each
from yichuang.cases.actions.review import claim
from yichuang.cases.data import CaseRow
from yichuang.cases.models import Case
from yichuang.cases.states import Outcome, Stage, Verb

pytestmark = pytest.mark.usefixtures("stopped_clock")
__all__ = ["stopped_clock"]

FIRST, PROOF = "birth_certificate", "housing_reform_proof"


def births(number: int) -> list[CaseRow]:
    """Cases of the health department that are decided on the spot."""
    return [case_of(accepted("newborn"), FIRST) for _ in range(number)]


def desk(username: str = "officer-weijian") -> Client:
    return clerk_client(username)


def chosen(*cases: CaseRow, **more: str) -> dict[str, object]:
    return {"case": [case.number for case in cases], **more}


def row_of(case: CaseRow) -> Case:
    return Case.objects.get(id=case.id)


@pytest.mark.django_db
def test_the_question_names_every_case_and_does_nothing_yet() -> None:
    cases = births(3)
    shown = text_of(desk().post("/desk/chosen/", chosen(*cases)))
    assert "确认准予这 3 件" in shown
    assert all(case.number in shown for case in cases)
    assert {row_of(case).stage for case in cases} == {Stage.ACCEPTED}


@pytest.mark.django_db
def test_all_are_granted_with_the_same_words() -> None:
    cases = births(2)
    shown = text_of(desk().post("/desk/chosen/grant/", chosen(*cases, text="均已核对，准予。")))
    assert "办成 2 件，没有办成 0 件" in shown
    assert {row_of(case).outcome for case in cases} == {Outcome.GRANTED}
    assert {reading.reason_of(case.id, Verb.DECIDE) for case in cases} == {"均已核对，准予。"}


@pytest.mark.django_db
def test_one_that_a_colleague_holds_is_named_and_stops_no_other() -> None:
    first, held, last = births(3)
    claim(actor=staff("officer-weijian2"), case_id=held.id, now=NOW)
    shown = text_of(desk().post("/desk/chosen/grant/", chosen(first, held, last)))
    assert "办成 2 件，没有办成 1 件" in shown
    assert "姜亦安正在办理这件" in shown
    assert [row_of(case).outcome for case in (first, held, last)] == [Outcome.GRANTED, "", Outcome.GRANTED]


@pytest.mark.django_db
def test_the_same_form_sent_twice_grants_once_and_says_so() -> None:
    cases = births(2)
    desk().post("/desk/chosen/grant/", chosen(*cases))
    assert "办成 0 件，没有办成 2 件" in text_of(desk().post("/desk/chosen/grant/", chosen(*cases)))


@pytest.mark.django_db
def test_a_promised_case_is_claimed_first_and_then_granted_with_the_others() -> None:
    cases = [case_of(accepted(PROOF), PROOF) for _ in range(2)]
    client = desk("officer-zhujian")
    before = text_of(client.post("/desk/chosen/", chosen(*cases)))
    assert "承诺件先认领" in before
    assert "确认准予" not in before
    assert "办成 2 件" in text_of(client.post("/desk/chosen/claim/", chosen(*cases)))
    assert {row_of(case).claimed_by for case in cases} == {staff("officer-zhujian").id}
    assert "确认准予这 2 件" in text_of(client.post("/desk/chosen/", chosen(*cases)))


@pytest.mark.django_db
def test_a_promised_case_that_nobody_claimed_is_not_granted_by_a_form_sent_all_the_same() -> None:
    cases = [case_of(accepted(PROOF), PROOF) for _ in range(2)]
    shown = text_of(desk("officer-zhujian").post("/desk/chosen/grant/", chosen(*cases)))
    assert "办成 0 件，没有办成 2 件" in shown
    assert "承诺件先认领" in shown
    assert {row_of(case).outcome for case in cases} == {""}


@pytest.mark.django_db
def test_what_is_reviewed_on_an_expected_result_is_not_said_to_hold_at_once() -> None:
    row = accepted("construction_stage_land", applicant=COMPANY)
    ahead, before = case_of(row, "land_planning_permit"), births(1)[0]
    officer = officer_of(ahead.department_id)
    claim(actor=staff(officer), case_id=ahead.id, now=NOW)
    assert "作出的是预审意见" in text_of(desk(officer).post("/desk/chosen/", chosen(ahead)))
    assert "作出的是预审意见" not in text_of(desk().post("/desk/chosen/", chosen(before)))


@pytest.mark.django_db
def test_different_items_nothing_and_another_departments_cases_are_not_done() -> None:
    birth, proof = births(1)[0], case_of(accepted(PROOF), PROOF)
    assert "请在待办件里选择同一个事项" in text_of(desk().post("/desk/chosen/", {}))
    assert desk().post("/desk/chosen/grant/", chosen(proof)).status_code == 422
    assert row_of(proof).outcome == ""
    with pytest.raises(Invalid, match="同一个事项"):
        grant_each(actor=staff("officer-weijian"), cases=[birth, proof], opinion="同意", now=LATER)
    assert row_of(birth).outcome == ""


@pytest.mark.django_db
def test_too_long_an_opinion_stays_in_the_box_and_grants_nothing() -> None:
    cases, text = births(2), "长" * 2001
    response = desk().post("/desk/chosen/grant/", chosen(*cases, text=text))
    assert response.status_code == 422
    assert text in text_of(response)
    assert {row_of(case).outcome for case in cases} == {""}
