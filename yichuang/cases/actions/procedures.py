"""特别程序: hearing, testing, inspection, quarantine, appraisal, expert review, auction, publicity.

The law does not count their time, if the applicant is told in writing how long it is expected to take (行政许可法
art. 45; domain trap 8). Only what the item declares stops the clock; nothing is decided before it has ended.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.clock import local
from yichuang.base.errors import Invalid
from yichuang.cases import branches, clocks, remarks, rules
from yichuang.cases.actions.review import check_not_elsewhere, lock_for_review
from yichuang.cases.models import Case
from yichuang.cases.states import Hearing, Verb
from yichuang.cases.writing import change
from yichuang.catalogue import queries as catalogue_queries
from yichuang.deadlines import keeping
from yichuang.deadlines.data import ClockKind, Limit
from yichuang.identity.data import Actor


def begin_procedure(
    *, actor: Actor, case_id: int, procedure: str, reason: str, expected: Limit, now: datetime
) -> None:
    """Begin a special procedure that the item declares, by its name: the department's clocks stand still.

    A clock of its own watches the `expected` time. Raises `Invalid` for one that is not declared, without a reason,
    for a time that is none or longer than the guide says, and while the clocks stand still already; else as `decide`.
    """
    text = rules.check_remark(reason, what=_("进行特别程序的理由"), field="reason")
    with transaction.atomic(durable=True):
        case = lock_for_review(actor, case_id, now)
        check_not_elsewhere(case)
        declared = rules.check_procedure(catalogue_queries.item_version(case.item_version_id), procedure)
        until = clocks.last_day(now, expected)
        most = clocks.last_day(now, declared.limit) if declared.limit else None
        check_runs(case)
        rules.check_expected(until, most, local(now).date())
        facts = {
            "procedure": declared.name,
            "remark": remarks.write(case_id, "procedure", text, actor=actor, now=now),
            "until": until.isoformat(),
            **clocks.suspend(case, expected, now=now),
        }
        change([case], Verb.BEGIN_PROCEDURE, [facts], actor=actor, now=now)


def check_runs(case: Case) -> None:
    """The clocks of the case do not stand still already. Raises `Invalid` where they do, because of a gap."""
    if branches.stands_still(case):
        raise Invalid(_("这件因为容缺材料没有补齐，现在没有计时。补齐之后才能开始特别程序。"), code="still")


def end_procedure(*, actor: Actor, case_id: int, result: str, now: datetime) -> None:
    """End the special procedure with what came of it: the clocks go on, and the case is in review again.

    Raises `Invalid` without a result, `Overtaken` where none is going on; else as `decide`.
    """
    text = rules.check_remark(result, what=_("特别程序的结果"), field="result")
    with transaction.atomic(durable=True):
        case = lock_for_review(actor, case_id, now)
        remark = remarks.write(case_id, "procedure", text, actor=actor, now=now)
        keeping.stop(clocks.SUBJECT, [case_id], [ClockKind.PROCEDURE], now=now)
        moved = keeping.resume(clocks.SUBJECT, case_id, now=now)
        facts = {"remark": remark, **clocks.moved_facts(moved)}
        if case.hearing == Hearing.CALLED:
            facts |= {"hearing": "", "hearing_until": None}
        change([case], Verb.END_PROCEDURE, [facts], actor=actor, now=now)
