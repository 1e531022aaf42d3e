"""Answering whether to go on with the rest (征询), from the applicant's own page."""

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from yichuang.base.errors import Refused
from yichuang.web.answering import form_of, try_to_answer
from yichuang.web.http import Request
from yichuang.web.portal.access import Opened, opened


@require_http_methods(["GET", "HEAD", "POST"])
@opened
def answer(request: Request, seen: Opened) -> HttpResponseBase:
    """The question; posted: the answer."""
    refusal: Refused | None = None
    if request.method == "POST":
        refusal = try_to_answer(request, seen.actor, seen.row)
        if refusal is None:
            return redirect("track_application", seen.row.number)
    context = form_of(request, seen.row, refusal)
    return render(request, "portal/answer.html", context, status=refusal.status if refusal else 200)
