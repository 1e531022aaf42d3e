"""Messages to applicants: said once, on the right occasions, past a gateway that is dead, slow or silent."""

import logging
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.city import run_journey
from tests.counter_desk import clerk_client, text_of
from tests.factories import MOTHER, NOW, accepted, case_of, decided, received, staff
from tests.messaging import gateway, gateway_process, short_line, shown
from tests.simulators_fixtures import Simulator
from yichuang.base import clock
from yichuang.base.errors import Forbidden, NotVisible
from yichuang.cases.actions.acceptance import accept, decline
from yichuang.cases.actions.correction import ask_correction
from yichuang.cases.data import Person
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.reading import query_code
from yichuang.identity.models import Party
from yichuang.journey import messages as journey_messages
from yichuang.journey import runner, steps
from yichuang.ledger.models import Entry
from yichuang.notices import contract, messages
from yichuang.notices.data import MessageState
from yichuang.notices.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.processes]
__all__ = ["gateway", "gateway_process", "short_line"]

FIRST = "birth_certificate"
SILENT = Person("person", "11010519491231002X", "王二", "")


def of(row: ApplicationRow) -> list[Message]:
    return list(Message.objects.filter(application_number=row.number).order_by("id"))


def kinds(row: ApplicationRow) -> list[str]:
    return [message.kind for message in of(row)]


def queued(row: ApplicationRow) -> Message:
    """The message of the receipt, not sent yet."""
    run_journey()
    return Message.objects.get(key=f"received:{row.number}")


def later(now: datetime, minutes: int = 31) -> datetime:
    """When the longest pause is over."""
    return now + timedelta(minutes=minutes)


# ── On which occasions ───────────────────────────────────────────────────────────────────────────


def test_the_applicant_is_told_of_the_receipt_with_number_and_code(gateway: Simulator) -> None:
    row = received("newborn")
    run_journey()
    assert messages.send_due(now=NOW) == 1
    (message,) = shown(gateway)
    assert message["phone"] == MOTHER.phone
    assert row.number in message["text"]
    assert query_code(row.id) in message["text"]
    assert f"/track/{row.number}/" in message["text"]
    assert message["text"].startswith("【衢州市")
    assert MOTHER.name not in message["text"]


def test_a_message_is_sent_once_though_its_step_and_its_sending_run_twice(gateway: Simulator) -> None:
    row = received("newborn")
    run_journey()
    entry = Entry.objects.get(verb="application.received", subject_id=row.id)
    steps.tell_received(entry, NOW)
    message = queued(row)
    assert messages.send_message(message.id, now=NOW) is MessageState.SENT
    assert messages.send_message(message.id, now=later(NOW)) is MessageState.SENT
    assert messages.send_due(now=later(NOW)) == 0
    assert len(shown(gateway)) == 1


def test_five_accepted_cases_make_one_message() -> None:
    row = accepted("newborn")
    run_journey()
    assert kinds(row) == ["received", "accepted"]
    text = messages.decrypt_text(of(row)[1].text, messages.TEXT_CONTEXT)
    assert "已受理5项" in text


def test_what_is_to_be_corrected_is_told_with_its_last_day() -> None:
    row = received("newborn")
    until = NOW.date() + timedelta(days=11)
    ask_correction(
        actor=staff("clerk1"),
        case_id=case_of(row, FIRST).id,
        text="照片\n不清" + "楚" * 300,
        until=until,
        now=NOW,
    )
    run_journey()
    assert kinds(row) == ["received", "correction"]
    text = messages.decrypt_text(of(row)[1].text, messages.TEXT_CONTEXT)
    assert "请在3月20日前办理：照片 不清楚" in text
    assert len(text) < 300


def test_the_last_settled_case_tells_that_everything_is_ready_and_only_once() -> None:
    row = received("newborn")
    clerk = staff("clerk1")
    for case in row.cases:
        if case.item_key != FIRST:
            decline(actor=clerk, case_id=case.id, reason="材料不符。", now=NOW)
    run_journey()
    assert kinds(row) == ["received"]
    accept(actor=clerk, application_id=row.id, now=NOW)
    decided(row, FIRST, "officer-weijian")
    run_journey()
    assert kinds(row) == ["received", "accepted", "ready"]
    for entry in Entry.objects.filter(verb__in=["case.issued", "case.declined"]):
        steps.tell_ready(entry, NOW)
    assert kinds(row).count("ready") == 1


def test_nothing_is_ready_while_a_case_is_open() -> None:
    row = accepted("newborn")
    decided(row, FIRST, "officer-weijian")
    run_journey()
    assert "ready" not in kinds(row)


def test_without_a_phone_number_nothing_is_queued_and_the_page_says_so() -> None:
    row = accepted(FIRST, applicant=SILENT)
    Party.objects.filter(id=row.party_id).update(phone=None, phone_index=None)
    run_journey()
    assert of(row) == []
    page = text_of(clerk_client().get(f"/counter/applications/{row.number}/"))
    assert "申请人没有登记手机号" in page
    answer = clerk_client().post(f"/counter/applications/{row.number}/message/")
    assert answer.status_code == 409
    assert "申请人没有登记手机号" in text_of(answer)
    assert of(row) == []


# ── The gateway ──────────────────────────────────────────────────────────────────────────────────


def test_a_gateway_that_is_not_there_holds_up_nothing_and_gets_all_when_it_is_back(
    gateway: Simulator, settings: Any
) -> None:
    settings.SMS_GATEWAY = "http://127.0.0.1:9"
    rows = [received(FIRST) for _ in range(5)]
    run_journey()
    assert messages.send_due(now=NOW) == 3, "after three failures the gateway is left alone"
    assert {message.state for row in rows for message in of(row)} == {MessageState.WAITING}
    assert Entry.objects.filter(verb="notice.issued").count() >= 5
    assert messages.send_due(now=NOW) == 0
    settings.SMS_GATEWAY = gateway.url
    assert messages.send_due(now=later(NOW)) == 5
    assert {message.state for row in rows for message in of(row)} == {MessageState.SENT}
    assert len(shown(gateway)) == 5


@pytest.mark.parametrize("mode", ["slow", "dead", "error"])
def test_what_got_no_answer_is_unknown_and_goes_out_again_under_the_same_id(
    gateway: Simulator, mode: str
) -> None:
    row = received(FIRST)
    message = queued(row)
    gateway.control(mode=mode)
    assert messages.send_message(message.id, now=NOW) is MessageState.UNKNOWN
    assert messages.send_message(message.id, now=NOW) is MessageState.UNKNOWN, "not due yet"
    gateway.control(mode="normal")
    assert messages.send_message(message.id, now=later(NOW)) is MessageState.SENT
    assert [taken["id"] for taken in shown(gateway)] == [str(message.message_id)]
    assert Entry.objects.filter(verb="message.sent", subject_id=message.id).count() == 1


def test_what_may_have_arrived_stays_unknown_though_the_gateway_is_gone_now(
    gateway: Simulator, settings: Any
) -> None:
    message = queued(received(FIRST))
    gateway.control(mode="slow")
    messages.send_message(message.id, now=NOW)
    settings.SMS_GATEWAY = "http://127.0.0.1:9"
    assert messages.send_message(message.id, now=later(NOW)) is MessageState.UNKNOWN


def test_what_the_gateway_refuses_has_failed_and_is_not_sent_again(gateway: Simulator) -> None:
    message = queued(received(FIRST))
    gateway.control(mode="refuse")
    assert messages.send_message(message.id, now=NOW) is MessageState.FAILED
    assert messages.send_due(now=later(NOW)) == 0
    entry = Entry.objects.get(verb="message.failed", subject_id=message.id)
    assert entry.facts == {
        "application": message.application_number, "kind": "received", "attempts": 1, "code": "http_422",
    }  # fmt: skip


def test_old_news_is_given_up() -> None:
    message = queued(received(FIRST))
    messages.send_due(now=NOW + timedelta(days=4))
    message.refresh_from_db()
    assert (message.state, message.code) == (MessageState.FAILED, "too_late")
    assert Entry.objects.filter(verb="message.failed", subject_id=message.id).count() == 1


def test_without_a_gateway_messages_are_kept_and_the_page_says_so(settings: Any) -> None:
    settings.SMS_GATEWAY = ""
    row = received(FIRST)
    message = queued(row)
    assert not messages.something_is_due(NOW)
    assert messages.send_due(now=NOW) == 0
    assert messages.send_message(message.id, now=NOW) is MessageState.WAITING
    assert "未配置短信网关" in text_of(clerk_client().get(f"/counter/applications/{row.number}/"))
    assert messages.something_is_due(NOW + timedelta(days=4)), "to give it up"


def test_a_channel_that_there_is_not_is_named() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"'pigeon'.*'sms'"):
        contract.channel("pigeon")


def test_the_periodic_job_defers_one_sender_in_a_queue_of_its_own(gateway: Simulator) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    journey_messages.received(received(FIRST).id, now=clock.now())
    runner.due_messages()
    runner.due_messages()
    job = ProcrastinateJob.objects.get(task_name="journey:send_messages")
    assert (job.queue_name, job.lock) == ("messages", "messages")
    runner.send_messages.func()
    assert len(shown(gateway)) == 1


# ── At the counter ───────────────────────────────────────────────────────────────────────────────


def test_the_clerk_sends_the_papers_again_and_a_second_press_is_the_first(gateway: Simulator) -> None:
    row, client = received("newborn"), clerk_client()
    path = f"/counter/applications/{row.number}/"
    assert "短信已交平台发送" in text_of(client.post(f"{path}message/", follow=True))
    assert "一分钟内已经发过" in text_of(client.post(f"{path}message/", follow=True))
    assert kinds(row) == ["link"]
    entry = Entry.objects.get(verb="message.queued")
    assert (entry.actor_kind, entry.facts) == ("staff", {"application": row.number, "kind": "link"})
    assert "待发送" in text_of(client.get(path))
    messages.send_due(now=clock.now())
    page = text_of(client.get(path))
    assert "已发送" in page
    assert "138****0101" in page
    assert MOTHER.phone not in page
    assert f"/track/{row.number}/" in shown(gateway)[0]["text"]


def test_only_a_clerk_of_the_centre_sends_papers() -> None:
    row = received(FIRST)
    for who, refusal in (("officer-weijian", Forbidden), ("manager", Forbidden)):
        with pytest.raises(refusal):
            journey_messages.send_papers(actor=staff(who), number=row.number, now=NOW)
    with pytest.raises(NotVisible):
        journey_messages.send_papers(actor=staff("clerk1"), number="260309000000", now=NOW)
    assert of(row) == []


def test_personal_data_stands_neither_in_the_ledger_nor_in_the_log_nor_plain_in_the_row(
    gateway: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    row = accepted("newborn")
    message = queued(row)
    messages.send_due(now=NOW)
    journey_messages.send_papers(actor=staff("clerk1"), number=row.number, now=NOW)
    code = query_code(row.id)
    for entry in Entry.objects.all():
        assert MOTHER.phone not in str(entry.facts)
        assert code not in {str(value) for value in entry.facts.values()}
    assert MOTHER.phone not in caplog.text
    assert code not in caplog.text
    assert MOTHER.phone.encode() not in bytes(message.address)
    assert code.encode() not in bytes(message.text)


def test_the_gateways_page_shows_the_messages_as_text_never_as_markup(gateway: Simulator) -> None:
    body = {"id": "1", "phone": "13857000101", "text": "<b>见</b> http://127.0.0.1:8000/track/X/"}
    httpx.post(f"{gateway.url}/messages", json=body, trust_env=False)
    page = httpx.get(f"{gateway.url}/", trust_env=False)
    assert page.headers["Content-Type"].startswith("text/html")
    assert "&lt;b&gt;见" in page.text
    assert '<a href="http://127.0.0.1:8000/track/X/">' in page.text
    assert httpx.post(f"{gateway.url}/messages", json={"id": "2"}, trust_env=False).status_code == 400
