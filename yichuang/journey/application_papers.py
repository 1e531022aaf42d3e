"""The papers of a whole application: what was received (收件凭证), handed over (送达回证), and its end (办结通知)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from yichuang.base.clock import local
from yichuang.base.crypto import decrypt_text
from yichuang.cases import inquiries, reading, remarks, whole
from yichuang.cases.models import Application, Case, Inquiry
from yichuang.cases.queries import materials
from yichuang.cases.states import ENDED, MOVES, OUTCOME_NAMES, STAGE_NAMES, Outcome, Stage
from yichuang.catalogue.data import SourceKind
from yichuang.catalogue.papers import NoticeKind
from yichuang.deadlines.data import Limit, Unit
from yichuang.delivery.courier import SIGNED_CONTEXT
from yichuang.delivery.models import HandOver, Parcel
from yichuang.identity import queries as identity_queries
from yichuang.identity.data import SYSTEM
from yichuang.journey.papers import limit_text, party_of
from yichuang.ledger.models import Entry
from yichuang.licences.queries import of_cases
from yichuang.notices.actions import issue
from yichuang.notices.data import NoticeFacts
from yichuang.notices.queries import of_application

_SOURCE_NAMES = {
    SourceKind.LICENCE: _("电子证照调取"),
    SourceKind.SHARED: _("部门数据共享"),
    SourceKind.SISTER: _("同一申办的其他事项产生"),
    SourceKind.COMMITMENT: _("告知承诺，免提交"),
    SourceKind.EARLIER: _("以前提交过，沿用"),
    SourceKind.UPLOAD: _("上传"),
    SourceKind.PAPER: _("窗口收取"),
}
_METHODS = {"counter": _("窗口领取"), "download": _("网上下载"), "courier": _("邮寄送达")}
#: Acts that end a case.
_ENDING = frozenset(verb for verb, move in MOVES.items() if move.to in ENDED)
_DECISIONS = frozenset({NoticeKind.GRANT, NoticeKind.REFUSAL})


def receipt(application_id: int, *, now: datetime) -> NoticeFacts:
    """收件凭证: sealed by the centre, lists every material and how it was settled."""
    application = Application.objects.select_related("counter", "centre").get(id=application_id)
    party = party_of(application, now)
    cases = Case.objects.filter(application=application).select_related("department").order_by("id")
    facts = {
        "applicant": party.name,
        "applicant_number": party.number,
        "received_at": application.received_at,
        "place": f"{application.centre.name} {application.counter.name if application.counter else ''}".strip(),
        "subject": application.target_name,
        "items": [{"name": case.item_name, "department": case.department.name} for case in cases],
        "materials": [
            {"name": row.name, "source": str(_SOURCE_NAMES[row.source]), "copies": "1"}
            for row in materials(application_id)
            if row.source is not None
        ],
        "query_code": reading.query_code(application_id),
    }
    return issue(
        kind=NoticeKind.RECEIPT,
        key=application.number,
        application_number=application.number,
        case_number=None,
        department_id=application.centre_id,
        facts=facts,
        now=now,
    )


def joint_extension(entry: Entry, *, now: datetime) -> NoticeFacts:
    """延长期限告知书 for the whole: the government approved it, the department that leads the bundle tells it."""
    application = Application.objects.get(id=entry.subject_id)
    told = entry.facts
    bundle = whole.bonds_of(application.id).bundle
    if bundle is None or bundle.joint_extension is None:
        raise LookupError(f"{application} was extended, but its bundle knows no extension")
    document, reasons = remarks.read(told["remark"]).split("\n", 1)
    facts = {
        "applicant": party_of(application, now).name,
        "item": application.target_name,
        "accepted_on": local(datetime.fromisoformat(told["began_at"])).date(),
        "due_before": local(datetime.fromisoformat(told["due_before"])).date(),
        "limit": limit_text(Limit(told["limit"], Unit(told["unit"]))),
        "due_on": local(datetime.fromisoformat(told["due_at"])).date(),
        "approval": document,
        "reasons": reasons.splitlines(),
        "legal_basis": bundle.joint_extension.basis,
    }
    return issue(
        kind=NoticeKind.EXTENSION,
        key=application.number,
        application_number=application.number,
        case_number=None,
        department_id=identity_queries.department_id(bundle.lead),
        facts=facts,
        now=now,
    )


def inquiry(inquiry_id: int, *, now: datetime) -> NoticeFacts:
    """征询意见书: sealed by the centre, which asks for all departments together."""
    asked = Inquiry.objects.select_related("application", "case__department").get(id=inquiry_id)
    application = asked.application
    party = party_of(application, now)
    left = inquiries.prospects(application.id, now=now)
    facts = {
        "applicant": party.name,
        "subject": application.target_name,
        "item": asked.case.item_name,
        "department": asked.case.department.name,
        "asked_on": local(asked.asked_at).date(),
        "until": asked.until,
        "left": [{"item": one.item, "going_on": one.going_on, "in_silence": one.in_silence} for one in left],
    }
    return issue(
        kind=NoticeKind.INQUIRY,
        key=f"{application.number}.{asked.id}",
        application_number=application.number,
        case_number=None,
        department_id=application.centre_id,
        facts=facts,
        now=now,
    )


def hand_over(hand_over_id: int, *, now: datetime) -> NoticeFacts:
    """送达回证 for everything that went out in one act."""
    row = HandOver.objects.select_related("application__centre", "counter").get(id=hand_over_id)
    application = row.application
    party = party_of(application, now)
    receiver = identity_queries.party(
        SYSTEM, row.receiver_id, purpose="paper", application_number=application.number, now=now
    )
    delivered = Case.objects.filter(application=application, id__in=row.case_ids).select_related("department")
    by_download, parcel = row.channel == "download", Parcel.objects.filter(hand_over=row).first()
    facts = {
        "applicant": party.name,
        "applicant_number": party.number,
        "method": _METHODS[row.channel],
        "delivered_at": row.handed_over_at,
        "place": row.counter.name if row.counter else None,
        "waybill": f"{parcel.carrier} {parcel.waybill}" if parcel else None,
        **_signed(row, parcel, receiver.name),
        "documents": _documents(application.number, delivered.order_by("id")),
        "confirmed_by": _("查询密码") if by_download else None,
    }
    return issue(
        kind=NoticeKind.DELIVERY,
        key=f"{application.number}.{row.id}",
        application_number=application.number,
        case_number=None,
        department_id=application.centre_id,
        facts=facts,
        now=now,
    )


def _signed(row: HandOver, parcel: Parcel | None, name: str) -> dict[str, str]:
    """Who signed; of a parcel whoever the courier says, and what she is to the applicant only where it is herself."""
    signed = decrypt_text(parcel.signed_by, SIGNED_CONTEXT) if parcel else name
    if row.receiver_id != row.application.party_id:
        return {"receiver": signed, "relation": _("代办人")}
    return {"receiver": signed, "relation": _("本人") if signed == name else _("代收")}


def closing(case_id: int, *, now: datetime) -> NoticeFacts | None:
    """办结通知 once every case of the application has ended, of which one at least was handed over; else None.

    Where one ends anew, because its decision was taken back or it was reopened, the new end has its own.
    """
    application = Application.objects.select_related("centre").get(cases=case_id)
    cases = list(Case.objects.filter(application=application).select_related("department").order_by("id"))
    stages = {case.stage for case in cases}
    if not stages <= ENDED or Stage.CLOSED not in stages:
        return None
    ends = Entry.objects.filter(
        subject_kind="case", subject_id__in=[case.id for case in cases], verb__in=_ENDING,
        at__gte=application.received_at,
    )  # fmt: skip
    last = {entry.subject_id: entry for entry in ends.order_by("id")}
    facts = {
        "applicant": party_of(application, now).name,
        "subject": application.target_name,
        "received_on": local(application.received_at).date(),
        "results": [
            {
                "name": case.item_name,
                "department": case.department.name,
                "result": str(_result_of(case)),
                "ended_on": local(last[case.id].at).date(),
            }
            for case in cases
        ],
    }
    return issue(
        kind=NoticeKind.CLOSING,
        key=f"{application.number}.{max(entry.id for entry in last.values())}",
        application_number=application.number,
        case_number=None,
        department_id=application.centre_id,
        facts=facts,
        now=now,
    )


def _result_of(case: Case) -> Any:
    """How a case ended, in words: as it was decided, or why it never was."""
    return (
        OUTCOME_NAMES[Outcome(case.outcome)] if case.stage == Stage.CLOSED else STAGE_NAMES[Stage(case.stage)]
    )


def _documents(application_number: str, delivered: Iterable[Case]) -> list[dict[str, str]]:
    """What went out of each case: its licence where there is one, and the paper of its last decision."""
    cases = list(delivered)
    licences = of_cases([case.number for case in cases])
    decisions = {
        notice.case_number: notice
        for notice in of_application(application_number)
        if notice.kind in _DECISIONS
    }
    documents = []
    for case in cases:
        licence, decision = licences.get(case.number), decisions.get(case.number)
        if licence is not None:
            documents.append((licence.type_name, licence.number, case.department.name))
        if decision is not None:
            documents.append((decision.title, decision.number, case.department.name))
    return [{"name": name, "number": number, "department": organ} for name, number, organ in documents]
