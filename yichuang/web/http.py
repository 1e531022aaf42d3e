"""The request as pages see it: Django's own with what our middleware adds."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_htmx.middleware import HtmxDetails

from yichuang.identity.data import Actor
from yichuang.web.display import Display


class Request(HttpRequest):
    """What every view gets. `actor` is looked up on first use: a page that needs none costs no query."""

    actor: Actor
    display: Display
    htmx: HtmxDetails


View = Callable[[Request], HttpResponseBase]
