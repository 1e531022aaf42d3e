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
