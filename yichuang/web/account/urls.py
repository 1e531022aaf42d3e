"""The account pages. Only what is needed of the library's own list: no sign-up, no e-mail, no linking by hand."""

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.contrib.auth.decorators import login_required
from django.urls import path

from yichuang.web.account import staff_views, views

urlpatterns = [
    path("", views.home, name="account_home"),
    path("login/", views.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", views.change_password, name="account_change_password"),
    path("counter/", views.counter, name="account_counter"),
    # Second factor
    path("2fa/", factor.index, name="mfa_index"),
    path("2fa/authenticate/", factor.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", factor.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/totp/activate/", login_required(totp.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("2fa/recovery/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery/new/",
        login_required(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("2fa/recovery/download/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
    # Identity provider
    path("oidc/<provider_id>/login/", oidc.login, name="openid_connect_login"),
    path("oidc/<provider_id>/callback/", oidc.callback, name="openid_connect_callback"),
    path("oidc/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    # Accounts of staff
    path("staff/", staff_views.staff_list, name="account_staff"),
    path("staff/new/", staff_views.new_staff, name="account_staff_new"),
    path("staff/<int:staff_id>/", staff_views.staff_member, name="account_staff_member"),
    path("staff/<int:staff_id>/roles/", staff_views.set_roles, name="account_staff_roles"),
    path("staff/<int:staff_id>/password/", staff_views.set_password, name="account_staff_password"),
    path("staff/<int:staff_id>/active/", staff_views.set_active, name="account_staff_active"),
    path(
        "staff/<int:staff_id>/second-factor/",
        staff_views.reset_second_factor,
        name="account_staff_second_factor",
    ),
]
