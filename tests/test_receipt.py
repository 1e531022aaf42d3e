"""Receiving under pressure: the same draft from two tabs at once, and again when the catalogue has moved on."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from tests.factories import NOW, staff, submission
from yichuang.base import ids
from yichuang.cases.actions.receipt import receive
from yichuang.cases.data import Person, Receipt, Submission
from yichuang.cases.models import Application, Case
from yichuang.cases.numbers import draw_number
from yichuang.ledger.models import Entry

TABS = 4


def draft(number: str) -> Submission:
    """A submission with the number that its draft was given."""
    return replace(submission(), number=number)


@pytest.mark.usefixtures("committed_db")
def test_a_draft_sent_by_many_tabs_at_the_same_moment_is_one_application() -> None:
    clerk, given = staff("clerk1"), draft(draw_number(NOW))
    start = threading.Barrier(TABS)
    receipts: list[Receipt] = []

    def send() -> None:
        try:
            start.wait()
            receipts.append(receive(actor=clerk, submission=given, now=NOW))
        finally:
            connection.close()

    tabs = [threading.Thread(target=send) for _tab in range(TABS)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert [receipt.created for receipt in receipts].count(True) == 1
    assert {(receipt.number, receipt.query_code) for receipt in receipts} == {
        (given.number, receipts[0].query_code)
    }
    application = Application.objects.get(key=given.key)
    assert Case.objects.filter(application=application).count() == 5
    entries = Entry.objects.filter(subject_kind="application", verb="application.received")
    assert entries.filter(subject_id=application.id).count() == 1


@pytest.mark.django_db
def test_a_receipt_is_given_again_where_the_submission_would_no_longer_be_taken() -> None:
    clerk, given = staff("clerk1"), draft(draw_number(NOW))
    first = receive(actor=clerk, submission=given, now=NOW)
    again = receive(actor=clerk, submission=replace(given, values={}), now=NOW + timedelta(days=1))
    assert (again.number, again.query_code, again.created) == (first.number, first.query_code, False)


@pytest.mark.django_db
def test_what_was_received_under_the_same_key_is_not_written_twice() -> None:
    clerk, given = staff("clerk1"), draft(draw_number(NOW))
    first = receive(actor=clerk, submission=given, now=NOW)
    cases, entries = Case.objects.count(), Entry.objects.count()
    assert receive(actor=clerk, submission=given, now=NOW).number == first.number
    assert (Case.objects.count(), Entry.objects.count()) == (cases, entries)


@pytest.mark.django_db
def test_an_agent_stands_beside_the_applicant() -> None:
    agent = Person("person", "11010519491231002X", "王二", "13857000102")
    receipt = receive(actor=staff("clerk1"), submission=submission(key=ids.new_key(), agent=agent), now=NOW)
    application = Application.objects.get(number=receipt.number)
    assert application.agent_id not in {None, application.party_id}
