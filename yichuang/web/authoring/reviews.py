"""Reviewing (审核): what a proposal changes, what was said to it, and the buttons of those whose turn it is."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yichuang.base.clock import local, now
from yichuang.base.errors import Forbidden, Invalid
from yichuang.catalogue import queries
from yichuang.catalogue.actions import proposing, reviewing
from yichuang.catalogue.actions.proposing import Incomplete
from yichuang.catalogue.authoring import proposals, sheets
from yichuang.catalogue.authoring.proposals import ProposalRow
from yichuang.catalogue.authoring.states import (
    MOVES,
    OPEN,
    STAGE_NAMES,
    TURNS,
    VERB_NAMES,
    Change,
    Stage,
    Turn,
    Verb,
)
from yichuang.catalogue.differences import Change as Changed
from yichuang.catalogue.differences import changes
from yichuang.catalogue.folder import Folder
from yichuang.web.authoring.access import author
from yichuang.web.authoring.listing import open_cases
from yichuang.web.http import Request


@author
@require_safe
def review(request: Request, proposal_id: int) -> HttpResponse:
    """The proposal as a reviewer reads it."""
    return _page(request, proposals.find(request.actor, proposal_id))


def imagined(row: ProposalRow, folder: Folder) -> sheets.Proposed:
    """The catalogue with the proposal in it."""
    if row.change is Change.WITHDRAW:
        return sheets.without(folder, row.kind, row.key)
    return sheets.applied(folder, row.kind, proposals.content(row))


def _page(request: Request, row: ProposalRow, *, sentence: str = "", status: int = 200) -> HttpResponse:
    folder = queries.folder()
    proposed = imagined(row, folder) if row.stage in OPEN else None
    found: tuple[Changed, ...] = changes(folder, proposed.folder) if proposed else ()
    context = {
        "proposal": row,
        "stage_name": STAGE_NAMES[row.stage],
        "department": folder.departments[row.department].name,
        "changes": found,
        "faults": proposed.faults if proposed else (),
        "said": [(VERB_NAMES[Verb(each.verb)], each) for each in proposals.said(row.id)],
        "open_cases": open_cases(row.kind, row.key, row.department),
        "sentence": sentence,
        "can": {verb.name.lower(): row.stage in MOVES[verb].origins for verb in Verb},
        "is_withdrawal": row.change is Change.WITHDRAW,
        "why_not": _why_not(request, row),
        "is_later": row.publish_on is not None and row.publish_on > local(now()).date(),
    }
    return render(request, "authoring/review.html", context, status=status)


def _why_not(request: Request, row: ProposalRow) -> str:
    """Why the actor cannot approve what waits for a reviewer."""
    if TURNS[row.stage] is not Turn.REVIEWER:
        return ""
    try:
        reviewing.check_reviewer(request.actor, row)
    except Forbidden as refusal:
        return str(refusal)
    return ""


def _done(request: Request, proposal_id: int, act: Callable[[], object], told: str) -> HttpResponseBase:
    row = proposals.find(request.actor, proposal_id)
    try:
        act()
    except (Invalid, Incomplete) as refusal:
        return _page(request, row, sentence=str(refusal), status=refusal.status)
    messages.success(request, told)
    return redirect("authoring:edit", proposal_id)


@author
@require_POST
def comment(request: Request, proposal_id: int) -> HttpResponseBase:
    """Say something to it."""
    text = request.POST.get("text", "")
    return _done(
        request,
        proposal_id,
        lambda: proposing.comment(actor=request.actor, proposal_id=proposal_id, text=text, now=now()),
        _("意见已记下。"),
    )


@author
@require_POST
def recall(request: Request, proposal_id: int) -> HttpResponseBase:
    """撤回修改."""
    return _done(
        request,
        proposal_id,
        lambda: proposing.recall(actor=request.actor, proposal_id=proposal_id, now=now()),
        _("已撤回，可以继续修改。"),
    )


@author
@require_POST
def give_back(request: Request, proposal_id: int) -> HttpResponseBase:
    """退回修改."""
    text = request.POST.get("text", "")
    return _done(
        request,
        proposal_id,
        lambda: reviewing.give_back(actor=request.actor, proposal_id=proposal_id, text=text, now=now()),
        _("已退回起草人修改。"),
    )


@author
@require_POST
def approve(request: Request, proposal_id: int) -> HttpResponseBase:
    """审核通过."""
    row = proposals.find(request.actor, proposal_id)
    text = request.POST.get("text", "")
    try:
        stage = reviewing.approve(actor=request.actor, proposal_id=proposal_id, text=text, now=now())
    except (Invalid, Incomplete) as refusal:
        return _page(request, row, sentence=str(refusal), status=refusal.status)
    told = (
        _("已发布，窗口和网上现在就能办。") if stage is Stage.PUBLISHED else _("已通过，到生效日期自动发布。")
    )
    messages.success(request, told)
    return redirect("authoring:review", proposal_id)


@author
@require_POST
def discard(request: Request, proposal_id: int) -> HttpResponseBase:
    """放弃草案."""
    proposing.discard(actor=request.actor, proposal_id=proposal_id, now=now())
    messages.success(request, _("草案已放弃。"))
    return redirect("authoring:home")
