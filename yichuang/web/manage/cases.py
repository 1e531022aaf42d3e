"""One case as the centre sees it: where it stands and what was done, without what the applicant wrote."""

from contextlib import suppress
from dataclasses import replace

import structlog
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yichuang.base.clock import now
from yichuang.base.errors import Invalid, NotVisible, Refused
from yichuang.cases import queries, reading, whole
from yichuang.cases.actions import correction, joint_extension, striking
from yichuang.cases.data import CaseRow
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import MOVES, Stage, Verb
from yichuang.catalogue.tables import limit_text
from yichuang.identity.data import Role
from yichuang.web import history
from yichuang.web.http import Request
from yichuang.web.manage.access import manager, overseer, supervisor

log = structlog.get_logger(__name__)


@overseer
@require_POST
def search(request: Request) -> HttpResponseBase:
    """A case by its number (办件编号), or the first one of an application (申报号)."""
    words = request.POST.get("words", "").strip().upper()
    try:
        row = queries.application(request.actor, words[:12], now=now())
    except NotVisible as refusal:
        messages.warning(request, str(refusal))
        return redirect("manage:home")
    exact = [case.number for case in row.cases if case.number == words]
    return redirect("manage:case", (exact or [case.number for case in row.cases])[0])


@overseer
@require_safe
def case(request: Request, number: str) -> HttpResponse:
    """Where the case stands, its limits, its sisters and its history."""
    row, found = queries.application_of_case(request.actor, number, now=now())
    return _page(request, row, found)


@supervisor
@require_POST
def allow_correction(request: Request, number: str) -> HttpResponseBase:
    """放行: let the counter ask for a correction once more."""
    row, found = queries.application_of_case(request.actor, number, now=now())
    try:
        correction.allow_correction(
            actor=request.actor, case_id=found.id, reason=request.POST.get("text", ""), now=now()
        )
    except Invalid as refusal:
        log.info("refused", code=refusal.code, status=refusal.status, path=request.path)
        return _page(request, row, found, refusal=refusal)
    messages.success(request, _("已放行，窗口可以再告知一次补正。"))
    return redirect("manage:case", number)


@supervisor
@require_POST
def strike_pause(request: Request, number: str) -> HttpResponseBase:
    """剔除暂停: a special procedure counts for nothing."""
    row, found = queries.application_of_case(request.actor, number, now=now())
    typed = request.POST.get("pause", "")
    pause_id = int(typed) if typed.isdecimal() and len(typed) < 19 else 0
    try:
        striking.strike_pause(
            actor=request.actor,
            case_id=found.id,
            pause_id=pause_id,
            reason=request.POST.get("why", ""),
            now=now(),
        )
    except Refused as refusal:
        log.info("refused", code=refusal.code, status=refusal.status, path=request.path)
        return _page(request, row, found, refusal=refusal)
    messages.success(request, _("已剔除，期限已重新计算，告知书正在生成。"))
    return redirect("manage:case", number)


@manager
@require_POST
def extend_jointly(request: Request, number: str) -> HttpResponseBase:
    """联合办理延长: record that the government has approved it."""
    row, found = queries.application_of_case(request.actor, number, now=now())
    typed = {"document": request.POST.get("document", ""), "reason": request.POST.get("grounds", "")}
    try:
        joint_extension.extend_jointly(actor=request.actor, application_id=row.id, **typed, now=now())
    except Refused as refusal:
        log.info("refused", code=refusal.code, status=refusal.status, path=request.path)
        return _page(request, row, found, refusal=refusal)
    messages.success(request, _("整体时限已延长，告知书正在生成。"))
    return redirect("manage:case", number)


def _page(
    request: Request, row: ApplicationRow, found: CaseRow, *, refusal: Refused | None = None
) -> HttpResponse:
    entries = reading.history(row, [found.id])
    if not request.actor.has(Role.SUPERVISOR):
        # 浙江规定 art. 39: what was written to the applicant is no part of a manager's duty.
        entries = [replace(entry, text="") for entry in entries]
    field = (refusal.field or "text") if refusal else ""
    context = {
        "row": row,
        "case": found,
        "history": history.deeds(entries, {found.number: found.item_name}, inner=True),
        "may_allow": request.actor.has(Role.SUPERVISOR)
        and found.stage == Stage.RECEIVED
        and found.corrections_left <= 0,
        "sent": request.POST,
        "whole": whole.clock_of(row.id, now=now()),
        "extension": _extension(request, row),
        "pauses": striking.strikable(found.id, found.stage)
        if request.actor.has(Role.SUPERVISOR) and found.stage in MOVES[Verb.STRIKE_PAUSE].origins
        else (),
        "wrong": {field: str(refusal)} if refusal else {},
        "errors": [(field, str(refusal))] if refusal else [],
    }
    return render(request, "manage/case.html", context, status=refusal.status if refusal else 200)


def _extension(request: Request, row: ApplicationRow) -> str:
    """By how much the manager may extend the limit of the whole, in words; "" where she may not."""
    if not request.actor.has(Role.MANAGER):
        return ""
    with suppress(Refused):
        return limit_text(whole.check_extension(row.id, now=now())[0])
    return ""
