"""The counter's first page: find an item, go on with a draft, see what came in."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from yichuang.base.clock import local, now
from yichuang.base.crypto import mask_name
from yichuang.cases import queries
from yichuang.cases.drafts import own_drafts
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Stage
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.finding import search as catalogue_search
from yichuang.identity import queries as identity_queries
from yichuang.web import reminders
from yichuang.web.counter.access import clerk
from yichuang.web.http import Request

#: As many hits as there are digit keys.
_HITS = 9
_APPLICATIONS = 20


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft of one's own; the applicant is masked."""

    key: UUID
    number: str
    name: str
    applicant: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class ApplicationLine:
    """An application in a list; `stages`: how many of its cases stand where, in the order of a case's life."""

    number: str
    applicant: str
    target_name: str
    received_at: datetime
    ready: bool
    cases: int
    stages: tuple[tuple[Stage, int], ...]


@clerk
@require_safe
def home(request: Request) -> HttpResponse:
    """Search, drafts and the newest applications of the centre."""
    actor = request.actor
    before = request.GET.get("before", "")
    applications, following = queries.recent_applications(
        actor, now=now(), before=int(before) if before.isdecimal() else None, rows=_APPLICATIONS
    )
    context = {
        "reminders": reminders.lines(actor),
        "counter": identity_queries.counter(actor),
        "words": "",
        "hits": (),
        "drafts": _drafts(request),
        "applications": _lines(applications),
        "following": following,
        "is_first": not before,
    }
    return render(request, "counter/home.html", context)


@clerk
@require_safe
def find(request: Request) -> HttpResponse:
    """Items and bundles by words, pinyin initials or code; a part of the first page, or a page of its own."""
    words = request.GET.get("q", "").strip()
    hits = catalogue_search.find(words, limit=_HITS)
    day = local(now()).date()
    context = {"words": words, "hits": catalogue_search.with_closed(catalogue_queries.current(), hits, day)}
    template = "counter/hits.html" if request.htmx else "counter/find.html"
    return render(request, template, context)


@clerk
@require_POST
def search(request: Request) -> HttpResponseBase:
    """Applications by number, ID number or phone. Posted: such numbers must not end up in addresses and logs."""
    words = request.POST.get("words", "").strip()
    rows = queries.search_applications(request.actor, words, now=now())
    if len(rows) == 1:
        return redirect("counter:application", rows[0].number)
    return render(request, "counter/found.html", {"looked_up": words, "applications": _lines(rows)})


def _lines(rows: Iterable[ApplicationRow]) -> list[ApplicationLine]:
    lines = []
    for row in rows:
        counted = Counter(Stage(case.stage) for case in row.cases)
        stages = tuple((stage, counted[stage]) for stage in Stage if counted[stage])
        line = ApplicationLine(
            row.number, row.applicant, row.target_name, row.received_at, row.ready, len(row.cases), stages
        )
        lines.append(line)
    return lines


def _drafts(request: Request) -> list[DraftLine]:
    catalogue = catalogue_queries.current()
    names = {key: item.name for key, item in catalogue.items.items()}
    names |= {key: bundle.name for key, bundle in catalogue.bundles.items()}
    return [
        DraftLine(
            draft.key,
            draft.number,
            names.get(draft.target, draft.target),
            mask_name(draft.content.applicant.name) if draft.content.applicant else "",
            draft.saved_at,
        )
        for draft in own_drafts(request.actor)
    ]
