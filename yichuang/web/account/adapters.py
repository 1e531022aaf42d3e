"""Where log-in (django-allauth) meets identity: sentences, records, encryption, and who may come in."""

from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yichuang.base.clock import now
from yichuang.base.crypto import decrypt_text, encrypt
from yichuang.base.errors import Refused
from yichuang.identity.actions import entrance
from yichuang.identity.actions.staff import leave_counter
from yichuang.identity.data import TRIAL_PASSWORD, Role
from yichuang.identity.models import User
from yichuang.identity.queries import actor_of
from yichuang.identity.rules import needs_second_factor
from yichuang.web.account.oidc import CityProvider

log = structlog.get_logger(__name__)

_FACTOR_CONTEXT = "mfa_authenticator.data"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Log-in with a username and password. Nobody signs up here."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("该账号已停用，请联系本中心的系统管理员。"),
        "enter_current_password": _("当前密码不对，请重新输入。"),
        "incorrect_code": _("验证码不对，请输入验证器上当前显示的6位数字。"),
        "incorrect_password": _("密码不对，请重新输入。"),
        "rate_limited": _("操作太频繁，请稍等几分钟再试。"),
        "too_many_login_attempts": _(
            "连续多次输错，为保护账号已暂停登录。请15分钟后再试，或联系系统管理员。"
        ),
        "trial_password": _("正式环境不接受试用密码，请联系系统管理员设置新密码。"),
        "username_password_mismatch": _("账号或密码不对，请核对后重新输入；忘记密码请联系系统管理员。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Staff get their account from the administrator, applicants through the identity provider."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """As the library does, which counts failures; outside a trial the documented password opens nothing."""
        user: User | None = super().authenticate(request, **credentials)
        if user is not None and not settings.TRIAL and credentials.get("password") == TRIAL_PASSWORD:
            raise self.validation_error("trial_password")
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """To the log, without the name that was typed: it may be a password in the wrong field."""
        log.warning("login_failed", address=self.get_client_ip(request))

    def login(self, request: HttpRequest, user: User) -> None:
        """The last step, after the second factor where there is one: open the session and record it."""
        methods = [str(entry["method"]) for entry in get_authentication_records(request, user)]
        super().login(request, user)
        entrance.log_in(actor=actor_of(user), methods=methods, now=now())

    def logout(self, request: HttpRequest) -> None:
        """Leave the counter, record it, close the session."""
        actor = actor_of(request.user)
        leave_counter(actor=actor, now=now())
        entrance.log_out(actor=actor, now=now())
        super().logout(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """A clerk without a seat chooses one first; everybody else starts at the start page."""
        actor = actor_of(request.user)
        if actor.has(Role.CLERK) and actor.counter_id is None:
            return reverse("account_counter")
        return str(super().get_login_redirect_url(request))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to one's own account."""
        return reverse("account_home")


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """One-time codes. The shared secret is encrypted at rest like personal data."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _(
            "您的角色必须使用双因素认证，不能关闭；换手机请联系系统管理员重置。"
        ),
        "incorrect_code": _("验证码不对，请输入验证器上当前显示的6位数字。"),
    }

    def encrypt(self, text: str) -> str:
        """The secret as hex of its encrypted form."""
        return encrypt(text, _FACTOR_CONTEXT).hex()

    def decrypt(self, encrypted_text: str) -> str:
        """The counterpart of `encrypt`."""
        return decrypt_text(bytes.fromhex(encrypted_text), _FACTOR_CONTEXT)

    def get_totp_issuer(self) -> str:
        """What the authenticator on the phone shows."""
        return gettext("一窗")

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Roles that must have a second factor cannot switch it off."""
        actor = actor_of(authenticator.user)
        return not (settings.REQUIRE_SECOND_FACTOR and needs_second_factor(actor))


class IdentityProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Applicants come in through the city's or province's identity provider (OpenID Connect)."""

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> CityProvider:
        """The one provider, which keeps claims out of the database."""
        return CityProvider(request, app=self.get_app(request, provider=provider, client_id=client_id))

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Who is vouched for gets an account for her party, made on first use."""
        linked = sociallogin.user if sociallogin.is_existing else None
        try:
            claims = sociallogin.provider.vouched(sociallogin)
            user_id = entrance.admit_applicant(
                kind=claims.kind,
                number=claims.number,
                name=claims.name,
                phone=claims.phone,
                linked_user_id=linked.pk if linked else None,
                assurance_class=claims.assurance_class,
                now=now(),
            )
        except Refused as refusal:
            log.info("refused", code=refusal.code, status=refusal.status, path=request.path)
            context = {"sentence": str(refusal)}
            page = render(request, "socialaccount/authentication_error.html", context, status=refusal.status)
            raise ImmediateHttpResponse(page) from refusal
        if linked is None:
            sociallogin.user = User.objects.get(pk=user_id)
            sociallogin.save(request, connect=True)

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: CityProvider,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """To the log: the page tells the person only what to do."""
        log.warning("identity_provider_failed", error=str(error), exception=type(exception).__name__)
