"""核查: what was granted on a commitment is looked at within its limit (浙江规定 art. 14).

It is as promised; or it is not, and is to be put right by a date; or the promise is broken. What follows from a breach
is a decision of its own, by the head of the department.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.clock import local
from yichuang.cases import clocks, remarks, rules
from yichuang.cases.fold import to_facts
from yichuang.cases.locking import lock_cases
from yichuang.cases.states import Inspection, Verb
from yichuang.cases.writing import change
from yichuang.deadlines import keeping
from yichuang.deadlines.clocks import due
from yichuang.deadlines.data import ClockKind, Limit
from yichuang.deadlines.keeping import NewClock
from yichuang.deadlines.queries import calendar
from yichuang.identity.data import Actor


def inspect(
    *,
    actor: Actor,
    case_id: int,
    finding: Inspection,
    found: str,
    within: Limit | None = None,
    now: datetime,
) -> None:
    """Record what an inspection found; `within`: how long the applicant has where it is to be put right.

    Raises `Forbidden` for an officer of another department, `Overtaken` where there is nothing to inspect (any more),
    `Invalid` without words, without a time to put it right, and where that was ordered once already.
    """
    text = rules.check_remark(found, what=_("核查情况"), field="found")
    with transaction.atomic(durable=True):
        case = lock_cases(actor, [case_id])[0]
        rules.check_officer(actor, case.department_id)
        limit = rules.check_finding(case.inspection, finding, within)
        facts: dict[str, Any] = {
            **to_facts(inspection=finding),
            "remark": remarks.write(case_id, "inspection", text, actor=actor, now=now),
        }
        keeping.stop(clocks.SUBJECT, [case_id], clocks.OF_INSPECTION, now=now)
        if limit is not None:
            keeping.start([NewClock(ClockKind.RECTIFICATION, clocks.SUBJECT, case_id, limit)], now=now)
            facts["until"] = local(due(calendar(), now, limit).at).date().isoformat()
        change([case], Verb.INSPECT, [facts], actor=actor, now=now)
