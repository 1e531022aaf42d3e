"""The request as pages see it: Django's own with what our middleware adds; and addresses for lists."""

from collections.abc import Callable
from functools import lru_cache

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django_htmx.middleware import HtmxDetails

from yichuang.identity.data import Actor
from yichuang.web.display import Display


class Request(HttpRequest):
    """What every view gets. `actor` is looked up on first use: a page that needs none costs no query."""

    actor: Actor
    display: Display
    htmx: HtmxDetails


View = Callable[[Request], HttpResponseBase]


def address_of(page: str, number: str) -> str:
    """The address of the page of a public number; for lists, whose every line would ask the resolver again."""
    return _pattern(page).replace(_ANY, number)


#: Stands for any number in an address.
_ANY = "NUMBER"


@lru_cache
def _pattern(page: str) -> str:
    return reverse(page, args=[_ANY])
