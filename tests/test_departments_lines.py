"""One line to each partner: dead ones are left alone, books are compared, the board shows how it stands."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.dispatching import (
    much_later,
    new_dispatch,
    row,
    sent,
    take_in,
    today,
)
from tests.factories import staff
from tests.simulators_fixtures import Box, Simulator, box
from yichuang.base import clock
from yichuang.base.errors import Forbidden
from yichuang.catalogue import queries as catalogue_queries
from yichuang.departments import actions, partners, queries
from yichuang.departments.models import Dispatch, InboundEvent, PartnerLine
from yichuang.departments.reconciliation import reconcile
from yichuang.departments.states import State
from yichuang.identity.data import ANONYMOUS, Actor, ActorKind
from yichuang.ledger.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.processes, pytest.mark.usefixtures("short_patience")]


def two_partners(monkeypatch: pytest.MonkeyPatch, other_url: str) -> None:
    catalogue = catalogue_queries.current()
    both = {
        "police": catalogue.partners["police"],
        "elsewhere": replace(catalogue.partners["police"], key="elsewhere", endpoint=other_url),
    }
    monkeypatch.setattr(partners, "current", lambda: replace(catalogue, partners=both))


def test_a_dead_partner_is_left_alone_for_a_while_and_harms_no_other(
    police: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with box() as other:
        two_partners(monkeypatch, other.url)
        other.status = 500
        dispatches = [new_dispatch("elsewhere") for _ in range(5)]
        healthy = new_dispatch()
        actions.chase(now=clock.now())
        assert len(other.calls) == 3
        assert row(healthy).state == State.LATER
        assert sorted(row(each).state for each in dispatches) == ["unknown"] * 3 + ["waiting"] * 2
        actions.chase(now=clock.now() + timedelta(seconds=20))
        assert len(other.calls) == 3
        actions.chase(now=clock.now() + timedelta(seconds=40))
        assert len(other.calls) == 4
    assert PartnerLine.objects.get(key="elsewhere").failures == 4
    assert actions.queue_of("elsewhere") != actions.queue_of("police")


def test_the_line_closes_again_when_the_partner_answers(police: Simulator) -> None:
    police.control(mode="dead")
    dispatches = [sent() for _ in range(4)]
    assert [row(each).state for each in dispatches] == ["unknown"] * 3 + ["waiting"]
    police.control(mode="normal")
    actions.chase(now=much_later())
    assert PartnerLine.objects.get(key="police").open_until is None
    assert {row(each).state for each in dispatches} <= {State.LATER, State.CONFIRMED}


def test_one_partners_fault_does_not_keep_the_others_from_their_turn(
    police: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    two_partners(monkeypatch, "http://127.0.0.1:9")
    new_dispatch("elsewhere")
    healthy = new_dispatch()
    catalogue = partners.current()
    broken = replace(catalogue.partners["elsewhere"], adapter="pigeon")
    monkeypatch.setattr(
        partners,
        "current",
        lambda: replace(catalogue, partners={"elsewhere": broken, "police": catalogue.partners["police"]}),
    )
    actions.chase(now=clock.now())
    assert row(healthy).state == State.LATER


def test_two_books_that_agree_have_no_differences(police: Simulator, callbacks: Box) -> None:
    sent()
    take_in(callbacks.wait_for(1)[0])
    assert reconcile("police", today(), now=clock.now()) == ()
    assert Entry.objects.filter(verb="partner.reconciled").count() == 1


def test_a_lost_answer_shows_in_the_comparison_and_is_then_asked_for(
    police: Simulator, callbacks: Box
) -> None:
    dispatch_id = sent()
    callbacks.wait_for(1)
    (difference,) = reconcile("police", today(), now=clock.now())
    assert (difference.kind, difference.ours, difference.theirs) == ("state", "later", "confirmed")
    actions.chase(now=clock.now())
    assert row(dispatch_id).state == State.CONFIRMED
    assert reconcile("police", today(), now=clock.now()) == ()


def test_a_transaction_that_only_one_book_holds_is_found(police: Simulator, callbacks: Box) -> None:
    known, forgotten = sent(), sent()
    for call in callbacks.wait_for(2):
        take_in(call)
    lost = str(row(forgotten).transaction_id)
    InboundEvent.objects.filter(dispatch_id=forgotten).delete()
    Dispatch.objects.filter(id=forgotten).delete()
    (difference,) = reconcile("police", today(), now=clock.now())
    assert (difference.kind, difference.transaction_id) == ("missing_here", lost)
    assert row(known).state == State.CONFIRMED


def test_a_book_that_is_not_given_is_no_comparison(police: Simulator) -> None:
    sent()
    police.control(mode="dead")
    with pytest.raises(Exception, match="对账未能完成"):
        reconcile("police", today(), now=clock.now())


@pytest.mark.parametrize(
    ("username", "sees"),
    [
        ("manager", ["police"]),
        ("supervisor", ["police"]),
        ("administrator", ["police"]),
        ("officer-gongan", ["police"]),
        ("officer-weijian", []),
        ("chief-zhujian", []),
    ],
)
def test_the_board_shows_a_partner_to_the_centre_and_to_its_own_department(
    username: str, sees: list[str], police: Simulator
) -> None:
    dispatch_id = sent()
    boards = queries.board(staff(username))
    assert [board.key for board in boards] == sees
    for board in boards:
        assert board.counts[State.LATER] == 1
        assert [each.id for each in board.open] == [dispatch_id]
        assert board.closed_until is None


@pytest.mark.parametrize("actor", [ANONYMOUS, Actor(ActorKind.APPLICANT, 1), "clerk1"])
def test_nobody_else_has_a_board(actor: Actor | str) -> None:
    with pytest.raises(Forbidden):
        queries.board(staff(actor) if isinstance(actor, str) else actor)


def test_the_board_shows_what_is_left_alone_refused_and_contradicted(police: Simulator) -> None:
    police.control(mode="refuse")
    refused = sent()
    police.control(mode="dead")
    unknown = [sent() for _ in range(3)]
    (board,) = queries.board(staff("manager"))
    assert board.closed_until is not None
    assert [each.id for each in board.refused] == [refused]
    assert {each.id for each in board.open} == set(unknown)
    assert board.counts == {State.REFUSED: 1, State.UNKNOWN: 3}
