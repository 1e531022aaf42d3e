"""The editor (编写): one form, kept while it is typed, with every fault of the check at its field."""

from collections.abc import Mapping
from typing import Any

import structlog
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from yichuang.base.clock import local, now
from yichuang.base.errors import NotVisible, Refused
from yichuang.catalogue import queries
from yichuang.catalogue.actions import keeping, proposing
from yichuang.catalogue.actions.keeping import Conflicting, Kept
from yichuang.catalogue.actions.proposing import Incomplete
from yichuang.catalogue.authoring import proposals, sheets
from yichuang.catalogue.authoring.keys import with_keys
from yichuang.catalogue.authoring.proposals import ProposalRow
from yichuang.catalogue.authoring.states import VERB_NAMES, Change, Stage, Verb
from yichuang.catalogue.authoring.typed import Content
from yichuang.catalogue.folder import Folder
from yichuang.web.authoring.access import author
from yichuang.web.authoring.choices import Lists
from yichuang.web.authoring.components import sheet_of
from yichuang.web.authoring.reading import changed_rows, read_sheet
from yichuang.web.counter.forms import read_date
from yichuang.web.http import Request

log = structlog.get_logger(__name__)


@author
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Request, proposal_id: int) -> HttpResponseBase:
    """The form; and what its buttons do. What is no draft any more is only looked at."""
    row = proposals.find(request.actor, proposal_id)
    if row.kind == "templates":
        return redirect("manage:paper_proposal", proposal_id)
    if request.method == "POST":
        return _act(request, row)
    if row.stage is not Stage.DRAFT or row.change is Change.WITHDRAW:
        return redirect("authoring:review", proposal_id)
    folder = queries.folder()
    content = proposals.content(row)
    faults = sheets.applied(folder, row.kind, content).faults
    return _page(request, row, folder, content, faults, at=request.GET.get("at", ""))


@author
@require_POST
def keep(request: Request, proposal_id: int) -> HttpResponse:
    """Keep what is being typed, and tell the page its revision and what the check says now."""
    row = proposals.find(request.actor, proposal_id)
    if row.kind == "templates":
        raise NotVisible(_("文书模板在它自己的页面上保存。"), code="proposal_unknown")
    folder = queries.folder()
    try:
        kept = _keep(request, row, _sent(request, row, folder))
    except Conflicting as conflict:
        log.info("refused", code=conflict.code, status=conflict.status, path=request.path)
        sentence = _("%(sentence)s点“保存”就能看到两份。") % {"sentence": str(conflict)}
        response = render(
            request, "ui/alert.html", {"tone": "wait", "sentence": sentence}, status=conflict.status
        )
        response["HX-Retarget"] = "#clash"
        response["HX-Reswap"] = "innerHTML"
        return response
    content = proposals.content(row, kept.revision)
    faults = sheets.applied(folder, row.kind, content).faults
    context = {
        "revision": kept.shown,
        "saved_at": now(),
        "sheet": sheet_of(folder, row.kind, content, faults),
        "is_joined": kept.shown != kept.revision,
    }
    return render(request, "authoring/kept.html", context)


def _act(request: Request, row: ProposalRow) -> HttpResponseBase:
    """Keep what was sent, then do what the button says."""
    act = request.POST.get("act", "save")
    folder = queries.folder()
    sent = with_keys(folder, row.kind, _sent(request, row, folder))
    content, at = changed_rows(sent, act)
    try:
        _keep(request, row, content)
        if act == "send":
            return _send(request, row)
    except Conflicting as conflict:
        log.info("refused", code=conflict.code, status=conflict.status, path=request.path)
        return _page(
            request,
            row,
            folder,
            conflict.merged,
            revision=conflict.revision,
            theirs=conflict.theirs,
            sentence=str(conflict),
            status=conflict.status,
        )
    except Refused as refusal:
        if row.stage is not Stage.DRAFT:
            raise
        log.info("refused", code=refusal.code, status=refusal.status, path=request.path)
        faults = refusal.faults if isinstance(refusal, Incomplete) else ()
        row = proposals.find(request.actor, row.id)
        return _page(
            request, row, folder, proposals.content(row), faults, sentence=str(refusal), status=refusal.status
        )
    address = reverse("authoring:edit", args=[row.id])
    if act in _LEADS_TO:
        return _go(request, reverse(_LEADS_TO[act], args=[row.id]))
    return redirect(f"{address}?at={at}#{at}" if at and at != act else address)


#: Buttons that keep what is typed and lead to another page.
_LEADS_TO = {
    "guide": "authoring:guide",
    "counter": "authoring:counter",
    "plan": "authoring:plan",
    "difference": "authoring:review",
    "rehearsal": "authoring:rehearsal",
}


def _send(request: Request, row: ProposalRow) -> HttpResponseBase:
    proposing.send(
        actor=request.actor,
        proposal_id=row.id,
        publish_on=read_date(request.POST.get("publish_on", ""), field="publish_on"),
        text=request.POST.get("words", ""),
        now=now(),
    )
    return _go(request, reverse("authoring:review", args=[row.id]))


def _go(request: Request, address: str) -> HttpResponseBase:
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _sent(request: Request, row: ProposalRow, folder: Folder) -> Content:
    known = proposals.content(row)
    return read_sheet(request.POST, row.kind, known, Lists(folder, row.kind, known))


def _keep(request: Request, row: ProposalRow, content: Content) -> Kept:
    revision = request.POST.get("revision", "")
    return keeping.keep(
        actor=request.actor,
        proposal_id=row.id,
        base=int(revision) if revision.isdecimal() else 0,
        content=content,
        now=now(),
    )


def _page(
    request: Request,
    row: ProposalRow,
    folder: Folder,
    content: Content,
    faults: tuple[tuple[str, str, str], ...] = (),
    *,
    revision: int | None = None,
    theirs: Mapping[str, Any] | None = None,
    sentence: str = "",
    at: str = "",
    status: int = 200,
) -> HttpResponse:
    departments = folder.departments
    context = {
        "proposal": row,
        "revision": row.revision if revision is None else revision,
        "sheet": sheet_of(folder, row.kind, content, faults, theirs=theirs, at=at),
        "department": departments[row.department].name if row.department in departments else row.department,
        "said": [(VERB_NAMES[Verb(each.verb)], each) for each in proposals.said(row.id)],
        "can": {"comment": True},
        "sentence": sentence,
        "publish_on": request.POST.get("publish_on") or local(now()).date().isoformat(),
        "words": request.POST.get("words", ""),
    }
    response = render(request, "authoring/edit.html", context, status=status)
    if request.htmx and status >= 400:
        # This page tells by itself what is wrong; without a target the middleware would put an alert instead.
        response["HX-Retarget"] = "#proposal"
    return response
