"""撤销决定 and 重新审查 at the desk of the head of a department."""

from collections.abc import Callable

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yichuang.base.clock import now
from yichuang.base.errors import Refused
from yichuang.cases import queries
from yichuang.cases.actions import revising
from yichuang.cases.data import CaseRow
from yichuang.web.desk.access import officer
from yichuang.web.desk.cases import page
from yichuang.web.http import Request


@officer
@require_POST
def rescind(request: Request, number: str) -> HttpResponseBase:
    """Take the decision back in writing."""

    def act(case: CaseRow) -> None:
        reason = request.POST.get("reason", "")
        revising.rescind(actor=request.actor, case_id=case.id, reason=reason, now=now())

    return _done(request, number, act, _("已撤销决定：证照同时失效，撤销决定书正在生成。"))


@officer
@require_POST
def reopen(request: Request, number: str) -> HttpResponseBase:
    """Review anew what was refused and then annulled."""

    def act(case: CaseRow) -> None:
        revising.reopen(
            actor=request.actor,
            case_id=case.id,
            document=request.POST.get("document", ""),
            reason=request.POST.get("reason", ""),
            now=now(),
        )

    return _done(request, number, act, _("已重新审查：期限重新计算，告知书正在生成。"))


@officer
@require_POST
def repair_credit(request: Request, number: str) -> HttpResponseBase:
    """End the bar of a broken promise early."""

    def act(case: CaseRow) -> None:
        reason = request.POST.get("repair", "")
        revising.repair_credit(actor=request.actor, case_id=case.id, reason=reason, now=now())

    return _done(request, number, act, _("已修复信用：可以重新选择告知承诺。"))


def _done(request: Request, number: str, act: Callable[[CaseRow], None], sentence: str) -> HttpResponseBase:
    """Do it and come back to the case; what is refused leaves what was typed."""
    row, found = queries.application_of_case(request.actor, number, now=now())
    try:
        act(found)
    except Refused as refusal:
        return page(request, row, found, refusal=refusal)
    messages.success(request, sentence)
    return redirect("desk:case", number)
