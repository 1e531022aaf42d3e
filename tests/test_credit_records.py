"""失信记录: a broken promise takes the decision back and bars the next one, until it ends or is repaired."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from tests.city import run_journey
from tests.counter_desk import COMPANY, line_to_registers, start, text_of
from tests.courses import again, clocks_of, every_case_folds, every_step_repeats, papers_of
from tests.factories import NOW, received, staff, submission
from tests.officers_desk import officer, page_of
from tests.test_commitments_inspected import FIRE, find, granted, its_officer
from tests.test_lives_of_bundles import officer_of
from yichuang.base.errors import Forbidden, Invalid, Overtaken, Refused
from yichuang.cases.actions.receipt import receive
from yichuang.cases.actions.revising import reopen, repair_credit, rescind
from yichuang.cases.credit import of_case
from yichuang.cases.data import CaseRow, Person
from yichuang.cases.models import CreditRecord
from yichuang.cases.states import Inspection, Stage
from yichuang.catalogue.papers import NoticeKind
from yichuang.identity.data import Actor, Role
from yichuang.licences.models import Licence, Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_step_repeats")]
__all__ = ["every_case_folds", "every_step_repeats", "line_to_registers"]

CHOSEN = {"fire_check_way": "promise"}
OTHER = Person("organisation", "91330802MA9900124G", "衢州市样例餐饮店", "13800000003")


def chief(case: CaseRow) -> Actor:
    """The head of its department; the sample city has no account for her."""
    return replace(its_officer(case), id=staff("chief-zhujian").id, roles=frozenset({Role.CHIEF_OFFICER}))


def broken() -> CaseRow:
    """A case whose promise was found broken, and whose decision was taken back for it."""
    case = granted()
    find(case, Inspection.BROKEN)
    rescind(actor=chief(case), case_id=case.id, reason="消防设施不合格，违反承诺。", now=NOW)
    run_journey()
    return again(case)


def commit(applicant: Person = COMPANY, now: datetime = NOW) -> None:
    given = submission(FIRE, applicant=applicant, answers=CHOSEN)
    receive(actor=staff("clerk1"), submission=given, now=now)


def test_a_broken_promise_takes_the_decision_back_with_its_licence_and_is_entered_in_the_record() -> None:
    case = broken()
    assert (case.stage, clocks_of(case)) == (Stage.RESCINDED, set())
    assert Licence.objects.get(case_number=case.number).status == Status.REVOKED
    assert papers_of(case).count(NoticeKind.RESCISSION) == 1
    record = CreditRecord.objects.get(case_id=case.id)
    assert (record.since, record.until, record.ended_at) == (date(2026, 3, 9), date(2027, 3, 9), None)


def test_a_decision_taken_back_for_another_reason_is_no_breach() -> None:
    case = granted()
    rescind(actor=chief(case), case_id=case.id, reason="适用法律错误。", now=NOW)
    assert of_case(case.id) is None
    commit()


def test_it_bars_the_next_promise_of_the_same_applicant_alone_and_leaves_the_ordinary_path_open() -> None:
    broken()
    with pytest.raises(Refused, match="到2027-03-09为止不适用告知承诺。请改选一般程序") as refusal:
        commit()
    assert refusal.value.code == "barred"
    received(FIRE, applicant=COMPANY, answers={"fire_check_way": "inspect"})
    commit(OTHER)


def test_it_bars_until_its_last_day() -> None:
    broken()
    CreditRecord.objects.update(until=date(2026, 3, 9))
    with pytest.raises(Refused):
        commit()
    CreditRecord.objects.update(until=date(2026, 3, 8))
    commit()


def test_a_repair_ends_it_early_with_reasons_once() -> None:
    case = broken()
    with pytest.raises(Invalid):
        repair_credit(actor=chief(case), case_id=case.id, reason=" ", now=NOW)
    with pytest.raises(Forbidden):
        repair_credit(actor=its_officer(case), case_id=case.id, reason="已经整改。", now=NOW)
    repair_credit(actor=chief(case), case_id=case.id, reason="已经整改，复查合格。", now=NOW)
    commit()
    with pytest.raises(Overtaken):
        repair_credit(actor=chief(case), case_id=case.id, reason="已经整改。", now=NOW)


def test_an_annulled_rescission_ends_it_too() -> None:
    case = broken()
    reopen(actor=chief(case), case_id=case.id, document="衢政复〔2026〕1号", reason="事实不清。", now=NOW)
    assert (of_case(case.id), again(case).inspection) == (None, "")
    commit()


@pytest.mark.processes
def test_the_counter_is_told_as_soon_as_the_applicant_is_known() -> None:
    broken()
    desk = start(FIRE)
    desk.applicant(COMPANY)
    desk.press("plan", **{"a-fire_check_way": "promise"})
    desk.press()
    assert "不适用告知承诺。请改选一般程序" in text_of(desk.page())
    desk.press("plan", **{"a-fire_check_way": "inspect"})
    assert "不适用告知承诺" not in text_of(desk.page())


def test_the_case_shows_the_record_to_its_department() -> None:
    case = broken()
    page = text_of(officer(officer_of(case.department_id)).get(page_of(case)))
    assert "失信记录：2026-03-09 至 2027-03-09 不适用告知承诺。" in page
    assert "修复信用" not in page  # the head of the department alone repairs
