"""Who asks, on every request; and refusals as sentences that a person can act on."""

import secrets
from typing import cast

import structlog
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from yichuang.base import logs
from yichuang.base.errors import Refused
from yichuang.identity.data import Actor
from yichuang.identity.queries import actor_of
from yichuang.web.display import display_of
from yichuang.web.http import Request, View

log = structlog.get_logger(__name__)


def _alert(request: HttpRequest, sentence: str, status: int) -> HttpResponseBase:
    """An alert for the page's own alert region, whatever part of the page asked."""
    response = render(request, "ui/alert.html", {"tone": "bad", "sentence": sentence}, status=status)
    response["HX-Retarget"] = "#alerts"
    response["HX-Reswap"] = "innerHTML show:window:top"
    return response


def _way_back(request: HttpRequest) -> str:
    """The page that the person came from where that is one of ours, else the start page."""
    referer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return referer
    return reverse("start")


class ActorMiddleware:
    """Puts `actor` and `display` on the request, and answers refusals that no view has shown itself."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponseBase:
        logs.clear()
        logs.bind(request=secrets.token_hex(4), path=request.path)
        request.actor = cast(Actor, SimpleLazyObject(lambda: actor_of(request.user)))
        request.display = display_of(request)
        response = self.get_response(request)
        if request.htmx and response.status_code >= 400 and "HX-Retarget" not in response.headers:
            # A whole error page must not end up inside a part of another page.
            sentence = _("这一步没有办成（%(status)d）。已填写的内容还在，请重试；仍不行请联系管理员。")
            return _alert(request, sentence % {"status": response.status_code}, response.status_code)
        return response

    def process_exception(self, request: Request, exception: Exception) -> HttpResponseBase | None:
        """`Refused` and its kinds become a page with the sentence and a way back, or an alert under htmx."""
        if not isinstance(exception, Refused):
            return None
        log.info("refused", code=exception.code, status=exception.status)
        if request.htmx:
            return _alert(request, str(exception), exception.status)
        context = {"sentence": str(exception), "back": _way_back(request)}
        return render(request, "refused.html", context, status=exception.status)
