"""转交: a case goes to a colleague of the same department, who holds it until the end of the next working day."""

from datetime import datetime
from typing import Any

from django.db import transaction

from yichuang.cases import remarks, rules
from yichuang.cases.actions.review import check_not_elsewhere, lock_for_review
from yichuang.cases.fold import to_facts
from yichuang.cases.states import Verb
from yichuang.cases.writing import change
from yichuang.deadlines.clocks import due
from yichuang.deadlines.data import Limit
from yichuang.deadlines.queries import calendar
from yichuang.identity import queries as identity_queries
from yichuang.identity.data import Actor, Role

_TIME_TO_LOOK = Limit(1)


def hand_on(*, actor: Actor, case_id: int, to: int | None, note: str, now: datetime) -> None:
    """Hand a case on to the colleague `to` (staff id), with a note for her.

    Its holder may, for a free case anybody of the department, and the chief officer whoever holds it. Raises
    `Invalid` for who is no other officer of the department, `Overtaken` where somebody else holds it.
    """
    text = rules.check_note(note)
    with transaction.atomic(durable=True):
        colleagues = identity_queries.officers(actor.department_id) if actor.department_id else {}
        over = colleagues if actor.has(Role.CHIEF_OFFICER) else ()
        case = lock_for_review(actor, case_id, now, over=over)
        check_not_elsewhere(case)
        rules.check_colleague(actor, to, colleagues)
        facts: dict[str, Any] = to_facts(claimed_by=to, claimed_until=due(calendar(), now, _TIME_TO_LOOK).at)
        if text:
            facts["remark"] = remarks.write(case_id, "note", text, actor=actor, now=now)
        change([case], Verb.HAND_ON, [facts], actor=actor, now=now)
