"""Items not in force yet, or cancelled: search and guide say so, nobody can apply, what was received goes on."""

from datetime import date, timedelta

import pytest
from django.test import Client

from tests.counter_desk import clerk_client, start
from tests.factories import NOW, accepted, case_of, decided, edited, received, staff, submission
from tests.portal_visitors import ITEM, OFFICER, text_of
from tests.rest import as_json, get, logged_in, post
from yichuang.base.errors import Refused
from yichuang.cases import queries as case_queries
from yichuang.cases.actions import drafting
from yichuang.cases.states import Stage
from yichuang.catalogue import queries
from yichuang.catalogue.finding import guided

pytestmark = pytest.mark.django_db

TODAY = NOW.date()
OPTIONAL, BUNDLE = "network_installation", "utilities_installation"
#: Days on which the pages, which ask the machine for the time, find it not yet open, and cancelled.
FUTURE, PAST = date(2099, 1, 1), date(2026, 1, 1)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"effective_date": TODAY + timedelta(days=1)}, "从2026-03-10起才接受申请"),
        ({"cancel_date": TODAY}, "从2026-03-09起已经取消"),
    ],
)
def test_neither_draft_nor_submission_is_taken_outside_its_days(
    changes: dict[str, date], sentence: str
) -> None:
    edited(ITEM, **changes)
    with pytest.raises(Refused, match=sentence) as at_start:
        drafting.start(actor=staff("clerk1"), target=ITEM, now=NOW)
    with pytest.raises(Refused, match=sentence) as at_receipt:
        received(ITEM)
    assert at_start.value.code == at_receipt.value.code == "not_in_force"


@pytest.mark.parametrize(
    "changes", [{"effective_date": TODAY}, {"cancel_date": TODAY + timedelta(days=1)}], ids=str
)
def test_on_its_first_and_its_last_day_it_is_taken(changes: dict[str, date]) -> None:
    edited(ITEM, **changes)
    assert received(ITEM).cases[0].stage == Stage.RECEIVED


def test_the_day_is_that_of_beijing() -> None:
    edited(ITEM, effective_date=TODAY + timedelta(days=1))
    midnight = NOW.replace(hour=23, minute=59) + timedelta(minutes=1)
    assert received(ITEM, now=midnight).cases[0].stage == Stage.RECEIVED


def test_what_was_received_before_goes_on_to_its_end() -> None:
    row = accepted(ITEM)
    edited(ITEM, cancel_date=TODAY)
    decided(row, ITEM, OFFICER)
    row = case_queries.application(staff("clerk1"), row.number, now=NOW)
    assert case_of(row, ITEM).decided_at is not None


def test_a_draft_that_is_sent_after_the_last_day_is_refused_and_stays() -> None:
    desk = start(ITEM)
    edited(ITEM, cancel_date=PAST)
    assert "从2026-01-01起已经取消" in text_of(desk.client.get(desk.address))
    with pytest.raises(Refused):
        received(ITEM)
    assert desk.draft().target == ITEM


def test_a_bundle_says_which_item_is_closed_and_what_to_do_with_the_others() -> None:
    edited("household_registration", effective_date=FUTURE)
    with pytest.raises(Refused, match=r"从2099-01-01起才接受申请.*其他事项可以分别单独申请"):
        drafting.start(actor=staff("clerk1"), target="newborn", now=NOW)


def test_a_closed_optional_item_can_be_left_out() -> None:
    edited(OPTIONAL, effective_date=FUTURE)
    assert drafting.start(actor=staff("clerk1"), target=BUNDLE, now=NOW)
    with pytest.raises(Refused, match="可以先不选它"):
        received(BUNDLE)
    row = received(BUNDLE, without=(OPTIONAL,))
    assert OPTIONAL not in {case.item_key for case in row.cases}


def test_search_and_guide_tell_it_in_every_form() -> None:
    edited(ITEM, effective_date=FUTURE)
    sentence = "从2099-01-01起才接受申请，请在那天或以后来办。"
    name = queries.current().items[ITEM].name
    assert sentence in text_of(Client().get("/guide/", {"q": name}))
    assert sentence in text_of(clerk_client().get("/counter/find/", {"q": name}))
    assert sentence in text_of(Client().get("/guide/", {"board": queries.current().items[ITEM].board}))
    assert sentence in text_of(Client().get(f"/guide/{ITEM}/"))
    assert sentence in Client().get(f"/api/guides/{ITEM}").json()["guide"]["closed"][0]
    assert sentence in get(Client(), "find", q=name).json()[0]["closed"]
    assert "2099-01-01起接受申请" in text_of(Client().get(f"/guide/{ITEM}/"))
    edited(ITEM, effective_date=None)
    assert "起才接受申请" not in text_of(Client().get(f"/guide/{ITEM}/"))


def test_who_is_led_to_it_step_by_step_reads_it_too() -> None:
    edited("marriage_registration", effective_date=FUTURE)
    catalogue = queries.current()
    topics = [
        key
        for key, topic in catalogue.topics.items()
        if any(target.key == "marriage_registration" for target in guided.leads_to(catalogue, topic))
    ]
    assert topics
    assert "从2099-01-01起才接受申请" in text_of(Client().get(f"/find/{topics[0]}/"))


def test_a_program_is_refused_with_the_same_sentence() -> None:
    edited(ITEM, cancel_date=PAST)
    answer = post(logged_in(), "submit", as_json(submission(ITEM)))
    assert answer.status_code == 409
    assert "从2026-01-01起已经取消" in answer.json()["message"]
