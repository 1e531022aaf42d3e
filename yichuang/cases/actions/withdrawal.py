"""撤回: the applicant takes an application back, wholly or in part, before the result exists."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.errors import Invalid, Refused
from yichuang.cases import clocks, remarks, rules
from yichuang.cases.data import CaseRow
from yichuang.cases.fold import FREED
from yichuang.cases.locking import lock_cases_of
from yichuang.cases.models import Case
from yichuang.cases.states import Verb
from yichuang.cases.writing import change
from yichuang.identity.data import Actor, ActorKind

AnyCase = TypeVar("AnyCase", Case, CaseRow)


def open_to(cases: Sequence[AnyCase]) -> list[AnyCase]:
    """Those of the cases that the applicant may still take back."""
    found = []
    for case in cases:
        with suppress(Refused):
            rules.check_may_withdraw(case.item_name, case.stage, case.partner)
            found.append(case)
    return found


def withdraw(
    *, actor: Actor, application_id: int, case_ids: Sequence[int], reason: str, now: datetime
) -> None:
    """Withdraw these cases of the application at the applicant's wish; what the others do is not touched.

    The applicant acts herself, or a clerk at the counter with her written wish. Raises `Refused` for a case whose
    result exists already or that the department's own system handles, `Invalid` where none is named.
    """
    text = rules.check_remark(reason, what=_("撤回的理由"))
    if actor.kind is not ActorKind.APPLICANT:
        rules.check_clerk(actor)
    with transaction.atomic(durable=True):
        _application, cases = lock_cases_of(actor, application_id)
        wanted = [case for case in cases if case.id in set(case_ids)]
        if not wanted:
            raise Invalid(_("请选择要撤回的事项。"), code="nothing_chosen", field="case")
        for case in wanted:
            rules.check_may_withdraw(case.item_name, case.stage, case.partner)
        take_back(wanted, text, actor=actor, now=now)


def take_back(cases: Sequence[Case], reason: str, *, actor: Actor, now: datetime) -> None:
    """Withdraw locked cases that may be withdrawn, in the caller's transaction."""
    facts = [
        {"remark": remarks.write(case.id, "withdrawal", reason, actor=actor, now=now), **FREED}
        for case in cases
    ]
    clocks.stop([case.id for case in cases], now=now)
    change(cases, Verb.WITHDRAW, facts, actor=actor, now=now)
