"""What the sample city saves a company: the seeds' figures, computed by `plan()` from each item's own guide.

"Before" is each item alone, as its guide says; "now" is the bundle at one window, with every register answering.
"""

from pathlib import Path

import pytest

from yichuang.catalogue.checking import examine
from yichuang.catalogue.data import Catalogue, SourceKind
from yichuang.catalogue.planned import Plan
from yichuang.catalogue.planning import everything_up, plan

CITY = Path(__file__).resolve().parent.parent / "catalogues" / "quzhou"


@pytest.fixture(scope="module")
def city() -> Catalogue:
    reading = examine(CITY)
    assert reading.catalogue is not None, [str(fault) for fault in reading.faults]
    return reading.catalogue


def planned(city: Catalogue, key: str, **answers: str) -> Plan:
    return plan(city, key, answers, everything_up(city))


def brought(result: Plan) -> set[str]:
    """The materials that the applicant has to supply."""
    return {
        line.material.key for line in result.materials if line.source in {SourceKind.UPLOAD, SourceKind.PAPER}
    }


def test_a_company_starts_with_five_materials_in_a_day_for_nothing(city: Catalogue) -> None:
    start = planned(city, "company_start")
    assert len(start.materials) <= 5
    assert (start.promised.value, start.promised.unit) == (1, "working_days")
    assert start.fees == ()
    # The two steps in which the company takes part: it applies, it receives.
    taking_part = {step.name for case in start.cases for step in case.item.steps if step.role == "clerk"}
    assert taking_part == {"受理", "送达"}


def test_a_restaurant_opens_with_one_floor_plan_for_all(city: Catalogue) -> None:
    most = {
        "signboard": "yes",
        "gathering_place": "yes",
        "cooking_smoke": "yes",
        "tea_house": "yes",
        "sewer": "yes",
    }
    opening = planned(city, "restaurant_opening", **most)
    plan_of_the_floor = next(line for line in opening.materials if line.material.key == "premises_layout")
    assert set(plan_of_the_floor.items) == {
        "food_business_licence",
        "fire_safety_check",
        "public_hygiene_licence",
    }
    assert (opening.before.departments, opening.now.departments) == (6, 1)
    assert opening.now.visits == 0
    least = dict.fromkeys(most, "no")
    assert len(planned(city, "restaurant_opening", **least).cases) == 2


def test_an_employee_is_hired_with_the_contract_alone(city: Catalogue) -> None:
    hiring = planned(city, "employee_hiring")
    assert brought(hiring) == {"labour_contract"}
    assert (hiring.before.visits, hiring.now.visits) == (5, 0)
    assert (hiring.before.materials, hiring.now.materials) == (15, 1)


def test_a_company_closes_simply_only_after_twenty_days_of_publication(city: Catalogue) -> None:
    closing = planned(city, "company_simple_closing")
    waits = {case.item.key: case.waits_for for case in closing.cases}
    assert waits["company_cancellation"] == ("closing_publication", "company_tax_clearance")
    publication = city.items["closing_publication"]
    assert (publication.promised_limit.value, publication.promised_limit.unit) == (20, "calendar_days")
    after = {key for key, earlier in waits.items() if earlier == ("company_cancellation",)}
    assert {"social_insurance_closing", "seal_closing", "bank_account_closing"} <= after
    assert closing.promised.value >= 15  # twenty calendar days, and the registration
    trader = planned(city, "company_simple_closing", closing_subject="trader")
    assert "closing_publication" not in {case.item.key for case in trader.cases}


def test_a_change_is_told_once_and_followed_by_all(city: Catalogue) -> None:
    change = planned(city, "company_information_change", had_employees="yes", food_licence_held="yes")
    assert {case.waits_for for case in change.cases} == {(), ("company_change",)}
    assert [field.element.key for field in change.fields].count("change_after") == 1
    assert brought(change) == {"shareholder_decision"}
    assert (change.before.departments, change.now.departments) == (7, 1)


#: The seven checks of the six departments to which an owner applied for the survey of a finished building.
SURVEYED = {
    "planning_verification",
    "property_survey_review",
    "civil_defence_acceptance",
    "greening_acceptance",
    "parking_acceptance",
    "elderly_facility_acceptance",
    "kindergarten_acceptance",
}


def test_a_finished_building_is_accepted_at_one_window_instead_of_twelve(city: Catalogue) -> None:
    acceptance = planned(city, "joint_completion_acceptance")
    assert len(acceptance.cases) == 14
    assert (acceptance.before.departments, acceptance.now.departments) == (12, 1)
    # Three months of 22 working days each become at most one.
    assert acceptance.before.working_days == 3 * 22
    assert acceptance.now.working_days <= 22
    # "nearly a hundred materials"
    assert (acceptance.before.materials, acceptance.now.materials) == (95, 22)


def test_what_was_surveyed_once_is_never_handed_in_again(city: Catalogue) -> None:
    """The two halves of the seed's figures: 22 survey materials → 0, 73 materials of the other six → 22."""
    acceptance = planned(city, "joint_completion_acceptance")
    members = {case.item.key for case in acceptance.cases}
    before = {key: planned(city, key).before.materials for key in members}
    departments = {city.items[key].department for key in SURVEYED}
    others = members - SURVEYED
    assert sum(before[key] for key in SURVEYED) == 22
    assert sum(before[key] for key in others) == 73
    assert len(departments) == 6
    assert len({city.items[key].department for key in others} - departments) == 6
    now = [line for line in acceptance.materials if line.material.key in brought(acceptance)]
    assert not [line.material.key for line in now if SURVEYED & set(line.items)]
    assert len(now) == 22


def test_one_surveyor_and_one_data_set_feed_seven_checks(city: Catalogue) -> None:
    survey = planned(city, "combined_survey")
    assert {case.waits_for for case in survey.cases} == {(), ("survey_submission",)}
    made = [line for line in survey.materials if line.source is SourceKind.SISTER]
    assert {key for line in made for key in line.items} == SURVEYED
    assert brought(survey) == {"survey_contract", "survey_data_set", "survey_quality_report"}
    assert [field.element.key for field in survey.fields].count("surveyor_name") == 1


def test_a_general_project_may_begin_within_ninety_days(city: Catalogue) -> None:
    everything = {
        "land_way": "allocated",
        "project_way": "verification",
        "energy_large": "yes",
        "by_river": "yes",
        "fire_special": "yes",
        "lightning_scope": "yes",
        "water_large": "yes",
    }
    stages = ("construction_stage_land", "construction_stage_works", "construction_stage_permit")
    plans = [planned(city, stage, **everything) for stage in stages]
    assert sum(each.now.working_days for each in plans) <= 90 * 5 / 7
    assert sum(each.before.working_days for each in plans) > 90 * 5 / 7
    assert all(each.now.visits == 0 and each.now.departments == 1 for each in plans)


def test_departments_that_are_each_others_precondition_review_on_the_expected_decision(
    city: Catalogue,
) -> None:
    simulated = {
        bundle.key: {member.item: set(member.simulate) for member in bundle.members if member.simulate}
        for bundle in city.bundles.values()
    }
    assert "land_allocation" in simulated["construction_stage_land"]["land_planning_permit"]
    assert "design_plan_review" in simulated["construction_stage_works"]["works_planning_permit"]
    assert "drawing_joint_review" in simulated["construction_stage_permit"]["construction_permit"]
    assert simulated["joint_completion_acceptance"]["completion_filing"] >= SURVEYED


def test_water_power_gas_and_network_are_asked_for_with_one_drawing(city: Catalogue) -> None:
    utilities = planned(city, "utilities_installation", digs_road="no")
    assert brought(utilities) == {"utility_site_plan"}
    assert (utilities.before.departments, utilities.now.departments) == (4, 1)


def test_research_costs_are_generated_appraised_and_exported_at_one_press(city: Catalogue) -> None:
    """一键生成, 一键办结, 一键导出."""
    deduction = planned(city, "research_deduction")
    assert (deduction.before.materials, deduction.now.materials) == (16, 0)
    generated = {line.material.key for line in deduction.materials if line.reference == "research_system"}
    assert {
        "research_plan",
        "research_staff_list",
        "research_ledger",
        "research_expense_summary",
    } <= generated
    assert {case.item.kind for case in deduction.cases} == {"instant"}
    from_the_system = {
        field.element.key
        for lookup in deduction.lookups
        for field in deduction.fields
        if lookup.resource == "research_system" and field.element.key in lookup.elements
    }
    assert {"research_expense", "deduction_amount"} <= from_the_system


def test_a_carrier_is_asked_whether_to_go_on_when_one_permit_is_refused(city: Catalogue) -> None:
    carrier = planned(city, "transport_company", drivers_qualified="no")
    assert city.bundles["transport_company"].outcome == "ask_applicant"
    assert (carrier.before.visits, carrier.now.visits) == (10, 1)  # the vehicle itself must be inspected
    certificate = next(case for case in carrier.cases if case.item.key == "transport_certificate")
    assert set(certificate.waits_for) == {"road_freight_licence", "vehicle_registration"}


def test_a_credit_record_is_repaired_with_one_commitment_for_all_departments(city: Catalogue) -> None:
    repair = planned(city, "credit_repair", blacklisted="yes", tax_credit_lost="yes")
    assert brought(repair) == {"credit_commitment", "rectification_report"}
    assert (repair.before.materials, repair.now.materials) == (17, 2)


def test_a_company_buys_a_hall_in_sixty_minutes_with_one_set_of_papers_or_not_at_all(city: Catalogue) -> None:
    purchase = planned(city, "company_real_estate")
    bundle = city.bundles["company_real_estate"]
    assert (purchase.before.working_days, purchase.promised.value, purchase.promised.unit) == (
        15,
        60,
        "minutes",
    )
    assert (purchase.before.forms, purchase.now.forms) == (3, 1)  # three sets → one
    assert bundle.outcome == "all_or_nothing"
    assert {member.item: member.undo for member in bundle.members}[
        "company_real_estate_transfer"
    ] == "withhold"


@pytest.mark.parametrize(
    ("key", "materials"),
    [
        ("civil_servant_recruitment", {"education_certificate"}),
        ("civil_servant_transfer", {"both_units_consent"}),
        ("civil_servant_retirement", set()),
    ],
)
def test_the_staff_of_the_government_itself_needs_no_paper_that_the_government_has(
    city: Catalogue, key: str, materials: set[str]
) -> None:
    matter = planned(city, key)
    assert brought(matter) == materials
    assert matter.now.visits == 0 < matter.before.visits
    assert {subject for case in matter.cases for subject in case.item.subjects} == {"3", "5"}


def test_companies_need_only_their_code_for_many_items(city: Catalogue) -> None:
    """一证通办: the organisation's or the project's code alone; of the seed's 127 the sample city carries a part."""
    companies = [item for item in city.items.values() if item.applicant.get("number") == "organisation_code"]
    alone = [item.key for item in companies if not brought(planned(city, item.key))]
    assert len(alone) >= 30


def test_the_project_code_is_checked_wherever_it_is_asked(city: Catalogue) -> None:
    assert city.elements["project_code"].type == "project_code"
    assert (
        sum("project_code" in {entry.element for entry in item.elements} for item in city.items.values())
        >= 25
    )
