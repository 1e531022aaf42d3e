"""The identity provider (统一身份认证, OpenID Connect): what it claims of a person, held only while she logs in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess, ProviderException
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from requests import RequestException

from yichuang.base.codes import check_citizen_number, check_organisation_code
from yichuang.base.errors import Invalid


@dataclass(frozen=True, slots=True)
class Claims:
    """Whom the provider vouches for. Personal data: never stored as claims, never logged."""

    kind: str  # person | organisation
    number: str
    name: str
    phone: str
    assurance_class: str  # claim `acr`: how the provider proved it

    def __repr__(self) -> str:
        return f"Claims(kind={self.kind!r}, assurance_class={self.assurance_class!r})"


def read_claims(claims: Mapping[str, Any], names: Mapping[str, str]) -> Claims:
    """The claims that matter. `names` maps number, name and phone to the provider's own claim names.

    Raises `Invalid` where there is no number, or one that is neither a person's nor an organisation's.
    """
    number = str(claims.get(names["number"]) or "").strip()
    if not number:
        sentence = _("统一身份认证没有提供您的证件号码，请先在认证平台完成实名认证，再回来登录。")
        raise Invalid(sentence, code="claim_number_missing")
    try:
        kind, number = "person", check_citizen_number(number)
    except Invalid as not_a_person:
        try:
            kind, number = "organisation", check_organisation_code(number)
        except Invalid:
            raise not_a_person from None
    return Claims(
        kind=kind,
        number=number,
        name=str(claims.get(names["name"]) or ""),
        phone=str(claims.get(names["phone"]) or ""),
        assurance_class=str(claims.get("acr") or ""),
    )


class CityProvider(OpenIDConnectProvider):  # type: ignore[misc]
    """OpenID Connect as the library does it, but nothing of the person reaches the database or the session."""

    pkce_enabled_default = True

    def sociallogin_from_response(self, request: HttpRequest, response: Mapping[str, Any]) -> SocialLogin:
        """The log-in with its claims beside it. Both sources must speak of one subject (OIDC Core 5.3.2)."""
        vouched, asked = response.get("id_token") or {}, response.get("userinfo") or {}
        if vouched and asked and vouched.get("sub") != asked.get("sub"):
            raise ProviderException("userinfo speaks of another subject than the ID token")
        login = super().sociallogin_from_response(request, response)
        login.claims = {**vouched, **asked}
        return login

    def vouched(self, login: SocialLogin) -> Claims:
        """Whom the provider vouches for in this log-in. Raises `Invalid`."""
        return read_claims(login.claims, settings.OIDC_CLAIMS)

    def extract_extra_data(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Nothing: claims are not kept."""
        return {}

    def extract_common_fields(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Nothing: an account holds nothing of the person."""
        return {}

    def extract_email_addresses(self, data: Mapping[str, Any]) -> list[Any]:
        """None: the platform keeps no e-mail addresses."""
        return []

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Only where to go afterwards may come from the address; scope and process are ours."""
        return {
            "process": AuthProcess.LOGIN,
            "next_url": get_next_redirect_url(request),
            "scope": self.get_scope(),
            "auth_params": self.get_auth_params(),
        }

    def redirect(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Off to the provider; where it does not answer, a page that says so."""
        try:
            response: HttpResponseBase = super().redirect(request, *args, **kwargs)
        except RequestException as error:
            response = render_authentication_error(request, self, exception=error)
        return response
