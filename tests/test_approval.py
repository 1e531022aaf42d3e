"""报批: proposed by one, approved by another; an extension is given once, in time, and told with its reason."""

import pytest

from tests.city import run_journey
from tests.counter_desk import clerk_client, text_of
from tests.courses import again, at, clocks_of, every_case_folds, papers_of, pass_time
from tests.factories import NOW, accepted, case_of, decided, staff
from tests.officers_desk import stopped_clock
from tests.portal_visitors import holder_of
from yichuang.base.errors import Forbidden, Invalid, Overtaken, Refused
from yichuang.cases import queries, reading
from yichuang.cases.actions.approval import approve, propose_decision, propose_extension, return_proposal
from yichuang.cases.actions.review import claim, decide
from yichuang.cases.actions.withdrawal import withdraw
from yichuang.cases.data import CaseRow, Holder
from yichuang.cases.models import Case
from yichuang.cases.states import Outcome, Stage, Verb
from yichuang.catalogue.papers import NoticeKind
from yichuang.deadlines.data import ClockKind, Limit
from yichuang.ledger.models import Entry
from yichuang.notices.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_case_folds")]
__all__ = ["every_case_folds", "stopped_clock"]

FIRE, OFFICER, COLLEAGUE, CHIEF = "fire_design_review", "officer-zhujian", "officer-zhujian2", "chief-zhujian"
REASON = "工程复杂，需要复核计算书。"
TEN_DAYS = Limit(10)


def fire() -> CaseRow:
    """A fire review that was accepted on Monday, 9 March: due on the 18th, by law on the 30th."""
    return case_of(accepted(FIRE), FIRE)


def propose(case: CaseRow, who: str = OFFICER, by: Limit = TEN_DAYS, reason: str = REASON) -> None:
    propose_extension(actor=staff(who), case_id=case.id, by=by, reason=reason, now=NOW)


def extended() -> CaseRow:
    case = fire()
    propose(case)
    approve(actor=staff(CHIEF), case_id=case.id, now=NOW)
    return again(case)


def test_a_limit_is_extended_once_the_chief_approves_and_not_before() -> None:
    case = fire()
    propose(case)
    assert (again(case).due_at, again(case).statutory_due_at) == (
        at("2026-03-18T23:59:59"),
        at("2026-03-30T23:59:59"),
    )
    approve(actor=staff(CHIEF), case_id=case.id, now=NOW)
    # Qingming, 4 to 6 April, is off; the 7th is the first day after it.
    assert (again(case).due_at, again(case).statutory_due_at) == (
        at("2026-04-01T23:59:59"),
        at("2026-04-14T23:59:59"),
    )
    assert again(case).stage == Stage.IN_REVIEW
    decided_by = staff(OFFICER)
    decide(actor=decided_by, case_id=case.id, outcome=Outcome.GRANTED, opinion="合格。", now=NOW)


def test_the_applicant_is_told_the_reason_in_writing() -> None:
    case = extended()
    run_journey()
    assert papers_of(case) == [NoticeKind.ACCEPTANCE, NoticeKind.EXTENSION]
    assert Message.objects.filter(case_number=case.number, key__startswith="longer:").count() == 1


def test_the_lights_follow_the_new_date() -> None:
    case = extended()
    pass_time(at("2026-03-19T09:00"))
    row = again(case, at("2026-03-19T09:00"))
    assert row.light is not None
    assert row.light.value == "green"


def test_a_second_extension_is_refused() -> None:
    with pytest.raises(Invalid, match="已经延长过一次"):
        propose(extended())


@pytest.mark.parametrize(
    ("by", "reason", "sentence"),
    [
        (Limit(11), REASON, "最多延长10个工作日"),
        (Limit(0), REASON, "最多延长10个工作日"),
        (TEN_DAYS, " ", "请填写延长期限的理由"),
    ],
)
def test_what_the_law_does_not_allow_is_not_even_proposed(by: Limit, reason: str, sentence: str) -> None:
    case = fire()
    with pytest.raises(Invalid, match=sentence):
        propose(case, by=by, reason=reason)
    assert again(case).proposed == ""


def test_a_law_that_knows_no_extension_gives_none() -> None:
    case = case_of(accepted("real_estate_mortgage"), "real_estate_mortgage")
    with pytest.raises(Invalid, match="不能延长办理期限"):
        propose(case, "officer-zigui")


def test_a_limit_that_has_passed_is_not_extended_any_more() -> None:
    case = fire()
    propose(case)
    with pytest.raises(Invalid, match="期限已过"):
        approve(actor=staff(CHIEF), case_id=case.id, now=at("2026-03-31T09:00"))


def test_nobody_approves_what_he_proposed_and_only_the_chief_approves() -> None:
    case = fire()
    propose(case, CHIEF)
    with pytest.raises(Forbidden, match="自己提出的"):
        approve(actor=staff(CHIEF), case_id=case.id, now=NOW)
    with pytest.raises(Forbidden, match="首席代表批准"):
        approve(actor=staff(COLLEAGUE), case_id=case.id, now=NOW)
    with pytest.raises(Forbidden):
        return_proposal(actor=staff(COLLEAGUE), case_id=case.id, remark="不同意。", now=NOW)


def test_while_it_waits_for_approval_nobody_acts_and_afterwards_everybody_may() -> None:
    case, officer = fire(), staff(OFFICER)
    propose(case)
    with pytest.raises(Overtaken, match="正在报批"):
        decide(actor=officer, case_id=case.id, outcome=Outcome.GRANTED, opinion="合格。", now=NOW)
    with pytest.raises(Overtaken, match="正在报批"):
        claim(actor=staff(COLLEAGUE), case_id=case.id, now=NOW)
    with pytest.raises(Overtaken, match="正在报批"):
        propose(case)
    return_proposal(actor=officer, case_id=case.id, remark="复核已经完成，收回。", now=NOW)
    decide(actor=officer, case_id=case.id, outcome=Outcome.GRANTED, opinion="合格。", now=NOW)


def test_what_is_returned_is_extended_by_nothing_and_may_be_proposed_again() -> None:
    case = fire()
    propose(case)
    return_proposal(actor=staff(CHIEF), case_id=case.id, remark="理由不充分。", now=NOW)
    assert (again(case).due_at, again(case).proposed) == (at("2026-03-18T23:59:59"), "")
    with pytest.raises(Overtaken, match="没有等待批准的事"):
        approve(actor=staff(CHIEF), case_id=case.id, now=NOW)
    propose(case, by=Limit(5))
    approve(actor=staff(CHIEF), case_id=case.id, now=NOW)
    assert again(case).due_at == at("2026-03-25T23:59:59")


def test_what_is_proposed_ends_with_the_case() -> None:
    row = accepted(FIRE)
    case = case_of(row, FIRE)
    propose(case)
    withdraw(actor=staff("clerk1"), application_id=row.id, case_ids=[case.id], reason="不建了。", now=NOW)
    with pytest.raises(Overtaken):
        approve(actor=staff(CHIEF), case_id=case.id, now=NOW)
    assert Case.objects.get(id=case.id).proposed == ""


def test_both_stand_in_the_ledger() -> None:
    case = extended()
    entries = Entry.objects.filter(subject_kind="case", subject_id=case.id)
    assert entries.get(verb=Verb.PROPOSE).actor_id == staff(OFFICER).id
    assert entries.get(verb=Verb.EXTEND).actor_id == staff(CHIEF).id


# ── Decisions ────────────────────────────────────────────────────────────────────────────────────

LABOUR, TEACHER = "labour_dispatch_licence", "teacher_qualification"
FIRST, HEAD = "officer-renshe", "chief-renshe"


def proposed(item: str = LABOUR, who: str = FIRST, outcome: Outcome = Outcome.GRANTED) -> CaseRow:
    """A decision that somebody has proposed."""
    case = case_of(accepted(item), item)
    propose_decision(actor=staff(who), case_id=case.id, outcome=outcome, opinion="符合条件。", now=NOW)
    return case


def test_what_the_head_has_to_approve_is_decided_by_nobody_alone() -> None:
    case = case_of(accepted(LABOUR), LABOUR)
    for who in (FIRST, HEAD):
        with pytest.raises(Forbidden, match="请报批"):
            decide(actor=staff(who), case_id=case.id, outcome=Outcome.GRANTED, opinion="符合条件。", now=NOW)
    assert again(case).decided_at is None


@pytest.mark.parametrize("outcome", Outcome)
def test_a_decision_holds_from_its_approval_with_the_words_of_who_proposed_it(outcome: Outcome) -> None:
    case = proposed(outcome=outcome)
    run_journey()
    assert (again(case).stage, papers_of(case)) == (Stage.IN_REVIEW, [NoticeKind.ACCEPTANCE])
    later = at("2026-03-10T10:00")
    approve(actor=staff(HEAD), case_id=case.id, now=later)
    run_journey(later)
    row = again(case)
    assert (row.stage, row.outcome, row.decided_at) == (Stage.ISSUED, outcome, later)
    assert papers_of(case)[-1] == (NoticeKind.GRANT if outcome is Outcome.GRANTED else NoticeKind.REFUSAL)
    assert reading.reason_of(case.id, Verb.DECIDE) == "符合条件。"
    assert clocks_of(case) <= {ClockKind.DELIVERY}


def test_two_persons_are_two_whoever_they_are() -> None:
    case = proposed(TEACHER, "officer-jiaoyu")
    with pytest.raises(Forbidden, match="自己提出的"):
        approve(actor=staff("officer-jiaoyu"), case_id=case.id, now=NOW)
    with pytest.raises(Refused):
        approve(actor=staff(HEAD), case_id=case.id, now=NOW)
    approve(actor=staff("officer-jiaoyu2"), case_id=case.id, now=NOW)
    assert again(case).outcome == Outcome.GRANTED


def test_only_the_head_approves_what_only_the_head_may() -> None:
    case = proposed(who=HEAD)
    with pytest.raises(Forbidden, match="首席代表批准"):
        approve(actor=staff(FIRST), case_id=case.id, now=NOW)


def test_a_returned_decision_is_proposed_anew_with_other_words() -> None:
    case = proposed()
    return_proposal(actor=staff(HEAD), case_id=case.id, remark="请补充现场核查情况。", now=NOW)
    again_proposed = {"case_id": case.id, "outcome": Outcome.REFUSED, "opinion": "现场不符合。", "now": NOW}
    propose_decision(actor=staff(FIRST), **again_proposed)
    approve(actor=staff(HEAD), case_id=case.id, now=NOW)
    assert again(case).outcome == Outcome.REFUSED
    assert reading.reason_of(case.id, Verb.DECIDE) == "现场不符合。"


@pytest.mark.usefixtures("stopped_clock")
def test_a_decision_is_proposed_and_approved_at_the_desk() -> None:
    case = case_of(accepted(LABOUR), LABOUR)
    desk, address = clerk_client(FIRST), f"/desk/cases/{case.number}/"
    desk.post(f"{address}claim/")
    assert "另一个人批准之后，决定才生效" in text_of(desk.get(address))
    for _time in range(2):  # a form sent twice is proposed once
        assert desk.post(f"{address}decide/", {"outcome": "granted", "text": "符合条件。"}).status_code == 302
    assert again(case).outcome == ""
    chief = clerk_client(HEAD)
    assert "决定：准予" in text_of(chief.get(address))
    chief.post(f"{address}approve/")
    assert again(case).outcome == Outcome.GRANTED
    assert "作出决定：准予" in text_of(chief.get(address))


# ── At the desk ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("stopped_clock")
def test_an_officer_proposes_and_the_chief_approves_at_the_desk() -> None:
    row = accepted(FIRE)
    case = case_of(row, FIRE)
    desk, address = clerk_client(OFFICER), f"/desk/cases/{case.number}/"
    desk.post(f"{address}claim/")
    assert "最多10个工作日" in text_of(desk.get(address))
    assert desk.post(f"{address}extension/", {"days": "10", "why": REASON}).status_code == 302
    own = text_of(desk.get(address))
    assert "收回" in own
    assert "准予…" not in own
    chief = clerk_client(CHIEF)
    assert case.number in text_of(chief.get("/desk/", {"holder": "proposed"}))
    shown = text_of(chief.get(address))
    assert "延长期限：10个工作日" in shown
    assert REASON in shown
    assert chief.post(f"{address}approve/").status_code == 302
    shown = text_of(chief.get(address))
    assert "2026-04-01" in shown
    assert "延长多少" not in shown
    assert "4月1日" in text_of(holder_of(row).get(f"/track/{row.number}/"))


@pytest.mark.usefixtures("stopped_clock")
def test_what_is_refused_keeps_what_was_typed() -> None:
    case = fire()
    desk, address = clerk_client(OFFICER), f"/desk/cases/{case.number}/"
    desk.post(f"{address}claim/")
    refused = desk.post(f"{address}extension/", {"days": "99999", "why": REASON})
    assert refused.status_code == 422
    assert REASON in text_of(refused)
    propose(case)
    refused = desk.post(f"{address}approve/")
    assert refused.status_code == 403
    assert "首席代表批准" in text_of(refused)
    refused = desk.post(f"{address}return/", {"remark": ""})
    assert refused.status_code == 422


def test_what_waits_for_approval_is_nobodys_to_take() -> None:
    case = fire()
    propose(case)
    officer = staff(OFFICER)
    assert case.id not in {row.id for row in queries.work_list(officer, now=NOW, holder=Holder.FREE).rows}
    assert case.id in {row.id for row in queries.work_list(officer, now=NOW, holder=Holder.PROPOSED).rows}
    decided(accepted(FIRE), FIRE, OFFICER)
