"""An investment project through its four stages, each opening the next, and a completion that one survey serves."""

import pytest

from tests.city import run_journey
from tests.counter_desk import COMPANY
from tests.courses import settle
from tests.factories import NOW, accepted, staff
from tests.test_lives_of_bundles import live, seen
from yichuang.cases.states import Stage, Verb
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.data import SourceKind
from yichuang.catalogue.planned import Known, Plan
from yichuang.catalogue.planning import plan
from yichuang.delivery.actions import hand_over
from yichuang.ledger.models import Entry
from yichuang.licences import queries as licence_queries

pytestmark = pytest.mark.django_db

LAND, WORKS, PERMIT = (f"construction_stage_{name}" for name in ("land", "works", "permit"))
DECISIVE = {Verb.PREDECIDE, Verb.FORMALISE, Verb.REOPEN_REVIEW, Verb.DECIDE}
ACCEPTANCE, SURVEY = "joint_completion_acceptance", "combined_survey"


def planned(target: str, *, held: bool = True) -> Plan:
    """What the company is asked for, with the licences that it holds by now, or as if it held none."""
    licences = licence_queries.held(COMPANY.kind, COMPANY.number, now=NOW) if held else []
    known = Known(subject="2", licences=frozenset(one.type_key for one in licences))
    return plan(catalogue_queries.current(), target, {}, known)


def sources(made: Plan) -> dict[str, SourceKind]:
    return {one.material.key: one.source for one in made.materials}


def done(target: str) -> None:
    """The whole of it: accepted, decided in its order, handed over."""
    row = accepted(target, applicant=COMPANY)
    live(row)
    assert {case.stage for case in seen(row).cases} == {Stage.ISSUED}
    hand_over(actor=staff("clerk1"), application_id=row.id, now=NOW)
    run_journey()
    assert {case.stage for case in seen(row).cases} == {Stage.CLOSED}


def test_each_stage_opens_the_next_and_every_one_carries_the_code_of_the_project() -> None:
    opened_by = {
        WORKS: (LAND, {"land_planning_permit_copy", "project_registration"}),
        PERMIT: (WORKS, {"land_planning_permit_copy", "works_planning_permit_copy"}),
        ACCEPTANCE: (PERMIT, {"works_planning_permit_copy", "construction_permit_copy"}),
    }
    for stage, (before, opening) in opened_by.items():
        assert {sources(planned(stage, held=False))[key] for key in opening} == {SourceKind.UPLOAD}
        done(before)
        assert {sources(planned(stage))[key] for key in opening} == {SourceKind.LICENCE}
        assert "project_code" in {one.element.key for one in planned(stage).fields}


def test_a_permit_that_was_pre_decided_on_the_way_becomes_formal_by_itself() -> None:
    row = accepted(WORKS, applicant=COMPANY)
    permit = next(case for case in row.cases if case.item_key == "works_planning_permit")
    settle(row, permit.item_key)
    assert permit.item_key not in live(row)
    assert {case.stage for case in seen(row).cases} == {Stage.ISSUED}
    acts = Entry.objects.filter(subject_kind="case", subject_id=permit.id).order_by("id")
    decisive = [verb for verb in acts.values_list("verb", flat=True) if verb in DECISIVE]
    assert decisive == [Verb.PREDECIDE, Verb.FORMALISE]


def test_one_survey_feeds_every_acceptance_that_needs_one() -> None:
    reports = {
        key
        for key, kind in catalogue_queries.current().materials.items()
        if "licence:survey_result_proof" in kind.stands_in
    }
    before = {key: one for key, one in sources(planned(ACCEPTANCE, held=False)).items() if key in reports}
    assert len(before) >= 8
    assert SourceKind.LICENCE not in before.values()
    done(SURVEY)
    after = sources(planned(ACCEPTANCE))
    assert {after[key] for key in before} == {SourceKind.LICENCE}


def test_the_filing_comes_last_and_only_when_every_acceptance_has_passed() -> None:
    row = accepted(ACCEPTANCE, applicant=COMPANY)
    order = live(row)
    assert order[-1] == "completion_filing"
    filing = next(case for case in seen(row).cases if case.item_key == "completion_filing")
    assert filing.decided_at == max(case.decided_at for case in seen(row).cases if case.decided_at)
