"""An application at the counter: its cases, papers and history; accepting all, and handing everything over."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yichuang.base.clock import now
from yichuang.base.errors import Refused
from yichuang.cases import awaited, clocks, queries, reading, whole
from yichuang.cases.actions import acceptance
from yichuang.cases.actions.withdrawal import open_to
from yichuang.cases.data import CaseRow, MaterialRow
from yichuang.cases.inquiries import open_inquiry
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.rules import GapsOpen
from yichuang.cases.states import LOST, MOVES, WORKED, Stage, Verb
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.papers import NoticeKind
from yichuang.deadlines.queries import Running
from yichuang.delivery import actions as delivery
from yichuang.delivery import queries as delivery_queries
from yichuang.delivery.courier import parcels_of
from yichuang.feedback import queries as feedback_queries
from yichuang.identity import queries as identity_queries
from yichuang.journey import messages as journey_messages
from yichuang.licences import queries as licence_queries
from yichuang.notices import messages as notice_messages
from yichuang.notices import queries as notice_queries
from yichuang.notices.data import MessageFacts, MessageKind, MessageState, NoticeFacts
from yichuang.web import answering
from yichuang.web.counter.access import clerk
from yichuang.web.history import deeds
from yichuang.web.http import Request
from yichuang.web.withdrawing import form_of, try_to_withdraw

#: Session key of the application just received: its query code is shown to the clerk once.
FRESH = "fresh_receipt"

#: Stages in which it is the counter's turn, or the applicant's to come back to it.
_OPEN = frozenset({Stage.RECEIVED, Stage.CORRECTING})
#: The papers that tell of an acceptance.
_ACCEPTANCES = frozenset({NoticeKind.ACCEPTANCE, NoticeKind.GAP_ACCEPTANCE})
#: What each message tells.
_OCCASIONS: dict[MessageKind, Promise] = {
    MessageKind.RECEIVED: gettext_lazy("收件告知"),
    MessageKind.ACCEPTED: gettext_lazy("受理告知"),
    MessageKind.CORRECTION: gettext_lazy("补正告知"),
    MessageKind.HEARING: gettext_lazy("听证权利告知"),
    MessageKind.PARCEL: gettext_lazy("邮寄告知"),
    MessageKind.LONGER: gettext_lazy("办理时间变化告知"),
    MessageKind.INQUIRY: gettext_lazy("征询告知"),
    MessageKind.READY: gettext_lazy("领取通知"),
    MessageKind.LINK: gettext_lazy("文书和进度"),
}
#: What the page says of a message, and the tone of it.
_FATES: dict[MessageState, tuple[Promise, str]] = {
    MessageState.WAITING: (gettext_lazy("待发送"), "wait"),
    MessageState.UNKNOWN: (gettext_lazy("发送中"), "wait"),
    MessageState.SENT: (gettext_lazy("已发送"), "good"),
    MessageState.FAILED: (gettext_lazy("未送出"), "bad"),
}
#: So long the page watches a message that waits; one that waits longer is held up.
_WATCHED = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in the table, with the names of the cases that it still waits for."""

    case: CaseRow
    waits_for: tuple[str, ...]
    is_open: (
        bool  # received, correcting or with open gaps: the counter's turn, or the applicant's to come back
    )
    hand_over: Running | None  # until when its result is to be handed over (颁发送达期限)


@dataclass(frozen=True, slots=True)
class Paper:
    """A document or licence to open."""

    title: str
    number: str
    about: str
    address: str
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class MaterialLine:
    """A material of the application."""

    row: MaterialRow
    source_name: str
    address: str


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A message to the applicant, the phone number masked."""

    what: str
    phone: str
    fate: str
    tone: str
    at: datetime


@clerk
@require_safe
def application(request: Request, number: str) -> HttpResponse:
    """All of one application on one page."""
    return _page(request, queries.application(request.actor, number, now=now()))


@clerk
@require_POST
def accept(request: Request, number: str) -> HttpResponseBase:
    """Accept every received case; with gaps only where the clerk says that the applicant was told."""
    row = queries.application(request.actor, number, now=now())
    told = "told" in request.POST
    try:
        accepted = acceptance.accept(actor=request.actor, application_id=row.id, with_gaps=told, now=now())
    except GapsOpen as refusal:
        return _page(request, row, refusal=refusal)
    if accepted:
        sentence = _("已受理%(count)d件，受理通知书正在生成，稍后可在“文书和证照”中打开。")
        messages.success(request, sentence % {"count": len(accepted)})
    return redirect("counter:application", number)


def _page(request: Request, row: ApplicationRow, *, refusal: GapsOpen | None = None) -> HttpResponse:
    moment = now()
    parties = identity_queries.masked_parties([row.party_id, *([row.agent_id] if row.agent_id else [])])
    stages = {case.stage for case in row.cases}
    papers = notice_queries.of_application(row.number)
    sent = notice_messages.of_application(row.number)
    handed_over = bool(stages & {Stage.DELIVERED, Stage.CLOSED})
    materials = queries.materials(row.id)
    due_out = clocks.hand_overs_of([case.id for case in row.cases], now=moment)
    context = {
        "row": row,
        "applicant": parties[row.party_id],
        "agent": parties.get(row.agent_id) if row.agent_id else None,
        "query_code": _query_code_once(request, row),
        "cases": [_case_line(case, row, due_out) for case in row.cases],
        "can_accept": Stage.RECEIVED in stages,
        "can_amend": bool(stages & MOVES[Verb.AMEND].origins),
        "gaps": _gap_lines(row, materials, moment),
        "errors": [("told", str(refusal))] if refusal else [],
        "has_open": any(_is_open(case) for case in row.cases),
        "handed_over": handed_over,
        "hand_overs": delivery_queries.of_application(row.id) if handed_over else (),
        "parcels": parcels_of(row.id) if handed_over or Stage.ISSUED in stages else (),
        "rating": feedback_queries.given(row.id) if handed_over else None,
        "rating_address": f"{settings.PUBLIC_URL}/track/{row.number}/rate/",
        "papers": _papers(row, papers),
        "papers_due": _papers_due(row, papers),
        "messages_to_applicant": [_message_line(message) for message in sent],
        "messages_due": any(
            message.sent_at is None and moment - message.created_at < _WATCHED for message in sent
        ),
        "materials": [_material_line(material, row) for material in materials],
        "history": deeds(reading.history(row), {case.number: case.item_name for case in row.cases}),
        "can_withdraw": bool(open_to(row.cases)),
        "asked": open_inquiry(row, now=moment),
        "turns": _turns(row),
        "whole": whole.clock_of(row.id, now=moment),
    }
    return render(request, "counter/application.html", context, status=refusal.status if refusal else 200)


@clerk
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: Request, number: str) -> HttpResponseBase:
    """The applicant's written wish to take the application back, or a part of it (撤回)."""
    row = queries.application(request.actor, number, now=now())
    refusal: Refused | None = None
    if request.method == "POST":
        refusal = try_to_withdraw(request, request.actor, row)
        if refusal is None:
            return redirect("counter:application", number)
    context = form_of(request, row, refusal)
    return render(request, "counter/withdraw.html", context, status=refusal.status if refusal else 200)


@clerk
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: Request, number: str) -> HttpResponseBase:
    """The applicant's written answer whether to go on with the rest (征询)."""
    row = queries.application(request.actor, number, now=now())
    refusal: Refused | None = None
    if request.method == "POST":
        refusal = answering.try_to_answer(request, request.actor, row)
        if refusal is None:
            return redirect("counter:application", number)
    context = answering.form_of(request, row, refusal)
    return render(request, "counter/answer.html", context, status=refusal.status if refusal else 200)


@clerk
@require_POST
def hand_over(request: Request, number: str) -> HttpResponseBase:
    """Hand over every result that is ready, to the applicant or to the agent."""
    row = queries.application(request.actor, number, now=now())
    to_agent = request.POST.get("to") == "agent"
    delivery.hand_over(actor=request.actor, application_id=row.id, to_agent=to_agent, now=now())
    messages.success(request, _("已出件。请申请人扫码评价。"))
    return redirect("counter:application", number)


@clerk
@require_POST
def send_papers(request: Request, number: str) -> HttpResponseBase:
    """Send the applicant the address of the papers again."""
    if journey_messages.send_papers(actor=request.actor, number=number, now=now()):
        messages.success(request, _("短信已交平台发送，进展见“短信”。"))
    else:
        messages.info(request, _("一分钟内已经发过，请让申请人稍等。"))
    return redirect("counter:application", number)


def _query_code_once(request: Request, row: ApplicationRow) -> str:
    if request.session.get(FRESH) != row.number:
        return ""
    del request.session[FRESH]
    return reading.query_code(row.id)


def _case_line(case: CaseRow, row: ApplicationRow, due_out: Mapping[int, Running]) -> CaseLine:
    waits = row.ahead_of(case) if case.stage == Stage.PREDECIDED else row.waits(case)
    return CaseLine(case, waits, _is_open(case), due_out.get(case.id))


def _is_open(case: CaseRow) -> bool:
    return case.stage in _OPEN or case.gap_until is not None


def _gap_lines(
    row: ApplicationRow, materials: Iterable[MaterialRow], moment: datetime
) -> list[tuple[str, tuple[str, ...], date]]:
    """What would be missing of each received case if it were accepted now: its name, the materials, until when."""
    received = [case for case in row.cases if case.stage == Stage.RECEIVED]
    opened = awaited.gaps_of(received, awaited.may_follow(materials), moment)
    names = {material.key: material.name for material in materials}
    return [
        (case.item_name, tuple(names[key] for key in opened[case.id].materials), opened[case.id].until)
        for case in received
        if case.id in opened
    ]


def _turns(row: ApplicationRow) -> dict[str, int]:
    """How many cases are with whom."""
    return {
        "departments": sum(case.stage in WORKED for case in row.cases),
        "ready": sum(case.stage == Stage.ISSUED for case in row.cases),
        "settled": sum(case.stage in {Stage.DELIVERED, Stage.CLOSED, *LOST} for case in row.cases),
    }


def _papers_due(row: ApplicationRow, issued: Sequence[NoticeFacts]) -> bool:
    """Whether the page should look again soon: the receipt or a notice of acceptance is still being made."""
    accepted = {notice.case_number for notice in issued if notice.kind in _ACCEPTANCES}
    due = {case.number for case in row.cases if case.stage == Stage.ACCEPTED}
    return not (due <= accepted and any(notice.kind == NoticeKind.RECEIPT for notice in issued))


def _papers(row: ApplicationRow, issued: Iterable[NoticeFacts]) -> list[Paper]:
    names = {case.number: case.item_name for case in row.cases}
    notices = [
        Paper(
            title=notice.title,
            number=notice.number,
            about=names.get(notice.case_number or "", row.target_name),
            address=reverse("counter:notice", args=[row.number, notice.id]),
            issued_at=notice.issued_at,
        )
        for notice in issued
    ]
    licences = [
        Paper(
            title=licence.type_name,
            number=licence.number,
            about=names[case_number],
            address=reverse("counter:licence", args=[row.number, case_number]),
            issued_at=licence.issued_at,
        )
        for case_number, licence in licence_queries.of_cases(names).items()
    ]
    return [*licences, *notices]


def _message_line(message: MessageFacts) -> MessageLine:
    fate, tone = _FATES[message.state]
    if message.state is MessageState.WAITING and not settings.SMS_GATEWAY:
        fate = gettext_lazy("未配置短信网关")
    return MessageLine(
        str(_OCCASIONS[message.kind]), message.phone, str(fate), tone, message.sent_at or message.created_at
    )


def _material_line(material: MaterialRow, row: ApplicationRow) -> MaterialLine:
    catalogue = catalogue_queries.current()
    named: Mapping[str, Any] = {**catalogue.items, **catalogue.licence_types, **catalogue.resources}
    source = named.get(material.reference)
    has_paper = material.file_id is not None or material.evidence_id is not None
    address = reverse("counter:material", args=[row.number, material.key]) if has_paper else ""
    return MaterialLine(material, source.name if source else "", address)
