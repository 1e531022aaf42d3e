"""Call-backs of departments' systems: signed, idempotent, the first final answer stands."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.dispatching import (
    much_later,
    row,
    sent,
    signed,
    take_in,
    verbs,
)
from tests.simulators_fixtures import SECRET, Box, Call, Simulator
from yichuang.base import clock
from yichuang.base.errors import Invalid, NotVisible, Overtaken
from yichuang.departments import actions, queries, signing
from yichuang.departments.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.processes, pytest.mark.usefixtures("short_patience")]


def test_the_answer_comes_later_and_is_decrypted_for_the_step(police: Simulator, callbacks: Box) -> None:
    dispatch_id = sent()
    with pytest.raises(NotVisible):
        queries.answer(dispatch_id)
    receipt = take_in(callbacks.wait_for(1)[0])
    assert (receipt.state, receipt.duplicate) == (State.CONFIRMED, False)
    answer = queries.answer(dispatch_id)
    assert answer.decision == "granted"
    assert answer.result["citizen_number"]
    assert verbs(dispatch_id) == ["dispatch.later", "dispatch.confirmed"]


def test_a_call_back_delivered_three_times_counts_once(police: Simulator, callbacks: Box) -> None:
    police.control(mode="double")
    dispatch_id = sent()
    receipts = [take_in(call) for call in callbacks.wait_for(3)]
    assert [receipt.duplicate for receipt in receipts] == [False, True, True]
    assert verbs(dispatch_id) == ["dispatch.later", "dispatch.confirmed"]


def test_wrong_call_backs_change_nothing_and_asking_brings_the_answer(
    police: Simulator, callbacks: Box
) -> None:
    police.control(mode="wrong")
    dispatch_id = sent()
    badly_signed, of_nothing = callbacks.wait_for(2)
    with pytest.raises(actions.Unsigned) as unsigned:
        take_in(badly_signed)
    assert unsigned.value.status == 401
    with pytest.raises(NotVisible) as unknown:
        take_in(of_nothing)
    assert unknown.value.code == "unknown_transaction"
    assert row(dispatch_id).state == State.LATER
    police.control(mode="normal")
    actions.chase(now=much_later())
    assert row(dispatch_id).state == State.CONFIRMED


def test_the_first_final_answer_stands_and_a_contradiction_is_on_record(
    police: Simulator, callbacks: Box
) -> None:
    dispatch_id = sent()
    call = callbacks.wait_for(1)[0]
    take_in(call)
    event = call.json()
    other = {**event["data"], "decision": "refused", "reason": "另有决定"}
    for changes in ({"id": "another", "data": other}, {"id": "another", "data": other}, {"data": other}):
        with pytest.raises(Overtaken):
            take_in(signed(event, **changes))
    take_in(signed(event, id="late", data={**event["data"], "answer": "later"}))
    assert queries.answer(dispatch_id).decision == "granted"
    assert verbs(dispatch_id) == ["dispatch.later", "dispatch.confirmed", "dispatch.contradicted"]


def test_a_recorded_or_altered_call_back_is_refused(police: Simulator, callbacks: Box) -> None:
    dispatch_id = sent()
    call = callbacks.wait_for(1)[0]
    with pytest.raises(actions.Unsigned) as stale:
        actions.receive("police", call.body, call.headers, now=clock.now() + timedelta(minutes=6))
    assert stale.value.code == "signature_stale"
    with pytest.raises(actions.Unsigned) as wrong:
        actions.receive("police", call.body.replace(b"granted", b"refused"), call.headers, now=clock.now())
    assert wrong.value.code == "signature_wrong"
    with pytest.raises(actions.Unsigned) as missing:
        actions.receive("police", call.body, {}, now=clock.now())
    assert missing.value.code == "signature_missing"
    assert row(dispatch_id).state == State.LATER


@pytest.mark.parametrize(
    "change",
    [
        {"specversion": "0.3"},
        {"type": "yichuang.case.dispatched.v1"},
        {"id": ""},
        {"data": None},
        {"data": {"transaction": "not-a-uuid", "answer": "later"}},
        {"data": {"transaction": "0190d4c2-0000-7000-8000-000000000000", "answer": "perhaps"}},
        {"data": {"transaction": "0190d4c2-0000-7000-8000-000000000000", "answer": "confirmed"}},
    ],
)
def test_a_call_back_that_is_not_of_the_contract_is_invalid(
    change: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YICHUANG_PARTNER_POLICE", SECRET)
    event = {
        "specversion": "1.0",
        "type": "yichuang.case.answered.v1",
        "id": "e1",
        "data": {"transaction": "0190d4c2-0000-7000-8000-000000000000", "answer": "later"},
    }
    with pytest.raises(Invalid):
        take_in(signed(event, **change))


def test_the_answers_of_partners_come_in_over_http(police: Simulator, callbacks: Box, client: Client) -> None:
    dispatch_id = sent()
    call = callbacks.wait_for(1)[0]

    def post(sent_call: Call) -> int:
        headers = {name: sent_call.headers[name] for name in (signing.TIMESTAMP, signing.SIGNATURE)}
        answer = client.post(
            "/api/partners/police/answers", sent_call.body, content_type="application/json", headers=headers
        )
        return answer.status_code

    event = call.json()
    assert [post(call), post(call)] == [200, 200]
    assert post(signed(event, secret="another")) == 401
    assert post(signed(event, id="x", data={**event["data"], "decision": "refused"})) == 409
    unknown = {**event["data"], "transaction": "0190d4c2-0000-7000-8000-000000000000"}
    assert post(signed(event, id="y", data=unknown)) == 404
    assert post(signed(event, type="another")) == 422
    assert row(dispatch_id).state == State.CONFIRMED
