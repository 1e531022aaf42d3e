"""Guides (办事指南): finding an item or bundle, and the page that says all of it for one's own situation."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue import search
from yichuang.web.http import Request
from yichuang.web.portal.guides import boards_of, guide_of

_HITS = 20


@require_safe
def guide(request: Request) -> HttpResponse:
    """By words (`q`), by board (`board`), or the bundles and the list of boards."""
    catalogue = catalogue_queries.current()
    words = request.GET.get("q", "").strip()
    boards = boards_of(catalogue)
    board = request.GET.get("board", "")
    context = {
        "words": words,
        "hits": search.find(words, limit=_HITS),
        "board": board if board in boards else "",
        "items": boards.get(board, ()),
        "boards": [(name, len(items)) for name, items in boards.items()],
        "bundles": catalogue.bundles.values(),
        "city": catalogue.name,
    }
    return render(request, "portal/guide.html", context)


@require_safe
def guide_page(request: Request, key: str) -> HttpResponse:
    """The guide of a bundle or item; the answers in the address make it the guide for that situation."""
    made = guide_of(catalogue_queries.current(), key, request.GET.dict())
    return render(request, "portal/guide_page.html", {"guide": made, "plan": made.plan})
