"""Who may open the counter's pages."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from yichuang.base.errors import Forbidden
from yichuang.identity.data import Role
from yichuang.web.http import Request

P = ParamSpec("P")
View = Callable[Concatenate[Request, P], HttpResponseBase]


def clerk(view: View[P]) -> View[P]:
    """Only clerks (窗口人员); a visitor logs in first. Which applications a clerk sees, the queries decide."""

    @wraps(view)
    def guarded(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            # A part of a page that asks after the session has ended: the whole page must come anew.
            return HttpResponseClientRefresh() if request.htmx else redirect_to_login(request.get_full_path())
        if not request.actor.has(Role.CLERK):
            raise Forbidden(_("只有窗口人员可以使用窗口受理。请用窗口人员的账号登录。"), code="not_clerk")
        return view(request, *args, **kwargs)

    return guarded
