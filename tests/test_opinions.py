"""征求意见: other departments are asked, answer, and their answers are joined by rule while the case's time runs on."""

from dataclasses import replace
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tests.counter_desk import clerk_client, text_of
from tests.courses import again, at, clocks_of, every_case_folds, pass_time
from tests.factories import NOW, accepted, case_of, edited, staff
from tests.officers_desk import stopped_clock
from yichuang.base.errors import Forbidden, Invalid, NotVisible, Overtaken
from yichuang.cases import opinions
from yichuang.cases.actions.approval import approve, propose_decision
from yichuang.cases.actions.asking import ask_opinions, give_opinion, lapse
from yichuang.cases.actions.procedures import begin_procedure
from yichuang.cases.actions.review import decide
from yichuang.cases.data import CaseRow
from yichuang.cases.joined import support
from yichuang.cases.models import Opinion
from yichuang.cases.states import Answer, Outcome, Stage, Support, Verb
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.facts import Approval, JoinRule, NoAnswer, OpinionRules
from yichuang.deadlines.data import ClockKind, Limit, Unit
from yichuang.identity.data import Role
from yichuang.ledger.models import Entry
from yichuang.notices.models import Reminder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_case_folds")]
__all__ = ["every_case_folds", "stopped_clock"]

LIFT, FIRE_REVIEW = "lift_joint_review", "fire_design_review"
QUESTION = "电梯井道占用消防通道，请核对。"
OFFICERS = {
    "natural_resources": "officer-zigui",
    "fire_rescue": "officer-xiaofang",
    "water_supply": "officer-gongshui",
}
SOME = tuple(OFFICERS)
FIVE_DAYS = Limit(5)


def ruled(key: str = FIRE_REVIEW, **rules: object) -> CaseRow:
    """An accepted case of the housing department whose item joins opinions by these rules."""
    item = catalogue_queries.current().items[key]
    edited(key, authority=replace(item.authority, opinions=OpinionRules(**rules)))  # type: ignore[arg-type]
    return case_of(accepted(key), key)


def ask(
    case: CaseRow, departments: tuple[str, ...] = SOME, within: Limit = FIVE_DAYS, now: datetime = NOW
) -> None:
    ask_opinions(
        actor=staff("officer-zhujian"), case_id=case.id, departments=departments, question=QUESTION, within=within,
        now=now,
    )  # fmt: skip


def owed(case: CaseRow, department: str) -> int:
    """What a department was asked last about a case."""
    found = Opinion.objects.filter(round__case_id=case.id, department__key=department)
    return found.order_by("-id")[0].id


def say(
    case: CaseRow, department: str, answer: Answer = Answer.AGREES, text: str = "", now: datetime = NOW
) -> None:
    give_opinion(
        actor=staff(OFFICERS[department]),
        opinion_id=owed(case, department),
        answer=answer,
        text=text,
        now=now,
    )


def grant(case: CaseRow, now: datetime = NOW) -> None:
    decide(
        actor=staff("officer-zhujian"), case_id=case.id, outcome=Outcome.GRANTED, opinion="合格。", now=now
    )


def verbs(case: CaseRow) -> list[str]:
    found = Entry.objects.filter(subject_kind="case", subject_id=case.id).order_by("id")
    return list(found.values_list("verb", flat=True))


# ── The rules ────────────────────────────────────────────────────────────────────────────────────

YES, IF, NO, ELSE = Answer.AGREES, Answer.AGREES_IF, Answer.OBJECTS, Answer.NOT_OURS
GOOD, BAD = Support.SUPPORTED, Support.NOT_SUPPORTED
ALL, MOST, NOBODY = JoinRule.ALL_AGREE, JoinRule.MAJORITY, JoinRule.NONE_OBJECTS


@pytest.mark.parametrize(
    ("rule", "answers", "result"),
    [
        (ALL, (YES, IF), GOOD),
        (ALL, (YES, ELSE), BAD),
        (ALL, (YES, NO), BAD),
        (ALL, (NO, None), BAD),  # nobody can mend it any more
        (ALL, (YES, None), None),
        (MOST, (YES, YES, None), GOOD),
        (MOST, (YES, NO, None), None),
        (MOST, (YES, NO), BAD),  # half is no majority
        (MOST, (YES, ELSE, ELSE), GOOD),  # of those whose business it is
        (MOST, (ELSE, ELSE), BAD),
        (NOBODY, (ELSE, IF), GOOD),
        (NOBODY, (NO, None, None), BAD),
        (NOBODY, (YES, None), None),
    ],
)
def test_answers_are_joined_by_the_rule(
    rule: JoinRule, answers: tuple[Answer | None, ...], result: Support | None
) -> None:
    for no_answer in NoAnswer:
        assert support(rule, no_answer, answers, is_over=False) is result


@given(
    st.sampled_from(JoinRule), st.sampled_from(NoAnswer), st.lists(st.sampled_from([*Answer, None]), min_size=1),
    st.booleans(), st.data(),
)  # fmt: skip
def test_no_answer_that_is_still_to_come_changes_how_a_round_has_ended(
    rule: JoinRule, no_answer: NoAnswer, answers: list[Answer | None], is_over: bool, data: st.DataObject
) -> None:
    ended = support(rule, no_answer, answers, is_over=is_over)
    if ended is None:
        assert None in answers
    elif not is_over:
        whole = [one or data.draw(st.sampled_from(Answer)) for one in answers]
        assert support(rule, no_answer, whole, is_over=True) is ended


@pytest.mark.parametrize("rule", JoinRule)
def test_silence_agrees_after_the_date_or_is_waited_for(rule: JoinRule) -> None:
    assert support(rule, NoAnswer.AGREES, [YES, None], is_over=True) is GOOD
    assert support(rule, NoAnswer.STAYS_OPEN, [YES, None], is_over=True) is None


# ── A round ──────────────────────────────────────────────────────────────────────────────────────


def test_asking_others_stops_no_clock_of_the_case() -> None:
    case = case_of(accepted(FIRE_REVIEW), FIRE_REVIEW)
    before = (case.due_at, case.statutory_due_at, case.light)
    ask(case)
    after = again(case)
    assert (after.due_at, after.statutory_due_at, after.light) == before
    assert after.stage == Stage.IN_REVIEW
    assert clocks_of(case) == {ClockKind.PROMISED, ClockKind.STATUTORY, ClockKind.OPINIONS}


def test_the_round_ends_by_itself_with_the_last_answer_and_the_asking_desk_is_told_once() -> None:
    case = ruled()
    ask(case)
    say(case, "fire_rescue", IF, "井道外移一米。")
    say(case, "natural_resources")
    assert Verb.CLOSE_OPINIONS not in verbs(case)
    say(case, "water_supply")
    assert verbs(case)[-2:] == [Verb.GIVE_OPINION, Verb.CLOSE_OPINIONS]
    (one,) = opinions.rounds_of(case.id)
    assert (one.support, one.missing) == (Support.SUPPORTED, "")
    assert clocks_of(case) == {ClockKind.PROMISED, ClockKind.STATUTORY}
    pass_time(at("2026-03-09T18:00"))
    pass_time(at("2026-03-09T18:00"))
    told = Reminder.objects.filter(case_number=case.number, rung="opinions_closed")
    assert list(told.values_list("role", "department_id")) == [(Role.OFFICER, case.department_id)]


def test_nothing_is_decided_while_a_binding_round_is_open_and_the_sentence_says_who_is_missing() -> None:
    case = ruled()
    ask(case)
    say(case, "fire_rescue")
    with pytest.raises(Invalid, match=r"还在等资规局、供水企业的意见（期限2026-03-16）"):
        grant(case)
    say(case, "natural_resources", NO, "超出红线。")
    grant(case)  # what the round came to binds nobody: the department decides, and answers for it
    assert again(case).outcome == Outcome.GRANTED


def test_where_another_person_approves_neither_proposes_nor_approves_anybody_meanwhile() -> None:
    item = catalogue_queries.current().items[FIRE_REVIEW]
    edited(FIRE_REVIEW, authority=replace(item.authority, approval=Approval.TWO_PERSONS))
    case = case_of(accepted(FIRE_REVIEW), FIRE_REVIEW)
    ask(case, ("fire_rescue",))
    words = {"case_id": case.id, "outcome": Outcome.GRANTED, "opinion": "合格。", "now": NOW}
    with pytest.raises(Invalid, match="还在等消防救援支队的意见"):
        propose_decision(actor=staff("officer-zhujian"), **words)  # type: ignore[arg-type]
    say(case, "fire_rescue")
    propose_decision(actor=staff("officer-zhujian"), **words)  # type: ignore[arg-type]
    approve(actor=staff("officer-zhujian2"), case_id=case.id, now=NOW)
    assert again(case).stage == Stage.DECIDED


def test_a_round_that_binds_nobody_holds_nothing_up() -> None:
    case = ruled(binding=False)
    ask(case)
    grant(case)
    say(case, "fire_rescue", NO, "不同意。")
    assert verbs(case)[-1] == Verb.GIVE_OPINION
    assert opinions.rounds_of(case.id)[0].opinions[1].late


def test_after_the_date_silence_agrees_and_the_asked_are_reminded_exactly_once_before() -> None:
    case = ruled()
    ask(case)  # Monday, 9 March, five working days: until the end of Monday, 16 March
    say(case, "fire_rescue")
    pass_time(at("2026-03-16T12:00"))
    reminded = Reminder.objects.filter(case_number=case.number, rung="opinions_yellow")
    late = {owed_by.department_id for owed_by in Opinion.objects.filter(round__case_id=case.id, answer="")}
    assert sorted(reminded.values_list("department_id", flat=True)) == sorted(late)
    assert len(late) == 2
    for _worker in range(3):
        pass_time(at("2026-03-17T00:05"))
    assert reminded.count() == 2
    assert not Reminder.objects.filter(case_number=case.number, rung="opinions_over").exists()
    assert opinions.rounds_of(case.id)[0].support is Support.SUPPORTED
    assert verbs(case).count(Verb.CLOSE_OPINIONS) == 1


def test_where_silence_is_waited_for_the_round_stays_open_and_the_heads_hear_of_it() -> None:
    case = ruled(no_answer=NoAnswer.STAYS_OPEN)
    ask(case, ("fire_rescue", "water_supply"))
    say(case, "fire_rescue")
    pass_time(at("2026-03-17T00:05"))
    assert opinions.rounds_of(case.id)[0].support is None
    told = Reminder.objects.filter(case_number=case.number, rung="opinions_over")
    assert set(told.values_list("role", flat=True)) == {Role.OFFICER, Role.CHIEF_OFFICER, Role.MANAGER}
    say(case, "water_supply", now=at("2026-03-17T09:30"))
    assert opinions.rounds_of(case.id)[0].support is Support.SUPPORTED


def test_a_late_answer_is_kept_and_shown_as_late_and_changes_nothing() -> None:
    case = ruled()
    ask(case)
    say(case, "fire_rescue", NO, "疏散宽度不足。")
    assert opinions.rounds_of(case.id)[0].support is Support.NOT_SUPPORTED
    say(case, "water_supply", NO, "压占管线。")
    (one,) = opinions.rounds_of(case.id)
    assert [(row.text, row.late) for row in one.opinions if row.text] == [
        ("疏散宽度不足。", False),
        ("压占管线。", True),
    ]
    assert verbs(case).count(Verb.CLOSE_OPINIONS) == 1


def test_a_second_round_may_follow_with_reminders_of_its_own() -> None:
    case = ruled()
    ask(case, ("fire_rescue",))
    with pytest.raises(Overtaken, match="已经在征求意见，还在等消防救援支队"):
        ask(case)
    pass_time(at("2026-03-17T00:05"))
    ask(case, ("fire_rescue",), now=at("2026-03-17T09:30"))
    lapse(case_id=case.id, now=at("2026-03-17T09:31"))  # the date of the first round, come late
    assert [one.support for one in opinions.rounds_of(case.id)] == [None, Support.SUPPORTED]
    pass_time(at("2026-03-24T12:00"))
    assert Reminder.objects.filter(case_number=case.number, rung="opinions_yellow").count() == 2


def test_a_special_procedure_may_go_on_beside_it() -> None:
    case = case_of(accepted(FIRE_REVIEW), FIRE_REVIEW)
    ask(case, ("fire_rescue",))
    begin_procedure(
        actor=staff("officer-zhujian"), case_id=case.id, procedure="专家评审", reason="新技术。", expected=Limit(5),
        now=NOW,
    )  # fmt: skip
    say(case, "fire_rescue")
    assert (again(case).stage, verbs(case)[-1]) == (Stage.SUSPENDED, Verb.CLOSE_OPINIONS)


@pytest.mark.parametrize(
    ("departments", "question", "within", "sentence"),
    [
        ((), QUESTION, FIVE_DAYS, "请至少选择一个"),
        (("housing",), QUESTION, FIVE_DAYS, "不能是本部门"),
        (("centre",), QUESTION, FIVE_DAYS, "请至少选择一个"),
        (("nobody",), QUESTION, FIVE_DAYS, "请至少选择一个"),
        (SOME, " ", FIVE_DAYS, "请填写征求意见的内容"),
        (SOME, QUESTION, Limit(0), "1到20个工作日"),
        (SOME, QUESTION, Limit(21), "1到20个工作日"),
        (SOME, QUESTION, Limit(5, Unit.CALENDAR_DAYS), "1到20个工作日"),
    ],
)
def test_what_is_no_question_is_refused_with_a_sentence(
    departments: tuple[str, ...], question: str, within: Limit, sentence: str
) -> None:
    case = case_of(accepted(FIRE_REVIEW), FIRE_REVIEW)
    with pytest.raises(Invalid, match=sentence):
        ask_opinions(
            actor=staff("officer-zhujian"), case_id=case.id, departments=departments, question=question,
            within=within, now=NOW,
        )  # fmt: skip
    assert again(case).stage == Stage.ACCEPTED


@pytest.mark.parametrize("answer", [IF, NO, ELSE])
def test_everything_but_agreement_says_why(answer: Answer) -> None:
    case = case_of(accepted(FIRE_REVIEW), FIRE_REVIEW)
    ask(case)
    with pytest.raises(Invalid, match="请填写"):
        say(case, "fire_rescue", answer, " ")
    say(case, "fire_rescue", answer, "理由。")
    with pytest.raises(Overtaken, match="已经答复过"):
        say(case, "fire_rescue", answer, "别的理由。")


# ── Who may what ─────────────────────────────────────────────────────────────────────────────────


def test_only_who_is_asked_answers_and_who_is_asked_does_nothing_else() -> None:
    case = case_of(accepted(FIRE_REVIEW), FIRE_REVIEW)
    ask(case, ("fire_rescue",))
    mine = owed(case, "fire_rescue")
    for stranger in ("officer-gongshui", "officer-zhujian", "clerk1", "manager", "supervisor"):
        with pytest.raises(NotVisible):
            give_opinion(actor=staff(stranger), opinion_id=mine, answer=YES, text="", now=NOW)
    asked = staff("officer-xiaofang")
    with pytest.raises(NotVisible):
        decide(actor=asked, case_id=case.id, outcome=Outcome.GRANTED, opinion="合格。", now=NOW)
    with pytest.raises((NotVisible, Forbidden)):
        ask_opinions(
            actor=asked, case_id=case.id, departments=["police"], question=QUESTION, within=FIVE_DAYS, now=NOW
        )
    desk = clerk_client("officer-xiaofang")
    assert desk.get(f"/desk/cases/{case.number}/").status_code == 404
    assert desk.get(f"/desk/opinions/{mine}/").status_code == 200
    assert clerk_client("officer-gongshui").get(f"/desk/opinions/{mine}/").status_code == 404
    shown = opinions.asked_about(asked, mine, now=NOW)[2]
    assert [one.department for one in shown.opinions] == ["消防救援支队"]


# ── At the desk ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("stopped_clock")
def test_a_joint_review_from_one_desk_to_the_others_and_back() -> None:
    case = case_of(accepted(LIFT), LIFT)
    desk, address = clerk_client("officer-zhujian"), f"/desk/cases/{case.number}/"
    desk.post(f"{address}claim/")
    form = desk.get(address).content.decode()
    assert form.count("checked") == 6  # those that the item names
    joint = catalogue_queries.current().items[LIFT].authority.joint_departments
    typed = {"departments": joint, "question": QUESTION, "within": "4"}
    assert desk.post(f"{address}ask/", typed).status_code == 302
    shown = text_of(desk.get(address))
    assert "无人反对；逾期未答复视为同意；期限 2026-03-13" in shown
    assert "征求意见：资规局、市场监管局、消防救援支队、执法局、供水企业、燃气企业" in shown
    refused = desk.post(f"{address}decide/", {"outcome": "granted", "text": "可以加装。"})
    assert (refused.status_code, "可以加装。" in text_of(refused)) == (422, True)
    assert "还在等资规局" in text_of(refused)

    fire = clerk_client("officer-xiaofang")
    assert case.number in text_of(fire.get("/desk/opinions/"))
    mine = f"/desk/opinions/{owed(case, 'fire_rescue')}/"
    page = text_of(fire.get(mine))
    assert QUESTION in page
    assert "电梯信息" in page
    wrong = fire.post(f"{mine}answer/", {"answer": "objects", "text": ""})
    assert (wrong.status_code, "请填写意见和理由" in text_of(wrong)) == (422, True)
    assert fire.post(f"{mine}answer/", {"text": "占用通道。"}).status_code == 422
    answered = fire.post(f"{mine}answer/", {"answer": "objects", "text": "占用通道。"}, follow=True)
    assert case.number not in text_of(answered)
    assert "不同意" in text_of(fire.get("/desk/opinions/", {"all": "1"}))
    assert "本部门已答复：不同意" in text_of(fire.get(mine))
    late = clerk_client("officer-gongshui").get(f"/desk/opinions/{owed(case, 'water_supply')}/")
    assert "已经结束" in text_of(late)

    pass_time(at("2026-03-09T18:00"))
    assert "征求意见已有结果" in text_of(desk.get("/desk/"))
    page = text_of(desk.get(address))
    assert "答复意见：消防救援支队不同意" in page
    assert "征求意见结束：未通过" in page
    assert "占用通道。" in page


@pytest.mark.usefixtures("stopped_clock")
def test_what_was_typed_stays_when_the_question_is_refused() -> None:
    case = case_of(accepted(FIRE_REVIEW), FIRE_REVIEW)
    desk, address = clerk_client("officer-zhujian"), f"/desk/cases/{case.number}/"
    desk.post(f"{address}claim/")
    refused = desk.post(f"{address}ask/", {"departments": ["police"], "question": QUESTION, "within": "很久"})
    assert refused.status_code == 422
    page = refused.content.decode()
    assert QUESTION in page
    assert "1到20个工作日" in page
    assert page.count("checked") == 1


@pytest.mark.usefixtures("stopped_clock")
def test_the_asked_department_is_reminded_with_the_way_to_the_question() -> None:
    case = ruled()
    ask(case, ("fire_rescue",))
    pass_time(at("2026-03-16T12:00"))
    page = clerk_client("officer-xiaofang").get("/desk/").content.decode()
    assert "征求意见答复期限快到期" in page
    assert f'href="/desk/opinions/{owed(case, "fire_rescue")}/"' in page


def test_the_list_of_what_is_asked_costs_the_same_however_long_it_is() -> None:
    officer, desk = staff("officer-xiaofang"), clerk_client("officer-xiaofang")
    ask(case_of(accepted(FIRE_REVIEW), FIRE_REVIEW), ("fire_rescue",))
    before = opinions.open_count(officer)

    def queries() -> int:
        desk.get("/desk/opinions/")  # what is kept for a while is read anew now and then
        with CaptureQueriesContext(connection) as seen:
            desk.get("/desk/opinions/")
        return len(seen)

    one = queries()
    for _case in range(3):
        ask(case_of(accepted(FIRE_REVIEW), FIRE_REVIEW), ("fire_rescue",))
    assert (queries(), opinions.open_count(officer)) == (one, before + 3)
    page, following = opinions.asked_list(officer, rows=2)
    assert following == page[1].id
    assert opinions.asked_list(officer, before=following, rows=2)[0][0].id < following
