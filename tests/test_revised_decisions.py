"""撤销决定 and 重新审查: a wrong grant is taken back with its licence; an annulled refusal is decided anew."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.city import run_journey
from tests.counter_desk import clerk_client
from tests.counter_desk import text_of as desk_text
from tests.courses import every_case_folds, every_step_repeats, papers_of, settle
from tests.factories import NOW, accepted, case_of, decided, staff
from tests.portal_visitors import holder_of, text_of
from tests.scenes import FIRST_OF_ALL, bring
from tests.test_guides import pdf_text
from yichuang.base import files
from yichuang.base.errors import Forbidden, Invalid, Overtaken
from yichuang.cases.actions.revising import reopen, rescind
from yichuang.cases.models import Case
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Outcome, Stage
from yichuang.delivery.actions import hand_over
from yichuang.licences import queries as licence_queries
from yichuang.licences.models import Licence, Status
from yichuang.notices.data import NoticeKind
from yichuang.notices.models import Notice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_step_repeats")]
__all__ = ["every_case_folds", "every_step_repeats"]

ITEM, CHIEF, OFFICER = "birth_certificate", "chief-weijian", "officer-weijian"
LATER = NOW + timedelta(days=7)
WHY = "申请材料系伪造。"


def closed(outcome: Outcome = Outcome.GRANTED) -> ApplicationRow:
    row = accepted(ITEM)
    settle(row, ITEM, outcome)
    hand_over(actor=staff("clerk1"), application_id=row.id, now=NOW)
    run_journey()
    return row


def case(row: ApplicationRow) -> Case:
    return Case.objects.get(id=case_of(row, ITEM).id)


def reopened(row: ApplicationRow) -> None:
    reopen(
        actor=staff(CHIEF), case_id=case(row).id, document="衢政复〔2026〕1号", reason="事实不清。", now=LATER
    )
    run_journey(LATER)


def test_the_head_takes_a_decision_back_and_the_licence_holds_no_longer() -> None:
    row = closed()
    rescind(actor=staff(CHIEF), case_id=case(row).id, reason=WHY, now=LATER)
    run_journey(LATER)
    assert case(row).stage == Stage.RESCINDED
    assert papers_of(case_of(row, ITEM))[-1] == NoticeKind.RESCISSION
    assert Licence.objects.get(case_number=case(row).number).status == Status.REVOKED
    with pytest.raises(Overtaken):
        rescind(actor=staff(CHIEF), case_id=case(row).id, reason=WHY, now=LATER)


@pytest.mark.parametrize("who", [OFFICER, "supervisor", "chief-zhujian"])
def test_nobody_but_the_head_of_the_department_takes_it_back(who: str) -> None:
    row = closed()
    with pytest.raises(Exception, match=r"首席代表|无权"):
        rescind(actor=staff(who), case_id=case(row).id, reason=WHY, now=LATER)
    assert case(row).stage == Stage.CLOSED


def test_an_annulled_refusal_is_reviewed_anew_within_new_limits_and_told() -> None:
    row = closed(Outcome.REFUSED)
    reopened(row)
    found = case(row)
    assert (found.stage, found.outcome, found.decided_at, found.started_at) == (
        Stage.IN_REVIEW,
        "",
        None,
        LATER,
    )
    assert found.due_at is not None
    assert found.due_at > LATER
    assert papers_of(case_of(row, ITEM))[-1] == NoticeKind.REOPENING
    settle(row, ITEM, now=LATER)
    assert (case(row).stage, case(row).outcome) == (Stage.ISSUED, Outcome.GRANTED)
    assert Licence.objects.filter(case_number=found.number, status=Status.VALID).exists()


def test_a_second_refusal_has_a_paper_of_its_own() -> None:
    row = closed(Outcome.REFUSED)
    reopened(row)
    settle(row, ITEM, Outcome.REFUSED, now=LATER)
    assert papers_of(case_of(row, ITEM)).count(NoticeKind.REFUSAL) == 2


def test_what_was_granted_is_not_reopened_and_a_document_is_named() -> None:
    row = closed()
    with pytest.raises(Invalid, match="只有不予许可的决定"):
        reopened(row)
    refused = closed(Outcome.REFUSED)
    with pytest.raises(Invalid, match="文号"):
        reopen(actor=staff(CHIEF), case_id=case(refused).id, document=" ", reason=WHY, now=LATER)
    with pytest.raises(Forbidden):
        reopen(actor=staff(OFFICER), case_id=case(refused).id, document="1号", reason=WHY, now=LATER)


def test_the_head_does_both_at_the_desk_and_the_applicant_reads_it() -> None:
    row, desk = closed(), clerk_client(CHIEF)
    address = f"/desk/cases/{case(row).number}/"
    assert "决定有错" in desk_text(desk.get(address))
    assert "决定有错" not in desk_text(clerk_client(OFFICER).get(address))
    refusal = desk.post(f"{address}rescind/", {"reason": ""})
    assert "请填写撤销的理由" in desk_text(refusal)
    assert desk.post(f"{address}rescind/", {"reason": WHY}).status_code == 302
    run_journey(LATER)
    assert "原来的决定已经书面撤销" in text_of(holder_of(row).get(f"/track/{row.number}/"))
    refused = closed(Outcome.REFUSED)
    address = f"/desk/cases/{case(refused).number}/"
    sent = {"document": "衢政复〔2026〕1号", "reason": "事实不清。"}
    assert desk.post(f"{address}reopen/", sent).status_code == 302
    run_journey(LATER)
    assert "重新审查" in text_of(holder_of(refused).get(f"/track/{refused.number}/"))


def test_a_rescission_that_was_annulled_is_decided_anew_and_gives_another_licence() -> None:
    row = closed()
    rescind(actor=staff(CHIEF), case_id=case(row).id, reason=WHY, now=LATER)
    run_journey(LATER)
    reopened(row)
    assert (case(row).stage, case(row).licence_id) == (Stage.IN_REVIEW, None)
    reopening = Notice.objects.get(case_number=case(row).number, kind=NoticeKind.REOPENING)
    assert "原撤销决定已被撤销" in pdf_text(files.read(reopening.file_id or 0).content)
    settle(row, ITEM, now=LATER)
    first, second = Licence.objects.filter(case_number=case(row).number).order_by("edition")
    assert (first.status, second.status) == (Status.REVOKED, Status.VALID)
    assert (case(row).licence_id, first.number != second.number) == (second.id, True)
    assert licence_queries.of_cases([case(row).number])[case(row).number].id == second.id
    assert "已撤销" in text_of(Client().get(f"/verify/{first.verify_code}/"))
    hand_over(actor=staff("clerk1"), application_id=row.id, now=LATER)
    rescind(actor=staff(CHIEF), case_id=case(row).id, reason=WHY, now=LATER)
    run_journey(LATER)
    second.refresh_from_db()
    assert second.status == Status.REVOKED
    assert papers_of(case_of(row, ITEM)).count(NoticeKind.RESCISSION) == 2


def test_what_fell_with_a_sister_is_not_reopened_alone() -> None:
    scene = bring(FIRST_OF_ALL, Stage.RESCINDED)
    assert scene is not None
    with pytest.raises(Invalid, match="同一申办的其他事项"):
        reopen(actor=scene.chief(), case_id=scene.case().id, document="1号", reason=WHY, now=LATER)


def test_what_is_not_decided_cannot_be_taken_back() -> None:
    row = accepted(ITEM)
    with pytest.raises(Overtaken):
        rescind(actor=staff(CHIEF), case_id=case(row).id, reason=WHY, now=NOW)
    decided(row, ITEM, OFFICER)
    rescind(actor=staff(CHIEF), case_id=case(row).id, reason=WHY, now=NOW)
    run_journey()
    assert case(row).stage == Stage.RESCINDED
