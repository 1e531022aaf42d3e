"""Which open applications a new version differs for, before it is published and after: each with what differs."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yichuang.base.errors import NotVisible
from yichuang.cases import effects
from yichuang.catalogue import queries
from yichuang.catalogue.authoring import proposals
from yichuang.catalogue.authoring.states import OPEN
from yichuang.catalogue.bundles import Bundle
from yichuang.catalogue.data import Catalogue, Item
from yichuang.catalogue.differences import names_of
from yichuang.web.authoring.access import author
from yichuang.web.authoring.listing import found
from yichuang.web.authoring.reviews import imagined
from yichuang.web.http import Request


@author
@require_safe
def of_version(request: Request, kind: str, key: str) -> HttpResponse:
    """Those that keep an earlier version than the one in force."""
    found(request, kind, key)
    return _page(request, kind, key, queries.current())


@author
@require_safe
def of_proposal(request: Request, proposal_id: int) -> HttpResponse:
    """Those that would keep another version than the proposed one; of a published one, than the one in force."""
    row, folder = proposals.find(request.actor, proposal_id), queries.folder()
    after = imagined(row, folder).folder.catalogue if row.stage in OPEN else queries.current()
    return _page(request, row.kind, row.key, after, proposal=row)


def _page(
    request: Request,
    kind: str,
    key: str,
    catalogue: Catalogue,
    proposal: proposals.ProposalRow | None = None,
) -> HttpResponse:
    new: Item | Bundle | None = getattr(catalogue, kind, {}).get(key)  # a template touches no case
    if new is None:
        raise NotVisible(_("它已停用，没有新版本可以比较；在办的件照常办完。"), code="target_unknown")
    after = request.GET.get("after", "")
    names = {**names_of(queries.current()), **names_of(catalogue)}
    page = effects.touched(request.actor, new, names, after=int(after) if after.isdecimal() else 0)
    context = {
        "kind": kind,
        "key": key,
        "name": new.name,
        "page": page,
        "proposal": proposal,
        "is_first": not after,
    }
    return render(request, "authoring/effects.html", context)
