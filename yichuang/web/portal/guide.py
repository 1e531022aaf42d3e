"""Guides (办事指南): finding an item or bundle, and the page that says all of it for one's own situation."""

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yichuang.base.clock import local, now
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.bundles import Bundle
from yichuang.catalogue.data import Catalogue, Item
from yichuang.catalogue.finding import guided, search
from yichuang.catalogue.guides import Guide, guide_of, plan_for
from yichuang.catalogue.in_force import closed_target
from yichuang.web.http import Request
from yichuang.web.portal import guide_pdf as pdf
from yichuang.web.portal.form_pdf import form_of

_HITS = 20
#: PDFs that are kept: the guides that everybody opens, in the situation that most have.
_KEPT = 64


@require_safe
def guide(request: Request) -> HttpResponse:
    """By words (`q`), by board (`board`), or the bundles and the list of boards."""
    catalogue = catalogue_queries.current()
    words = request.GET.get("q", "").strip()
    boards: dict[str, list[Item]] = {}
    for item in catalogue.items.values():
        boards.setdefault(item.board, []).append(item)
    board = request.GET.get("board", "")
    context = {
        "words": words,
        "hits": search.with_closed(catalogue, search.find(words, limit=_HITS), local(now()).date()),
        "board": board if board in boards else "",
        "items": _told(catalogue, boards.get(board, ())),
        "boards": [(name, len(items)) for name, items in boards.items()],
        "bundles": catalogue.bundles.values(),
        "city": catalogue.name,
    }
    return render(request, "portal/guide.html", context)


@require_safe
def find(request: Request, key: str = "") -> HttpResponse:
    """For those who have no words: one question a page, down to a bundle or item."""
    catalogue = catalogue_queries.current()
    path = guided.path_to(catalogue, key)
    context = {
        "path": path[:-1],
        "topic": path[-1] if path else None,
        "below": guided.below(catalogue, key),
        "targets": _told(catalogue, guided.leads_to(catalogue, path[-1]) if path else ()),
    }
    return render(request, "portal/find.html", context)


@require_safe
def guide_page(request: Request, key: str) -> HttpResponse:
    """The guide of a bundle or item; the answers in the address make it the guide for that situation."""
    made = _guide(request, key)
    return render(request, "portal/guide_page.html", {"guide": made, "asked": _asked(made)})


@require_safe
def guide_pdf(request: Request, key: str) -> HttpResponse:
    """The same guide as PDF/A, for the same situation."""
    made = _guide(request, key)
    address = f"{settings.PUBLIC_URL}{reverse('guide_page', args=[key])}{_asked(made)}"
    name = _("%(name)s 办事指南.pdf") % {"name": made.name}
    return _opened(_pdf(made, address, get_language()), "application/pdf", name)


@require_safe
def guide_form(request: Request, key: str) -> HttpResponse:
    """The application form for the same situation: empty, or with `filled=1` the filled sample (样表)."""
    catalogue = catalogue_queries.current()
    filled = request.GET.get("filled") == "1"
    made = plan_for(catalogue, key, request.GET.dict())
    name = (_("%(name)s 样表.pdf") if filled else _("%(name)s 申请表.pdf")) % {"name": made.name}
    return _opened(form_of(made, release=catalogue.release, filled=filled), "application/pdf", name)


@require_safe
def guide_file(_request: Request, name: str) -> HttpResponse:
    """A blank form or sample that the catalogue publishes with a material or result."""
    media_type, content = catalogue_queries.file(name)
    return _opened(content, media_type, name)


@require_safe
def guide_card(request: Request, key: str) -> HttpResponse:
    """A card for the counter's desk: the QR code that opens the guide in force."""
    made = guide_of(catalogue_queries.current(), key, {})
    address = f"{settings.PUBLIC_URL}{reverse('guide_page', args=[key])}"
    return render(request, "portal/guide_card.html", {"guide": made, "address": address})


def _told(catalogue: Catalogue, targets: Iterable[Item | Bundle]) -> list[tuple[Item | Bundle, str]]:
    """Each with why nobody can apply for it today; "" where everybody can."""
    day = local(now()).date()
    return [(target, closed_target(catalogue, target.key, day)) for target in targets]


def _guide(request: Request, key: str) -> Guide:
    """For the answers in the address, of the version that it names or of the one in force."""
    version, current = request.GET.get("version", ""), catalogue_queries.current()
    catalogue = catalogue_queries.as_published(key, int(version)) if version.isdecimal() else current
    day, is_current = local(now()).date(), catalogue is current
    return guide_of(catalogue, key, request.GET.dict(), is_current=is_current, day=day)


def _asked(guide: Guide) -> str:
    """The end of the address that opens this guide again: the situation, and a version no longer in force."""
    asked = guide.answers if guide.is_current else {**guide.answers, "version": str(guide.version)}
    return f"?{urlencode(asked)}" if asked else ""


def _opened(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    disposition = content_disposition_header(as_attachment=False, filename=name)
    response["Content-Disposition"] = disposition or "inline"
    return response


@lru_cache(maxsize=_KEPT)
def _pdf(guide: Guide, address: str, language: str | None) -> bytes:
    return pdf.pdf_of(guide, address)
