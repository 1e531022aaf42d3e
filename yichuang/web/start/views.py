"""The start page, the choices of display and the health check."""

from django.conf import settings
from django.db import connection
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from yichuang.base.errors import Invalid
from yichuang.web.display import COOKIE_AGE, SIZE_COOKIE, THEME_COOKIE, Size, Theme
from yichuang.web.http import Request
from yichuang.web.navigation import desk_of

#: What `display` may be asked for: parameter → (cookie, allowed values).
_CHOICES = {
    "size": (SIZE_COOKIE, {size.value for size in Size}),
    "theme": (THEME_COOKIE, {theme.value for theme in Theme}),
    "language": (settings.LANGUAGE_COOKIE_NAME, {code for code, _name in settings.LANGUAGES}),
}


@require_safe
def start(request: Request) -> HttpResponseBase:
    """The first page of the public: the four things that people come for. Staff go on to their desk."""
    desk = desk_of(request.actor)
    if desk is not None:
        return HttpResponseRedirect(desk)
    return render(request, "start/start.html")


@require_GET
def display(request: Request) -> HttpResponseBase:
    """Keep a choice of size, theme or language in a cookie and go back to `next`: a plain link, no script."""
    target = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = reverse("start")
    response = HttpResponseRedirect(target)
    for parameter, (cookie, allowed) in _CHOICES.items():
        value = request.GET.get(parameter)
        if value is None:
            continue
        if value not in allowed:
            raise Invalid(_("没有这种显示方式，请从页面上的选项里选择。"), field=parameter)
        response.set_cookie(
            cookie,
            value,
            max_age=COOKIE_AGE,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )
    return response


@require_safe
def healthz(_request: Request) -> HttpResponse:
    """200 while this process reaches the database; an exception, hence 500, when it does not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
