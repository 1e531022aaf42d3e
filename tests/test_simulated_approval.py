"""模拟审批: reviewed on the expected result of a sister; a pre-decision becomes formal by itself, or is reopened."""

from datetime import datetime, timedelta

import pytest

from tests.city import run_journey
from tests.counter_desk import COMPANY, clerk_client
from tests.counter_desk import text_of as desk_text
from tests.courses import every_case_folds, every_step_repeats, papers_of, settle
from tests.factories import NOW, accepted, case_of, decided, staff
from tests.portal_visitors import holder_of, text_of
from tests.test_branches import seen
from tests.test_lives_of_bundles import officer_of
from yichuang.base.clock import now
from yichuang.base.errors import Overtaken
from yichuang.cases import reading
from yichuang.cases.actions.review import claim, decide
from yichuang.cases.actions.withdrawal import withdraw
from yichuang.cases.models import Case
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Outcome, Stage, Verb
from yichuang.catalogue import queries as catalogue_queries
from yichuang.deadlines.models import Clock
from yichuang.delivery.actions import hand_over
from yichuang.identity.data import ActorKind
from yichuang.journey.payloads import partner_payload
from yichuang.ledger.models import Entry
from yichuang.licences.models import Licence
from yichuang.notices.data import NoticeKind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_step_repeats")]

STAGE_TWO, REVIEW, PERMIT = "construction_stage_works", "design_plan_review", "works_planning_permit"
OTHERS = ("civil_defence_review", "greening_plan_review", "traffic_impact_review")
LATER = NOW + timedelta(days=3)

__all__ = ["every_case_folds", "every_step_repeats"]


def opened() -> ApplicationRow:
    """A stage whose permit is reviewed on four expected results, three of which have come."""
    row = accepted(STAGE_TWO, applicant=COMPANY)
    for item in OTHERS:
        settle(row, item)
    return row


def predecided(outcome: Outcome = Outcome.GRANTED) -> ApplicationRow:
    row = opened()
    settle(row, PERMIT, outcome)
    return row


def case(row: ApplicationRow, item: str = PERMIT) -> Case:
    return Case.objects.get(id=case_of(row, item).id)


def relied_on() -> str:
    """A text that both the review and the permit ask for."""
    items = catalogue_queries.current().items
    elements = catalogue_queries.current().elements
    both = {field.element for field in items[PERMIT].elements} & {
        field.element for field in items[REVIEW].elements
    }
    return next(key for key in sorted(both) if elements[key].type == "text")


def review_granted(row: ApplicationRow, moment: datetime, granted: dict[str, str] | None = None) -> None:
    actor, found = staff(officer_of(case_of(row, REVIEW).department_id)), case_of(row, REVIEW)
    claim(actor=actor, case_id=found.id, now=moment)
    decide(
        actor=actor, case_id=found.id, outcome=Outcome.GRANTED, opinion="同意。", granted=granted, now=moment
    )
    run_journey(moment)


# ── The pre-decision ─────────────────────────────────────────────────────────────────────────────


def test_its_review_begins_with_the_others_although_none_of_them_is_decided() -> None:
    row = accepted(STAGE_TWO, applicant=COMPANY)
    found = case(row)
    assert (found.waiting, found.started_at, len(found.waits_for)) == (0, NOW, 4)


def test_what_is_decided_on_an_expected_result_is_a_pre_decision_and_says_so() -> None:
    row = predecided()
    found = case(row)
    assert (found.stage, found.pre_outcome) == (Stage.PREDECIDED, Outcome.GRANTED)
    assert (found.outcome, found.decided_at, found.licence_id, found.due_at) == ("", None, None, None)
    assert papers_of(case_of(row, PERMIT))[-1] == NoticeKind.PRE_DECISION
    assert not Licence.objects.filter(case_number=found.number).exists()


def test_it_cannot_be_handed_over_and_is_counted_nowhere() -> None:
    row = predecided()
    hand_over(actor=staff("clerk1"), application_id=row.id, now=NOW)
    run_journey()
    assert case(row).stage == Stage.PREDECIDED
    with pytest.raises(Overtaken):
        hand_over(actor=staff("clerk1"), application_id=row.id, now=NOW)
    assert not seen(row).ready
    assert not Entry.objects.filter(subject_id=case(row).id, verb=Verb.DECIDE).exists()


def test_the_clock_of_the_whole_runs_on_while_it_waits_for_a_sister() -> None:
    row = predecided()
    assert Clock.objects.get(subject_kind="application", subject_id=row.id).due_at is not None


# ── What was expected comes ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("outcome", "paper"), [(Outcome.GRANTED, NoticeKind.GRANT), (Outcome.REFUSED, NoticeKind.REFUSAL)]
)
def test_it_becomes_formal_by_itself_when_the_result_comes_as_expected(
    outcome: Outcome, paper: NoticeKind
) -> None:
    row = predecided(outcome)
    review_granted(row, LATER)
    found = case(row)
    assert (found.stage, found.outcome, found.pre_outcome) == (Stage.ISSUED, outcome, "")
    assert found.decided_at == LATER
    assert papers_of(case_of(row, PERMIT))[-2:] == [NoticeKind.PRE_DECISION, paper]
    entry = Entry.objects.get(subject_id=found.id, verb=Verb.FORMALISE)
    assert entry.actor_kind == ActorKind.SYSTEM


def test_what_comes_before_the_officer_decides_makes_it_a_decision_at_once() -> None:
    row = opened()
    review_granted(row, NOW)
    settle(row, PERMIT, now=LATER)
    assert case(row).decided_at == LATER
    assert NoticeKind.PRE_DECISION not in papers_of(case_of(row, PERMIT))


def test_it_waits_until_every_result_it_was_made_on_has_come() -> None:
    row = accepted(STAGE_TWO, applicant=COMPANY)
    settle(row, PERMIT)
    for item in OTHERS:
        settle(row, item)
        assert case(row).stage == Stage.PREDECIDED
    review_granted(row, LATER)
    assert case(row).stage == Stage.ISSUED


# ── Something else comes ─────────────────────────────────────────────────────────────────────────


def test_what_was_granted_otherwise_takes_it_back_into_review_with_the_difference() -> None:
    row, key = predecided(), relied_on()
    label = catalogue_queries.current().elements[key].label
    review_granted(row, LATER, {key: "甲地块"})
    found = case(row)
    assert (found.stage, found.pre_outcome) == (Stage.IN_REVIEW, "")
    told = reading.reason_of(found.id, Verb.REOPEN_REVIEW)
    assert told == f"“{case_of(row, REVIEW).item_name}”的{label}：预期“样例”，实际“甲地块”。"
    assert papers_of(case_of(row, PERMIT))[-1] == NoticeKind.REVIEW_REOPENED
    assert found.due_at is not None
    settle(row, PERMIT, now=LATER)
    assert (case(row).stage, case(row).outcome) == (Stage.ISSUED, Outcome.GRANTED)
    assert papers_of(case_of(row, PERMIT))[-1] == NoticeKind.GRANT


def test_the_department_gets_back_the_days_that_it_stood_still() -> None:
    row, key = predecided(), relied_on()
    review_granted(row, LATER, {key: "甲地块"})
    assert case(row).due_at == case_of(row, PERMIT).due_at + timedelta(days=5)  # type: ignore[operator]


def test_a_refusal_ends_it_as_the_bundle_declares() -> None:
    row = predecided()
    settle(row, REVIEW, Outcome.REFUSED)
    assert case(row).stage == Stage.TERMINATED
    assert papers_of(case_of(row, PERMIT))[-1] == NoticeKind.TERMINATION


def test_the_applicant_may_take_back_what_is_only_pre_decided() -> None:
    row = predecided()
    withdraw(
        actor=staff("clerk1"),
        application_id=row.id,
        case_ids=[case_of(row, PERMIT).id],
        reason="方案要改。",
        now=NOW,
    )
    review_granted(row, LATER)
    assert case(row).stage == Stage.WITHDRAWN


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────


def test_every_page_says_that_it_is_no_decision_yet() -> None:
    moment = now()
    row = accepted(STAGE_TWO, applicant=COMPANY, now=moment)
    officer = officer_of(case_of(row, PERMIT).department_id)
    number = case_of(row, PERMIT).number
    desk = clerk_client(officer)
    page = desk_text(desk.get(f"/desk/cases/{number}/"))
    assert "模拟审批：请按" in page
    decided(row, PERMIT, officer, now=moment)
    run_journey(moment)
    assert "预审意见（未生效）" in desk_text(desk.get(f"/desk/cases/{number}/"))
    assert "预审意见（未生效）" in desk_text(clerk_client().get(f"/counter/applications/{row.number}/"))
    portal = text_of(holder_of(row).get(f"/track/{row.number}/"))
    assert "有了预审意见，还不是正式决定" in portal
    assert "下载《预审意见书（模拟审批）》" in portal


def test_the_officer_says_at_her_desk_what_is_granted_otherwise() -> None:
    moment, key = now(), relied_on()
    row = accepted(STAGE_TWO, applicant=COMPANY, now=moment)
    decided(row, PERMIT, officer_of(case_of(row, PERMIT).department_id), now=moment)
    run_journey(moment)
    review = case_of(row, REVIEW)
    desk = clerk_client(officer_of(review.department_id))
    desk.post(f"/desk/cases/{review.number}/claim/")
    assert "批准的内容与申请不同" in desk_text(desk.get(f"/desk/cases/{review.number}/"))
    response = desk.post(
        f"/desk/cases/{review.number}/decide/",
        {"outcome": "granted", "text": "按图纸核减。", f"granted.{key}": "乙地块"},
    )
    assert response.status_code == 302
    run_journey(moment)
    assert case(row).stage == Stage.IN_REVIEW
    assert "乙地块" in reading.reason_of(case(row).id, Verb.REOPEN_REVIEW)


def test_a_departments_own_system_is_told_on_what_it_reviews_until_that_has_arrived() -> None:
    row = opened()
    expected = case(row, REVIEW)
    told = {"case": expected.number, "item": REVIEW}
    assert partner_payload(case(row), NOW)["simulated_on"] == [told]
    settle(row, REVIEW)
    assert partner_payload(case(row), NOW)["simulated_on"] == []
    alone = accepted("household_registration")
    assert partner_payload(case(alone, "household_registration"), NOW)["simulated_on"] == []
