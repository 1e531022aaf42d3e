"""The traps of the domain, each a test that falls into it where the platform would.

They are counted as the notes of the domain count them. What the platform does not do yet is no test here.
"""

import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.catalogue_folder import write_folder
from tests.city import run_journey
from tests.counter_desk import line_to_registers, start
from tests.factories import MOTHER, NOW, accepted, case_of, decided, received, staff, submission
from tests.papers import needs_poppler, pdf_a_faults, said_by
from tests.scenes import ALONE, FIRST_OF_ALL, WITH_GAP, Scene, bring
from tests.simulators_fixtures import Simulator
from yichuang.base.clock import CITY_ZONE, local
from yichuang.base.errors import Invalid
from yichuang.cases import queries
from yichuang.cases.actions.acceptance import accept
from yichuang.cases.actions.approval import approve, propose_extension
from yichuang.cases.actions.procedures import begin_procedure, end_procedure
from yichuang.cases.actions.receipt import receive
from yichuang.cases.actions.review import decide
from yichuang.cases.counting import lost_counts
from yichuang.cases.rules import GapsOpen, Incomplete
from yichuang.cases.states import Outcome, Stage
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.bundles import Member
from yichuang.catalogue.checking import examine
from yichuang.catalogue.planning import everything_up, plan
from yichuang.deadlines import watching
from yichuang.deadlines.data import Limit, Unit
from yichuang.deadlines.models import Clock, ClockPause
from yichuang.feedback.actions import rate
from yichuang.feedback.data import Grade
from yichuang.feedback.queries import newest
from yichuang.identity.data import Actor, ActorKind
from yichuang.journey.national_codes import GRADES, GRADES_OF_THE_PROVINCE, KINDS, KINDS_OF_EVALUATION
from yichuang.ledger.models import Entry
from yichuang.licences.copies import make_copy
from yichuang.licences.identifier import ROOT, read_identifier
from yichuang.licences.models import Licence, LicenceCopy
from yichuang.licences.queries import of_cases
from yichuang.notices.data import NoticeKind
from yichuang.notices.models import Notice
from yichuang.sharing.actions import fetch
from yichuang.sharing.data import DataRequest
from yichuang.web.portal.judging import Verdict, judge_code, judge_file

__all__ = ["line_to_registers"]
pytestmark = pytest.mark.django_db

HOUSEHOLD = "items/household_birth.yaml"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CITY_ZONE)


def plan_told(target: str, **given: Any) -> dict[str, Any]:
    """The plan as REST tells it."""
    body = json.dumps({"target": target, **given})
    response = Client().post("/api/plan", body, content_type="application/json")
    assert response.status_code == 200, response.content
    return dict(response.json())


def test_trap_1_satisfaction_and_kinds_are_coded_in_opposite_directions() -> None:
    scene = bring(ALONE, Stage.CLOSED)
    assert scene is not None
    row = queries.application(staff("clerk1"), scene.number, now=NOW)
    mother = Actor(ActorKind.APPLICANT, scene.case().application.party_id)
    rate(actor=mother, application=row, grade="very_good", comment="", now=NOW)
    given = Grade(newest(staff("manager"))[0].grade)
    assert (GRADES.code(given), GRADES_OF_THE_PROVINCE.code(given)) == ("1", "5")
    assert GRADES.words("1") == GRADES_OF_THE_PROVINCE.words("5") == {given}
    assert all(KINDS.code(kind) != KINDS_OF_EVALUATION.code(kind) for kind in KINDS.codes)


@pytest.mark.parametrize(
    ("catalog_code", "task_code", "is_sound"),
    [
        ("330709001001", "11330800MB000000213330709001001", True),  # 12 and 31 characters: practice
        ("3307090010", "330709001001330709001001", True),  # 10 and 24: GB/T 39046-2020
        ("33070900100", "330709001001330709001001", False),
    ],
)
def test_trap_2_codes_of_practice_and_of_the_standard_are_both_codes(
    tmp_path: Path, catalog_code: str, task_code: str, is_sound: bool
) -> None:
    gbt = (
        "  - key: gbt\n    name: 国标编码\n"
        "    catalog_code: [{name: 基本编码, length: 10, least: 1, characters: 0-9A-Z}]\n"
        "    task_code: [{name: 实施编码, length: 24, least: 1, characters: 0-9A-Z}]\n"
    )
    folder = write_folder(
        tmp_path,
        ("city.yaml", "[national]", "[national, gbt]"),
        ("codes.yaml", "code_schemes:\n", f"code_schemes:\n{gbt}"),
        (HOUSEHOLD, '"330709001001"', f'"{catalog_code}"\ntask_code: "{task_code}"'),
    )
    assert (not examine(folder, today=date(2026, 11, 27)).faults) is is_sound


def test_trap_3_days_are_working_days_with_make_up_days_and_the_night_belongs_to_the_next() -> None:
    evening = at("2026-04-30T20:00")  # the holiday is 1–5 May; Saturday 9 May is worked
    case = case_of(accepted("temporary_relief", now=evening), "temporary_relief")
    clock = Clock.objects.get(subject_id=case.id, subject_kind="case", kind="promised")
    assert clock.started_at == at("2026-05-06T09:00")
    row = received("temporary_relief", now=at("2026-05-08T19:00"))
    run_journey()
    told = Clock.objects.get(subject_id=row.cases[0].id, subject_kind="case", kind="acceptance")
    assert told.started_at == at("2026-05-09T09:00")
    assert local(told.due_at).date() == date(2026, 5, 15)


def test_trap_4_silence_accepts_from_the_day_of_receipt_and_not_from_the_fifth() -> None:
    scene = ALONE.begin()
    run_journey()
    later = NOW + timedelta(days=20)
    while watching.fire_due(now=later):
        pass
    run_journey(later)
    case = scene.case()
    assert (case.stage, case.started_at) == (Stage.ACCEPTED, NOW)
    clock = Clock.objects.get(subject_id=case.id, subject_kind="case", kind="promised")
    assert clock.started_at == NOW


def test_trap_5_only_what_the_guide_marks_may_follow_and_no_main_material() -> None:
    given = submission("temporary_relief")
    without_main = {key: one for key, one in given.materials.items() if key != "id_card"}
    with pytest.raises(Incomplete) as told:
        receive(
            actor=staff("clerk1"), submission=submission("temporary_relief", materials=without_main), now=NOW
        )
    assert told.value.materials == ("id_card",)
    scene = WITH_GAP.begin()
    with pytest.raises(GapsOpen) as gap:
        accept(actor=staff("clerk1"), application_id=scene.application_id, now=NOW)
    assert gap.value.materials == WITH_GAP.missing


def test_trap_6_clocks_start_together_in_parallel_and_on_the_decision_in_series() -> None:
    parallel = accepted("restaurant_opening")
    assert {case.started_at for case in parallel.cases} == {NOW}
    serial = accepted("newborn")
    waiting = [case.item_key for case in serial.cases if case.started_at is None]
    assert waiting
    later = NOW + timedelta(hours=2)
    decided(serial, "birth_certificate", "officer-weijian", now=later)
    run_journey(later)
    now = queries.application(staff("clerk1"), serial.number, now=later)
    assert {case_of(now, item).started_at for item in waiting} == {later}


def test_trap_7_the_limit_of_joint_handling_overrides_what_its_members_add_up_to() -> None:
    catalogue, key = catalogue_queries.current(), "construction_stage_permit"
    slow = {one.item: replace(catalogue.items[one.item], promised_limit=Limit(60)) for one in members(key)}
    catalogue = replace(catalogue, items={**catalogue.items, **slow})
    joint = plan(catalogue, key, {}, everything_up(catalogue))
    assert (joint.promised.value, joint.promised_because.code) == (45, "limit_joint")
    assert joint.joint_extension == Limit(15, Unit.WORKING_DAYS, "《中华人民共和国行政许可法》第四十二条")
    apart = replace(catalogue.bundles[key], joint_limit=None, joint_extension=None, promised_limit=None)
    alone = plan(replace(catalogue, bundles={key: apart}), key, {}, everything_up(catalogue))
    assert alone.promised.value >= 60


def members(bundle: str) -> tuple[Member, ...]:
    return tuple(catalogue_queries.current().bundles[bundle].members)


def test_trap_8_the_clock_stands_still_only_with_a_written_notice_and_a_limit_is_extended_once() -> None:
    case, officer = case_of(accepted("fire_design_review"), "fire_design_review"), staff("officer-zhujian")
    said: dict[str, Any] = {
        "actor": officer,
        "case_id": case.id,
        "reason": "需要论证。",
        "expected": Limit(5),
    }
    with pytest.raises(Invalid):
        begin_procedure(**said, procedure="内部研究", now=NOW)
    assert not ClockPause.objects.filter(subject_kind="case", subject_id=case.id).exists()
    begin_procedure(**said, procedure="专家评审", now=NOW)
    run_journey()
    pause = ClockPause.objects.get(subject_kind="case", subject_id=case.id)
    assert Notice.objects.get(id=pause.document).kind == NoticeKind.SPECIAL_PROCEDURE
    end_procedure(actor=officer, case_id=case.id, result="可行。", now=NOW)
    longer: dict[str, Any] = {"actor": officer, "case_id": case.id, "by": Limit(5), "reason": "工程复杂。"}
    propose_extension(**longer, now=NOW)
    approve(actor=staff("chief-zhujian"), case_id=case.id, now=NOW)
    with pytest.raises(Invalid, match="已经延长过一次"):
        propose_extension(**longer, now=NOW)


def test_trap_9_a_licence_is_checked_without_its_root_and_dots_and_in_upper_case() -> None:
    row = accepted("newborn")
    decided(row, "birth_certificate", "officer-weijian")
    run_journey()
    written = Licence.objects.get(case_number=case_of(row, "birth_certificate").number).identifier
    assert written.startswith(ROOT)
    assert read_identifier(written) is not None
    assert read_identifier(written.lower()) is None
    assert read_identifier(written.removeprefix(f"{ROOT}.")) is None


@pytest.mark.parametrize("letter", "IOSVZ")
def test_trap_10_no_organisation_has_a_letter_that_looks_like_a_digit(letter: str) -> None:
    desk = start("food_business_licence")
    company = {"kind": "organisation", "number": f"9111000060003734{letter}L", "name": "样例有限公司"}
    desk.sent |= company
    desk.press()
    assert desk.draft().content.applicant is None


def test_trap_10_the_last_character_of_a_persons_number_is_upper_case() -> None:
    desk = start("newborn")
    desk.sent |= {"kind": "person", "number": "11010519491231002x", "name": "王二"}
    desk.press()
    applicant = desk.draft().content.applicant
    assert applicant is not None
    assert applicant.number == "11010519491231002X"


@pytest.mark.processes
def test_trap_11_what_the_applicant_says_prevails_over_shared_data(registers: Simulator) -> None:
    desk = start("newborn")
    desk.applicant()
    desk.press()
    assert "baby_name" in desk.draft().content.sources
    desk.press("save", **{"v-baby_name": "周沐阳"})
    content = desk.draft().content
    assert content.values["baby_name"] == "周沐阳"
    assert "baby_name" not in content.sources


@pytest.mark.processes
def test_trap_12_every_query_of_data_states_case_item_and_cause_or_is_not_made(registers: Simulator) -> None:
    request, clerk = DataRequest("hukou", "household_registration", MOTHER.number), staff("clerk1")
    with pytest.raises(Invalid):
        fetch([request], application_number="", actor=clerk, now=NOW)
    assert registers.log()["queries"] == []
    fetch([request], application_number="KQ00000001", actor=clerk, now=NOW)
    (query,) = registers.log()["queries"]
    assert (query["case"], query["item"]) == ("KQ00000001", request.item)
    assert query["purpose"]


@needs_poppler
def test_trap_12_a_copy_says_what_it_is_for_over_the_page_and_expires(tmp_path: Path) -> None:
    row = accepted("newborn")
    decided(row, "birth_certificate", "officer-weijian")
    run_journey()
    licence = of_cases([case_of(row, "birth_certificate").number]).popitem()[1]
    said: dict[str, Any] = {"licence_id": licence.id, "actor": staff("clerk1"), "now": NOW}
    with pytest.raises(Invalid):
        make_copy(**said, purpose=" ", requester="柯城区第一小学")
    pdf = make_copy(**said, purpose="办理入学", requester="柯城区第一小学")
    assert pdf_a_faults(pdf) == []
    text = re.sub(r"\s", "", said_by("pdftotext", pdf, tmp_path))
    assert "加注件：仅供柯城区第一小学用于办理入学，2026年4月8日之后无效" in text
    copy = LicenceCopy.objects.get(licence_id=licence.id)
    assert Entry.objects.get(verb="licence.copied").facts["case_number"] == licence.case_number
    assert judge_file(pdf, NOW).verdict is Verdict.GENUINE
    assert judge_code(copy.verify_code, NOW).verdict is Verdict.CODE_KNOWN
    late = judge_code(copy.verify_code, NOW + timedelta(days=31))
    assert late.verdict is Verdict.NO_LONGER
    assert late.document is not None
    assert "用于办理入学，已于2026-04-08到期" in late.document.state


def test_trap_13_five_ends_are_five_papers_and_are_counted_apart() -> None:
    ends = {
        Stage.REVOKED: (WITH_GAP, NoticeKind.REVOCATION),
        Stage.DECLINED: (ALONE, NoticeKind.DECLINE),
        Stage.DEEMED_WITHDRAWN: (ALONE, NoticeKind.DEEMED_WITHDRAWAL),
        Stage.WITHDRAWN: (ALONE, NoticeKind.WITHDRAWAL),
        Stage.TERMINATED: (FIRST_OF_ALL, NoticeKind.TERMINATION),
    }
    told, before = {}, lost_counts(staff("supervisor"), since=NOW.date())
    for stage, (scene, _kind) in ends.items():
        reached = bring(scene, stage)
        assert reached is not None
        told[stage] = last_paper(reached)
    refused = Scene("temporary_relief", "temporary_relief").begin()
    accept(actor=staff("clerk1"), application_id=refused.application_id, now=NOW)
    decide(
        actor=refused.officer(),
        case_id=refused.case().id,
        outcome=Outcome.REFUSED,
        opinion="不符合。",
        now=NOW,
    )
    assert last_paper(refused) == NoticeKind.REFUSAL
    assert told == {stage: kind for stage, (_scene, kind) in ends.items()}
    assert len({NoticeKind.REFUSAL, *told.values()}) == len(ends) + 1
    counted = lost_counts(staff("supervisor"), since=NOW.date())
    assert {end for end in counted if counted[end] > before[end]} >= {*ends, Outcome.REFUSED}


def last_paper(scene: Scene) -> str:
    run_journey()
    return Notice.objects.filter(case_number=scene.case().number).latest("id").kind


def test_trap_14_one_visit_is_counted_for_the_whole_and_none_where_nothing_needs_one() -> None:
    many = plan_told("veteran_discharge")
    assert len(many["cases"]) > 5
    assert many["visits"]["value"] <= 1
    assert plan_told("passing")["visits"]["value"] == 0


@pytest.mark.parametrize(("allowed", "is_sound"), [(1, False), (2, True)])
def test_trap_15_nobody_adds_an_exception_to_those_of_the_list_above(
    tmp_path: Path, allowed: int, is_sound: bool
) -> None:
    listed = (
        "standards:\n"
        '  - {key: births, name: 出生登记, owner: 样例省, catalog_code: "330709001000", type: "07", legal_bases: []}\n'
        "  - key: household_birth\n    name: 出生登记(落户)\n    owner: 样例省\n    parent: births\n"
        f'    visits: {allowed}\n    catalog_code: "330709001001"\n    type: "07"\n'
        "    legal_bases: [户口登记条例第七条]\n"
        "    statutory_limit: {value: 20, unit: working_days, basis: 户口登记条例}\n"
    )
    folder = write_folder(
        tmp_path,
        ("standards.yaml", "", listed),
        (HOUSEHOLD, "board: 公安综合", "board: 公安综合\nstandard: household_birth"),
        (HOUSEHOLD, "visits: 1", "visits: 2"),
    )
    assert (not examine(folder, today=date(2026, 11, 27)).faults) is is_sound
