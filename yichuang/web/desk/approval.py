"""报批 at the officer's desk: proposing, approving, returning."""

from collections.abc import Callable

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yichuang.base.clock import now
from yichuang.base.errors import Refused
from yichuang.cases import queries
from yichuang.cases.actions import approval
from yichuang.cases.data import CaseRow
from yichuang.catalogue import queries as catalogue_queries
from yichuang.deadlines.data import Limit
from yichuang.web.desk.access import officer
from yichuang.web.desk.cases import page
from yichuang.web.http import Request


@officer
@require_POST
def propose_extension(request: Request, number: str) -> HttpResponseBase:
    """Propose to extend the limit, once."""

    def act(case: CaseRow) -> None:
        approval.propose_extension(
            actor=request.actor,
            case_id=case.id,
            by=_by(case, request.POST.get("days", "")),
            reason=request.POST.get("why", ""),
            now=now(),
        )

    return act_and_return(request, number, act, _("已报首席代表批准。批准之后才延长，并书面告知申请人。"))


@officer
@require_POST
def approve(request: Request, number: str) -> HttpResponseBase:
    """Approve what is proposed."""

    def act(case: CaseRow) -> None:
        approval.approve(actor=request.actor, case_id=case.id, now=now())

    return act_and_return(request, number, act, _("已批准，文书正在生成。"))


@officer
@require_POST
def return_proposal(request: Request, number: str) -> HttpResponseBase:
    """Return what is proposed, or take one's own proposal back."""

    def act(case: CaseRow) -> None:
        remark = request.POST.get("remark", "")
        approval.return_proposal(actor=request.actor, case_id=case.id, remark=remark, now=now())

    return act_and_return(request, number, act, _("已退回，可以继续办理。"))


def act_and_return(
    request: Request, number: str, act: Callable[[CaseRow], None], sentence: str
) -> HttpResponseBase:
    """Do it and come back to the case; what is refused leaves what was typed."""
    _row, found = queries.application_of_case(request.actor, number, now=now())
    try:
        act(found)
    except Refused as refusal:
        return page(request, *queries.application_of_case(request.actor, number, now=now()), refusal=refusal)
    messages.success(request, sentence)
    return redirect("desk:case", number)


def _by(case: CaseRow, typed: str) -> Limit:
    """So many of the unit in which the procedural law extends; what is no number is none."""
    most = catalogue_queries.regime(catalogue_queries.item_version(case.item_version_id)).extend_by
    number = int(typed) if typed.strip().isdecimal() and len(typed) < 4 else 0
    return Limit(number, most.unit) if most else Limit(number)
