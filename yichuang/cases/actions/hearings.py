"""听证: the applicant is told of the right to a hearing, asks for one or does without, and it is held.

Where the matter touches great interests of people, nothing is decided before (行政许可法 art. 46–48).
How many days each of them has is the regime's: the articles count days, art. 82 counts working days.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.clock import local
from yichuang.cases import clocks, hearing_rules, remarks, rules
from yichuang.cases.actions.procedures import check_runs
from yichuang.cases.actions.review import check_not_elsewhere, lock_for_review
from yichuang.cases.fold import to_facts
from yichuang.cases.locking import lock_cases
from yichuang.cases.models import Case
from yichuang.cases.states import Hearing, Verb
from yichuang.cases.writing import change
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.regimes import Regime
from yichuang.deadlines.data import Limit, Unit
from yichuang.identity.data import Actor, ActorKind

#: What the special procedure is called.
HEARING = "听证"


def tell_of_hearing(*, actor: Actor, case_id: int, reason: str, now: datetime) -> None:
    """Tell the applicant of the right to a hearing before the decision, and what it would be about (art. 46, 47).

    Raises `Invalid` without saying what it is about, and for a second time; else as `decide`.
    """
    text = rules.check_remark(reason, what=_("听证的事由"), field="matter")
    with transaction.atomic(durable=True):
        case = lock_for_review(actor, case_id, now)
        check_not_elsewhere(case)
        hearing_rules.check_is_new(case.hearing)
        facts = {
            "remark": remarks.write(case_id, "hearing", text, actor=actor, now=now),
            **to_facts(
                hearing=Hearing.TOLD, hearing_until=clocks.last_day(now, _regime(case).ask_hearing_within)
            ),
        }
        change([case], Verb.TELL_HEARING, [facts], actor=actor, now=now)


def answer_hearing(*, actor: Actor, case_id: int, asks: bool, now: datetime) -> None:
    """The applicant asks for a hearing, or does without one; an officer records what she wrote.

    Raises `Overtaken` where she was told of none, has answered already, or the days to ask are over.
    """
    with transaction.atomic(durable=True):
        (case,) = lock_cases(actor, [case_id])
        if actor.kind is not ActorKind.APPLICANT:
            rules.check_officer(actor, case.department_id)
        hearing_rules.check_may_answer(case.hearing, case.hearing_until, local(now).date())
        until = clocks.last_day(now, _regime(case).hold_hearing_within) if asks else None
        facts = {"asks": asks, **to_facts(hearing=Hearing.ASKED if asks else "", hearing_until=until)}
        change([case], Verb.ANSWER_HEARING, [facts], actor=actor, now=now)


def call_hearing(*, actor: Actor, case_id: int, at: datetime, place: str, now: datetime) -> None:
    """Call the hearing that was asked for: the clocks stand still until it was held, and all are told when and where.

    Raises `Invalid` without a place, for a day that is too near (art. 48) or beyond the day by which it is to be held
    (art. 47), and where none was asked for; else as `decide`.
    """
    where = rules.check_remark(place, what=_("听证的地点"), field="place")
    with transaction.atomic(durable=True):
        case = lock_for_review(actor, case_id, now)
        check_not_elsewhere(case)
        earliest = clocks.last_day(now, _regime(case).call_hearing_before)
        hearing_rules.check_day(case.hearing, local(at).date(), earliest, case.hearing_until)
        check_runs(case)
        days = (local(at).date() - local(now).date()).days
        facts = {
            "hearing_at": at.isoformat(),
            "procedure": HEARING,
            "remark": remarks.write(case_id, "procedure", where, actor=actor, now=now),
            "until": local(at).date().isoformat(),
            **to_facts(hearing=Hearing.CALLED),
            **clocks.suspend(case, Limit(days, Unit.CALENDAR_DAYS), now=now),
        }
        change([case], Verb.BEGIN_PROCEDURE, [facts], actor=actor, now=now)


def _regime(case: Case) -> Regime:
    return catalogue_queries.regime(catalogue_queries.item_version(case.item_version_id))
