"""Enterprise bundles lived through to their end: each department decides in its turn, and every result is issued."""

import pytest

from tests.city import run_journey
from tests.counter_desk import COMPANY
from tests.factories import NOW, accepted, decided, staff
from yichuang.cases import queries
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import WORKED, Stage
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.planning import everything_up, plan
from yichuang.identity.data import Role
from yichuang.identity.models import Staff

pytestmark = pytest.mark.django_db


def officer_of(department_id: int) -> str:
    """The trial account that decides for a department."""
    members = Staff.objects.filter(department_id=department_id, roles__contains=[Role.OFFICER.value])
    return members.select_related("user").order_by("id")[0].user.username


def seen(row: ApplicationRow) -> ApplicationRow:
    return queries.application(staff("clerk1"), row.number, now=NOW)


def live(row: ApplicationRow) -> list[str]:
    """Decide each case as soon as it waits for none; the items in the order in which they were decided."""
    order: list[str] = []
    while ready := [case for case in seen(row).cases if case.stage in WORKED and not case.waiting]:
        for case in ready:
            decided(row, case.item_key, officer_of(case.department_id))
            order.append(case.item_key)
        run_journey(NOW)
    return order


@pytest.mark.parametrize(
    "key",
    [
        "civil_servant_recruitment",
        "company_real_estate",
        "company_simple_closing",
        "joint_completion_acceptance",
        "research_deduction",
    ],
)
def test_a_bundle_is_decided_in_its_order_and_every_result_is_issued(key: str) -> None:
    catalogue = catalogue_queries.current()
    row = accepted(key, applicant=COMPANY)
    order = live(row)
    cases = plan(catalogue, key, {}, everything_up(catalogue)).cases
    assert sorted(order) == sorted(case.item.key for case in cases)
    assert all(
        order.index(earlier) < order.index(case.item.key) for case in cases for earlier in case.waits_for
    )
    assert {case.stage for case in seen(row).cases} == {Stage.ISSUED}
