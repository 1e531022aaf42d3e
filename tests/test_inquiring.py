"""征询: where a member is not granted the applicant says whether to go on with the rest; silence follows the bundle."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.city import run_journey
from tests.counter_desk import COMPANY, clerk_client
from tests.courses import at, every_case_folds, every_step_repeats, papers_of, pass_time, settle
from tests.factories import NOW, accepted, case_of, staff
from tests.officers_desk import stopped_clock
from tests.portal_visitors import holder_of, text_of
from yichuang.base.errors import Forbidden, NotVisible, Overtaken
from yichuang.cases import queries, whole
from yichuang.cases.actions import inquiring, joining
from yichuang.cases.actions.inquiring import answer
from yichuang.cases.actions.withdrawal import withdraw
from yichuang.cases.data import Answer
from yichuang.cases.inquiries import open_inquiry
from yichuang.cases.models import Inquiry
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Outcome, Stage
from yichuang.catalogue.papers import NoticeKind
from yichuang.ledger.models import Entry
from yichuang.notices.models import Message
from yichuang.notices.queries import of_application

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_step_repeats")]
__all__ = ["every_case_folds", "every_step_repeats", "stopped_clock"]

DEEMED, RETIRING, PENSION = "deemed_payment_recognition", "retirement_application", "pension_claim"
FREIGHT, VEHICLE, CERTIFICATE = "road_freight_licence", "vehicle_registration", "transport_certificate"
MUCH_LATER = NOW + timedelta(days=30)


def seen(row: ApplicationRow) -> ApplicationRow:
    return queries.application(staff("clerk1"), row.number, now=NOW)


def stage(row: ApplicationRow, item: str) -> str:
    return case_of(seen(row), item).stage


def retiring() -> ApplicationRow:
    """A retirement whose early years were not recognised."""
    row = accepted("retirement", answers={"worked_early": "yes"})
    settle(row, DEEMED, Outcome.REFUSED)
    return row


def hauling() -> ApplicationRow:
    """A transport company that was refused its operating licence."""
    row = accepted("transport_company", applicant=COMPANY)
    settle(row, FREIGHT, Outcome.REFUSED)
    return row


def say(row: ApplicationRow, given: Answer, who: str = "clerk1") -> None:
    answer(actor=staff(who), application_id=row.id, answer=given, now=NOW)
    run_journey()


def test_what_hangs_on_a_refused_member_waits_for_the_answer_and_nothing_else_does() -> None:
    row = hauling()
    assert open_inquiry(row, now=NOW) is not None
    assert (stage(row, CERTIFICATE), case_of(seen(row), CERTIFICATE).waiting) == (Stage.ACCEPTED, 2)
    settle(row, "transport_safety_examination")
    assert stage(row, "transport_safety_examination") == Stage.ISSUED


def test_the_applicant_is_asked_in_writing_and_on_the_phone_once() -> None:
    row = retiring()
    for _ in range(3):
        joining.join(case_id=case_of(row, DEEMED).id, now=NOW)
    run_journey()
    assert Inquiry.objects.filter(application_id=row.id).count() == 1
    assert [paper.kind for paper in of_application(row.number)].count(NoticeKind.INQUIRY) == 1
    assert Message.objects.filter(application_number=row.number, key__startswith="inquiry:").count() == 1


def test_who_goes_on_has_done_without_the_refused_one() -> None:
    row = retiring()
    assert case_of(seen(row), RETIRING).waiting == 1
    say(row, Answer.GO_ON)
    found = case_of(seen(row), RETIRING)
    assert (found.stage, found.waiting, found.started_at) == (Stage.ACCEPTED, 0, NOW)
    assert stage(row, PENSION) == Stage.ACCEPTED


def test_what_cannot_be_without_the_refused_ones_result_ends_even_so() -> None:
    row = hauling()
    say(row, Answer.GO_ON)
    assert stage(row, CERTIFICATE) == Stage.TERMINATED
    assert stage(row, VEHICLE) == Stage.ACCEPTED
    assert papers_of(case_of(row, CERTIFICATE))[-1] == NoticeKind.TERMINATION


def test_who_withdraws_takes_back_all_that_is_not_decided() -> None:
    row = hauling()
    settle(row, "transport_safety_examination")
    say(row, Answer.WITHDRAW)
    assert stage(row, CERTIFICATE) == Stage.WITHDRAWN
    assert stage(row, VEHICLE) == Stage.WITHDRAWN
    assert stage(row, "transport_safety_examination") == Stage.ISSUED
    assert papers_of(case_of(row, VEHICLE))[-1] == NoticeKind.WITHDRAWAL


def test_silence_is_taken_after_the_date_and_not_before() -> None:
    row = hauling()
    until = Inquiry.objects.get(application_id=row.id).until
    assert f"{until:%m-%d}" == "03-16"
    pass_time(at("2026-03-16T23:30:00"))
    assert stage(row, CERTIFICATE) == Stage.ACCEPTED
    pass_time(at("2026-03-17T00:05:00"))
    assert stage(row, CERTIFICATE) == Stage.TERMINATED
    assert Inquiry.objects.get(application_id=row.id).answer == Answer.SILENCE
    with pytest.raises(Overtaken):
        say(row, Answer.GO_ON)


def test_silence_lets_go_on_what_the_bundle_lets_go_on() -> None:
    row = retiring()
    pass_time(at("2026-03-17T00:05:00"))
    assert case_of(seen(row), RETIRING).waiting == 0
    inquiring.lapse(case_id=case_of(row, DEEMED).id, now=MUCH_LATER)
    assert Entry.objects.filter(verb="inquiry.answered").count() == 1


def test_the_clock_of_the_whole_stands_still_while_she_thinks() -> None:
    row = retiring()
    clock = whole.clock_of(row.id, now=NOW)
    assert clock is not None
    assert clock.due_at is None
    say(row, Answer.GO_ON)
    going_on = whole.clock_of(row.id, now=NOW)
    assert going_on is not None
    assert going_on.due_at is not None


def test_nobody_is_asked_about_what_she_withdrew_herself_or_when_nothing_is_left() -> None:
    row = accepted("transport_company", applicant=COMPANY)
    withdraw(
        actor=staff("clerk1"), application_id=row.id, case_ids=[case_of(row, FREIGHT).id], reason="不办了。",
        now=NOW,
    )  # fmt: skip
    run_journey()
    assert open_inquiry(row, now=NOW) is None
    assert stage(row, CERTIFICATE) == Stage.TERMINATED
    alone = accepted("newborn")
    settle(alone, "birth_certificate", Outcome.REFUSED)
    assert open_inquiry(alone, now=NOW) is None


def test_only_the_applicant_and_a_clerk_at_a_counter_answer() -> None:
    row = retiring()
    with pytest.raises(Forbidden):
        say(row, Answer.GO_ON, "supervisor")
    with pytest.raises((NotVisible, Forbidden)):
        say(row, Answer.GO_ON, "officer-weijian")
    assert open_inquiry(row, now=NOW) is not None


# ── On pages and over REST ───────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("stopped_clock")
def test_the_applicant_answers_from_her_phone() -> None:
    row = retiring()
    client, address = holder_of(row), f"/track/{row.number}/answer/"
    assert "有一项没有办成，请您答复" in text_of(client.get(f"/track/{row.number}/"))
    shown = text_of(client.get(address))
    assert "“视同缴费年限认定”没有办成" in shown
    nothing = client.post(address, {})
    assert (nothing.status_code, "请选择继续办理，还是撤回" in text_of(nothing)) == (422, True)
    assert "其余事项继续办理" in text_of(client.post(address, {"answer": "go_on"}, follow=True))
    assert "现在没有要答复的事" in text_of(client.get(address))
    assert client.post(address, {"answer": "withdraw"}).status_code == 409
    entry = Entry.objects.get(verb="inquiry.answered")
    assert (entry.actor_kind, entry.facts["answer"]) == ("applicant", "go_on")


@pytest.mark.usefixtures("stopped_clock")
def test_the_counter_records_the_written_answer() -> None:
    row = retiring()
    client = clerk_client()
    assert "正在征询申请人" in text_of(client.get(f"/counter/applications/{row.number}/"))
    sent = client.post(f"/counter/applications/{row.number}/answer/", {"answer": "withdraw"}, follow=True)
    assert "其余事项不再办理" in text_of(sent)
    assert stage(row, RETIRING) == Stage.WITHDRAWN


def test_it_is_answered_over_rest_once() -> None:
    row = retiring()
    client = clerk_client()
    address, sent = f"/api/applications/{row.number}/answer", {"answer": "go_on"}
    assert client.post(address, {"answer": "silence"}, content_type="application/json").status_code == 422
    assert client.post(address, sent, content_type="application/json").status_code == 200
    again = client.post(address, sent, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "not_asked")
    assert Client().post(address, sent, content_type="application/json").status_code == 401
