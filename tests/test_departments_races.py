"""Several processes at one dispatch: real commits, real threads, a real partner process."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.dispatching import (
    in_thread,
    new_dispatch,
    row,
    take_in,
    verbs,
)
from tests.simulators_fixtures import Box, Simulator
from yichuang.base import clock
from yichuang.departments import actions
from yichuang.departments.adapters.http import adapter
from yichuang.departments.models import Dispatch, InboundEvent
from yichuang.departments.states import State

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("short_patience")]


@pytest.fixture(autouse=True)
def tidy(committed_db: None) -> Iterator[None]:
    """Nothing is rolled back here: what is left would be chased in other tests."""
    yield
    InboundEvent.objects.all().delete()
    Dispatch.objects.all().delete()


def test_an_answer_may_overtake_the_end_of_its_own_call(
    police: Simulator,
    callbacks: Box,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The call-back is taken in by another process while the call still runs; then a late "later" comes."""
    police.control(mode="out-of-order")
    dispatch_id = new_dispatch()
    really_send = adapter.send

    def send_and_be_overtaken(*arguments: Any) -> Any:
        outcome = really_send(*arguments)
        in_thread(lambda: [take_in(call) for call in callbacks.wait_for(2)])
        return outcome

    monkeypatch.setattr(adapter, "send", send_and_be_overtaken)
    assert actions.send(dispatch_id, now=clock.now()) is State.CONFIRMED
    assert verbs(dispatch_id) == ["dispatch.confirmed"]


def test_of_two_workers_one_sends(police: Simulator) -> None:
    dispatch_id = new_dispatch()
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        actions.send(dispatch_id, now=clock.now())

    in_thread(*[work] * 4)
    assert police.calls("case") == [str(row(dispatch_id).transaction_id)]
    assert verbs(dispatch_id) == ["dispatch.later"]


def test_the_same_call_back_at_the_same_time_counts_once(
    police: Simulator,
    callbacks: Box,
) -> None:
    dispatch_id = new_dispatch()
    actions.send(dispatch_id, now=clock.now())
    call = callbacks.wait_for(1)[0]
    start = threading.Barrier(4)
    receipts = []

    def work() -> None:
        start.wait()
        receipts.append(take_in(call))

    in_thread(*[work] * 4)
    assert sorted(receipt.duplicate for receipt in receipts) == [False, True, True, True]
    assert verbs(dispatch_id) == ["dispatch.later", "dispatch.confirmed"]
