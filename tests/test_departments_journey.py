"""A case goes to its department's own system and comes back decided, through the whole platform."""

import pytest

from tests.city import run_journey
from tests.dispatching import take_in
from tests.factories import accepted, case_of
from tests.simulators_fixtures import Box, Simulator
from yichuang.cases.models import Case
from yichuang.cases.states import Outcome, Stage
from yichuang.departments.models import Dispatch
from yichuang.journey import runner
from yichuang.ledger.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.processes, pytest.mark.usefixtures("short_patience")]

ITEM = "household_registration"


@pytest.mark.parametrize(
    ("decision", "outcome"), [("granted", Outcome.GRANTED), ("refused", Outcome.REFUSED)]
)
def test_an_accepted_case_is_decided_by_the_departments_own_system(
    decision: str, outcome: Outcome, police: Simulator, callbacks: Box
) -> None:
    police.control(decision=decision)
    case_id = case_of(accepted(ITEM), ITEM).id
    run_journey()
    assert Case.objects.get(id=case_id).stage == Stage.IN_REVIEW
    take_in(callbacks.wait_for(1)[0])
    run_journey()
    case = Case.objects.get(id=case_id)
    assert (case.outcome, case.stage) == (outcome, Stage.ISSUED)
    decided = Entry.objects.get(verb="case.decided", subject_id=case_id)
    assert decided.actor_kind == "partner"


def test_a_step_that_runs_twice_hands_the_case_over_once(police: Simulator, callbacks: Box) -> None:
    case = case_of(accepted(ITEM), ITEM)
    run_journey()
    entries = Entry.objects.filter(verb="case.accepted", subject_id=case.id)
    runner.react.func(entry_ids=[entry.id for entry in entries])
    run_journey()
    assert Dispatch.objects.filter(case_id=case.id).count() == 1
    assert len(police.calls("case")) == 1


def test_a_dead_system_leaves_the_case_accepted_and_nobody_is_told_otherwise(police: Simulator) -> None:
    police.control(mode="dead")
    case = case_of(accepted(ITEM), ITEM)
    run_journey()
    assert Case.objects.get(id=case.id).stage == Stage.ACCEPTED
    assert Dispatch.objects.get(case_id=case.id).state == "unknown"
