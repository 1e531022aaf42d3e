"""撤回 as the applicant does it herself, or a clerk at her written wish: which matters, and why."""

import structlog
from django.contrib import messages
from django.utils.translation import gettext as _

from yichuang.base.clock import now
from yichuang.base.errors import Refused
from yichuang.cases.actions import withdrawal
from yichuang.cases.data import CaseRow
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Stage
from yichuang.identity.data import Actor
from yichuang.web.http import Request

log = structlog.get_logger(__name__)


def try_to_withdraw(request: Request, actor: Actor, row: ApplicationRow) -> Refused | None:
    """Do what the form says; a refusal is for its page. The same form sent twice is done once."""
    chosen = _chosen(request, row)
    if chosen and all(case.stage == Stage.WITHDRAWN for case in chosen):
        return None
    reason = request.POST.get("text", "").replace("\r\n", "\n")
    case_ids = [case.id for case in chosen]
    try:
        withdrawal.withdraw(actor=actor, application_id=row.id, case_ids=case_ids, reason=reason, now=now())
    except Refused as refusal:
        log.info("refused", code=refusal.code, status=refusal.status, path=request.path)
        return refusal
    messages.success(request, _("已撤回%(count)d项，撤回通知书正在生成。") % {"count": len(chosen)})
    return None


def form_of(request: Request, row: ApplicationRow, refusal: Refused | None) -> dict[str, object]:
    """What the form shows: the matters that can still be taken back, and after a refusal what was typed."""
    ticked = {case.id for case in _chosen(request, row)}
    field = (refusal.field or "case") if refusal else ""
    return {
        "row": row,
        "choices": [(case, case.id in ticked) for case in withdrawal.open_to(row.cases)],
        "sent": request.POST,
        "wrong": {field: str(refusal)} if refusal else {},
        "errors": [(field, str(refusal))] if refusal else [],
    }


def _chosen(request: Request, row: ApplicationRow) -> list[CaseRow]:
    numbers = set(request.POST.getlist("case"))
    return [case for case in row.cases if case.number in numbers]
