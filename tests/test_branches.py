"""Branches that do not hurt one another: what becomes of the sisters when one is refused, returned, late or undone."""

from datetime import date, datetime, timedelta

import pytest

from tests.city import run_journey
from tests.counter_desk import COMPANY
from tests.courses import clocks_of, every_case_folds, every_step_repeats, papers_of, pass_time, settle
from tests.factories import NOW, accepted, case_of, received, staff
from yichuang.base.errors import Overtaken
from yichuang.cases import queries
from yichuang.cases.actions.acceptance import accept, decline
from yichuang.cases.actions.correction import ask_correction
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Outcome, Stage
from yichuang.catalogue.papers import NoticeKind
from yichuang.delivery.actions import hand_over
from yichuang.licences.models import Licence, Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_step_repeats")]
__all__ = ["every_case_folds", "every_step_repeats"]

FIRST = "birth_certificate"
FILING, TAX, TRANSFER = (
    "commercial_contract_filing",
    "company_real_estate_tax",
    "company_real_estate_transfer",
)


def seen(row: ApplicationRow, now: datetime = NOW) -> ApplicationRow:
    return queries.application(staff("clerk1"), row.number, now=now)


def stages(row: ApplicationRow) -> dict[str, str]:
    return {case.item_key: case.stage for case in seen(row).cases}


# ── Courses ──────────────────────────────────────────────────────────────────────────────────────


def test_what_cannot_be_without_the_refused_one_ends_with_its_paper_and_its_clock() -> None:
    row = accepted("newborn")
    settle(row, FIRST, Outcome.REFUSED)
    now = stages(row)
    assert now.pop(FIRST) == Stage.ISSUED
    assert set(now.values()) == {Stage.TERMINATED}
    assert papers_of(case_of(row, "citizen_card"))[-1] == NoticeKind.TERMINATION
    assert clocks_of(case_of(row, "citizen_card")) == set()
    assert seen(row).ready


def test_what_ends_before_it_was_accepted_is_not_accepted_any_more() -> None:
    row = received("newborn")
    decline(actor=staff("clerk1"), case_id=case_of(row, FIRST).id, reason="不在本市出生。", now=NOW)
    run_journey()
    assert accept(actor=staff("clerk1"), application_id=row.id, now=NOW) == []
    assert stages(row)["citizen_card"] == Stage.TERMINATED


def test_where_the_bundle_says_continue_a_refusal_does_not_hold_the_next_up() -> None:
    row = accepted("schooling", answers={"child_hukou": "migrant", "has_residence_permit": "no"})
    assert case_of(row, "school_enrolment").waiting == 1
    settle(row, "residence_permit", Outcome.REFUSED)
    enrolment = case_of(seen(row), "school_enrolment")
    assert (enrolment.stage, enrolment.waiting, enrolment.started_at) == (Stage.ACCEPTED, 0, NOW)


def test_where_the_bundle_says_continue_a_late_one_does_not_hold_the_next_up_either() -> None:
    row = accepted("schooling", answers={"child_hukou": "migrant", "has_residence_permit": "no"})
    late = NOW + timedelta(days=60)
    pass_time(late)
    now = seen(row, late)
    assert case_of(now, "residence_permit").stage == Stage.ACCEPTED
    assert case_of(now, "school_enrolment").waiting == 0
    assert case_of(now, "student_register").waiting == 2


def test_a_returned_one_is_waited_for_while_the_sisters_that_need_it_not_go_on() -> None:
    row = received("schooling", answers={"child_hukou": "migrant", "has_residence_permit": "no"})
    permit = case_of(row, "residence_permit")
    ask_correction(
        actor=staff("clerk1"), case_id=permit.id, text="照片不清。", until=date(2026, 3, 20), now=NOW
    )
    accept(actor=staff("clerk1"), application_id=row.id, now=NOW)
    settle(row, "vaccination_check")
    now = seen(row)
    assert case_of(now, "residence_permit").stage == Stage.CORRECTING
    assert case_of(now, "school_enrolment").waiting == 1
    assert case_of(now, "vaccination_check").stage == Stage.ISSUED


# ── 同成同败 ─────────────────────────────────────────────────────────────────────────────────────


def test_of_all_or_nothing_a_withheld_result_is_issued_when_all_are_granted() -> None:
    row = accepted("company_real_estate", applicant=COMPANY, answers={"with_mortgage": "yes"})
    for item in (FILING, TAX, TRANSFER):
        settle(row, item)
    assert stages(row)[TRANSFER] == Stage.DECIDED
    assert not Licence.objects.filter(case_number=case_of(row, TRANSFER).number).exists()
    settle(row, "company_mortgage")
    assert set(stages(row).values()) == {Stage.ISSUED}


def test_of_all_or_nothing_one_refusal_withholds_revokes_and_ends_each_as_declared() -> None:
    row = accepted("company_real_estate", applicant=COMPANY, answers={"with_mortgage": "yes"})
    for item in (FILING, TAX, TRANSFER):
        settle(row, item)
    settle(row, "company_mortgage", Outcome.REFUSED)
    assert stages(row) == {
        FILING: Stage.RESCINDED,
        TAX: Stage.RESCINDED,
        TRANSFER: Stage.TERMINATED,
        "company_mortgage": Stage.ISSUED,
    }
    assert papers_of(case_of(row, FILING))[-1] == NoticeKind.RESCISSION
    assert papers_of(case_of(row, TRANSFER)) == [NoticeKind.ACCEPTANCE, NoticeKind.TERMINATION]
    numbers = [case_of(row, item).number for item in (FILING, TAX)]
    held = Licence.objects.filter(case_number__in=numbers)
    assert set(held.values_list("status", flat=True)) <= {Status.REVOKED}
    hand_over(actor=staff("clerk1"), application_id=row.id, now=NOW)
    with pytest.raises(Overtaken):
        hand_over(actor=staff("clerk1"), application_id=row.id, now=NOW)


def test_of_all_or_nothing_what_waits_ends_with_the_first_refusal() -> None:
    row = accepted("company_real_estate", applicant=COMPANY)
    settle(row, FILING, Outcome.REFUSED)
    assert stages(row) == {FILING: Stage.ISSUED, TAX: Stage.TERMINATED, TRANSFER: Stage.TERMINATED}


def test_a_result_that_was_handed_over_already_is_taken_back_in_writing() -> None:
    row = accepted("company_real_estate", applicant=COMPANY)
    settle(row, FILING)
    hand_over(actor=staff("clerk1"), application_id=row.id, now=NOW)
    run_journey()
    assert stages(row)[FILING] == Stage.CLOSED
    settle(row, TAX, Outcome.REFUSED)
    assert stages(row)[FILING] == Stage.RESCINDED
    assert papers_of(case_of(row, FILING))[-1] == NoticeKind.RESCISSION
