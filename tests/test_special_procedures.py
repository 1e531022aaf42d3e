"""特别程序: the clock stands still, told in writing, and nothing is decided before it has ended."""

import pytest

from tests.city import run_journey
from tests.counter_desk import clerk_client, text_of
from tests.courses import again, at, clocks_of, every_case_folds, papers_of, pass_time
from tests.factories import NOW, accepted, case_of, staff
from tests.officers_desk import stopped_clock
from tests.portal_visitors import holder_of
from yichuang.base.errors import Forbidden, Invalid, Overtaken
from yichuang.cases.actions.procedures import begin_procedure, end_procedure
from yichuang.cases.actions.review import claim, decide
from yichuang.cases.actions.withdrawal import withdraw
from yichuang.cases.data import CaseRow
from yichuang.cases.models import Case
from yichuang.cases.states import Outcome, Stage
from yichuang.deadlines.data import ClockKind, Limit, Unit
from yichuang.deadlines.models import ClockPause
from yichuang.notices.data import NoticeKind
from yichuang.notices.models import Message, Notice
from yichuang.notices.reminders import open_reminders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_case_folds")]
__all__ = ["every_case_folds", "stopped_clock"]

FIRE, EXPERTS = "fire_design_review", "专家评审"
REASON, RESULT = "采用了现行标准没有规定的新技术。", "专家评审会认为设计可行。"
TEN_DAYS = Limit(10)


def begun(expected: Limit = TEN_DAYS) -> CaseRow:
    """A fire review that experts look at, since the morning of its acceptance: Monday, 9 March."""
    case = case_of(accepted(FIRE), FIRE)
    begin_procedure(
        actor=staff("officer-zhujian"), case_id=case.id, procedure=EXPERTS, reason=REASON, expected=expected,
        now=NOW,
    )  # fmt: skip
    return again(case)


def test_the_clocks_stand_still_and_one_of_its_own_watches_the_expected_time() -> None:
    case = begun()
    assert (case.stage, case.due_at, case.statutory_due_at, case.light) == (Stage.SUSPENDED, None, None, None)
    assert clocks_of(case) == {ClockKind.PROCEDURE, ClockKind.PROMISED, ClockKind.STATUTORY}
    pass_time(at("2026-03-23T12:00"))
    assert open_reminders(staff("officer-zhujian")) == ()
    pass_time(at("2026-03-24T00:05"))
    assert [one.rung for one in open_reminders(staff("officer-zhujian"))] == ["procedure_over"]
    assert "procedure_over" in [one.rung for one in open_reminders(staff("chief-zhujian"))]


def test_the_applicant_is_told_in_writing_and_the_pause_names_the_notice() -> None:
    case = begun()
    run_journey()
    assert papers_of(case) == [NoticeKind.ACCEPTANCE, NoticeKind.SPECIAL_PROCEDURE]
    notice = Notice.objects.get(case_number=case.number, kind=NoticeKind.SPECIAL_PROCEDURE)
    pause = ClockPause.objects.get(subject_kind="case", subject_id=case.id)
    assert (pause.reason, pause.document, pause.ended_at) == ("procedure", notice.id, None)
    assert Message.objects.filter(case_number=case.number, key__startswith="longer:").count() == 1


def test_its_days_do_not_count_and_the_rest_of_the_limit_follows() -> None:
    whole = case_of(accepted(FIRE), FIRE).due_at
    assert whole == at("2026-03-18T23:59:59")  # seven working days
    case = begun()
    end_procedure(actor=staff("officer-zhujian2"), case_id=case.id, result=RESULT, now=at("2026-03-17T15:00"))
    # The Monday on which it began is the day of the start, which never counts; Tuesday to Tuesday stood still.
    after = again(case)
    assert (after.stage, after.due_at) == (Stage.IN_REVIEW, at("2026-03-26T23:59:59"))
    assert clocks_of(case) == {ClockKind.PROMISED, ClockKind.STATUTORY}
    decide(
        actor=staff("officer-zhujian"), case_id=case.id, outcome=Outcome.GRANTED, opinion="合格。",
        now=at("2026-03-18T09:30"),
    )  # fmt: skip
    assert again(case).stage == Stage.DECIDED


def test_nothing_is_decided_claimed_or_begun_again_meanwhile() -> None:
    case = begun()
    officer = staff("officer-zhujian")
    with pytest.raises(Overtaken):
        decide(actor=officer, case_id=case.id, outcome=Outcome.GRANTED, opinion="合格。", now=NOW)
    with pytest.raises(Overtaken):
        claim(actor=officer, case_id=case.id, now=NOW)
    with pytest.raises(Invalid):
        begin_procedure(
            actor=officer, case_id=case.id, procedure=EXPERTS, reason=REASON, expected=TEN_DAYS, now=NOW
        )
    assert again(case).stage == Stage.SUSPENDED


@pytest.mark.parametrize(
    ("procedure", "reason", "expected", "sentence"),
    [
        ("听证", REASON, TEN_DAYS, "没有这项特别程序"),
        (EXPERTS, " ", TEN_DAYS, "请填写进行特别程序的理由"),
        (EXPERTS, REASON, Limit(0), "请填写预计用时"),
        (EXPERTS, REASON, Limit(21), "办事指南写明的时间只到2026-04-07"),
        (EXPERTS, REASON, Limit(40, Unit.CALENDAR_DAYS), "请改短"),
    ],
)
def test_only_what_the_guide_names_stops_the_clock_and_only_for_so_long(
    procedure: str, reason: str, expected: Limit, sentence: str
) -> None:
    case = case_of(accepted(FIRE), FIRE)
    with pytest.raises(Invalid, match=sentence):
        begin_procedure(
            actor=staff("officer-zhujian"), case_id=case.id, procedure=procedure, reason=reason,
            expected=expected, now=NOW,
        )  # fmt: skip
    assert again(case).due_at == at("2026-03-18T23:59:59")


def test_another_department_stops_no_clock() -> None:
    case = case_of(accepted(FIRE), FIRE)
    with pytest.raises(Forbidden):
        begin_procedure(
            actor=staff("clerk1"), case_id=case.id, procedure=EXPERTS, reason=REASON, expected=TEN_DAYS,
            now=NOW,
        )  # fmt: skip


def test_it_is_not_ended_without_its_result_nor_twice() -> None:
    case = begun()
    officer = staff("officer-zhujian")
    with pytest.raises(Invalid, match="请填写特别程序的结果"):
        end_procedure(actor=officer, case_id=case.id, result="", now=NOW)
    end_procedure(actor=officer, case_id=case.id, result=RESULT, now=NOW)
    with pytest.raises(Overtaken):
        end_procedure(actor=officer, case_id=case.id, result=RESULT, now=NOW)


def test_the_applicant_may_take_it_back_meanwhile() -> None:
    row = accepted(FIRE)
    case = case_of(row, FIRE)
    begin_procedure(
        actor=staff("officer-zhujian"), case_id=case.id, procedure=EXPERTS, reason=REASON,
        expected=TEN_DAYS, now=NOW,
    )  # fmt: skip
    withdraw(actor=staff("clerk1"), application_id=row.id, case_ids=[case.id], reason="不建了。", now=NOW)
    run_journey()
    assert (again(case).stage, clocks_of(case)) == (Stage.WITHDRAWN, set())
    assert papers_of(case)[-1] == NoticeKind.WITHDRAWAL


# ── At the desk ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("stopped_clock")
def test_an_officer_begins_and_ends_it_at_the_desk() -> None:
    case = case_of(accepted(FIRE), FIRE)
    desk, address = clerk_client("officer-zhujian"), f"/desk/cases/{case.number}/"
    desk.post(f"{address}claim/")
    assert "专家评审（20个工作日）" in text_of(desk.get(address))
    typed = {"procedure": EXPERTS, "reason": REASON, "expected": "2026-03-20"}
    assert desk.post(f"{address}procedure/begin/", typed).status_code == 302
    shown = text_of(desk.get(address))
    assert "正在进行“专家评审”" in shown
    assert "预计完成日期：2026-03-20" in shown
    assert "开始特别程序：专家评审" in shown
    assert "今天恢复则 2026-03-18 23:59" in shown
    assert case.number not in text_of(desk.get("/desk/"))
    assert case.number in text_of(desk.get("/desk/", {"holder": "suspended"}))
    assert "准予…" not in shown
    assert desk.post(f"{address}procedure/end/", {"result": RESULT}).status_code == 302
    assert RESULT in text_of(desk.get(address))
    assert Case.objects.get(id=case.id).stage == Stage.IN_REVIEW


@pytest.mark.usefixtures("stopped_clock")
@pytest.mark.parametrize("expected", ["", "很快", "2026-02-30", "1e3", "9999-12-31"])
def test_what_is_no_time_is_refused_and_what_was_typed_stays(expected: str) -> None:
    case = case_of(accepted(FIRE), FIRE)
    desk, address = clerk_client("officer-zhujian"), f"/desk/cases/{case.number}/"
    desk.post(f"{address}claim/")
    typed = {"procedure": EXPERTS, "reason": REASON, "expected": expected}
    refused = desk.post(f"{address}procedure/begin/", typed)
    assert refused.status_code == 422
    assert REASON in text_of(refused)
    assert "工作日数" in text_of(refused)
    assert Case.objects.get(id=case.id).stage == Stage.IN_REVIEW


@pytest.mark.usefixtures("stopped_clock")
def test_who_was_too_late_keeps_the_words() -> None:
    case = begun()
    desk, address = clerk_client("officer-zhujian"), f"/desk/cases/{case.number}/"
    refused = desk.post(f"{address}decide/", {"outcome": "granted", "text": "完全符合标准。"})
    assert refused.status_code == 409
    assert "完全符合标准。" in text_of(refused)


def test_the_applicant_reads_that_the_time_does_not_count() -> None:
    row = accepted(FIRE)
    begin_procedure(
        actor=staff("officer-zhujian"), case_id=case_of(row, FIRE).id, procedure=EXPERTS, reason=REASON,
        expected=TEN_DAYS, now=NOW,
    )  # fmt: skip
    assert "时间不计入办理时限" in text_of(holder_of(row).get(f"/track/{row.number}/"))
