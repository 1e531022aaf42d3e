"""颁发送达期限 (行政许可法 art. 44): from the decision until the result is in the applicant's hands."""

from datetime import datetime, timedelta

import pytest

from tests.city import run_journey
from tests.counter_desk import COMPANY, clerk_client, text_of
from tests.factories import NOW, accepted, case_of, decided, staff
from tests.test_lives_of_bundles import officer_of
from yichuang.base.clock import CITY_ZONE, now
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Outcome
from yichuang.deadlines import watching
from yichuang.deadlines.models import Clock
from yichuang.delivery.actions import hand_over
from yichuang.identity.data import Role
from yichuang.journey.steps import issue_result
from yichuang.ledger.models import Entry
from yichuang.notices.models import Reminder

pytestmark = pytest.mark.django_db

ITEM = "birth_certificate"


def settled(
    row: ApplicationRow, item: str, moment: datetime = NOW, outcome: Outcome = Outcome.GRANTED
) -> None:
    decided(row, item, officer_of(case_of(row, item).department_id), outcome=outcome, now=moment)
    run_journey(moment)


def clocks_of(row: ApplicationRow, item: str) -> list[Clock]:
    found = Clock.objects.filter(kind="delivery", subject_kind="case", subject_id=case_of(row, item).id)
    return list(found.order_by("id"))


@pytest.mark.parametrize("outcome", Outcome)
def test_a_decision_of_either_kind_is_to_be_handed_over_within_ten_working_days(outcome: Outcome) -> None:
    row = accepted(ITEM)
    settled(row, ITEM, NOW, outcome)
    (clock,) = clocks_of(row, ITEM)
    assert clock.due_at is not None
    assert f"{clock.due_at.astimezone(CITY_ZONE):%m-%d}" == "03-23"


def test_it_runs_from_the_decision_however_late_the_step_is_and_stops_with_the_hand_over() -> None:
    row = accepted(ITEM)
    decided(row, ITEM, officer_of(case_of(row, ITEM).department_id))
    run_journey(NOW + timedelta(days=3))
    (clock,) = clocks_of(row, ITEM)
    assert clock.started_at == NOW
    handed = NOW + timedelta(days=4)
    hand_over(actor=staff("clerk1"), application_id=row.id, now=handed)
    run_journey(handed)
    issue_result(Entry.objects.get(verb="case.decided", subject_id=case_of(row, ITEM).id), handed)
    assert [clock.stopped_at for clock in clocks_of(row, ITEM)] == [handed]


def test_a_law_that_sets_no_such_limit_has_no_such_clock() -> None:
    row = accepted("real_estate_registration")
    settled(row, "real_estate_registration")
    assert clocks_of(row, "real_estate_registration") == []


def test_what_is_withheld_is_to_be_handed_over_from_the_decision_that_lets_it_out() -> None:
    row = accepted("company_real_estate", applicant=COMPANY, answers={"with_mortgage": "yes"})
    transfer, mortgage = "company_real_estate_transfer", "company_mortgage"
    for item in ("commercial_contract_filing", "company_real_estate_tax", transfer):
        settled(row, item)
    assert clocks_of(row, transfer) == []
    assert len(clocks_of(row, "commercial_contract_filing")) == 1
    settled(row, mortgage, NOW + timedelta(days=1))
    assert [clock.started_at for clock in clocks_of(row, transfer)] == [NOW + timedelta(days=1)]
    assert [clock.started_at for clock in clocks_of(row, "commercial_contract_filing")] == [NOW]


def test_the_counter_is_reminded_before_the_end_and_the_centre_told_after_it() -> None:
    row = accepted(ITEM)
    settled(row, ITEM)
    late = NOW + timedelta(days=20)
    while watching.fire_due(now=late):
        pass
    run_journey(late)
    told = Reminder.objects.filter(case_number=case_of(row, ITEM).number)
    assert told.filter(rung="delivery_yellow", role=Role.CLERK, department_id=row.centre_id).exists()
    assert told.filter(rung="delivery_red", role=Role.MANAGER, department_id=row.centre_id).exists()


def test_the_counter_sees_until_when_a_result_is_to_be_handed_over() -> None:
    moment = now()
    row = accepted(ITEM, now=moment)
    settled(row, ITEM, moment)
    due = clocks_of(row, ITEM)[0].due_at
    assert due is not None
    page = text_of(clerk_client().get(f"/counter/applications/{row.number}/"))
    assert f"{due.astimezone(CITY_ZONE):%m-%d} 前送达" in page
