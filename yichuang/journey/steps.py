"""The steps: facts down, one call each. Every one may run twice and comes to the same.

A step takes the ledger entry that it follows from and the present moment. What it needs it reads anew; what
is already done it leaves alone.
"""

from collections.abc import Callable
from datetime import date, datetime

import structlog

from yichuang.base.clock import local
from yichuang.cases import clocks as case_clocks
from yichuang.cases import whole
from yichuang.cases.actions import issuing, joining, reckoning, review
from yichuang.cases.models import Case
from yichuang.cases.states import Inspection, Outcome, Stage, Verb
from yichuang.catalogue.actions import importing
from yichuang.deadlines import keeping
from yichuang.delivery.models import Parcel
from yichuang.departments import actions as departments
from yichuang.departments import queries as department_queries
from yichuang.identity.data import Role
from yichuang.journey import application_papers, messages, papers, rungs
from yichuang.journey.payloads import partner_payload
from yichuang.ledger.models import Entry
from yichuang.notices import reminders
from yichuang.notices.reminders import PARCEL_RETURNED

#: Where steps wait that talk to no partner.
STEP_QUEUE = "steps"
#: Where imports wait, one at a time: a long one holds up no case.
IMPORT_QUEUE = "imports"

log = structlog.get_logger(__name__)

Step = Callable[[Entry, datetime], None]


def await_acceptance(entry: Entry, now: datetime) -> None:
    """受理期限: from the moment of receipt, whenever this step runs."""
    case_clocks.await_acceptance_of(entry.subject_id, since=entry.at)


def await_delivery(entry: Entry, now: datetime) -> None:
    """颁发送达期限 of a decided case: from the cure of its gap, whenever this step runs."""
    whole.let_out(case_id=entry.subject_id, since=entry.at, now=now)


def issue_receipt(entry: Entry, now: datetime) -> None:
    """收件凭证 for the whole application."""
    application_papers.receipt(entry.subject_id, now=now)


def issue_acceptance_notice(entry: Entry, now: datetime) -> None:
    """受理通知书 of the department that performs the item (浙江规定 art. 11)."""
    papers.acceptance(entry.subject_id, accepted_at=_accepted_at(entry), now=now)


def issue_decline_notice(entry: Entry, now: datetime) -> None:
    """不予受理决定书 with the reasons."""
    papers.decline(entry.subject_id, now=now)


def issue_revocation(entry: Entry, now: datetime) -> None:
    """撤销受理决定书 with the reasons; a licence that waited to be handed over holds no longer."""
    papers.take_back_licence(entry.subject_id, now=now)
    papers.revocation(entry.subject_id, now=now)


def issue_withdrawal(entry: Entry, now: datetime) -> None:
    """撤回申请确认书."""
    papers.withdrawal(entry.subject_id, withdrawn_at=entry.at, now=now)


def issue_deemed_withdrawal(entry: Entry, now: datetime) -> None:
    """视为撤回申请通知书."""
    papers.deemed_withdrawal(entry.subject_id, now=now)


def issue_correction_notice(entry: Entry, now: datetime) -> None:
    """一次性告知书: everything that is to be corrected, with the date."""
    papers.correction(entry.subject_id, entry_id=entry.id, now=now)


def issue_procedure_notice(entry: Entry, now: datetime) -> None:
    """特别程序告知书: without it in writing the clock would not stand still (行政许可法 art. 45)."""
    notice = papers.special_procedure(entry, now=now)
    keeping.prove_pause(case_clocks.SUBJECT, entry.subject_id, since=entry.at, document=notice.id)


def issue_hearing_right(entry: Entry, now: datetime) -> None:
    """听证告知书: the right to a hearing before the decision (行政许可法 art. 46, 47)."""
    papers.hearing_right(entry, now=now)


def issue_clock_correction(entry: Entry, now: datetime) -> None:
    """计时更正告知书: she was told in writing of the pause, and is told in writing that it counts for nothing."""
    papers.clock_correction(entry, now=now)


def tell_clock_correction(entry: Entry, now: datetime) -> None:
    """计时更正告知 to the applicant's phone."""
    due_at = entry.facts.get("due_at")
    if due_at:
        until, name = local(datetime.fromisoformat(due_at)).date(), entry.facts["procedure"]
        messages.clock_corrected(entry.subject_id, entry_id=entry.id, name=name, until=until, now=now)


def issue_extension(entry: Entry, now: datetime) -> None:
    """延长期限告知书: the reason is told (行政许可法 art. 42)."""
    papers.extension(entry, now=now)


def issue_termination(entry: Entry, now: datetime) -> None:
    """终止办理告知书 with the reasons."""
    papers.termination(entry.subject_id, now=now)


def issue_rescission(entry: Entry, now: datetime) -> None:
    """撤销决定书 with the reasons; the licence that the decision gave holds no longer."""
    papers.take_back_licence(entry.subject_id, now=now)
    papers.rescission(entry.subject_id, entry_id=entry.id, now=now)


def issue_result(entry: Entry, now: datetime) -> None:
    """The licence and the paper of the decision; then the case is issued. Of a withheld bundle all at once.

    颁发送达期限 runs from the decision, whenever this step runs and whatever becomes of the papers.
    """
    for case in whole.let_out(case_id=entry.subject_id, since=entry.at, now=now):
        licence_id = papers.licence(case.id, now=now) if case.outcome == Outcome.GRANTED else None
        notice_id = papers.decision(case.id, now=now)
        if not issuing.issue(case_id=case.id, notice_id=notice_id, licence_id=licence_id, now=now):
            papers.take_back_licence(case.id, now=now)


def issue_rectification(entry: Entry, now: datetime) -> None:
    """责令改正通知书, where what was promised is to be put right."""
    if entry.facts["inspection"] == Inspection.ORDERED:
        papers.rectification(entry, now=now)


def issue_pre_decision(entry: Entry, now: datetime) -> None:
    """预审意见书: marked as no decision yet."""
    papers.pre_decision(entry.subject_id, entry_id=entry.id, now=now)


def issue_reopening(entry: Entry, now: datetime) -> None:
    """恢复审查告知书 with every difference."""
    papers.review_reopened(entry.subject_id, entry_id=entry.id, now=now)


def issue_reopened(entry: Entry, now: datetime) -> None:
    """重新审查告知书: whose decision was annulled is reviewed anew."""
    papers.reopening(entry.subject_id, entry_id=entry.id, reopened_at=entry.at, now=now)


def issue_hand_over_receipt(entry: Entry, now: datetime) -> None:
    """送达回证 for what was handed over."""
    application_papers.hand_over(entry.subject_id, now=now)


def issue_closing_notice(entry: Entry, now: datetime) -> None:
    """办结通知, once nothing of the application is being handled any more."""
    application_papers.closing(entry.subject_id, now=now)


def issue_joint_extension(entry: Entry, now: datetime) -> None:
    """延长期限告知书 for the whole, sealed by the department that leads it (行政许可法 art. 42)."""
    application_papers.joint_extension(entry, now=now)


def tell_joint_extension(entry: Entry, now: datetime) -> None:
    """延长期限告知 of the whole to the applicant's phone."""
    until = local(datetime.fromisoformat(entry.facts["due_at"])).date()
    messages.extended_jointly(entry.subject_id, entry_id=entry.id, until=until, now=now)


def issue_inquiry(entry: Entry, now: datetime) -> None:
    """征询意见书: what was not granted, what is left, and what each answer means for it."""
    application_papers.inquiry(entry.subject_id, now=now)


def tell_inquiry(entry: Entry, now: datetime) -> None:
    """征询告知 to the applicant's phone, while it is open."""
    messages.inquiry(entry.subject_id, now=now)


def tell_received(entry: Entry, now: datetime) -> None:
    """收件告知 to the applicant's phone."""
    messages.received(entry.subject_id, now=now)


def tell_accepted(entry: Entry, now: datetime) -> None:
    """受理告知: one for the application, however many of its cases were accepted."""
    messages.accepted(entry.subject_id, now=now)


def tell_correction(entry: Entry, now: datetime) -> None:
    """补正告知: what is to be corrected, until when."""
    messages.correction(entry.subject_id, entry_id=entry.id, now=now)


def tell_procedure(entry: Entry, now: datetime) -> None:
    """特别程序告知 to the applicant's phone."""
    until = date.fromisoformat(entry.facts["until"])
    name = entry.facts["procedure"]
    messages.procedure_begun(entry.subject_id, entry_id=entry.id, name=name, until=until, now=now)


def tell_hearing(entry: Entry, now: datetime) -> None:
    """听证权利告知 to the applicant's phone."""
    until = date.fromisoformat(entry.facts["hearing_until"])
    messages.hearing_right(entry.subject_id, entry_id=entry.id, until=until, now=now)


def tell_extension(entry: Entry, now: datetime) -> None:
    """延长期限告知 to the applicant's phone."""
    until = local(datetime.fromisoformat(entry.facts["due_at"])).date()
    messages.extended(entry.subject_id, entry_id=entry.id, until=until, now=now)


def tell_parcel(entry: Entry, now: datetime) -> None:
    """邮寄告知: that it was sent, or came back."""
    messages.parcel(entry.subject_id, entry_id=entry.id, now=now)


def remind_of_return(entry: Entry, now: datetime) -> None:
    """提醒 at the counters of the centre: a parcel came back, its results lie there again."""
    parcel = Parcel.objects.select_related("application").get(id=entry.subject_id)
    number = Case.objects.values_list("number", flat=True).get(id=parcel.case_ids[0])
    centre = parcel.application.centre_id
    rung = f"{PARCEL_RETURNED}.{parcel.id}"
    reminders.remind(case_number=number, rung=rung, role=Role.CLERK, department_id=centre, now=now)


def tell_rectification(entry: Entry, now: datetime) -> None:
    """责令改正告知 to the applicant's phone."""
    if entry.facts["inspection"] == Inspection.ORDERED:
        until = date.fromisoformat(entry.facts["until"])
        messages.rectification(entry.subject_id, entry_id=entry.id, until=until, now=now)


def tell_ready(entry: Entry, now: datetime) -> None:
    """领取通知, once the last case of the application is settled."""
    messages.ready(entry.subject_id, now=now)


def dispatch_to_partner(entry: Entry, now: datetime) -> None:
    """Send the case to the department's own system, once its clock runs."""
    case = Case.objects.select_related("application").get(id=entry.subject_id)
    if not case.partner or case.waiting or case.gap_until or case.stage != Stage.ACCEPTED:
        return
    dispatch_id = departments.dispatch(
        case_number=case.number,
        case_id=case.id,
        partner_key=case.partner,
        payload=partner_payload(case, now),
        now=now,
    )
    departments.send(dispatch_id, now=now)


def begin_review_at_partner(entry: Entry, now: datetime) -> None:
    """The partner has taken the case and will answer later."""
    case = Case.objects.get(id=entry.facts["case_id"])
    review.begin_review_elsewhere(case_id=case.id, partner_id=case.department_id, now=now)


def apply_partner_answer(entry: Entry, now: datetime) -> None:
    """The partner's decision becomes the case's."""
    case = Case.objects.get(id=entry.facts["case_id"])
    answer = department_queries.answer(entry.subject_id)
    review.decide_elsewhere(
        case_id=case.id,
        partner_id=case.department_id,
        outcome=Outcome(answer.decision),
        reason=answer.reason,
        facts={"dispatch": entry.subject_id},
        now=now,
    )


def join_sisters(entry: Entry, now: datetime) -> None:
    """What this means for the sister cases: they start, wait on or end, as their bundle declares."""
    if entry.facts.get("of", "case") == "case":
        joining.join(case_id=entry.facts.get("of_id", entry.subject_id), now=now)


def reckon_clocks(entry: Entry, now: datetime) -> None:
    """重新计算期限 of everything open, because the calendar, the hours, the ladders or a regime has changed."""
    for moved in reckoning.reckon(why=entry.verb, now=now):
        log.info(
            "clock moved", number=moved.number, clock=moved.clock, before=moved.before, after=moved.after
        )


def close_case(entry: Entry, now: datetime) -> None:
    """What was delivered is closed, all of one application in one act."""
    issuing.close(case_id=entry.subject_id, now=now)


def remind_of_opinions(entry: Entry, now: datetime) -> None:
    """征求意见有了结果: on the desks of the department that asked."""
    rungs.tell_opinions(entry.subject_id, entry_id=entry.id, now=now)


def act_on_rung(entry: Entry, now: datetime) -> None:
    """What the rung of a clock says that follows: reminders, or what the law makes of the silence."""
    rungs.act(entry.facts, clock_id=entry.subject_id, entry_id=entry.id, now=now)


def look_at_import(entry: Entry, now: datetime) -> None:
    """核对导入文件: what it would change, and every fault in it."""
    importing.look(import_id=entry.subject_id, now=now)


def take_in_import(entry: Entry, now: datetime) -> None:
    """导入目录: what was looked at and confirmed becomes the release in force."""
    importing.take_in(import_id=entry.subject_id, now=now)


def _accepted_at(entry: Entry) -> datetime:
    """When a case counts as accepted: by silence from its receipt (行政许可法 art. 32(4)), else when it was."""
    if entry.verb != Verb.DEEM_ACCEPTED:
        return entry.at
    return Case.objects.values_list("application__received_at", flat=True).get(id=entry.subject_id)


STEPS: dict[str, Step] = {
    step.__name__: step
    for step in (
        issue_receipt, issue_acceptance_notice, issue_decline_notice, issue_correction_notice, issue_result,
        await_acceptance, await_delivery, issue_revocation, issue_withdrawal, issue_deemed_withdrawal, act_on_rung,
        issue_termination, issue_rescission, issue_procedure_notice, tell_procedure, issue_extension, tell_extension,
        issue_joint_extension, tell_joint_extension, issue_clock_correction, tell_clock_correction,
        issue_hearing_right, tell_hearing, issue_inquiry, tell_inquiry, issue_rectification, tell_rectification,
        issue_pre_decision, issue_reopening, issue_reopened, reckon_clocks,
        issue_hand_over_receipt, issue_closing_notice, dispatch_to_partner, begin_review_at_partner,
        apply_partner_answer, join_sisters, close_case, tell_parcel, remind_of_return, remind_of_opinions,
        look_at_import, take_in_import, tell_received, tell_accepted, tell_correction, tell_ready,
    )
}  # fmt: skip
#: Steps that look at the whole application: of an act on many of its cases they follow once.
ONCE_AN_ACT = frozenset({tell_accepted, close_case, issue_closing_notice})


def queue_of(step: Step, entry: Entry) -> str:
    """The queue in which a step waits: a partner's own for what talks to it, so that a dead one harms no other."""
    if step in {look_at_import, take_in_import}:
        return IMPORT_QUEUE
    if step is not dispatch_to_partner:
        return STEP_QUEUE
    partner = Case.objects.filter(id=entry.subject_id).values_list("partner", flat=True).get()
    return departments.queue_of(partner) if partner else STEP_QUEUE
