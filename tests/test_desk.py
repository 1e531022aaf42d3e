"""The officers' desk through HTTP: the work list, one page a case, and the acts on it."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from tests.city import run_journey
from tests.counter_desk import clerk_client, text_of
from tests.factories import NOW, accepted, case_of, decided, received, staff
from tests.officers_desk import LATER, stop_clock, stopped_clock
from tests.portal_visitors import holder_of
from yichuang.base.errors import Overtaken
from yichuang.cases import queries, reading
from yichuang.cases.actions.handing_on import hand_on
from yichuang.cases.actions.review import claim
from yichuang.cases.data import CaseRow, Holder
from yichuang.cases.models import Case
from yichuang.cases.states import Outcome, Stage, Verb
from yichuang.deadlines.data import Light
from yichuang.ledger.models import Entry
from yichuang.web.desk.cases import plain_grant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
__all__ = ["stopped_clock"]

FIRST = "birth_certificate"
PROOF = "housing_reform_proof"


def officer(username: str = "officer-zhujian") -> Client:
    return clerk_client(username)


def proof(**changes: object) -> CaseRow:
    """A case of the housing department that waits for an officer."""
    return case_of(accepted(PROOF, **changes), PROOF)


def page(case: CaseRow) -> str:
    return f"/desk/cases/{case.number}/"


def row_of(case_id: int) -> Case:
    return Case.objects.get(id=case_id)


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
    with django_assert_max_num_queries(8):
        client.get("/desk/", narrowed)


# ── Searching ────────────────────────────────────────────────────────────────────────────────────


def test_a_number_leads_straight_to_the_case() -> None:
    case = proof()
    for words in (case.number, case.application_number, case.application_number.lower()):
        assert officer().post("/desk/search/", {"words": words})["Location"] == page(case)


def test_several_cases_of_the_department_are_listed_and_sisters_are_not() -> None:
    whole = accepted("newborn")
    text = text_of(officer("officer-weijian").post("/desk/search/", {"words": whole.number}))
    assert "找到本部门的 2 件" in text
    assert case_of(whole, "citizen_card").number not in text


def test_another_departments_number_finds_nothing() -> None:
    text = text_of(officer("officer-yibao").post("/desk/search/", {"words": proof().number}))
    assert "没有找到" in text


# ── One case ─────────────────────────────────────────────────────────────────────────────────────


def test_another_departments_case_does_not_exist() -> None:
    case = proof()
    for address in ("", "claim/", "unclaim/", "decide/", "licence/"):
        client = officer("officer-yibao")
        method = client.post if address.endswith(("claim/", "decide/")) else client.get
        assert method(page(case) + address).status_code == 404


def test_the_page_shows_what_the_departments_items_ask_for_and_records_the_read() -> None:
    whole = accepted("newborn")
    case = case_of(whole, FIRST)
    text = text_of(officer("officer-weijian").get(page(case)))
    assert "分娩记录编号" in text
    assert "户主" not in text  # only the police ask for it
    entry = Entry.objects.filter(verb="form.read", subject_id=whole.id).latest("id")
    assert FIRST in entry.facts["items"]
    assert "citizen_card" not in entry.facts["items"]
    assert entry.actor_id == staff("officer-weijian").id


def test_sisters_show_their_stage_and_nothing_more() -> None:
    whole = accepted("newborn")
    case = case_of(whole, FIRST)
    decided(whole, FIRST, "officer-weijian")
    run_journey(LATER)
    sister = next(each for each in whole.cases if each.department_name == "医保局")
    html = officer("officer-yibao").get(page(sister)).content.decode()
    assert case.item_name in html
    assert "待领取" in html
    assert case.number not in html
    assert "材料齐全，符合条件" not in html
    assert "材料齐全，符合条件" not in html


def test_a_waiting_case_says_what_it_waits_for_and_cannot_be_decided() -> None:
    whole = accepted("newborn")
    waiting = next(case for case in whole.cases if case.department_name == "医保局")
    response = officer("officer-yibao").get(page(waiting))
    assert f"还在等同一份申办中的： {case_of(whole, FIRST).item_name}" in text_of(response)
    assert 'name="outcome"' not in response.content.decode()


def test_a_case_in_the_departments_own_system_shows_how_its_dispatch_stands() -> None:
    whole = accepted("newborn")
    decided(whole, FIRST, "officer-weijian")
    run_journey(LATER)
    away = next(case for case in whole.cases if case.partner)
    response = officer("officer-gongan").get(page(away))
    assert "由部门业务系统办理" in text_of(response)
    assert "对接状态" in text_of(response)
    assert 'name="outcome"' not in response.content.decode()
    refused = officer("officer-gongan").post(page(away) + "decide/", {"outcome": "granted", "text": "同意"})
    assert refused.status_code == 409
    assert "由部门业务系统办理" in text_of(refused)


def test_a_received_case_is_not_yet_the_departments() -> None:
    case = case_of(received(PROOF), PROOF)
    response = officer().get(page(case))
    assert "现在没有轮到本部门办理" in text_of(response)
    assert 'name="outcome"' not in response.content.decode()


def test_the_page_costs_the_same_for_one_case_and_for_five(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    small, large = proof(), case_of(accepted("newborn"), FIRST)
    for username, case in (("officer-zhujian", small), ("officer-weijian", large)):
        client = officer(username)
        client.get(page(case))
        with django_assert_max_num_queries(19):
            client.get(page(case))


# ── Claiming ─────────────────────────────────────────────────────────────────────────────────────


def test_claiming_opens_the_case_and_giving_back_leads_to_the_list() -> None:
    case, client = proof(), officer()
    assert client.post(page(case) + "claim/")["Location"] == page(case)
    assert row_of(case.id).claimed_by == staff("officer-zhujian").id
    assert "您已认领" in text_of(client.get(page(case)))
    assert client.post(page(case) + "unclaim/")["Location"] == "/desk/"
    assert row_of(case.id).claimed_by is None


def test_who_comes_second_reads_who_was_first() -> None:
    case = proof()
    officer().post(page(case) + "claim/")
    response = officer("officer-zhujian2").post(page(case) + "claim/", follow=True)
    assert "叶筑安正在办理这件" in text_of(response)
    assert 'name="outcome"' not in response.content.decode()


def test_an_act_by_a_link_is_no_act() -> None:
    case = proof()
    for act in ("claim/", "unclaim/", "decide/"):
        assert officer().get(page(case) + act).status_code == 405
    assert row_of(case.id).stage == Stage.ACCEPTED


# ── Deciding ─────────────────────────────────────────────────────────────────────────────────────


def test_an_instant_case_is_decided_at_once_and_the_next_opens() -> None:
    first, second = (case_of(accepted("newborn"), FIRST) for _ in range(2))
    assert first.is_instant
    client = officer("officer-weijian")
    assert 'name="outcome"' in client.get(page(first)).content.decode()
    response = client.post(
        page(first) + "decide/", {"outcome": "granted", "text": "属实，准予。"}, follow=True
    )
    assert response.redirect_chain[-1][0] == page(second)
    assert f"已准予“{first.item_name}”" in text_of(response)
    assert row_of(first.id).outcome == Outcome.GRANTED
    assert reading.reason_of(first.id, Verb.DECIDE) == "属实，准予。"


def test_the_last_decision_leads_to_the_list() -> None:
    case, client = proof(), officer()
    Case.objects.exclude(id=case.id).filter(department_id=case.department_id).update(waiting=1)
    response = client.post(page(case) + "decide/", {"outcome": "granted", "text": ""})
    assert response["Location"] == "/desk/"


def test_a_grant_without_words_says_that_everything_was_in_order() -> None:
    case = proof()
    officer().post(page(case) + "decide/", {"outcome": "granted", "text": " "})
    assert reading.reason_of(case.id, Verb.DECIDE) == plain_grant()


def test_a_refusal_needs_reasons_and_says_so_at_the_box() -> None:
    case = proof()
    response = officer().post(page(case) + "decide/", {"outcome": "refused", "text": " "})
    assert response.status_code == 422
    assert "请填写不予许可的理由" in text_of(response)
    assert row_of(case.id).stage == Stage.ACCEPTED
    officer().post(page(case) + "decide/", {"outcome": "refused", "text": "房屋未参加房改"})
    assert row_of(case.id).outcome == Outcome.REFUSED


def test_too_long_an_opinion_stays_in_the_box() -> None:
    case, text = proof(), "长" * 2001
    response = officer().post(page(case) + "decide/", {"outcome": "granted", "text": text})
    assert response.status_code == 422
    assert text in response.content.decode()


def test_a_decision_that_is_neither_is_no_decision() -> None:
    case = proof()
    response = officer().post(page(case) + "decide/", {"outcome": "maybe", "text": "也许"})
    assert response.status_code == 422
    assert "也许" in response.content.decode()
    assert row_of(case.id).stage == Stage.ACCEPTED


def test_the_same_form_sent_twice_decides_once_and_says_nothing_wrong() -> None:
    case, client = proof(), officer()
    sent = {"outcome": "granted", "text": "同意"}
    first = client.post(page(case) + "decide/", sent)
    second = client.post(page(case) + "decide/", sent)
    assert (first.status_code, second.status_code) == (302, 302)
    assert Entry.objects.filter(verb=Verb.DECIDE, subject_id=case.id).count() == 1


def test_who_is_overtaken_reads_why_and_keeps_what_was_typed() -> None:
    case = proof()
    claim(actor=staff("officer-zhujian2"), case_id=case.id, now=LATER)
    response = officer().post(page(case) + "decide/", {"outcome": "granted", "text": "我已核对原件"})
    assert response.status_code == 409
    text = text_of(response)
    assert "占广厦正在办理这件" in text
    assert "我已核对原件" in text
    assert row_of(case.id).outcome == ""


def test_a_decided_case_keeps_the_colleagues_words_too() -> None:
    case = proof()
    officer("officer-zhujian2").post(page(case) + "decide/", {"outcome": "granted", "text": "同意"})
    response = officer().post(page(case) + "decide/", {"outcome": "refused", "text": "不同意"})
    assert response.status_code == 409
    assert "不同意" in text_of(response)
    assert row_of(case.id).outcome == Outcome.GRANTED


def test_a_promised_case_is_claimed_before_it_is_decided() -> None:
    whole = accepted("newborn")
    decided(whole, FIRST, "officer-weijian")
    run_journey(LATER)
    slow = next(case for case in queries.application(staff("clerk1"), whole.number, now=LATER).cases
                if case.department_name == "卫健委" and case.item_key != FIRST)  # fmt: skip
    assert not slow.is_instant
    client = officer("officer-weijian")
    assert 'name="outcome"' not in client.get(page(slow)).content.decode()
    client.post(page(slow) + "claim/")
    assert 'name="outcome"' in client.get(page(slow)).content.decode()


# ── Handing on ───────────────────────────────────────────────────────────────────────────────────


def test_an_officer_passes_a_case_on_to_a_colleague_with_a_note() -> None:
    case, colleague = proof(), staff("officer-zhujian2")
    desk = officer()
    desk.post(f"{page(case)}claim/")
    assert "占广厦" in text_of(desk.get(page(case)))
    typed = {"to": colleague.id, "note": "我下午外出，请接着办。"}
    assert desk.post(f"{page(case)}hand-on/", typed).status_code == 302
    shown = text_of(officer("officer-zhujian2").get(page(case)))
    assert "转交给占广厦" in shown
    assert "我下午外出，请接着办。" in shown
    assert "您已认领，到 03-10 23:59" in shown
    with pytest.raises(Overtaken, match="03-10 23:59"):
        claim(actor=staff("officer-zhujian"), case_id=case.id, now=LATER)


@pytest.mark.parametrize("to", ["", "officer", "0", "9" * 30])
def test_a_case_is_passed_on_to_nobody_else_than_a_colleague(to: str) -> None:
    case = proof()
    desk = officer()
    desk.post(f"{page(case)}claim/")
    for other in (to, str(staff("officer-weijian").id), str(staff("officer-zhujian").id)):
        refused = desk.post(f"{page(case)}hand-on/", {"to": other, "note": "请接着办。"})
        assert refused.status_code == 422
        assert "请接着办。" in text_of(refused)
    assert row_of(case.id).claimed_by == staff("officer-zhujian").id


def test_what_a_colleague_holds_only_she_and_the_chief_hand_on() -> None:
    case = proof()
    claim(actor=staff("officer-zhujian2"), case_id=case.id, now=LATER)
    to = {"to": staff("officer-zhujian").id, "note": ""}
    assert officer().post(f"{page(case)}hand-on/", {"to": staff("chief-zhujian").id}).status_code == 409
    assert officer("chief-zhujian").post(f"{page(case)}hand-on/", to).status_code == 302
    assert row_of(case.id).claimed_by == staff("officer-zhujian").id


def test_the_applicant_reads_nothing_of_it() -> None:
    whole = accepted(PROOF)
    case = case_of(whole, PROOF)
    hand_on(
        actor=staff("officer-zhujian"), case_id=case.id, to=staff("officer-zhujian2").id,
        note="只给同事看的话。", now=LATER,
    )  # fmt: skip
    shown = text_of(holder_of(whole).get(f"/track/{whole.number}/"))
    assert "只给同事看的话。" not in shown
    assert "转交" not in shown
