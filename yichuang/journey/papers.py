"""The papers of a case (文书): gathering the facts that a paper states and having it issued.

Names and numbers are read here for the paper alone; each read is the platform's own act under the case.
Every function may run twice: `notices` and `licences` issue one paper per key.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from yichuang.base.clock import local
from yichuang.cases import credit, expecting, reading, remarks
from yichuang.cases.models import Application, ApplicationMaterial, Case, Gap
from yichuang.cases.queries import materials
from yichuang.cases.states import OUTCOME_NAMES, Outcome, Verb
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.data import Item
from yichuang.catalogue.papers import NoticeKind
from yichuang.deadlines.data import Limit, Unit
from yichuang.identity import queries as identity_queries
from yichuang.identity.data import SYSTEM, Power
from yichuang.ledger.models import Entry
from yichuang.licences.actions import issue_licence, revoke
from yichuang.licences.models import Status
from yichuang.licences.queries import of_cases
from yichuang.notices.actions import issue
from yichuang.notices.data import NoticeFacts

_HEARING_BASIS = "《中华人民共和国行政许可法》第四十六条、第四十七条、第四十八条"
_UNITS = {Unit.WORKING_DAYS: _("个工作日"), Unit.CALENDAR_DAYS: _("日"), Unit.MINUTES: _("分钟")}


def limit_text(limit: Limit) -> str:
    """A limit as a paper says it; nothing to wait for is 即办."""
    return f"{limit.value}{_UNITS[limit.unit]}" if limit.value else str(_("即办"))


@dataclass(frozen=True, slots=True)
class _Whole:
    """A case with what its papers need."""

    case: Case
    item: Item
    applicant: str
    applicant_number: str
    applicant_kind: str


def _whole(case_id: int, now: datetime) -> _Whole:
    case = Case.objects.select_related("application").get(id=case_id)
    party = party_of(case.application, now)
    return _Whole(
        case, catalogue_queries.item_version(case.item_version_id), party.name, party.number, party.kind
    )


def party_of(application: Application, now: datetime) -> Any:
    """Who applied, for a paper alone; the read is the platform's own."""
    return identity_queries.party(
        SYSTEM, application.party_id, purpose="paper", application_number=application.number, now=now
    )


def _issue(kind: NoticeKind, whole: _Whole, facts: dict[str, Any], *, key: str, now: datetime) -> NoticeFacts:
    case = whole.case
    return issue(
        kind=kind,
        key=key,
        application_number=case.application.number,
        case_number=case.number,
        department_id=case.department_id,
        facts={"applicant": whole.applicant, "item": case.item_name, **facts},
        now=now,
    )


def acceptance(case_id: int, *, accepted_at: datetime, now: datetime) -> NoticeFacts:
    """受理通知书, or 先予受理（容缺）通知书 with what may follow: sealed by the department (浙江规定 art. 11)."""
    whole = _whole(case_id, now)
    case, item = whole.case, whole.item
    scope = identity_queries.mandated_items(case.application.centre_id, Power.ACCEPT, local(now).date())
    facts: dict[str, Any] = {
        "received_on": local(case.application.received_at).date(),
        "accepted_on": local(accepted_at).date(),
        "limit": limit_text(item.promised_limit),
        "due_on": local(case.due_at).date() if case.due_at else None,
        "fees": "、".join(f"{fee.name}{fee.amount / 100:.2f}元" for fee in item.fees) or None,
        "phone": item.consult_phone,
        "mandate_number": scope.number_for(item.department, item.key),
    }
    gap = Gap.objects.filter(case_id=case_id).first()
    if gap is None:
        return _issue(NoticeKind.ACCEPTANCE, whole, facts, key=case.number, now=now)
    missing = [
        {"name": row.name, "requirement": "、".join(row.checkpoints) or _("符合办事指南的要求")}
        for row in materials(case.application_id, [case.item_key])
        if row.key in gap.materials
    ]
    facts |= {"missing": missing, "until": gap.until}
    return _issue(NoticeKind.GAP_ACCEPTANCE, whole, facts, key=case.number, now=now)


def revocation(case_id: int, *, now: datetime) -> NoticeFacts:
    """撤销受理决定书 with the reasons."""
    whole = _whole(case_id, now)
    gap = Gap.objects.get(case_id=case_id)
    facts = {
        "accepted_on": local(gap.opened_at).date(),
        "reasons": reading.reason_of(case_id, Verb.REVOKE_ACCEPTANCE).splitlines(),
    }
    return _issue(NoticeKind.REVOCATION, whole, facts, key=whole.case.number, now=now)


def rectification(entry: Entry, *, now: datetime) -> NoticeFacts:
    """责令改正通知书: what was found at the inspection, and by when it is to be put right (浙江规定 art. 14)."""
    whole = _whole(entry.subject_id, now)
    case, said = whole.case, whole.item.commitment
    facts = {
        "decided_on": local(case.decided_at or entry.at).date(),
        "reasons": remarks.read(entry.facts["remark"]).splitlines(),
        "until": date.fromisoformat(entry.facts["until"]),
        "legal_basis": said.basis if said else None,
        "phone": whole.item.consult_phone,
    }
    return _issue(NoticeKind.RECTIFICATION, whole, facts, key=f"{case.number}.{entry.id}", now=now)


def termination(case_id: int, *, now: datetime) -> NoticeFacts:
    """终止办理告知书 with the reasons."""
    whole = _whole(case_id, now)
    facts = {
        "received_on": local(whole.case.application.received_at).date(),
        "reasons": reading.reason_of(case_id, Verb.TERMINATE).splitlines(),
    }
    return _issue(NoticeKind.TERMINATION, whole, facts, key=whole.case.number, now=now)


def rescission(case_id: int, *, entry_id: int, now: datetime) -> NoticeFacts:
    """撤销决定书 with the reasons, and what is to be given back: one for each time."""
    whole = _whole(case_id, now)
    case, item = whole.case, whole.item
    barring = credit.of_case(case_id)
    facts = {
        "decided_on": local(case.decided_at or now).date(),
        "reasons": reading.reason_of(case_id, Verb.RESCIND).splitlines(),
        "licence": item.result_name if case.licence_id else None,
        "barred_until": barring.until if barring else None,
    }
    return _issue(NoticeKind.RESCISSION, whole, facts, key=f"{case.number}.{entry_id}", now=now)


def take_back_licence(case_id: int, *, now: datetime) -> None:
    """撤销 the licence that a case gave, if it gave one that still holds."""
    number = Case.objects.values_list("number", flat=True).get(id=case_id)
    held = of_cases([number]).get(number)
    if held is not None and held.status == Status.VALID:
        reason = reading.reason_of(case_id, Verb.RESCIND) or _("发证的决定已经撤销。")
        revoke(licence_id=held.id, status=Status.REVOKED, reason=reason, actor=SYSTEM, now=now)


def withdrawal(case_id: int, *, withdrawn_at: datetime, now: datetime) -> NoticeFacts:
    """撤回申请确认书."""
    whole = _whole(case_id, now)
    facts = {
        "received_on": local(whole.case.application.received_at).date(),
        "withdrawn_on": local(withdrawn_at).date(),
    }
    return _issue(NoticeKind.WITHDRAWAL, whole, facts, key=whole.case.number, now=now)


def deemed_withdrawal(case_id: int, *, now: datetime) -> NoticeFacts:
    """视为撤回申请通知书, with the date that had been told."""
    whole = _whole(case_id, now)
    facts = {
        "received_on": local(whole.case.application.received_at).date(),
        "due_on": whole.case.correct_until,
    }
    return _issue(NoticeKind.DEEMED_WITHDRAWAL, whole, facts, key=whole.case.number, now=now)


def decline(case_id: int, *, now: datetime) -> NoticeFacts:
    """不予受理决定书."""
    whole = _whole(case_id, now)
    facts = {
        "received_on": local(whole.case.application.received_at).date(),
        "reasons": reading.reason_of(case_id, Verb.DECLINE).splitlines(),
    }
    return _issue(NoticeKind.DECLINE, whole, facts, key=whole.case.number, now=now)


def correction(case_id: int, *, entry_id: int, now: datetime) -> NoticeFacts:
    """一次性告知(补正)通知书: one for each time that correction was asked for."""
    whole = _whole(case_id, now)
    case = whole.case
    unsettled = ApplicationMaterial.objects.filter(application_id=case.application_id, source="").order_by(
        "id"
    )
    types = catalogue_queries.current().materials
    told = reading.reason_of(case_id, Verb.ASK_CORRECTION)
    missing = [{"name": types[row.material].name, "requirement": _("请重新提交")} for row in unsettled]
    facts = {
        "received_on": local(case.application.received_at).date(),
        "missing": [{"name": _("需要补正的内容"), "requirement": told}, *missing],
        "due_on": case.correct_until,
        "phone": whole.item.consult_phone,
    }
    return _issue(NoticeKind.CORRECTION, whole, facts, key=f"{case.number}.{entry_id}", now=now)


def hearing_right(entry: Entry, *, now: datetime) -> NoticeFacts:
    """听证告知书: what a hearing would be about, and until when it may be asked for (行政许可法 art. 46, 47)."""
    whole = _whole(entry.subject_id, now)
    facts = {
        "accepted_on": local(whole.case.started_at or now).date(),
        "reasons": remarks.read(entry.facts["remark"]).splitlines(),
        "due_on": date.fromisoformat(entry.facts["hearing_until"]),
        "legal_basis": _HEARING_BASIS,
        "phone": whole.item.consult_phone,
    }
    return _issue(NoticeKind.HEARING_RIGHT, whole, facts, key=f"{whole.case.number}.{entry.id}", now=now)


def hearing(entry: Entry, *, now: datetime) -> NoticeFacts:
    """听证通知书: when and where it is held (行政许可法 art. 48), and that its time does not count (art. 45)."""
    whole = _whole(entry.subject_id, now)
    facts = {
        "held_at": datetime.fromisoformat(entry.facts["hearing_at"]),
        "place": remarks.read(entry.facts["remark"]),
        "legal_basis": _HEARING_BASIS,
        "phone": whole.item.consult_phone,
    }
    return _issue(NoticeKind.HEARING, whole, facts, key=f"{whole.case.number}.{entry.id}", now=now)


def special_procedure(entry: Entry, *, now: datetime) -> NoticeFacts:
    """特别程序告知书: one for each time that one was begun (行政许可法 art. 45); of a hearing 听证通知书."""
    if "hearing_at" in entry.facts:
        return hearing(entry, now=now)
    whole = _whole(entry.subject_id, now)
    case, told = whole.case, entry.facts
    declared = {one.name: one for one in whole.item.special_procedures}[told["procedure"]]
    facts = {
        "accepted_on": local(case.started_at or now).date(),
        "procedure": declared.name,
        "reasons": remarks.read(told["remark"]).splitlines(),
        "begins_on": local(entry.at).date(),
        "limit": limit_text(Limit(told["limit"], Unit(told["unit"]))),
        "until": date.fromisoformat(told["until"]),
        "legal_basis": declared.basis or None,
        "phone": whole.item.consult_phone,
    }
    return _issue(NoticeKind.SPECIAL_PROCEDURE, whole, facts, key=f"{case.number}.{entry.id}", now=now)


def clock_correction(entry: Entry, *, now: datetime) -> NoticeFacts:
    """计时更正告知书: one for each pause that was struck."""
    whole = _whole(entry.subject_id, now)
    told = entry.facts
    facts = {
        "procedure": told["procedure"],
        "begins_on": local(datetime.fromisoformat(told["begun_at"])).date(),
        "due_before": local(datetime.fromisoformat(told["due_before"])).date(),
        "due_on": local(datetime.fromisoformat(told["due_at"])).date() if told.get("due_at") else None,
        "reasons": remarks.read(told["remark"]).splitlines(),
        "phone": whole.item.consult_phone,
    }
    key = f"{whole.case.number}.{entry.id}"
    return _issue(NoticeKind.CLOCK_CORRECTION, whole, facts, key=key, now=now)


def extension(entry: Entry, *, now: datetime) -> NoticeFacts:
    """延长期限告知书 (行政许可法 art. 42)."""
    whole = _whole(entry.subject_id, now)
    case, told = whole.case, entry.facts
    facts = {
        "accepted_on": local(case.started_at or now).date(),
        "due_before": local(datetime.fromisoformat(told["due_before"])).date(),
        "limit": limit_text(Limit(told["limit"], Unit(told["unit"]))),
        "due_on": local(datetime.fromisoformat(told["due_at"])).date(),
        "reasons": remarks.read(told["remark"]).splitlines(),
        "legal_basis": catalogue_queries.regime(whole.item).basis,
        "phone": whole.item.consult_phone,
    }
    return _issue(NoticeKind.EXTENSION, whole, facts, key=case.number, now=now)


def decision(case_id: int, *, now: datetime) -> int:
    """准予决定书 or 不予许可决定书; returns the notice's id."""
    whole = _whole(case_id, now)
    case, item = whole.case, whole.item
    reason = reading.reason_of(case_id, Verb.DECIDE)
    facts: dict[str, Any] = {
        "accepted_on": local(case.started_at or now).date(),
        "item_type": item.type,
        "legal_basis": str(item.legal_bases[0]) if item.legal_bases else None,
        "predecided_on": _predecided_on(case),
    }
    if case.outcome == Outcome.GRANTED:
        kind = NoticeKind.GRANT
        within = catalogue_queries.regime(item).inspect_within if case.inspection else None
        facts |= {
            "decision": reason,
            "licence": item.result_name if item.licence_type else None,
            "inspect_within": limit_text(within) if within else None,
        }
    else:
        kind = NoticeKind.REFUSAL
        facts["reasons"] = reason.splitlines()
    notice = _issue(kind, whole, facts, key=case.number, now=now)
    if case.decided_at and notice.issued_at < case.decided_at:  # of an earlier decision that was annulled
        again = f"{case.number}.{local(case.decided_at):%Y%m%d%H%M%S}"
        notice = _issue(kind, whole, facts, key=again, now=now)
    return notice.id


def reopening(case_id: int, *, entry_id: int, reopened_at: datetime, now: datetime) -> NoticeFacts:
    """重新审查告知书 with the document that annulled the refusal, or the rescission."""
    whole = _whole(case_id, now)
    before = Entry.objects.filter(subject_kind="case", subject_id=case_id, id__lt=entry_id)
    annulled = before.filter(verb__in=(Verb.DECIDE, Verb.FORMALISE, Verb.RESCIND)).latest("id").verb
    facts = {
        "annulled": _("原撤销决定") if annulled == Verb.RESCIND else _("原不予许可的决定"),
        "reasons": reading.reason_of(case_id, Verb.REOPEN).splitlines(),
        "begins_on": local(reopened_at).date(),
        "due_on": local(whole.case.due_at).date() if whole.case.due_at else None,
    }
    return _issue(NoticeKind.REOPENING, whole, facts, key=f"{whole.case.number}.{entry_id}", now=now)


def pre_decision(case_id: int, *, entry_id: int, now: datetime) -> NoticeFacts | None:
    """预审意见书（模拟审批）, marked as no decision; None where it has become one, or none, in the meantime."""
    whole = _whole(case_id, now)
    case = whole.case
    if not case.pre_outcome:
        return None
    expected = Case.objects.filter(id__in=expecting.expected_by(case)).select_related("department")
    facts = {
        "accepted_on": local(case.started_at or now).date(),
        "expects": [
            {"item": one.item_name, "department": one.department.name} for one in expected.order_by("id")
        ],
        "outcome": str(OUTCOME_NAMES[Outcome(case.pre_outcome)]),
        "reasons": reading.reason_of(case_id, Verb.DECIDE).splitlines(),
    }
    return _issue(NoticeKind.PRE_DECISION, whole, facts, key=f"{case.number}.{entry_id}", now=now)


def review_reopened(case_id: int, *, entry_id: int, now: datetime) -> NoticeFacts:
    """恢复审查告知书 with every difference between what was expected and what arrived."""
    whole = _whole(case_id, now)
    case = whole.case
    facts = {
        "predecided_on": _predecided_on(case),
        "differences": reading.reason_of(case_id, Verb.REOPEN_REVIEW).splitlines(),
        "due_on": local(case.due_at).date() if case.due_at else None,
    }
    return _issue(NoticeKind.REVIEW_REOPENED, whole, facts, key=f"{case.number}.{entry_id}", now=now)


def _predecided_on(case: Case) -> date | None:
    at = expecting.predecided_at(case) if case.waits_for else None
    return local(at).date() if at else None


def licence(case_id: int, *, now: datetime) -> int | None:
    """The licence or proof of a granted case; None where the item has none."""
    whole = _whole(case_id, now)
    case, item = whole.case, whole.item
    if not item.licence_type:
        return None
    values, _answers = reading.case_values(case_id)
    granted = expecting.granted_values(case)
    issued = issue_licence(
        type_key=item.licence_type,
        holder_kind=whole.applicant_kind,
        holder_number=whole.applicant_number,
        holder_name=whole.applicant,
        facts=_labelled({**values, **granted}),
        case_number=case.number,
        department_id=case.department_id,
        now=now,
    )
    return issued.id


def _labelled(values: dict[str, str]) -> dict[str, str]:
    """Choice codes as the words that people read."""
    elements = catalogue_queries.current().elements
    return {
        key: elements[key].choices.get(value, value) if key in elements else value
        for key, value in values.items()
    }
