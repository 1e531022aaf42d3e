"""Rating after the hand-over (好差评): five grades and a few words, voluntary, once."""

import structlog
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from yichuang.base.clock import now
from yichuang.base.errors import Invalid, Overtaken
from yichuang.feedback import actions, queries
from yichuang.feedback.data import BAD_GRADES, GRADE_NAMES
from yichuang.web.http import Request
from yichuang.web.portal import screens
from yichuang.web.portal.access import Opened, opened

log = structlog.get_logger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
@opened
def rate(request: Request, seen: Opened) -> HttpResponseBase:
    """The form; or thanks, where it was rated."""
    if request.method != "POST":
        return _page(request, seen)
    try:
        actions.rate(
            actor=seen.actor,
            application=seen.row,
            grade=request.POST.get("grade", ""),
            comment=request.POST.get("comment", "").replace("\r\n", "\n"),
            now=now(),
        )
    except Overtaken as refusal:
        messages.info(request, str(refusal))
    except Invalid as refusal:
        log.info("refused", code=refusal.code, status=refusal.status, path=request.path)
        return _page(request, seen, refusal)
    return redirect("track_rate", seen.row.number)


def _page(request: Request, seen: Opened, refusal: Invalid | None = None) -> HttpResponse:
    grade = queries.given(seen.row.id)
    context = {
        "row": seen.row,
        "grade_name": GRADE_NAMES[grade] if grade else "",
        "is_bad": grade in BAD_GRADES,
        "may_rate": bool(screens.given_out(seen.row)),
        "sent": request.POST,
        "errors": [(refusal.field or "", str(refusal))] if refusal else [],
        "wrong": {refusal.field: str(refusal)} if refusal and refusal.field else {},
        "most": actions.LONGEST_COMMENT,
    }
    return render(request, "portal/rate.html", context, status=refusal.status if refusal else 200)
