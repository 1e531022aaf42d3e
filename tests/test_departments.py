"""Handing cases to a department's own system: what is known of a call, and what ends not knowing."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.dispatching import (
    PAYLOAD,
    much_later,
    new_dispatch,
    row,
    sent,
    verbs,
)
from tests.simulators_fixtures import POLICE, Box, Simulator, box, point
from yichuang.base import clock
from yichuang.base.errors import NotVisible
from yichuang.departments import actions, queries
from yichuang.departments.adapters.http import adapter
from yichuang.departments.models import Dispatch
from yichuang.departments.states import State
from yichuang.ledger.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.processes, pytest.mark.usefixtures("short_patience")]


def test_a_case_is_written_down_once_however_often_it_is_dispatched() -> None:
    now = clock.now()
    facts = {"case_number": "TEST-ONCE-01", "case_id": 1, "partner_key": "police", "payload": PAYLOAD}
    assert actions.dispatch(**facts, now=now) == actions.dispatch(**facts, now=now)
    assert Dispatch.objects.filter(case_number="TEST-ONCE-01").count() == 1


def test_a_partner_that_the_catalogue_does_not_name_gets_nothing() -> None:
    with pytest.raises(NotVisible, match="nobody"):
        new_dispatch("nobody")


def test_what_is_sent_is_stored_encrypted_and_the_ledger_holds_codes_only(police: Simulator) -> None:
    dispatch_id = sent()
    assert b"330802199504182463" not in bytes(row(dispatch_id).payload)
    entry = Entry.objects.get(subject_kind="dispatch", subject_id=dispatch_id)
    assert (entry.verb, entry.actor_kind) == ("dispatch.later", "partner")
    assert set(entry.facts) == {"case_id", "partner", "transaction", "attempt"}


def test_a_dispatch_is_sent_once_however_often_it_is_told_to(police: Simulator) -> None:
    dispatch_id = sent()
    assert actions.send(dispatch_id, now=clock.now()) is State.LATER
    assert police.calls("case") == [str(row(dispatch_id).transaction_id)]


def test_a_partner_may_decide_at_once(police: Simulator) -> None:
    police.control(mode="confirm-now", decision="refused", reason="父母双方户口均不在本市。")
    dispatch_id = sent()
    answer = queries.answer(dispatch_id)
    assert (answer.decision, answer.reason) == ("refused", "父母双方户口均不在本市。")
    assert verbs(dispatch_id) == ["dispatch.confirmed"]


def test_a_rejected_message_is_no_decision(police: Simulator) -> None:
    police.control(mode="refuse")
    dispatch_id = sent()
    answer = queries.answer(dispatch_id)
    assert (answer.state, answer.decision, answer.code) == (State.REFUSED, "", "payload")
    assert verbs(dispatch_id) == ["dispatch.refused"]


def test_a_time_out_is_unknown_and_only_the_partners_word_ends_it(police: Simulator) -> None:
    police.control(mode="slow", delay=6, decide_after=3600)
    dispatch_id = sent()
    assert (row(dispatch_id).state, row(dispatch_id).code) == (State.UNKNOWN, "timeout")
    assert actions.send(dispatch_id, now=much_later()) is State.UNKNOWN
    police.control(mode="normal")
    actions.chase(now=much_later())
    assert row(dispatch_id).state == State.LATER
    assert verbs(dispatch_id) == ["dispatch.unknown", "dispatch.later"]
    assert len(police.calls("case")) == 1
    assert len(police.calls("question")) == 1


def test_a_connection_that_breaks_after_sending_is_unknown(police: Simulator, callbacks: Box) -> None:
    police.control(mode="cut")
    dispatch_id = sent()
    assert (row(dispatch_id).state, row(dispatch_id).code) == (State.UNKNOWN, "broken")
    callbacks.wait_for(1)
    actions.chase(now=much_later())
    assert row(dispatch_id).state == State.CONFIRMED
    assert len(police.calls("case")) == 1


def test_what_the_partner_never_heard_of_is_sent_again_under_the_same_id(police: Simulator) -> None:
    police.control(mode="dead")
    dispatch_id = sent()
    assert row(dispatch_id).state == State.UNKNOWN
    actions.chase(now=much_later())
    assert row(dispatch_id).state == State.UNKNOWN
    police.control(mode="confirm-now")
    actions.chase(now=much_later() + timedelta(hours=12))
    assert row(dispatch_id).state == State.CONFIRMED
    assert row(dispatch_id).attempts == 2
    assert set(police.calls("case")) == {str(row(dispatch_id).transaction_id)}
    assert len(police.log()["book"]) == 1


def test_what_cannot_have_reached_the_partner_waits_and_is_sent_when_it_is_back(
    police: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with box() as gone:
        nowhere = gone.url
    point(monkeypatch, POLICE, nowhere)
    dispatch_id = sent()
    assert (row(dispatch_id).state, row(dispatch_id).code) == (State.WAITING, "unreachable")
    assert verbs(dispatch_id) == []
    point(monkeypatch, POLICE, police.url)
    actions.chase(now=much_later())
    assert verbs(dispatch_id) == ["dispatch.later"]
    assert row(dispatch_id).attempts == 2


def test_a_process_that_dies_in_the_call_leaves_unknown_behind(
    police: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    really_send = adapter.send

    def die(*arguments: Any) -> None:
        really_send(*arguments)
        raise KeyboardInterrupt

    dispatch_id = new_dispatch()
    with monkeypatch.context() as dying:
        dying.setattr(adapter, "send", die)
        with pytest.raises(KeyboardInterrupt):
            actions.send(dispatch_id, now=clock.now())
    assert (row(dispatch_id).state, row(dispatch_id).code) == (State.UNKNOWN, "in_flight")
    actions.chase(now=much_later())
    assert row(dispatch_id).state in {State.LATER, State.CONFIRMED}
    assert len(police.calls("case")) == 1


@pytest.mark.parametrize("status", [200, 202, 400, 404, 422, 502])
def test_the_page_of_a_proxy_is_not_the_word_of_the_partner(
    status: int,
    police: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with box() as proxy:
        point(monkeypatch, POLICE, proxy.url)
        dispatch_id = new_dispatch()
        transaction = str(row(dispatch_id).transaction_id)
        said = {200: "confirmed", 202: "later", 404: "never_heard"}.get(status, "refused")
        answer = {"transaction": transaction, "answer": said, "decision": "granted"}
        proxy.status, proxy.answer = status, json.dumps(answer).encode()
        assert actions.send(dispatch_id, now=clock.now()) is State.UNKNOWN
        actions.chase(now=much_later())
        assert row(dispatch_id).state == State.UNKNOWN
        assert [call.path for call in proxy.calls] == ["/cases", f"/transactions/{transaction}"]
