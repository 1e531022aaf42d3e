"""Reminders on desks, and the case as the centre's manager and supervisor see it."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.counter_desk import clerk_client, text_of
from tests.courses import at, pass_time
from tests.factories import NOW, accepted, received, staff
from tests.officers_desk import stopped_clock
from yichuang.base.clock import local
from yichuang.cases.actions.correction import ask_correction, correct
from yichuang.cases.models import Case
from yichuang.notices.reminders import open_reminders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
__all__ = ["stopped_clock"]

FIRST = "birth_certificate"
PROOF = "housing_reform_proof"


def end_of(case_number: str) -> datetime:
    """When the department's promised limit of this case ends."""
    end = Case.objects.get(number=case_number).due_at
    assert end is not None
    return end


def asked_once() -> str:
    """The number of a case whose applicant was asked to correct and did."""
    case = received(FIRST).cases[0]
    until = local(NOW).date() + timedelta(days=5)
    ask_correction(actor=staff("clerk1"), case_id=case.id, text="出生日期写错。", until=until, now=NOW)
    correct(actor=staff("clerk1"), case_id=case.id, materials={}, now=NOW)
    return case.number


@pytest.mark.parametrize(
    ("username", "home", "page"),
    [
        ("officer-zhujian", "/desk/", "/desk/cases/"),
        ("chief-zhujian", "/desk/", "/desk/cases/"),
        ("manager", "/manage/", "/manage/cases/"),
    ],
)
def test_whoever_must_know_of_an_overdue_case_sees_it_on_the_desk_with_the_way_to_it(
    username: str, home: str, page: str
) -> None:
    number = accepted(PROOF).cases[0].number
    pass_time(end_of(number) + timedelta(minutes=1))
    client = clerk_client(username)
    text = client.get(home).content.decode()
    assert "承诺期限已超期" in text
    assert f'href="{page}{number}/"' in text
    assert client.get(f"{page}{number}/").status_code == 200


def test_a_clerk_takes_a_reminder_off_the_desk_of_all_clerks() -> None:
    received(FIRST)
    pass_time(at("2026-03-14T09:00"))
    client = clerk_client()
    assert "受理期限快到期" in text_of(client.get("/counter/"))
    (reminder,) = open_reminders(staff("clerk1"))
    response = client.post(f"/reminders/{reminder.id}/dismiss/", follow=True)
    assert response.redirect_chain[-1][0] == "/counter/"
    assert "受理期限快到期" not in text_of(response)
    assert "受理期限快到期" not in text_of(clerk_client("clerk2").get("/counter/"))


def test_ten_reminders_cost_as_many_queries_as_one() -> None:
    numbers = [accepted(PROOF).cases[0].number]
    pass_time(end_of(numbers[0]) + timedelta(minutes=1))
    client = clerk_client("officer-zhujian")

    def queries() -> int:
        client.get("/desk/")  # what is kept for a while is read anew now and then
        with CaptureQueriesContext(connection) as seen:
            client.get("/desk/")
        return len(seen)

    one = queries()
    numbers += [accepted(PROOF).cases[0].number for _ in range(9)]
    pass_time(end_of(numbers[-1]) + timedelta(minutes=1))
    assert len(open_reminders(staff("officer-zhujian"))) >= 10
    assert queries() == one


def test_a_supervisor_lets_the_counter_ask_once_more_with_a_reason() -> None:
    number = asked_once()
    client, address = clerk_client("supervisor"), f"/manage/cases/{number}/allow-correction/"
    found = client.post("/manage/search/", {"words": number.lower()}, follow=True)
    assert "放行再次告知补正" in text_of(found)
    refused = client.post(address, {"text": " "})
    assert (refused.status_code, Case.objects.get(number=number).corrections_left) == (422, 0)
    told = client.post(address, {"text": "登记簿当天变更，第一次无法发现。"}, follow=True)
    assert "窗口可以再告知一次补正" in text_of(told)
    assert "登记簿当天变更" in text_of(told)
    assert Case.objects.get(number=number).corrections_left == 1


def test_a_manager_sees_what_was_done_but_neither_the_words_to_the_applicant_nor_the_release() -> None:
    number = asked_once()
    text = text_of(clerk_client("manager").get(f"/manage/cases/{number}/"))
    assert "告知补正" in text
    assert "出生日期写错" not in text
    assert "放行再次告知补正" not in text


def test_a_number_that_leads_nowhere_gets_a_sentence() -> None:
    response = clerk_client("manager").post("/manage/search/", {"words": "000"}, follow=True)
    assert "请核对编号" in text_of(response)
