"""文书模板: what the city's papers look like, changed without programming, tried with made-up facts, seen by two."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import structlog
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yichuang.base.clock import local, now
from yichuang.base.errors import NotVisible, Refused
from yichuang.base.pdf.trying import try_all
from yichuang.catalogue import queries
from yichuang.catalogue.actions import keeping, proposing
from yichuang.catalogue.authoring import proposals, sheets
from yichuang.catalogue.authoring.proposals import ProposalRow
from yichuang.catalogue.authoring.states import STAGE_NAMES, VERB_NAMES, Stage, Verb
from yichuang.catalogue.folder import Folder
from yichuang.catalogue.paper_samples import FACTS, FRAME
from yichuang.catalogue.rules.papers import facts_known, form_of, sample
from yichuang.web.counter.forms import read_date
from yichuang.web.http import Request
from yichuang.web.manage.access import paper_author

log = structlog.get_logger(__name__)
_KIND = "templates"


@dataclass(frozen=True, slots=True)
class Line:
    """A template in force. `proposal`: the one that is under way, if any."""

    key: str
    name: str
    proposal: ProposalRow | None


@paper_author
@require_safe
def listing(request: Request) -> HttpResponse:
    """Every template, papers first, then licences, then what they share."""
    folder = queries.folder()
    under_way = {row.key: row for row in proposals.under_way(request.actor) if row.kind == _KIND}
    groups: dict[str, list[Line]] = {"papers": [], "licences": [], "parts": []}
    for key in folder.templates:
        group = "papers" if form_of(key) else "licences" if facts_known(folder, key) else "parts"
        groups[group].append(Line(key, sheets.template_of(folder, key).name, under_way.get(key)))
    shown = ((_("文书"), groups["papers"]), (_("证照"), groups["licences"]), (_("共用部分"), groups["parts"]))
    return render(request, "manage/papers.html", {"groups": shown})


@paper_author
@require_safe
def paper(request: Request, key: str) -> HttpResponse:
    """One template: what it looks like, and everything that was done to it."""
    folder = _folder_with(key)
    context = {
        "key": key,
        "name": sheets.template_of(folder, key).name,
        "versions": [
            (row, STAGE_NAMES[row.stage], _why(row.id)) for row in proposals.of_key(request.actor, _KIND, key)
        ],
        "has_sample": sample(folder, key) is not None,
        "text": folder.templates[key],
    }
    return render(request, "manage/paper.html", context)


@paper_author
@require_POST
def begin(request: Request, key: str) -> HttpResponseBase:
    """Begin its next version, or go on with the one that is begun."""
    made = proposing.begin_version(actor=request.actor, kind=_KIND, key=key, now=now())
    return redirect("manage:paper_proposal", made)


@paper_author
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: Request, proposal_id: int) -> HttpResponseBase:
    """The text, kept by its button, with every fault at its line; what is no draft any more is reviewed."""
    row = _find(request, proposal_id)
    if row.stage is not Stage.DRAFT:
        return redirect("authoring:review", proposal_id)
    if request.method == "POST":
        return _act(request, row)
    return _page(request, row, proposals.content(row)["template"]["text"])


@paper_author
@xframe_options_sameorigin
@require_safe
def sample_page(request: Request, key: str) -> HttpResponse:
    """The template in force with made-up facts."""
    return _sample(_folder_with(key), key)


@paper_author
@xframe_options_sameorigin
@require_safe
def proposed_sample(request: Request, proposal_id: int) -> HttpResponse:
    """A proposal with made-up facts."""
    row = _find(request, proposal_id)
    return _sample(sheets.applied(queries.folder(), _KIND, proposals.content(row)).folder, row.key)


def _act(request: Request, row: ProposalRow) -> HttpResponseBase:
    text = _typed(request)
    content = proposals.content(row)
    revision = request.POST.get("revision", "")
    try:
        keeping.keep(
            actor=request.actor,
            proposal_id=row.id,
            base=int(revision) if revision.isdecimal() else row.revision,
            content={**content, "template": {**content["template"], "text": text}},
            now=now(),
        )
        if request.POST.get("act") == "send":
            proposing.send(
                actor=request.actor,
                proposal_id=row.id,
                publish_on=read_date(request.POST.get("publish_on", ""), field="publish_on"),
                text=request.POST.get("words", ""),
                now=now(),
            )
            return redirect("authoring:review", row.id)
    except keeping.Conflicting as conflict:
        log.info("refused", code=conflict.code, status=conflict.status, path=request.path)
        theirs = next(iter(conflict.theirs.values()))
        return _page(request, row, text, revision=conflict.revision, refusal=conflict, theirs=theirs)
    except Refused as refusal:
        log.info("refused", code=refusal.code, status=refusal.status, path=request.path)
        return _page(request, _find(request, row.id), text, refusal=refusal)
    return redirect("manage:paper_proposal", row.id)


def _typed(request: Request) -> str:
    """The text as a file has it: a browser sends other line ends."""
    return request.POST.get("text", "").replace("\r\n", "\n").rstrip("\n") + "\n"


def _page(
    request: Request,
    row: ProposalRow,
    text: str,
    *,
    revision: int | None = None,
    refusal: Refused | None = None,
    theirs: str = "",
) -> HttpResponse:
    folder = queries.folder()
    content = {"template": {"key": row.key, "name": row.name, "department": row.department, "text": text}}
    proposed = sheets.applied(folder, _KIND, content)
    context = {
        "proposal": row,
        "revision": row.revision if revision is None else revision,
        "text": text,
        "theirs": theirs,
        "sentence": str(refusal or ""),
        "faults": sorted(proposed.faults, key=lambda fault: int(fault[0] or 0)),
        "has_sample": not proposed.faults and sample(proposed.folder, row.key) is not None,
        "known": _known(proposed.folder, row.key),
        "publish_on": request.POST.get("publish_on") or local(now()).date().isoformat(),
        "words": request.POST.get("words", ""),
        "said": [(VERB_NAMES[Verb(each.verb)], each) for each in proposals.said(row.id)],
        "can": {"comment": True},
    }
    return render(request, "manage/paper_edit.html", context, status=refusal.status if refusal else 200)


def _known(folder: Folder, key: str) -> Sequence[tuple[str, str | Promise]]:
    """What the template may show: how it is written, and what it is."""
    form = form_of(key)
    facts = sorted(form.facts & FACTS.keys(), key=list(FACTS).index) if form is not None else []
    shown = [(f'#fact("{name}")', FACTS[name][0]) for name in facts]
    return [*shown, *((f"#frame.{name}", label) for name, label in FRAME.items())]


def _why(proposal_id: int) -> list[str]:
    """The words with which it was sent and approved."""
    return [each.text for each in proposals.said(proposal_id) if each.text]


def _find(request: Request, proposal_id: int) -> ProposalRow:
    row = proposals.find(request.actor, proposal_id)
    if row.kind != _KIND:
        raise NotVisible(_("这不是文书模板的草案，请从事项编写打开。"), code="proposal_unknown")
    return row


def _folder_with(key: str) -> Folder:
    folder = queries.folder()
    if key not in folder.templates:
        raise NotVisible(_("没有这个文书模板，请返回列表重新选择。"), code="target_unknown")
    return folder


def _sample(folder: Folder, key: str) -> HttpResponse:
    job = sample(folder, key)
    tried = try_all([job])[0] if job is not None else None
    if tried is None or not tried.pdf:
        raise NotVisible(_("现在排不出样张，请先改正模板里的错误。"), code="no_sample")
    name = quote(f"{sheets.template_of(folder, key).name}.pdf")
    headers = {"Content-Disposition": f"inline; filename*=UTF-8''{name}"}
    return HttpResponse(tried.pdf, content_type="application/pdf", headers=headers)
