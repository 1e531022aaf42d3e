"""告知承诺 after the decision: inspected within its limit, put right by a date, or broken (浙江规定 art. 14)."""

from dataclasses import replace
from datetime import datetime

import pytest

from tests.city import run_journey
from tests.counter_desk import COMPANY, text_of
from tests.courses import again, at, clocks_of, every_case_folds, every_step_repeats, papers_of, pass_time
from tests.factories import NOW, accepted, case_of, decided, staff
from tests.officers_desk import officer, page_of
from tests.test_lives_of_bundles import officer_of
from yichuang.base.errors import Forbidden, Invalid, NotVisible, Overtaken
from yichuang.cases.actions.inspecting import inspect
from yichuang.cases.data import CaseRow, Holder
from yichuang.cases.states import Inspection, Outcome, Stage
from yichuang.catalogue.papers import NoticeKind
from yichuang.deadlines.data import ClockKind, Limit
from yichuang.delivery.actions import hand_over
from yichuang.identity.data import Actor, Role
from yichuang.notices.models import Message, Reminder
from yichuang.web.portal.words import state_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_step_repeats")]
__all__ = ["every_case_folds", "every_step_repeats"]

FIRE = "fire_safety_check"
#: Sixty working days after the decision, and the last five days before.
LATE = at("2026-06-09T09:00")


def granted(*, way: str = "promise", handed_over: bool = True, outcome: Outcome = Outcome.GRANTED) -> CaseRow:
    """A case that was decided on a commitment, and handed over."""
    row = accepted(FIRE, applicant=COMPANY, answers={"fire_check_way": way})
    case = case_of(row, FIRE)
    decided(row, FIRE, officer_of(case.department_id), outcome=outcome)
    run_journey()
    if handed_over:
        hand_over(actor=staff("clerk1"), application_id=row.id, now=NOW)
        run_journey()
    return again(case)


def its_officer(case: CaseRow) -> Actor:
    return staff(officer_of(case.department_id))


def find(case: CaseRow, finding: Inspection, within: Limit | None = None, now: datetime = NOW) -> None:
    inspect(
        actor=its_officer(case),
        case_id=case.id,
        finding=finding,
        found="现场核查情况。",
        within=within,
        now=now,
    )
    run_journey(now)


def test_the_decision_comes_first_and_its_inspection_outlives_the_hand_over() -> None:
    case = granted()
    assert (case.stage, case.inspection) == (Stage.CLOSED, Inspection.DUE)
    assert clocks_of(case) == {ClockKind.INSPECTION}


def test_nothing_is_inspected_where_everything_was_proved_or_refused() -> None:
    for case in (granted(way="inspect"), granted(outcome=Outcome.REFUSED)):
        assert (case.inspection, clocks_of(case)) == ("", set())
        with pytest.raises(Overtaken, match="没有待核查的承诺"):
            find(case, Inspection.KEPT)


def test_an_inspection_that_finds_all_as_promised_ends_it() -> None:
    case = granted()
    find(case, Inspection.KEPT)
    assert (again(case).inspection, clocks_of(case)) == (Inspection.KEPT, set())
    with pytest.raises(Overtaken):
        find(case, Inspection.BROKEN)


def test_the_rung_fires_once_and_tells_the_officers_then_the_heads_though_the_case_is_closed() -> None:
    case = granted()
    pass_time(at("2026-05-01T09:00"))
    assert not Reminder.objects.filter(case_number=case.number).exists()
    for moment in (LATE, LATE, at("2026-06-10T09:00")):
        pass_time(moment)
    told = Reminder.objects.filter(case_number=case.number).order_by("rung", "role")
    assert list(told.values_list("rung", "role")) == [
        ("inspection_red", Role.CHIEF_OFFICER),
        ("inspection_red", Role.MANAGER),
        ("inspection_red", Role.OFFICER),
        ("inspection_yellow", Role.OFFICER),
    ]


def test_what_is_not_as_promised_is_put_right_by_a_date_told_in_writing() -> None:
    case = granted()
    find(case, Inspection.ORDERED, Limit(5))
    assert (again(case).inspection, clocks_of(case)) == (Inspection.ORDERED, {ClockKind.RECTIFICATION})
    assert papers_of(case).count(NoticeKind.RECTIFICATION) == 1
    assert Message.objects.filter(case_number=case.number, key__startswith="correction:").count() == 1
    pass_time(at("2026-03-16T12:00"))
    assert not Reminder.objects.filter(case_number=case.number).exists()
    pass_time(at("2026-03-17T00:05"))
    pass_time(at("2026-03-18T00:05"))
    told = Reminder.objects.filter(case_number=case.number, rung="rectification_over")
    assert set(told.values_list("role", flat=True)) == {Role.OFFICER, Role.CHIEF_OFFICER, Role.MANAGER}
    assert again(case).stage == Stage.CLOSED  # the law wants a person to decide what follows


def test_it_is_ordered_once_and_then_put_right_or_not() -> None:
    case = granted()
    find(case, Inspection.ORDERED, Limit(5))
    with pytest.raises(Invalid, match="已经责令改正过一次"):
        find(case, Inspection.ORDERED, Limit(5))
    find(case, Inspection.BROKEN)
    assert (again(case).inspection, clocks_of(case)) == (Inspection.BROKEN, set())


@pytest.mark.parametrize("within", [None, Limit(0)])
def test_an_order_says_by_when(within: Limit | None) -> None:
    case = granted()
    with pytest.raises(Invalid, match="请填写改正期限"):
        find(case, Inspection.ORDERED, within)
    assert clocks_of(case) == {ClockKind.INSPECTION}


def test_another_departments_officer_inspects_nothing() -> None:
    case = granted()
    actor = replace(its_officer(case), department_id=staff("officer-zhujian").department_id)
    with pytest.raises((Forbidden, NotVisible)):
        inspect(actor=actor, case_id=case.id, finding=Inspection.KEPT, found="情况。", now=NOW)


def test_the_officer_finds_it_in_the_list_and_records_it_on_the_page() -> None:
    case = granted()
    client = officer(officer_of(case.department_id))
    listed = text_of(client.get(f"/desk/?holder={Holder.TO_INSPECT}"))
    assert case.number in listed
    assert "最迟 2026-06-0" in listed
    assert case.number not in text_of(client.get("/desk/"))
    page = text_of(client.get(page_of(case)))
    assert "告知承诺的核查" in page
    assert "接受核查，并对违反承诺的后果负责" in page
    refused = client.post(
        f"{page_of(case)}inspect/", {"finding": "ordered", "found": "出口被占用。", "within": "x"}
    )
    assert refused.status_code == 422
    assert "请填写改正期限" in text_of(refused)
    assert "出口被占用。" in refused.content.decode()
    done = client.post(
        f"{page_of(case)}inspect/", {"finding": "broken", "found": "出口被占用。"}, follow=True
    )
    assert "已记录核查结果：违反承诺" in text_of(done)
    assert "核查告知承诺：违反承诺" in text_of(done)
    assert "请首席代表决定是否撤销" in text_of(done)


def test_the_applicant_reads_how_it_stands() -> None:
    case = granted()
    assert state_of(case) == "办完了，结果已经交给您；您作了承诺，部门以后会来核查"
    find(case, Inspection.ORDERED, Limit(5))
    assert "请按责令改正通知书改正" in state_of(again(case))
