"""From receipt to acceptance: gaps, corrections, silence, withdrawal; each path with its paper, clock and end."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.city import run_journey
from tests.counter_desk import COMPANY
from tests.courses import at, clocks_of, every_case_folds, papers_of, pass_time
from tests.factories import NOW, accepted, case_of, decided, received, staff, submission
from yichuang.base.errors import Forbidden, Invalid, Overtaken, Refused
from yichuang.cases import queries
from yichuang.cases.actions import gaps
from yichuang.cases.actions.acceptance import accept, decline
from yichuang.cases.actions.correction import allow_correction, ask_correction, correct
from yichuang.cases.actions.receipt import receive
from yichuang.cases.actions.review import claim, decide
from yichuang.cases.actions.withdrawal import withdraw
from yichuang.cases.data import CaseRow, Settlement
from yichuang.cases.models import Application, ApplicationMaterial, Case, Gap
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.rules import GapsOpen
from yichuang.cases.states import Outcome, Stage
from yichuang.catalogue.data import SourceKind
from yichuang.catalogue.papers import NoticeKind
from yichuang.deadlines.data import ClockKind, Light
from yichuang.delivery.actions import hand_over
from yichuang.identity.data import Actor, ActorKind
from yichuang.notices.reminders import dismiss, open_reminders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_case_folds")]
__all__ = ["every_case_folds"]

LICENCE = "food_business_licence"
SAFETY_RULES, CERTIFICATES = "safety_rules", "health_certificates"
HYGIENE, HYGIENE_TEST = "public_hygiene_licence", "hygiene_test_report"
FIRST = "birth_certificate"
LAND = "real_estate_mortgage"
PAPER = Settlement(SourceKind.PAPER, checked=True)


def with_gaps(*missing: str) -> ApplicationRow:
    """A restaurant's licence received without some of what may follow."""
    given = submission(LICENCE)
    materials = {key: settled for key, settled in given.materials.items() if key not in missing}
    receipt = receive(actor=staff("clerk1"), submission=submission(LICENCE, materials=materials), now=NOW)
    return queries.application(staff("clerk1"), receipt.number, now=NOW)


def now_of(row: ApplicationRow) -> CaseRow:
    return queries.application(staff("clerk1"), row.number, now=NOW).cases[0]


# ── 容缺 ──────────────────────────────────────────────────────────────────────────────────────────


def test_what_may_follow_is_told_with_its_date_before_anything_is_accepted() -> None:
    row = with_gaps(SAFETY_RULES, CERTIFICATES)
    with pytest.raises(GapsOpen, match="2026-03-16") as told:
        accept(actor=staff("clerk1"), application_id=row.id, now=NOW)
    assert set(told.value.materials) == {SAFETY_RULES, CERTIFICATES}
    assert now_of(row).stage == Stage.RECEIVED


def test_an_acceptance_with_gaps_names_who_took_it_on_and_tells_the_applicant_in_writing() -> None:
    row = with_gaps(SAFETY_RULES)
    accept(actor=staff("clerk1"), application_id=row.id, with_gaps=True, now=NOW)
    run_journey()
    gap = Gap.objects.get(case_id=row.cases[0].id)
    assert (gap.materials, gap.until, gap.approved_by) == (
        [SAFETY_RULES],
        date(2026, 3, 16),
        staff("clerk1").id,
    )
    assert papers_of(row.cases[0]) == [NoticeKind.GAP_ACCEPTANCE]
    assert now_of(row).stage == Stage.ACCEPTED
    assert clocks_of(row.cases[0]) == {ClockKind.GAP, ClockKind.PROMISED, ClockKind.STATUTORY}


def test_a_main_material_is_never_a_gap() -> None:
    row = with_gaps(SAFETY_RULES)
    ask_correction(
        actor=staff("clerk1"), case_id=row.cases[0].id, text="设备清单不清楚。", materials=["equipment_list"],
        until=date(2026, 3, 20), now=NOW,
    )  # fmt: skip
    with pytest.raises(Invalid, match="还缺材料"):
        correct(actor=staff("clerk1"), case_id=row.cases[0].id, materials={}, now=NOW)


def test_nothing_is_granted_over_an_open_gap_but_it_may_be_refused() -> None:
    row = with_gaps(SAFETY_RULES)
    accept(actor=staff("clerk1"), application_id=row.id, with_gaps=True, now=NOW)
    officer, case = staff("officer-shichang"), row.cases[0]
    claim(actor=officer, case_id=case.id, now=NOW)
    with pytest.raises(Invalid, match="容缺材料没有补交"):
        decide(actor=officer, case_id=case.id, outcome=Outcome.GRANTED, opinion="同意", now=NOW)
    decide(actor=officer, case_id=case.id, outcome=Outcome.REFUSED, opinion="场所不符合要求。", now=NOW)


def test_the_refusal_of_a_case_with_an_open_gap_is_handed_over_like_any_other() -> None:
    row = with_gaps(SAFETY_RULES)
    accept(actor=staff("clerk1"), application_id=row.id, with_gaps=True, now=NOW)
    decided(row, LICENCE, "officer-shichang", outcome=Outcome.REFUSED)
    run_journey()
    hand_over(actor=staff("clerk1"), application_id=row.id, now=NOW)
    assert now_of(row).stage == Stage.DELIVERED


def test_a_gap_is_cured_piece_by_piece_and_then_closed() -> None:
    row = with_gaps(SAFETY_RULES, CERTIFICATES)
    clerk, case = staff("clerk1"), row.cases[0]
    accept(actor=clerk, application_id=row.id, with_gaps=True, now=NOW)
    assert gaps.cure(actor=clerk, case_id=case.id, materials={SAFETY_RULES: PAPER}, now=NOW) == (
        CERTIFICATES,
    )
    assert Case.objects.get(id=case.id).gap_until == date(2026, 3, 16)
    assert gaps.cure(actor=clerk, case_id=case.id, materials={CERTIFICATES: PAPER}, now=NOW) == ()
    assert Case.objects.get(id=case.id).gap_until is None
    assert ClockKind.GAP not in clocks_of(case)
    with pytest.raises(Overtaken, match="已经补齐"):
        gaps.cure(actor=clerk, case_id=case.id, materials={CERTIFICATES: PAPER}, now=NOW)


def test_what_two_gaps_wait_for_is_brought_once_also_with_the_correction_of_a_sister() -> None:
    given = submission("restaurant_opening", answers={"tea_house": "yes"}, applicant=COMPANY)
    kept = {
        key: settled for key, settled in given.materials.items() if key not in {CERTIFICATES, HYGIENE_TEST}
    }
    receipt = receive(actor=staff("clerk1"), submission=replace(given, materials=kept), now=NOW)
    row = queries.application(staff("clerk1"), receipt.number, now=NOW)
    licence, hygiene = case_of(row, LICENCE).id, case_of(row, HYGIENE).id
    waste = case_of(row, "kitchen_waste_registration").id
    both = ApplicationMaterial.objects.filter(application_id=row.id, material=CERTIFICATES)
    both.update(items=[LICENCE, HYGIENE])
    clerk = staff("clerk1")
    ask_correction(actor=clerk, case_id=waste, text="合同不清楚。", until=date(2026, 3, 20), now=NOW)
    accept(actor=clerk, application_id=row.id, with_gaps=True, now=NOW)
    correct(actor=clerk, case_id=waste, materials={CERTIFICATES: PAPER}, now=NOW)
    assert Case.objects.get(id=licence).gap_until is None
    assert Case.objects.get(id=hygiene).gap_until is not None
    assert gaps.cure(actor=clerk, case_id=hygiene, materials={HYGIENE_TEST: PAPER}, now=NOW) == ()
    pass_time(at("2026-04-17T08:00"))
    stages = set(Case.objects.filter(id__in=[licence, hygiene]).values_list("stage", flat=True))
    assert stages == {Stage.ACCEPTED}


def test_a_gap_that_nobody_cures_reminds_the_counter_and_then_ends_the_acceptance() -> None:
    row = with_gaps(SAFETY_RULES)
    accept(actor=staff("clerk1"), application_id=row.id, with_gaps=True, now=NOW)
    pass_time(at("2026-03-14T09:00"))
    assert [reminder.rung for reminder in open_reminders(staff("clerk2"))] == ["gap_yellow"]
    pass_time(at("2026-03-17T08:00"))
    case = now_of(row)
    assert (case.stage, clocks_of(case)) == (Stage.REVOKED, set())
    assert papers_of(case) == [NoticeKind.GAP_ACCEPTANCE, NoticeKind.REVOCATION]


def test_a_gap_cured_in_the_last_hour_ends_nothing() -> None:
    row = with_gaps(SAFETY_RULES)
    clerk, case = staff("clerk1"), row.cases[0]
    accept(actor=clerk, application_id=row.id, with_gaps=True, now=NOW)
    gaps.cure(actor=clerk, case_id=case.id, materials={SAFETY_RULES: PAPER}, now=at("2026-03-16T23:00"))
    pass_time(at("2026-03-17T08:00"))
    assert now_of(row).stage == Stage.ACCEPTED


# ── 补正 ──────────────────────────────────────────────────────────────────────────────────────────


def asked(row: ApplicationRow, **changes: Any) -> CaseRow:
    case = row.cases[0]
    facts = {"text": "照片不清。", "until": date(2026, 3, 20), "now": NOW, **changes}
    ask_correction(actor=staff("clerk1"), case_id=case.id, **facts)
    return case


def test_a_second_notice_needs_a_supervisors_recorded_release() -> None:
    row = received(FIRST)
    case = asked(row)
    correct(actor=staff("clerk1"), case_id=case.id, materials={}, now=NOW)
    with pytest.raises(Forbidden, match="督查人员放行"):
        asked(row)
    with pytest.raises(Forbidden):
        allow_correction(actor=staff("manager"), case_id=case.id, reason="想再问一次", now=NOW)
    allow_correction(
        actor=staff("supervisor"), case_id=case.id, reason="登记簿当天变更，第一次无法发现。", now=NOW
    )
    asked(row)
    assert Case.objects.get(id=case.id).corrections_left == 0


def test_what_is_not_corrected_in_time_counts_as_withdrawn() -> None:
    row = received(FIRST)
    asked(row)
    pass_time(at("2026-03-20T23:00"))
    assert now_of(row).stage == Stage.CORRECTING
    pass_time(at("2026-03-21T00:05"))
    assert now_of(row).stage == Stage.DEEMED_WITHDRAWN
    assert papers_of(row.cases[0])[-1] == NoticeKind.DEEMED_WITHDRAWAL


def test_a_date_on_a_day_off_rolls_on_in_the_applicants_favour() -> None:
    row = received(FIRST)
    asked(row, until=date(2026, 3, 21))  # a Saturday
    pass_time(at("2026-03-23T12:00"))
    assert now_of(row).stage == Stage.CORRECTING


def test_the_registry_of_land_knows_no_correction() -> None:
    row = received(LAND)
    with pytest.raises(Forbidden, match="当场书面不予受理"):
        asked(row)


# ── 视为受理 ──────────────────────────────────────────────────────────────────────────────────────


def test_silence_for_five_working_days_is_acceptance_from_the_day_of_receipt() -> None:
    row = received(FIRST)
    pass_time(at("2026-03-16T20:00"))
    assert now_of(row).stage == Stage.RECEIVED
    pass_time(at("2026-03-17T00:05"))
    case = now_of(row)
    assert (case.stage, case.started_at) == (Stage.ACCEPTED, NOW)
    assert papers_of(case) == [NoticeKind.ACCEPTANCE]
    assert (
        queries.application(staff("clerk1"), row.number, now=at("2026-03-17T09:00")).cases[0].light
        is Light.PURPLE
    )


def test_a_month_without_a_worker_changes_nothing_of_what_silence_means() -> None:
    row = received(FIRST)
    pass_time(NOW + timedelta(days=30))
    assert now_of(row).started_at == NOW


def test_after_a_correction_the_limit_runs_anew_from_what_was_brought() -> None:
    row = received(FIRST)
    case = asked(row)
    correct(actor=staff("clerk1"), case_id=case.id, materials={}, now=at("2026-03-13T10:00"))
    pass_time(at("2026-03-20T12:00"))
    assert now_of(row).stage == Stage.RECEIVED
    pass_time(at("2026-03-21T00:05"))
    assert now_of(row).started_at == at("2026-03-13T10:00")


def test_what_was_accepted_or_declined_in_time_is_not_accepted_again() -> None:
    one, other = accepted(FIRST), received(FIRST)
    decline(actor=staff("clerk1"), case_id=other.cases[0].id, reason="不在本市出生。", now=NOW)
    pass_time(NOW + timedelta(days=30))
    assert (now_of(one).started_at, now_of(other).stage) == (NOW, Stage.DECLINED)


def test_the_counter_is_reminded_before_silence_speaks_and_the_manager_is_told_when_it_has() -> None:
    row = received(FIRST)
    pass_time(at("2026-03-14T09:00"))
    (reminder,) = open_reminders(staff("clerk1"))
    assert (reminder.case_number, reminder.rung) == (row.cases[0].number, "acceptance_yellow")
    dismiss(actor=staff("clerk2"), reminder_id=reminder.id, now=NOW)
    assert open_reminders(staff("clerk1")) == ()
    pass_time(at("2026-03-17T08:00"))
    assert "acceptance_over" in [one.rung for one in open_reminders(staff("manager"))]
    assert open_reminders(staff("officer-zhujian")) == ()


# ── 撤回 ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_applicant_takes_back_one_matter_and_the_others_go_on() -> None:
    row = accepted("newborn")
    mother = Actor(ActorKind.APPLICANT, Application.objects.get(id=row.id).party_id)
    card = case_of(row, "citizen_card")
    withdraw(actor=mother, application_id=row.id, case_ids=[card.id], reason="已有社保卡。", now=NOW)
    run_journey()
    stages = {
        case.item_key: case.stage for case in queries.application(staff("clerk1"), row.number, now=NOW).cases
    }
    assert stages.pop("citizen_card") == Stage.WITHDRAWN
    assert set(stages.values()) == {Stage.ACCEPTED}
    assert papers_of(card) == [NoticeKind.ACCEPTANCE, NoticeKind.WITHDRAWAL]
    assert clocks_of(card) == set()


def test_who_waited_for_what_was_withdrawn_ends_with_it_where_the_bundle_says_so() -> None:
    row = accepted("newborn")
    first = case_of(row, FIRST)
    withdraw(actor=staff("clerk1"), application_id=row.id, case_ids=[first.id], reason="改期办理。", now=NOW)
    run_journey()
    again = queries.application(staff("clerk1"), row.number, now=NOW)
    stages = {case.item_key: (case.stage, case.waiting) for case in again.cases}
    assert stages.pop(FIRST) == (Stage.WITHDRAWN, 0)
    assert set(stages.values()) == {(Stage.TERMINATED, 0)}


def test_a_result_that_exists_is_not_taken_back() -> None:
    row = accepted(FIRST)
    decided(row, FIRST, "officer-weijian")
    run_journey()
    with pytest.raises(Refused, match="不能撤回"):
        withdraw(
            actor=staff("clerk1"),
            application_id=row.id,
            case_ids=[row.cases[0].id],
            reason="不要了。",
            now=NOW,
        )
    assert hand_over(actor=staff("clerk1"), application_id=row.id, now=NOW)


def test_a_stranger_withdraws_nothing() -> None:
    row = received(FIRST)
    stranger = Actor(ActorKind.APPLICANT, Application.objects.get(id=row.id).party_id + 999)
    with pytest.raises(Refused):
        withdraw(
            actor=stranger, application_id=row.id, case_ids=[row.cases[0].id], reason="不要了。", now=NOW
        )
