"""One's own account: log-in, password, the seat at a counter."""

from typing import Any

from allauth.account import views as allauth_views
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yichuang.base.clock import now
from yichuang.base.errors import Forbidden, Invalid
from yichuang.identity import queries
from yichuang.identity.actions.staff import choose_counter
from yichuang.identity.data import TRIAL_PASSWORD, Role
from yichuang.identity.rules import check_seat, needs_second_factor
from yichuang.web.account.forms import ROLE_NAMES, CounterForm
from yichuang.web.http import Request


class LoginView(allauth_views.LoginView):  # type: ignore[misc]
    """The log-in page, with the way to the identity provider where one is configured."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
        context["provider"] = apps[0] if apps else None
        context["trial_password"] = TRIAL_PASSWORD if settings.TRIAL else ""
        return context


class PasswordChangeView(allauth_views.PasswordChangeView):  # type: ignore[misc]
    """A new password of one's own. Who comes in through the identity provider has none here."""

    def dispatch(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not request.user.has_usable_password():
            raise Forbidden(_("您通过统一身份认证登录，请到认证平台修改密码。"), code="no_password")
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response


login = LoginView.as_view()
change_password = login_required(PasswordChangeView.as_view())


@login_required
@require_safe
def home(request: Request) -> HttpResponse:
    """Who am I here: name, roles, seat, and what can be changed."""
    actor = request.actor
    context = {
        "roles": [name for role, name in ROLE_NAMES.items() if actor.has(role)],
        "counter": queries.counter(actor),
        "is_clerk": actor.has(Role.CLERK),
        "is_administrator": actor.has(Role.ADMINISTRATOR),
        "needs_second_factor": settings.REQUIRE_SECOND_FACTOR and needs_second_factor(actor),
    }
    return render(request, "account/home.html", context)


@login_required
def counter(request: Request) -> HttpResponse:
    """The clerk says at which counter she sits today."""
    actor = request.actor
    check_seat(actor, counter_exists=True)
    seats = queries.counters(actor.department_id or 0)
    choices = [(seat.id, f"{seat.name}（{seat.place}）" if seat.place else seat.name) for seat in seats]
    form = CounterForm(request.POST or None, choices=choices, initial={"counter": actor.counter_id or ""})
    if request.method == "POST" and form.is_valid():
        try:
            choose_counter(counter_id=form.cleaned_data["counter"], actor=actor, now=now())
        except Invalid as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            return redirect("start")
    return render(request, "account/counter.html", {"form": form}, status=422 if form.errors else 200)
