"""The officers' desk through HTTP: one page a case, and the acts on it."""

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from tests.city import run_journey
from tests.counter_desk import text_of
from tests.factories import accepted, case_of, decided, received, staff
from tests.officers_desk import FIRST, LATER, PROOF, officer, page_of, proof, row_of, stopped_clock
from tests.portal_visitors import holder_of
from yichuang.base.errors import Overtaken
from yichuang.cases import queries, reading
from yichuang.cases.actions.handing_on import hand_on
from yichuang.cases.actions.review import claim
from yichuang.cases.models import Case
from yichuang.cases.states import Outcome, Stage, Verb
from yichuang.ledger.models import Entry
from yichuang.web.desk.cases import plain_grant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
__all__ = ["stopped_clock"]


# ── One case ─────────────────────────────────────────────────────────────────────────────────────


def test_another_departments_case_does_not_exist() -> None:
    case = proof()
    for address in ("", "claim/", "unclaim/", "decide/", "licence/"):
        client = officer("officer-yibao")
        method = client.post if address.endswith(("claim/", "decide/")) else client.get
        assert method(page_of(case) + address).status_code == 404


def test_the_page_shows_what_the_departments_items_ask_for_and_records_the_read() -> None:
    whole = accepted("newborn")
    case = case_of(whole, FIRST)
    text = text_of(officer("officer-weijian").get(page_of(case)))
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
    html = officer("officer-yibao").get(page_of(sister)).content.decode()
    assert case.item_name in html
    assert "待领取" in html
    assert case.number not in html
    assert "材料齐全，符合条件" not in html
    assert "材料齐全，符合条件" not in html


def test_a_waiting_case_says_what_it_waits_for_and_cannot_be_decided() -> None:
    whole = accepted("newborn")
    waiting = next(case for case in whole.cases if case.department_name == "医保局")
    response = officer("officer-yibao").get(page_of(waiting))
    assert f"还在等同一份申办中的： {case_of(whole, FIRST).item_name}" in text_of(response)
    assert 'name="outcome"' not in response.content.decode()


def test_a_case_in_the_departments_own_system_shows_how_its_dispatch_stands() -> None:
    whole = accepted("newborn")
    decided(whole, FIRST, "officer-weijian")
    run_journey(LATER)
    away = next(case for case in whole.cases if case.partner)
    response = officer("officer-gongan").get(page_of(away))
    assert "由部门业务系统办理" in text_of(response)
    assert "对接状态" in text_of(response)
    assert 'name="outcome"' not in response.content.decode()
    refused = officer("officer-gongan").post(
        page_of(away) + "decide/", {"outcome": "granted", "text": "同意"}
    )
    assert refused.status_code == 409
    assert "由部门业务系统办理" in text_of(refused)


def test_a_received_case_is_not_yet_the_departments() -> None:
    case = case_of(received(PROOF), PROOF)
    response = officer().get(page_of(case))
    assert "现在没有轮到本部门办理" in text_of(response)
    assert 'name="outcome"' not in response.content.decode()


def test_the_page_costs_the_same_for_one_case_and_for_five(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    small, large = proof(), case_of(accepted("newborn"), FIRST)
    for username, case in (("officer-zhujian", small), ("officer-weijian", large)):
        client = officer(username)
        client.get(page_of(case))
        with django_assert_max_num_queries(19):
            client.get(page_of(case))


# ── Claiming ─────────────────────────────────────────────────────────────────────────────────────


def test_claiming_opens_the_case_and_giving_back_leads_to_the_list() -> None:
    case, client = proof(), officer()
    assert client.post(page_of(case) + "claim/")["Location"] == page_of(case)
    assert row_of(case.id).claimed_by == staff("officer-zhujian").id
    assert "您已认领" in text_of(client.get(page_of(case)))
    assert client.post(page_of(case) + "unclaim/")["Location"] == "/desk/"
    assert row_of(case.id).claimed_by is None


def test_who_comes_second_reads_who_was_first() -> None:
    case = proof()
    officer().post(page_of(case) + "claim/")
    response = officer("officer-zhujian2").post(page_of(case) + "claim/", follow=True)
    assert "叶筑安正在办理这件" in text_of(response)
    assert 'name="outcome"' not in response.content.decode()


def test_an_act_by_a_link_is_no_act() -> None:
    case = proof()
    for act in ("claim/", "unclaim/", "decide/"):
        assert officer().get(page_of(case) + act).status_code == 405
    assert row_of(case.id).stage == Stage.ACCEPTED


# ── Deciding ─────────────────────────────────────────────────────────────────────────────────────


def test_an_instant_case_is_decided_at_once_and_the_next_opens() -> None:
    first, second = (case_of(accepted("newborn"), FIRST) for _ in range(2))
    assert first.is_instant
    client = officer("officer-weijian")
    assert 'name="outcome"' in client.get(page_of(first)).content.decode()
    response = client.post(
        page_of(first) + "decide/", {"outcome": "granted", "text": "属实，准予。"}, follow=True
    )
    assert response.redirect_chain[-1][0] == page_of(second)
    assert f"已准予“{first.item_name}”" in text_of(response)
    assert row_of(first.id).outcome == Outcome.GRANTED
    assert reading.reason_of(first.id, Verb.DECIDE) == "属实，准予。"


def test_the_last_decision_leads_to_the_list() -> None:
    case, client = proof(), officer()
    Case.objects.exclude(id=case.id).filter(department_id=case.department_id).update(waiting=1)
    response = client.post(page_of(case) + "decide/", {"outcome": "granted", "text": ""})
    assert response["Location"] == "/desk/"


def test_a_grant_without_words_says_that_everything_was_in_order() -> None:
    case = proof()
    officer().post(page_of(case) + "decide/", {"outcome": "granted", "text": " "})
    assert reading.reason_of(case.id, Verb.DECIDE) == plain_grant()


def test_a_refusal_needs_reasons_and_says_so_at_the_box() -> None:
    case = proof()
    response = officer().post(page_of(case) + "decide/", {"outcome": "refused", "text": " "})
    assert response.status_code == 422
    assert "请填写不予许可的理由" in text_of(response)
    assert row_of(case.id).stage == Stage.ACCEPTED
    officer().post(page_of(case) + "decide/", {"outcome": "refused", "text": "房屋未参加房改"})
    assert row_of(case.id).outcome == Outcome.REFUSED


def test_too_long_an_opinion_stays_in_the_box() -> None:
    case, text = proof(), "长" * 2001
    response = officer().post(page_of(case) + "decide/", {"outcome": "granted", "text": text})
    assert response.status_code == 422
    assert text in response.content.decode()


def test_a_decision_that_is_neither_is_no_decision() -> None:
    case = proof()
    response = officer().post(page_of(case) + "decide/", {"outcome": "maybe", "text": "也许"})
    assert response.status_code == 422
    assert "也许" in response.content.decode()
    assert row_of(case.id).stage == Stage.ACCEPTED


def test_the_same_form_sent_twice_decides_once_and_says_nothing_wrong() -> None:
    case, client = proof(), officer()
    sent = {"outcome": "granted", "text": "同意"}
    first = client.post(page_of(case) + "decide/", sent)
    second = client.post(page_of(case) + "decide/", sent)
    assert (first.status_code, second.status_code) == (302, 302)
    assert Entry.objects.filter(verb=Verb.DECIDE, subject_id=case.id).count() == 1


def test_who_is_overtaken_reads_why_and_keeps_what_was_typed() -> None:
    case = proof()
    claim(actor=staff("officer-zhujian2"), case_id=case.id, now=LATER)
    response = officer().post(page_of(case) + "decide/", {"outcome": "granted", "text": "我已核对原件"})
    assert response.status_code == 409
    text = text_of(response)
    assert "占广厦正在办理这件" in text
    assert "我已核对原件" in text
    assert row_of(case.id).outcome == ""


def test_a_decided_case_keeps_the_colleagues_words_too() -> None:
    case = proof()
    officer("officer-zhujian2").post(page_of(case) + "decide/", {"outcome": "granted", "text": "同意"})
    response = officer().post(page_of(case) + "decide/", {"outcome": "refused", "text": "不同意"})
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
    assert 'name="outcome"' not in client.get(page_of(slow)).content.decode()
    client.post(page_of(slow) + "claim/")
    assert 'name="outcome"' in client.get(page_of(slow)).content.decode()


# ── Handing on ───────────────────────────────────────────────────────────────────────────────────


def test_an_officer_passes_a_case_on_to_a_colleague_with_a_note() -> None:
    case, colleague = proof(), staff("officer-zhujian2")
    desk = officer()
    desk.post(f"{page_of(case)}claim/")
    assert "占广厦" in text_of(desk.get(page_of(case)))
    typed = {"to": colleague.id, "note": "我下午外出，请接着办。"}
    assert desk.post(f"{page_of(case)}hand-on/", typed).status_code == 302
    shown = text_of(officer("officer-zhujian2").get(page_of(case)))
    assert "转交给占广厦" in shown
    assert "我下午外出，请接着办。" in shown
    assert "您已认领，到 03-10 23:59" in shown
    with pytest.raises(Overtaken, match="03-10 23:59"):
        claim(actor=staff("officer-zhujian"), case_id=case.id, now=LATER)


@pytest.mark.parametrize("to", ["", "officer", "0", "9" * 30])
def test_a_case_is_passed_on_to_nobody_else_than_a_colleague(to: str) -> None:
    case = proof()
    desk = officer()
    desk.post(f"{page_of(case)}claim/")
    for other in (to, str(staff("officer-weijian").id), str(staff("officer-zhujian").id)):
        refused = desk.post(f"{page_of(case)}hand-on/", {"to": other, "note": "请接着办。"})
        assert refused.status_code == 422
        assert "请接着办。" in text_of(refused)
    assert row_of(case.id).claimed_by == staff("officer-zhujian").id


def test_what_a_colleague_holds_only_she_and_the_chief_hand_on() -> None:
    case = proof()
    claim(actor=staff("officer-zhujian2"), case_id=case.id, now=LATER)
    to = {"to": staff("officer-zhujian").id, "note": ""}
    assert officer().post(f"{page_of(case)}hand-on/", {"to": staff("chief-zhujian").id}).status_code == 409
    assert officer("chief-zhujian").post(f"{page_of(case)}hand-on/", to).status_code == 302
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
