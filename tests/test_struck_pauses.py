"""剔除暂停: what stopped the clock without ground counts for nothing, and everybody's dates say so."""

from datetime import datetime

import pytest

from tests.city import run_journey
from tests.counter_desk import COMPANY, clerk_client, text_of
from tests.courses import again, at, clocks_of, every_case_folds, every_step_repeats, papers_of, pass_time
from tests.factories import NOW, accepted, case_of, staff
from tests.portal_visitors import holder_of
from tests.portal_visitors import text_of as portal_text
from tests.scenes import let_every_item_be_heard
from tests.test_lives_of_bundles import officer_of
from yichuang.base.errors import Forbidden, Invalid, Overtaken
from yichuang.cases import queries, whole
from yichuang.cases.actions.procedures import begin_procedure, end_procedure
from yichuang.cases.actions.striking import strikable, strike_pause
from yichuang.cases.actions.withdrawal import withdraw
from yichuang.cases.data import CaseRow
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Stage, Verb
from yichuang.catalogue.papers import NoticeKind
from yichuang.deadlines.data import ClockKind, Limit
from yichuang.ledger.models import Entry
from yichuang.notices.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_step_repeats")]
__all__ = ["every_case_folds", "every_step_repeats"]

FIRE, EXPERTS, WHY = "fire_design_review", "专家评审", "没有书面告知申请人。"
TEN_DAYS = Limit(10)
ENDED = at("2026-03-17T15:00")


def begun(row: ApplicationRow | None = None, item: str = FIRE, procedure: str = EXPERTS) -> CaseRow:
    """A case whose clock stands still since the morning of its acceptance: Monday, 9 March."""
    case = case_of(row or accepted(item), item)
    begin_procedure(
        actor=staff(officer_of(case.department_id)), case_id=case.id, procedure=procedure, reason="新技术。",
        expected=TEN_DAYS, now=NOW,
    )  # fmt: skip
    return again(case)


def struck(case: CaseRow, *, who: str = "supervisor", reason: str = WHY, now: datetime = ENDED) -> CaseRow:
    pauses = strikable(case.id, again(case).stage)
    strike_pause(
        actor=staff(who), case_id=case.id, pause_id=pauses[0].id if pauses else 0, reason=reason, now=now
    )
    return again(case)


def test_what_stood_still_counts_after_all_and_the_difference_is_written_down() -> None:
    case = begun()
    end_procedure(actor=staff("officer-zhujian"), case_id=case.id, result="可行。", now=ENDED)
    assert again(case).due_at == at("2026-03-26T23:59:59")
    after = struck(case)
    assert (after.stage, after.due_at) == (Stage.IN_REVIEW, at("2026-03-18T23:59:59"))
    entry = Entry.objects.get(subject_kind="case", subject_id=case.id, verb=Verb.STRIKE_PAUSE)
    assert datetime.fromisoformat(entry.facts["due_before"]) == at("2026-03-26T23:59:59")
    assert entry.actor_id == staff("supervisor").id


def test_one_that_goes_on_ends_with_it_and_may_be_late_at_once() -> None:
    case = begun()
    late = at("2026-03-20T10:00")
    after = struck(case, now=late)
    assert (after.stage, after.due_at) == (Stage.IN_REVIEW, at("2026-03-18T23:59:59"))
    assert clocks_of(case) == {ClockKind.PROMISED, ClockKind.STATUTORY}
    pass_time(late)
    fired = Entry.objects.filter(verb="clock.rung", facts__of_id=case.id).values_list(
        "facts__rung", flat=True
    )
    assert "promised_red" in fired


def test_the_applicant_is_told_in_writing_and_on_the_phone() -> None:
    case = begun()
    run_journey()
    struck(case)
    run_journey()
    assert papers_of(case)[-1] == NoticeKind.CLOCK_CORRECTION
    assert Message.objects.filter(case_number=case.number, key__startswith="longer:").count() == 2
    row = case.application_number
    seen = portal_text(holder_of(row_of(case)).get(f"/track/{row}/"))
    assert "特别程序的时间重新计入办理时限" in seen


def row_of(case: CaseRow) -> ApplicationRow:
    return queries.application(staff("supervisor"), case.application_number, now=NOW)


def test_the_clock_of_the_whole_follows_where_it_stood_still_for_this_alone(own_catalogue: None) -> None:
    let_every_item_be_heard()
    row = accepted("joint_completion_acceptance", applicant=COMPANY)
    before = whole.clock_of(row.id, now=NOW)
    case = begun(row, "fire_acceptance", "听证")
    standing = whole.clock_of(row.id, now=NOW)
    assert standing is not None
    assert standing.due_at is None
    struck(case)
    after = whole.clock_of(row.id, now=ENDED)
    assert before is not None
    assert after is not None
    assert after.due_at == before.due_at


def test_only_a_supervisor_strikes_once_with_a_reason_and_only_before_the_decision() -> None:
    case = begun()
    for who in ("officer-zhujian", "chief-zhujian", "manager"):
        with pytest.raises(Forbidden):
            struck(case, who=who)
    with pytest.raises(Invalid, match="剔除暂停的理由"):
        struck(case, reason=" ")
    struck(case)
    with pytest.raises(Invalid, match="请选择要剔除的暂停"):
        struck(case)
    row = accepted(FIRE)
    withdrawn = begun(row)
    withdraw(
        actor=staff("clerk1"), application_id=row.id, case_ids=[withdrawn.id], reason="不建了。", now=NOW
    )
    with pytest.raises(Overtaken):
        struck(withdrawn)


def test_a_second_pause_goes_on_while_an_earlier_one_cannot_be_struck() -> None:
    case = begun()
    end_procedure(
        actor=staff("officer-zhujian"), case_id=case.id, result="可行。", now=at("2026-03-10T15:00")
    )
    first = strikable(case.id, Stage.IN_REVIEW)[0]
    begin_procedure(
        actor=staff("officer-zhujian"), case_id=case.id, procedure=EXPERTS, reason="复审。", expected=TEN_DAYS,
        now=at("2026-03-11T15:00"),
    )  # fmt: skip
    with pytest.raises(Invalid, match="请选择要剔除的暂停"):
        strike_pause(actor=staff("supervisor"), case_id=case.id, pause_id=first.id, reason=WHY, now=ENDED)


def test_a_supervisor_does_it_on_the_page_of_the_case() -> None:
    case = begun()
    client, address = clerk_client("supervisor"), f"/manage/cases/{case.number}/"
    assert "没有书面告知" in text_of(client.get(address))
    assert "剔除" not in text_of(clerk_client("manager").get(address))
    pause = strikable(case.id, Stage.SUSPENDED)[0].id
    refused = client.post(f"{address}strike-pause/", {"pause": "x", "why": WHY})
    assert (refused.status_code, WHY in text_of(refused)) == (422, True)
    told = client.post(f"{address}strike-pause/", {"pause": pause, "why": WHY}, follow=True)
    assert "期限已重新计算" in text_of(told)
    assert "督查认定暂停不合法" in text_of(told)
