"""The officers' work list through HTTP, its lights, filters and pages, and finding a case by number."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from tests.counter_desk import text_of
from tests.factories import NOW, accepted, case_of, decided, staff
from tests.officers_desk import (
    FIRST,
    LATER,
    officer,
    page_of,
    proof,
    stop_clock,
    stopped_clock,
)
from yichuang.cases import queries
from yichuang.cases.actions.procedures import begin_procedure
from yichuang.cases.actions.review import claim
from yichuang.cases.data import Holder
from yichuang.deadlines.data import Light, Limit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
__all__ = ["stopped_clock"]


# ── The work list ────────────────────────────────────────────────────────────────────────────────


def test_a_visitor_logs_in_first() -> None:
    assert Client().get("/desk/")["Location"] == "/accounts/login/?next=/desk/"


@pytest.mark.parametrize("username", ["clerk1", "manager", "supervisor", "administrator", "linzhixia"])
def test_only_officers_use_the_desk(username: str) -> None:
    response = officer(username).get("/desk/")
    assert response.status_code == 403
    assert "只有部门审批人员" in text_of(response)


def test_the_list_shows_the_departments_own_cases_only() -> None:
    mine, other = proof(), case_of(accepted("newborn"), FIRST)
    text = text_of(officer().get("/desk/"))
    assert mine.number in text
    assert other.number not in text
    assert other.number in text_of(officer("officer-weijian").get("/desk/"))


def test_the_list_begins_with_what_is_due_first() -> None:
    young, old = proof(), proof(now=NOW - timedelta(days=3))
    html = officer().get("/desk/").content.decode()
    assert html.index(old.number) < html.index(young.number)


def test_the_list_leaves_out_what_waits_and_what_is_decided() -> None:
    whole = accepted("newborn")
    waiting = next(case for case in whole.cases if case.waiting and case.department_name == "卫健委")
    decided(whole, FIRST, "officer-weijian")
    text = text_of(officer("officer-weijian").get("/desk/"))
    assert waiting.number not in text
    assert case_of(whole, FIRST).number not in text


def test_names_are_masked_and_instant_items_are_marked() -> None:
    proof()
    text = text_of(officer().get("/desk/"))
    assert "林知夏" not in text
    assert "林**" in text
    assert "即办" not in text
    accepted("newborn")
    assert "即办" in text_of(officer("officer-weijian").get("/desk/"))


def test_the_list_says_who_holds_a_case_and_until_when() -> None:
    case = proof()
    claim(actor=staff("officer-zhujian2"), case_id=case.id, now=LATER)
    assert "占广厦 到 12:30" in text_of(officer().get("/desk/"))
    assert "我 到 12:30" in text_of(officer("officer-zhujian2").get("/desk/"))


def test_what_is_due_today_and_what_is_overdue_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    actor, due = staff("officer-zhujian"), proof().due_at
    assert due is not None
    before = queries.due_counts(actor, now=LATER)
    assert queries.due_counts(actor, now=due - timedelta(hours=2)).today == before.today + before.overdue + 1
    late = queries.due_counts(actor, now=due + timedelta(minutes=5))
    assert late.overdue == before.today + before.overdue + 1
    stop_clock(monkeypatch, due - timedelta(hours=2))
    assert "今天到期" in text_of(officer().get("/desk/"))
    stop_clock(monkeypatch, due + timedelta(minutes=5))
    assert f"超期 {late.overdue} 件" in text_of(officer().get("/desk/"))


def test_the_list_is_narrowed_to_mine_and_to_free() -> None:
    mine, held, free = proof(), proof(), proof()
    claim(actor=staff("officer-zhujian"), case_id=mine.id, now=LATER)
    claim(actor=staff("officer-zhujian2"), case_id=held.id, now=LATER)
    shown = text_of(officer().get("/desk/", {"holder": "mine"}))
    assert mine.number in shown
    assert held.number not in shown
    assert free.number not in shown
    shown = text_of(officer().get("/desk/", {"holder": "free"}))
    assert free.number in shown
    assert mine.number not in shown
    assert held.number not in shown


def test_a_claim_that_ran_out_is_free_again() -> None:
    case = proof()
    claim(actor=staff("officer-zhujian2"), case_id=case.id, now=NOW - timedelta(hours=3))
    free = queries.work_list(staff("officer-zhujian"), now=LATER, holder=Holder.FREE)
    assert case.id in {row.id for row in free.rows}
    mine = queries.work_list(staff("officer-zhujian2"), now=LATER, holder=Holder.MINE)
    assert case.id not in {row.id for row in mine.rows}


@pytest.mark.parametrize("ago", [0, 1, 2, 4, 6, 9, 20])
def test_the_database_and_the_calendar_see_the_same_light(ago: int) -> None:
    actor = staff("officer-zigui")
    accepted("real_estate_mortgage", now=NOW - timedelta(days=ago))
    for moment in (NOW, LATER, NOW + timedelta(days=1), NOW + timedelta(days=2, hours=3)):
        everything = {row.id: row.light for row in queries.work_list(actor, now=moment).rows}
        assert everything
        for shining in Light:
            found = queries.work_list(actor, now=moment, shining=shining).rows
            assert {row.id for row in found} == {each for each, seen in everything.items() if seen is shining}


def test_every_case_stands_on_exactly_one_page() -> None:
    numbers = [proof(now=NOW - timedelta(days=days)).number for days in (6, 6, 5, 0, 0)]
    actor, found, key = staff("officer-zhujian"), [], None
    while True:
        part = queries.work_list(actor, now=LATER, after=key, rows=2)
        found += [row.number for row in part.rows]
        key = part.next
        if key is None:
            break
    assert [number for number in found if number in numbers] == numbers
    assert len(found) == len(set(found))


def test_the_pages_are_linked_and_an_edited_key_leads_to_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries.work_list, "__kwdefaults__", {**queries.work_list.__kwdefaults__, "rows": 2})
    numbers = [proof().number for _ in range(3)]
    first = officer().get("/desk/").content.decode()
    following = re.search(r'href="(/desk/\?after=[^"]+)"\s+rel="next"', first)
    assert following
    assert numbers[2] not in first
    second = officer().get(following[1].replace("&amp;", "&"))
    assert numbers[2] in text_of(second)
    assert numbers[0] in text_of(officer().get("/desk/?after=nonsense_x"))


def test_what_stands_still_is_due_at_no_time_and_has_pages_all_the_same() -> None:
    actor, numbers = staff("officer-zhujian"), []
    for _ in range(3):
        case = case_of(accepted("fire_design_review"), "fire_design_review")
        begin_procedure(
            actor=actor,
            case_id=case.id,
            procedure="专家评审",
            reason="采用了新技术。",
            expected=Limit(5),
            now=NOW,
        )
        numbers.append(case.number)
    first = queries.work_list(actor, now=LATER, rows=2, holder=Holder.SUSPENDED)
    second = queries.work_list(actor, now=LATER, rows=2, holder=Holder.SUSPENDED, after=first.next)
    assert [row.number for row in (*first.rows, *second.rows)] == numbers
    assert second.next is None
    key = f"_{first.rows[-1].id}"
    shown = text_of(officer().get("/desk/", {"holder": "suspended", "after": key}))
    assert (numbers[1] in shown, numbers[2] in shown) == (False, True)


@pytest.mark.parametrize("narrowed", [{}, {"holder": "mine"}, {"light": "yellow"}])
def test_the_list_costs_the_same_however_long_it_is(
    narrowed: dict[str, str], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = officer()
    for _ in range(6):
        case = proof()
        claim(actor=staff("officer-zhujian"), case_id=case.id, now=LATER)
    proof()
    client.get("/desk/")
    with django_assert_max_num_queries(9):
        client.get("/desk/", narrowed)


# ── Searching ────────────────────────────────────────────────────────────────────────────────────


def test_a_number_leads_straight_to_the_case() -> None:
    case = proof()
    for words in (case.number, case.application_number, case.application_number.lower()):
        assert officer().post("/desk/search/", {"words": words})["Location"] == page_of(case)


def test_several_cases_of_the_department_are_listed_and_sisters_are_not() -> None:
    whole = accepted("newborn")
    text = text_of(officer("officer-weijian").post("/desk/search/", {"words": whole.number}))
    assert "找到本部门的 2 件" in text
    assert case_of(whole, "citizen_card").number not in text


def test_another_departments_number_finds_nothing() -> None:
    text = text_of(officer("officer-yibao").post("/desk/search/", {"words": proof().number}))
    assert "没有找到" in text
