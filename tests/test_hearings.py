"""听证: told of, asked for or done without, called in time, and nothing is decided before (行政许可法 art. 46–48)."""

from datetime import date
from pathlib import Path

import pytest

from tests.city import run_journey
from tests.counter_desk import clerk_client, text_of
from tests.courses import again, at, clocks_of, every_case_folds, every_step_repeats, papers_of
from tests.factories import NOW, accepted, case_of, staff
from tests.officers_desk import stopped_clock
from tests.papers import needs_poppler, said_by
from tests.portal_visitors import holder_of
from yichuang.base import files
from yichuang.base.errors import Forbidden, Invalid, Overtaken
from yichuang.cases.actions.hearings import answer_hearing, call_hearing, tell_of_hearing
from yichuang.cases.actions.procedures import end_procedure
from yichuang.cases.actions.review import claim, decide
from yichuang.cases.data import CaseRow
from yichuang.cases.states import Hearing, Outcome, Stage
from yichuang.deadlines.data import ClockKind
from yichuang.notices.data import NoticeKind
from yichuang.notices.models import Message
from yichuang.notices.queries import of_application

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_step_repeats")]
__all__ = ["every_case_folds", "every_step_repeats", "stopped_clock"]

FIRE = "fire_design_review"
MATTER, PLACE = "拟建工程影响相邻建筑的采光和通风。", "衢州市行政服务中心三楼会议室"


def told(now: str = "2026-03-09T09:30") -> CaseRow:
    """A fire review before whose decision the applicant was told of the right to a hearing, on a Monday."""
    case = case_of(accepted(FIRE), FIRE)
    tell_of_hearing(actor=staff("officer-zhujian"), case_id=case.id, reason=MATTER, now=at(now))
    return again(case)


def grant(case: CaseRow, now: str) -> Stage:
    decide(
        actor=staff("officer-zhujian"),
        case_id=case.id,
        outcome=Outcome.GRANTED,
        opinion="合格。",
        now=at(now),
    )
    return Stage(again(case).stage)


@needs_poppler
def test_the_right_is_told_in_writing_with_the_day_until_which_it_may_be_asked_for(tmp_path: Path) -> None:
    case = told()
    assert (case.hearing, case.hearing_until) == (Hearing.TOLD, date(2026, 3, 16))  # five working days
    run_journey()
    assert papers_of(case) == [NoticeKind.ACCEPTANCE, NoticeKind.HEARING_RIGHT]
    paper = said_by(
        "pdftotext", files.read(of_application(case.application_number)[-1].file_id).content, tmp_path
    )
    text = "".join(paper.split())
    assert MATTER in text
    assert "提出的期限2026年3月16日" in text
    assert Message.objects.filter(case_number=case.number, key__startswith="hearing:").count() == 1


def test_nothing_is_decided_while_it_may_be_asked_for_and_silence_is_doing_without() -> None:
    case = told()
    with pytest.raises(Invalid, match="2026-03-16前可以要求听证"):
        grant(case, "2026-03-16T16:00")
    assert grant(case, "2026-03-17T09:00") == Stage.DECIDED


def test_who_does_without_is_decided_at_once() -> None:
    case = told()
    answer_hearing(actor=staff("officer-zhujian"), case_id=case.id, asks=False, now=NOW)
    assert grant(case, "2026-03-09T10:00") == Stage.DECIDED


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2026-03-17T09:30", "最早2026-03-18"),
        ("2026-04-09T09:30", "最迟2026-04-07"),
        ("2026-03-18T09:30", ""),
    ],
)
def test_a_hearing_is_told_seven_days_before_and_held_within_twenty(day: str, sentence: str) -> None:
    case = told()
    officer = staff("officer-zhujian")
    answer_hearing(actor=officer, case_id=case.id, asks=True, now=NOW)
    with pytest.raises(Invalid, match="举行之后才能作出决定"):
        grant(case, "2026-03-20T09:00")
    if sentence:
        with pytest.raises(Invalid, match=sentence):
            call_hearing(actor=officer, case_id=case.id, at=at(day), place=PLACE, now=NOW)
        return
    call_hearing(actor=officer, case_id=case.id, at=at(day), place=PLACE, now=NOW)
    assert (again(case).stage, again(case).due_at) == (Stage.SUSPENDED, None)
    assert ClockKind.PROCEDURE in clocks_of(case)
    run_journey()
    assert papers_of(case)[-1] == NoticeKind.HEARING
    end_procedure(
        actor=officer, case_id=case.id, result="双方陈述完毕，笔录已签字。", now=at("2026-03-18T11:00")
    )
    assert again(case).hearing == ""
    assert grant(case, "2026-03-18T14:00") == Stage.DECIDED


def test_it_is_told_once_answered_once_in_time_and_by_who_may() -> None:
    case = told()
    officer = staff("officer-zhujian")
    with pytest.raises(Invalid, match="已经告知过"):
        tell_of_hearing(actor=officer, case_id=case.id, reason=MATTER, now=NOW)
    with pytest.raises(Forbidden):
        answer_hearing(actor=staff("clerk1"), case_id=case.id, asks=True, now=NOW)
    with pytest.raises(Overtaken, match="已经过了"):
        answer_hearing(actor=officer, case_id=case.id, asks=True, now=at("2026-03-17T00:01"))
    answer_hearing(actor=officer, case_id=case.id, asks=True, now=at("2026-03-16T23:00"))
    with pytest.raises(Overtaken, match="已经要求听证"):
        answer_hearing(actor=officer, case_id=case.id, asks=False, now=NOW)


# ── On the pages ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("stopped_clock")
def test_officer_and_applicant_go_all_the_way_on_their_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    row = accepted(FIRE)
    case = case_of(row, FIRE)
    monkeypatch.setattr("yichuang.web.portal.access.now", lambda: NOW)
    claim(actor=staff("officer-zhujian"), case_id=case.id, now=NOW)
    desk, address = clerk_client("officer-zhujian"), f"/desk/cases/{case.number}/"
    refused = desk.post(f"{address}hearing/", {"matter": " "})
    assert (refused.status_code, "请填写听证的事由" in text_of(refused)) == (422, True)
    assert desk.post(f"{address}hearing/", {"matter": MATTER}).status_code == 302
    assert "申请人在 2026-03-16 前可以要求听证" in text_of(desk.get(address))
    visitor, page = holder_of(row), f"/track/{row.number}/"
    assert "请您决定要不要听证" in text_of(visitor.get(page))
    form = f"{page}hearing/{case.number}/"
    assert MATTER in text_of(visitor.get(form))
    assert visitor.post(form, {"asks": "yes"}).status_code == 302
    assert visitor.get(form).status_code == 302
    assert "最迟 2026-04-07 举行" in text_of(desk.get(address))
    wrong = desk.post(f"{address}hearing/call/", {"held_at": "下周", "place": PLACE})
    assert (wrong.status_code, "例如2026-03-20 09:30" in text_of(wrong)) == (422, True)
    assert PLACE in wrong.content.decode()
    typed = {"held_at": "2026-03-20 09:30", "place": PLACE}
    assert desk.post(f"{address}hearing/call/", typed).status_code == 302
    assert "正在进行“听证”" in text_of(desk.get(address))
