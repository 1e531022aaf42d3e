"""代班: a colleague acts for an officer on leave, as the chief officer has set it; the ledger names both."""

from datetime import date, timedelta

import pytest

from tests.counter_desk import clerk_client, text_of
from tests.courses import again, every_case_folds
from tests.factories import NOW, accepted, case_of, staff
from tests.officers_desk import LATER, stopped_clock
from yichuang.base.errors import Forbidden, Invalid, NotVisible, Overtaken
from yichuang.cases import queries
from yichuang.cases.actions.approval import approve, propose_extension
from yichuang.cases.actions.review import claim, decide
from yichuang.cases.data import CaseRow, Holder
from yichuang.cases.states import Outcome, Verb
from yichuang.deadlines.data import Limit
from yichuang.identity.actions.substitution import end_substitution, set_substitute
from yichuang.ledger.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_case_folds")]
__all__ = ["every_case_folds", "stopped_clock"]

PROOF, ABSENT, SUBSTITUTE, CHIEF = (
    "housing_reform_proof",
    "officer-zhujian",
    "officer-zhujian2",
    "chief-zhujian",
)
TODAY = date(2026, 3, 9)


def held() -> CaseRow:
    """A case that the officer has claimed who then goes on leave."""
    case = case_of(accepted(PROOF), PROOF)
    claim(actor=staff(ABSENT), case_id=case.id, now=NOW)
    return case


def substituted(by: str = CHIEF, absent: str = ABSENT, first: date = TODAY, last: date = TODAY) -> int:
    return set_substitute(
        actor=staff(by), absent_id=staff(absent).id, substitute_id=staff(SUBSTITUTE).id, first=first,
        last=last, now=NOW,
    )  # fmt: skip


def test_the_substitute_takes_over_what_the_absent_one_holds_and_the_ledger_names_both() -> None:
    case, substitute = held(), staff(SUBSTITUTE)
    with pytest.raises(Overtaken):
        claim(actor=substitute, case_id=case.id, now=LATER)
    substituted()
    mine = queries.work_list(substitute, now=LATER, holder=Holder.MINE).rows
    assert case.id in {row.id for row in mine}
    claim(actor=substitute, case_id=case.id, now=LATER)
    decide(actor=substitute, case_id=case.id, outcome=Outcome.GRANTED, opinion="符合条件。", now=LATER)
    entry = Entry.objects.filter(subject_kind="case", subject_id=case.id, verb=Verb.CLAIM).latest("id")
    assert (entry.actor_id, entry.facts["for"]) == (substitute.id, staff(ABSENT).id)
    assert again(case).outcome == Outcome.GRANTED


def test_it_holds_on_its_days_only_and_ends_early() -> None:
    case, substitute = held(), staff(SUBSTITUTE)
    tomorrow = substituted(first=TODAY + timedelta(days=1), last=TODAY + timedelta(days=5))
    with pytest.raises(Overtaken):
        claim(actor=substitute, case_id=case.id, now=LATER)
    end_substitution(actor=staff(CHIEF), substitution_id=tomorrow, now=NOW)
    with pytest.raises(NotVisible):
        end_substitution(actor=staff(CHIEF), substitution_id=tomorrow, now=NOW)
    end_substitution(actor=staff(CHIEF), substitution_id=substituted(), now=NOW)
    with pytest.raises(Overtaken):
        claim(actor=substitute, case_id=case.id, now=LATER)


def test_only_the_departments_chief_sets_it_for_its_own_officers() -> None:
    with pytest.raises(Forbidden, match="首席代表"):
        substituted(by=ABSENT)
    for absent in (SUBSTITUTE, "officer-weijian"):
        with pytest.raises(Invalid, match="本部门的审批人员"):
            substituted(absent=absent)
    with pytest.raises(NotVisible):
        end_substitution(actor=staff("chief-weijian"), substitution_id=substituted(), now=NOW)


@pytest.mark.parametrize(("first", "last"), [(TODAY, date(2026, 3, 8)), (date(2026, 3, 1), date(2026, 3, 8))])
def test_days_that_are_over_or_in_the_wrong_order_are_refused(first: date, last: date) -> None:
    with pytest.raises(Invalid, match="结束日期"):
        substituted(first=first, last=last)


@pytest.mark.usefixtures("stopped_clock")
def test_a_chief_arranges_it_and_the_substitute_finds_the_case() -> None:
    case = held()
    chief = clerk_client(CHIEF)
    typed = {
        "absent": staff(ABSENT).id, "substitute": staff(SUBSTITUTE).id, "first": "2026-03-09", "last": "nonsense",
    }  # fmt: skip
    refused = chief.post("/desk/substitutes/add/", typed)
    assert refused.status_code == 422
    assert "2026-03-09" in refused.content.decode()
    assert chief.post("/desk/substitutes/add/", {**typed, "last": "2026-03-13"}).status_code == 302
    assert "叶筑安请假，占广厦代班" in text_of(chief.get("/desk/substitutes/"))
    desk, address = clerk_client(SUBSTITUTE), f"/desk/cases/{case.number}/"
    assert "代叶筑安认领" in text_of(desk.get(address))
    desk.post(f"{address}claim/")
    assert "认领，代叶筑安" in text_of(desk.get(address))


FIRE = "fire_design_review"


def proposed(by: str = ABSENT) -> CaseRow:
    case = case_of(accepted(FIRE), FIRE)
    propose_extension(actor=staff(by), case_id=case.id, by=Limit(5), reason="工程复杂。", now=NOW)
    return case


def test_who_acts_for_the_head_approves_in_her_place_and_the_ledger_names_both() -> None:
    case, substitute = proposed(), staff(SUBSTITUTE)
    with pytest.raises(Forbidden, match="首席代表批准"):
        approve(actor=substitute, case_id=case.id, now=LATER)
    substituted(absent=CHIEF)
    approve(actor=substitute, case_id=case.id, now=LATER)
    entry = Entry.objects.get(subject_kind="case", subject_id=case.id, verb=Verb.EXTEND)
    assert (entry.actor_id, entry.facts["for"]) == (substitute.id, staff(CHIEF).id)


def test_who_acts_for_the_head_approves_neither_her_own_proposal_nor_the_heads() -> None:
    substituted(absent=CHIEF)
    for case in (proposed(SUBSTITUTE), proposed(CHIEF)):
        with pytest.raises(Forbidden, match="自己提出的"):
            approve(actor=staff(SUBSTITUTE), case_id=case.id, now=LATER)


@pytest.mark.usefixtures("stopped_clock")
def test_who_acts_for_the_head_approves_at_the_desk() -> None:
    case, desk = proposed(), clerk_client(SUBSTITUTE)
    address = f"/desk/cases/{case.number}/"
    assert "批准…" not in text_of(desk.get(address))
    substituted(absent=CHIEF)
    assert "批准…" in text_of(desk.get(address))
    assert desk.post(f"{address}approve/").status_code == 302
    assert "批准延长期限，代" in text_of(desk.get(address))
