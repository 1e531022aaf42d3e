"""撤销决定 and 重新审查: what becomes of a decision that should not have been made. Acts of a department head."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.errors import Forbidden, Invalid
from yichuang.cases import clocks, remarks, rules
from yichuang.cases.fold import FREED
from yichuang.cases.locking import lock_cases
from yichuang.cases.models import Case
from yichuang.cases.states import Outcome, Verb
from yichuang.cases.writing import change
from yichuang.identity.data import Actor, Role


def rescind(*, actor: Actor, case_id: int, reason: str, now: datetime) -> None:
    """撤销: take a decision back in writing, with the licence that it gave (行政许可法 art. 69).

    Raises `Forbidden` for anybody but the head of the department that decided, `Invalid` without a reason,
    `Overtaken` where there is no decision (any more).
    """
    text = rules.check_remark(reason, what=_("撤销的理由"), field="reason")
    with transaction.atomic(durable=True):
        case = _lock(actor, case_id)
        remark = remarks.write(case_id, "ending", text, actor=actor, now=now)
        clocks.stop([case_id], now=now)
        change([case], Verb.RESCIND, [{**FREED, "remark": remark}], actor=actor, now=now)


def reopen(*, actor: Actor, case_id: int, document: str, reason: str, now: datetime) -> None:
    """重新审查: a refusal was annulled by reconsideration or a court, and it is decided anew (行政复议法, 行政诉讼法).

    `document`: the number of that decision. The limits run anew from now. Raises `Forbidden` for anybody but the head
    of the department, `Invalid` without document or reason and for what was not refused, `Overtaken` else.
    """
    number = rules.check_remark(document, what=_("复议决定书或者判决书的文号"), field="document")
    text = rules.check_remark(reason, what=_("重新审查的理由"), field="reason")
    with transaction.atomic(durable=True):
        case = _lock(actor, case_id)
        if case.outcome != Outcome.REFUSED:
            raise Invalid(_("只有不予许可的决定被撤销后才重新审查。"), code="not_refused", field="reason")
        remark = remarks.write(
            case_id,
            "reopening",
            _("%(document)s：%(reason)s") % {"document": number, "reason": text},
            actor=actor,
            now=now,
        )
        clocks.stop([case_id], now=now)
        facts = {
            "remark": remark,
            "outcome": None,
            "decided_at": None,
            **clocks.start([case], now=now)[case_id],
        }
        change([case], Verb.REOPEN, [facts], actor=actor, now=now)


def _lock(actor: Actor, case_id: int) -> Case:
    case = lock_cases(actor, [case_id])[0]
    if not actor.has(Role.CHIEF_OFFICER) or actor.department_id != case.department_id:
        sentence = _("只有作出决定的部门的首席代表可以撤销决定或者重新审查。")
        raise Forbidden(sentence, code="not_the_chief")
    return case
