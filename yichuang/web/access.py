"""Who may open a page of staff. Which rows she then sees, the queries decide."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django_htmx.http import HttpResponseClientRefresh

from yichuang.base.errors import Forbidden
from yichuang.identity.data import Role
from yichuang.web.http import Request

P = ParamSpec("P")
View = Callable[Concatenate[Request, P], HttpResponseBase]


def only(*roles: Role, sentence: Promise) -> Callable[[View[P]], View[P]]:
    """Only these roles; a visitor logs in first. `sentence` tells everybody else whose page it is."""

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                # A part of a page that asks after the session has ended: the whole page must come anew.
                return (
                    HttpResponseClientRefresh()
                    if request.htmx
                    else redirect_to_login(request.get_full_path())
                )
            if not request.actor.has(*roles):
                raise Forbidden(str(sentence), code="other_role")
            return view(request, *args, **kwargs)

        return guarded

    return guard
