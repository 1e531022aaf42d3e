"""The reductions (四减) that the sample city promises are those that were reported, computed by the plan."""

import pytest

from yichuang.catalogue import queries
from yichuang.catalogue.planned import Plan
from yichuang.catalogue.planning import everything_up, plan

pytestmark = pytest.mark.django_db


def plan_of(key: str, **answers: str) -> Plan:
    """The plan while every register answers."""
    catalogue = queries.current()
    return plan(catalogue, key, answers, everything_up(catalogue))


def reduced(before: float, now: float) -> float:
    """By how much a number fell, in per cent."""
    return 100 * (before - now) / before


@pytest.mark.parametrize("settlement", ["self", "work"])
def test_a_discharged_soldier_comes_once_instead_of_eight_times(settlement: str) -> None:
    """黄岩: 10 items, visits 8 → 1, materials 20 → 6, time −90 % and more."""
    made = plan_of("veteran_discharge", settlement=settlement)
    assert len(made.cases) == 10
    assert (made.before.visits, made.now.visits) == (8, 1)
    assert (made.before.materials, made.now.materials) == (20, 6)
    assert reduced(made.before.working_days, made.now.working_days) >= 90


def test_a_house_changes_hands_on_one_set_of_papers_instead_of_three() -> None:
    """衢州: 3 sets → 1, 15 days → 60 minutes."""
    made = plan_of("real_estate_transfer", marital_status="married")
    assert (made.before.forms, made.now.forms) == (3, 1)
    assert (made.before.departments, made.now.departments) == (3, 1)
    assert (made.before.working_days, made.promised.value, made.promised.unit) == (15, 60, "minutes")


def test_those_who_are_left_behind_need_not_come_at_all() -> None:
    """宁海: at least 5 visits → 0; the death certificate in an hour instead of two or three days."""
    made = plan_of("passing", death_kind="normal")
    assert made.before.visits >= 5
    assert made.now.visits == 0
    certificate = made.cases[0].item
    assert (certificate.key, certificate.promised_limit.value, certificate.promised_limit.unit) == (
        "death_certificate",
        60,
        "minutes",
    )


@pytest.mark.parametrize("death_kind", ["normal", "abnormal"])
def test_everything_after_a_death_waits_for_the_one_certificate_of_it(death_kind: str) -> None:
    first, *others = plan_of("passing", death_kind=death_kind).cases
    assert len(others) == 7
    assert all(first.item.key in case.waits_for for case in others)


def test_insurances_follow_whoever_moves_on_a_quarter_of_the_papers() -> None:
    """宁波: visits at least 2 → 0, time −50 %, steps −75 %, materials −73 %."""
    made = plan_of("insurance_transfer")
    assert made.before.visits >= 2
    assert made.now.visits == 0
    assert reduced(made.before.working_days, made.now.working_days) == 50
    assert reduced(made.before.steps, made.now.steps) == 75
    assert round(reduced(made.before.materials, made.now.materials)) == 73


def test_twenty_four_services_follow_one_disability_certificate() -> None:
    """玉环: 1 + 24; five steps of the certificate are one, given on the spot."""
    bundle = queries.current().bundles["disability_services"]
    first, *services = bundle.members
    assert (first.item, len(services)) == ("disability_certificate", 24)
    made = plan_of("disability_services", life_stage="child", disability_severity="severe", low_income="yes")
    certificate = made.cases[0].item
    assert len(certificate.steps_before) == 6  # the five, and the publication that was dropped
    assert [step.name for step in certificate.steps if step.role == "officer"] == ["评定、审核、制证"]
    assert (certificate.visits_before, made.now.visits) == (5, 1)
    assert (made.before.forms, made.now.forms) == (14, 1)


def test_a_service_is_offered_only_to_whom_it_is_for() -> None:
    child = plan_of("disability_services", life_stage="child")
    worker = plan_of("disability_services", life_stage="working", work_wish="job")
    holder = plan_of("disability_services", has_disability_certificate="yes")
    assert "inclusive_enrolment" in {case.item.key for case in child.cases}
    assert "inclusive_enrolment" not in {case.item.key for case in worker.cases}
    assert "disability_job_registration" in {case.item.key for case in worker.cases}
    assert "disability_certificate" not in {case.item.key for case in holder.cases}


def test_a_fund_loan_takes_one_visit_instead_of_ten() -> None:
    """衢州: 14 materials, 7 departments and 10 visits → the card and what was bought."""
    made = plan_of("fund_loan", marital_status="married")
    assert (made.before.materials, made.before.visits, made.now.visits) == (14, 10, 1)
    assert len(made.cases[0].item.steps_before) == 7  # one for each place that had to be visited
    assert made.now.materials <= 4


def test_a_child_of_the_city_enrols_without_a_paper_and_without_a_visit() -> None:
    """富阳: no paper, no meeting."""
    made = plan_of("schooling", child_hukou="local", home="owned")
    assert (made.now.materials, made.now.visits) == (0, 0)


def test_utilities_follow_the_house_that_changes_hands() -> None:
    made = plan_of("house_and_utilities", marital_status="married")
    assert {case.item.key for case in made.cases if case.waits_for == ("real_estate_registration",)} == {
        "water_transfer",
        "power_transfer",
        "gas_transfer",
    }
    assert (made.before.forms, made.now.forms, made.now.materials) == (6, 1, 0)


def test_a_lift_is_reviewed_jointly_once_and_planned_meanwhile() -> None:
    """杭州: one joint review; what depends on it is prepared while it lasts (模拟审批)."""
    bundle = queries.current().bundles["lift_installation"]
    assert {member.item for member in bundle.members if member.simulate == ("lift_joint_review",)} == {
        "lift_planning_permit",
        "pipeline_relocation",
    }
    made = plan_of("lift_installation")
    assert (made.before.departments, made.now.departments) == (4, 1)


@pytest.mark.parametrize(
    "key",
    [
        "newborn",
        "flexible_employment",
        "marriage_and_birth",
        "hardship_relief",
        "veteran_discharge",
        "house_and_utilities",
        "retirement",
        "passing",
    ],
)
def test_each_citizens_bundle_of_the_state_list_saves_visits_materials_days_and_forms(key: str) -> None:
    """国办发〔2022〕32号: the eight of the thirteen that are for citizens."""
    made = plan_of(key)
    assert made.now.visits <= 1 < made.before.visits
    assert made.now.materials < made.before.materials
    assert made.now.working_days < made.before.working_days
    assert (made.now.forms, made.before.forms) == (1, len(made.cases))
