"""The headers that fence the browser in."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

#: No inline script or style, nothing from other hosts; frames only for our own previews of documents.
_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'self'"
)
#: A log-in form may lead on to an outside identity provider, and browsers hold redirects to form-action too.
_OPEN_FORMS = "/accounts/"


def policy(*, form_action: str = "'self'", connect: str = "'self'") -> str:
    """A Content-Security-Policy. `connect`: a device on the clerk's own machine that the page talks to."""
    return f"{_POLICY}; form-action {form_action}; connect-src {connect}"


class HeadersMiddleware:
    """Sets the security headers on every answer; a view that needs another policy sets `policy(…)` itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        form_action = "*" if request.path.startswith(_OPEN_FORMS) else "'self'"
        response.headers.setdefault("Content-Security-Policy", policy(form_action=form_action))
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            # Machines in the hall are shared: the Back key must not bring up the person before.
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response
