"""The sample city: what it promises, and that the simulated registers fit the catalogue they answer for."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from ruamel.yaml import YAML

from tests.factories import accepted, submission
from yichuang.base import codes
from yichuang.cases.states import Stage
from yichuang.catalogue.checking import examine
from yichuang.catalogue.checks import check_value
from yichuang.catalogue.data import Catalogue, SourceKind
from yichuang.catalogue.folder import Folder
from yichuang.catalogue.planning import everything_up, plan
from yichuang.deadlines.data import Worked
from yichuang.identity.data import Power

CITY = Path(__file__).resolve().parent.parent / "catalogues" / "quzhou"
BOARDS = {"企业注册登记及后置审批", "投资项目", "不动产交易登记", "出入境", "公安综合", "公积金", "其他综合"}
IN_WEDLOCK = {"in_wedlock": "yes", "follow": "mother"}


@pytest.fixture(scope="module")
def folder() -> Folder:
    reading = examine(CITY)
    assert [str(fault) for fault in reading.faults] == []
    assert reading.folder is not None
    return reading.folder


@pytest.fixture(scope="module")
def city(folder: Folder) -> Catalogue:
    return folder.catalogue


@pytest.fixture(scope="module")
def people() -> dict[str, Any]:
    content: dict[str, Any] = YAML(typ="safe").load((CITY / "people.yaml").read_text(encoding="utf-8"))
    return content


def test_there_are_at_least_forty_items_over_the_seven_boards(city: Catalogue) -> None:
    assert len(city.items) >= 40
    assert {item.board for item in city.items.values()} == BOARDS


def test_nothing_is_kept_that_nobody_uses(city: Catalogue) -> None:
    items = city.items.values()
    assert {entry.element for item in items for entry in item.elements} == set(city.elements)
    assert {entry.material for item in items for entry in item.materials} == set(city.materials)
    assert {item.licence_type for item in items} - {""} == set(city.licence_types)
    assert {grant.resource for grant in city.grants} == set(city.resources)


def test_a_mother_in_wedlock_needs_no_paper_at_all(city: Catalogue) -> None:
    newborn = plan(city, "newborn", IN_WEDLOCK, everything_up(city))
    assert {material.source for material in newborn.materials} <= {SourceKind.SHARED, SourceKind.SISTER}
    assert (newborn.before.visits, newborn.now.visits) == (7, 0)
    assert [case.waits_for for case in newborn.cases] == [(), *[("birth_certificate",)] * 4]
    assert {field.section for field in newborn.fields} == {
        "出生基本信息",
        "户口申报信息",
        "医保参保信息",
        "申请人员信息",
    }


@pytest.mark.parametrize("marital_status", ["married", "divorced", "single"])
def test_the_housing_reform_proof_needs_only_the_id_card(city: Catalogue, marital_status: str) -> None:
    proof = plan(city, "housing_reform_proof", {"marital_status": marital_status}, everything_up(city))
    assert {material.source for material in proof.materials} == {SourceKind.SHARED}


def test_a_house_changes_hands_in_sixty_minutes_one_department_after_the_other(city: Catalogue) -> None:
    transfer = plan(city, "real_estate_transfer", {"marital_status": "married"}, everything_up(city))
    assert (transfer.promised.value, transfer.promised.unit) == (60, "minutes")
    assert [case.item.department for case in transfer.cases] == ["housing", "tax", "natural_resources"]
    assert (transfer.before.working_days, transfer.now.materials) == (15, 0)


def test_a_company_starts_with_seven_items_of_which_six_follow_the_first(city: Catalogue) -> None:
    start = plan(city, "company_start", {"hires": "yes"}, everything_up(city))
    assert [len(case.waits_for) for case in start.cases] == [0, 1, 1, 1, 1, 1, 1]
    assert len(start.materials) <= 5
    assert len(plan(city, "company_start", {"hires": "no"}, everything_up(city)).cases) == 4


def test_one_department_has_no_mandate_and_one_has_an_expired_one(folder: Folder) -> None:
    day = date(2026, 3, 9)
    held = {m.department for m in folder.mandates if Power.ACCEPT in m.powers and m.valid_from <= day}
    ended = {m.department for m in folder.mandates if m.valid_until is not None and m.valid_until < day}
    performing = {item.department for item in folder.catalogue.items.values()}
    assert performing - held == {"emergency", "agriculture"}
    assert ended == {"culture"}


def test_the_numbers_of_the_sample_people_are_valid(people: dict[str, Any]) -> None:
    for person in people["population"]:
        assert codes.check_citizen_number(person["number"]) == person["number"]
        assert codes.citizen_birth_date(person["number"]).isoformat() == person["birth"]
        assert person["sex"] == ("1" if int(person["number"][16]) % 2 else "2")
        codes.check_phone(person["phone"])
    for company in people["enterprises"]:
        codes.check_organisation_code(company["organisation_code"])


def test_every_register_answers_with_values_that_the_form_takes(
    city: Catalogue, people: dict[str, Any]
) -> None:
    for key, resource in city.resources.items():
        assert people[key], key
        for record in people[key]:
            subject = record[people["subject_field"][key]]
            assert check_value(city.elements[resource.subject], subject) == subject
            for name, element in resource.answers.items():
                if name in record:
                    assert check_value(city.elements[element], record[name]) == record[name], (key, name)


def test_every_field_of_a_register_is_in_at_least_one_of_its_records(
    city: Catalogue, people: dict[str, Any]
) -> None:
    for key, resource in city.resources.items():
        known = {name for record in people[key] for name in record}
        assert set(resource.answers) <= known, key


@pytest.mark.parametrize(
    ("number", "target", "typed"),
    [
        ("330822200008082376", "veteran_discharge", {}),
        ("330802198406112336", "passing", {"deceased_number": "330802195203182517"}),
        ("330802198406112336", "schooling", {"child_number": "33080220190612512X"}),
        ("330802197809252822", "retirement", {}),
        ("330821199309022711", "insurance_transfer", {}),
        ("330825199707302191", "flexible_employment", {}),
        ("330802194502102754", "hardship_relief", {}),
    ],
)
def test_the_people_to_try_with_are_in_each_register_that_settles_a_material(
    city: Catalogue, people: dict[str, Any], number: str, target: str, typed: dict[str, str]
) -> None:
    known = {"applicant_number": number, **typed}
    for lookup in plan(city, target, {}, everything_up(city)).lookups:
        subject_field = people["subject_field"][lookup.resource]
        records = [row for row in people[lookup.resource] if row[subject_field] == known.get(lookup.subject)]
        assert records or not lookup.materials, lookup
        for record in records:
            answers = city.resources[lookup.resource].answers
            known |= {element: record[name] for name, element in answers.items() if name in record}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "target",
    [
        "veteran_discharge",
        "passing",
        "insurance_transfer",
        "disability_services",
        "retirement",
        "marriage_and_birth",
        "flexible_employment",
        "house_and_utilities",
        "schooling",
        "lift_installation",
        "hardship_relief",
    ],
)
def test_each_citizens_bundle_is_accepted_at_a_counter_and_opens_all_its_cases(
    city: Catalogue, target: str
) -> None:
    application = accepted(target)
    assert [case.item_key for case in application.cases] == [
        case.item.key for case in plan(city, target, submission(target).answers, everything_up(city)).cases
    ]
    assert {case.stage for case in application.cases} == {Stage.ACCEPTED}


def test_the_holidays_of_2027_are_those_of_the_law(folder: Folder) -> None:
    days = [override for override in folder.overrides if override.date.year == 2027]
    assert len(days) == 13  # 元旦 1, 春节 4, 清明 1, 劳动节 2, 端午 1, 中秋 1, 国庆 3
    assert all(override.provisional and override.worked is Worked.NONE for override in days)


@pytest.mark.django_db
def test_a_first_start_that_was_killed_before_the_accounts_makes_them_the_next_time(
    folder: Folder, people: dict[str, Any]
) -> None:
    from tests.factories import NOW
    from yichuang.config.trial import establish_trial
    from yichuang.identity.models import Party, Staff, User

    with connection.cursor() as cursor:  # with all that other tests left of them
        cursor.execute(f"TRUNCATE {Staff._meta.db_table} CASCADE")
    Party.objects.update(user=None)
    User.objects.all().delete()
    establish_trial(CITY, now=NOW)
    assert {row.user.username for row in Staff.objects.select_related("user")} == {
        member.username for member in folder.staff
    }
    applicants = len(people["population"]) + len(people["enterprises"])
    assert Party.objects.exclude(user=None).count() == applicants
