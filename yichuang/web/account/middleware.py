"""No page of power without a second factor."""

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from yichuang.identity.rules import needs_second_factor
from yichuang.web.http import Request, View

#: Set once the session's account has been seen to have a second factor.
_SESSION_KEY = "second_factor"
#: Log-in and set-up themselves, the choice of display, and the probe of the load balancer.
_OPEN = ("/accounts/", "/display", "/healthz")


class SecondFactorMiddleware:
    """Sends staff with roles that ask for a second factor (双因素认证) to its set-up until they have one.

    An account that has one is asked for it at every log-in, so here it is enough to know that it exists.
    """

    def __init__(self, get_response: View) -> None:
        if not settings.REQUIRE_SECOND_FACTOR:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponseBase:
        if request.path.startswith(_OPEN) or not request.user.is_authenticated or self._is_fit(request):
            return self.get_response(request)
        messages.warning(request, _("您的角色必须使用双因素认证，请先设置验证器，再继续工作。"))
        return HttpResponseRedirect(reverse("mfa_activate_totp"))

    def _is_fit(self, request: Request) -> bool:
        if request.session.get(_SESSION_KEY) or not needs_second_factor(request.actor):
            return True
        if not is_mfa_enabled(request.user, [Authenticator.Type.TOTP]):
            return False
        request.session[_SESSION_KEY] = True
        return True
