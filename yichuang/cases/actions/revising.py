"""撤销决定 and 重新审查: what becomes of a decision that should not have been made. Acts of a department head."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.errors import Forbidden, Invalid, Overtaken
from yichuang.cases import clocks, credit, remarks, rules
from yichuang.cases.fold import FREED
from yichuang.cases.locking import lock_cases
from yichuang.cases.models import Case, CreditRecord
from yichuang.cases.states import Inspection, Outcome, Stage, Verb
from yichuang.cases.writing import change
from yichuang.identity.data import Actor, Role
from yichuang.ledger.actions import Record, record
from yichuang.ledger.models import Entry


def rescind(*, actor: Actor, case_id: int, reason: str, now: datetime) -> None:
    """撤销: take a decision back in writing, with the licence that it gave (行政许可法 art. 69).

    Where it was made on a commitment that was found broken, that is entered in the credit record (浙江规定 art. 14).
    Raises `Forbidden` for anybody but the head of the department that decided, `Invalid` without a reason,
    `Overtaken` where there is no decision (any more).
    """
    text = rules.check_remark(reason, what=_("撤销的理由"), field="reason")
    with transaction.atomic(durable=True):
        case = _lock(actor, case_id)
        remark = remarks.write(case_id, "ending", text, actor=actor, now=now)
        clocks.stop([case_id], now=now)
        facts = {**FREED, "remark": remark}
        if case.inspection == Inspection.BROKEN:
            barring = credit.enter(case, remark, now=now)
            facts |= {"credit": barring.id, "barred_until": barring.until.isoformat()}
        change([case], Verb.RESCIND, [facts], actor=actor, now=now)


def reopen(*, actor: Actor, case_id: int, document: str, reason: str, now: datetime) -> None:
    """重新审查: a refusal, or a rescission, was annulled by reconsideration or a court (行政复议法, 行政诉讼法).

    It is decided anew; what is granted again gives a new licence. `document`: the number of that decision. The limits
    run anew from now. Raises `Forbidden` for anybody but the head of the department, `Invalid` without document or
    reason, for what stands granted and what fell with a sister, `Overtaken` else.
    """
    number = rules.check_remark(document, what=_("复议决定书或者判决书的文号"), field="document")
    text = rules.check_remark(reason, what=_("重新审查的理由"), field="reason")
    with transaction.atomic(durable=True):
        case = _lock(actor, case_id)
        _check_may_reopen(case)
        remark = remarks.write(
            case_id,
            "reopening",
            _("%(document)s：%(reason)s") % {"document": number, "reason": text},
            actor=actor,
            now=now,
        )
        clocks.stop([case_id], now=now)
        CreditRecord.objects.filter(case_id=case_id, ended_at=None).update(
            ended_at=now, ended_because_id=remark
        )
        facts = {
            "remark": remark,
            "outcome": None,
            "decided_at": None,
            "licence_id": None,
            "inspection": "",
            **clocks.start([case], now=now)[case_id],
        }
        change([case], Verb.REOPEN, [facts], actor=actor, now=now)


def repair_credit(*, actor: Actor, case_id: int, reason: str, now: datetime) -> None:
    """信用修复: end the bar of a broken promise early, with the reasons.

    Raises `Forbidden` for anybody but the head of the department, `Invalid` without a reason, `Overtaken` where no
    record of this case bars (any more).
    """
    text = rules.check_remark(reason, what=_("信用修复的理由"), field="repair", is_told=False)
    with transaction.atomic(durable=True):
        _lock(actor, case_id)
        barring = credit.of_case(case_id)
        if barring is None:
            raise Overtaken(_("这件没有仍然有效的失信记录。请刷新页面查看。"), code="not_barred")
        barring.ended_at = now
        barring.ended_because_id = remarks.write(case_id, "repair", text, actor=actor, now=now)
        barring.save(update_fields=["ended_at", "ended_because"])
        facts = {"case_id": case_id, "remark": barring.ended_because_id}
        entry = Record("credit.repaired", "credit", barring.id, facts)
        record([entry], actor_kind=actor.kind, actor_id=actor.id, now=now)


def _check_may_reopen(case: Case) -> None:
    if case.stage == Stage.RESCINDED:
        rescinded = Entry.objects.filter(subject_kind="case", subject_id=case.id, verb=Verb.RESCIND)
        if "because" in rescinded.latest("id").facts:
            sentence = _("这件是因为同一申办的其他事项没有办成而随之撤销的，不能单独重新审查。")
            raise Invalid(sentence, code="fell_with_sister", field="reason")
    elif case.outcome != Outcome.REFUSED:
        sentence = _("只有不予许可的决定，或者撤销决定，又被撤销后才重新审查。")
        raise Invalid(sentence, code="not_refused", field="reason")


def _lock(actor: Actor, case_id: int) -> Case:
    case = lock_cases(actor, [case_id])[0]
    if not actor.has(Role.CHIEF_OFFICER) or actor.department_id != case.department_id:
        sentence = _("只有作出决定的部门的首席代表可以撤销决定或者重新审查。")
        raise Forbidden(sentence, code="not_the_chief")
    return case
