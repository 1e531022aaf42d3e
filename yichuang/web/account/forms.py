"""What is typed on the account pages. Forms only read; the acts check."""

from typing import Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.utils.translation import gettext_lazy as _

from yichuang.identity.data import Role

#: 角色 in the words of the hall.
ROLE_NAMES = {
    Role.CLERK: _("窗口人员"),
    Role.OFFICER: _("审批人员"),
    Role.CHIEF_OFFICER: _("首席代表"),
    Role.MANAGER: _("中心管理"),
    Role.SUPERVISOR: _("督查"),
    Role.ADMINISTRATOR: _("系统管理"),
}


class LoginForm(AllauthLoginForm):  # type: ignore[misc]
    """Username and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("账号")
        self.fields["login"].widget.attrs = {"autocomplete": "username", "autofocus": True}
        self.fields["password"].label = _("密码")
        self.fields["password"].help_text = _("忘记密码请联系本中心的系统管理员重新设置。")


class _CodeLabel:
    """The digits of the authenticator under one name on every page, ready to be typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code: forms.Field = self.fields["code"]  # type: ignore[attr-defined]
        code.label = _("验证码")
        code.widget.attrs = {"autocomplete": "one-time-code", "autofocus": True}


class SetUpFactorForm(_CodeLabel, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new authenticator."""


class FactorForm(_CodeLabel, AuthenticateForm):  # type: ignore[misc]
    """The code at log-in."""


class FactorAgainForm(_CodeLabel, ReauthenticateForm):  # type: ignore[misc]
    """The code before a delicate step."""


class CounterForm(forms.Form):
    """Which seat."""

    counter = forms.TypedChoiceField(label=_("窗口"), coerce=int)

    def __init__(self, *args: Any, choices: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["counter"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker what stands above
        field.choices = choices


class RolesForm(forms.Form):
    """Which roles."""

    roles = forms.TypedMultipleChoiceField(
        label=_("角色"),
        choices=[(role.value, name) for role, name in ROLE_NAMES.items()],
        coerce=Role,
        initial=list,
    )


class PasswordForm(forms.Form):
    """A new password, typed by the administrator and told to the person by word of mouth."""

    password = forms.CharField(
        label=_("新密码"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("至少10个字符，不要用常见的词；请当面告知本人，并提醒登录后自行修改。"),
    )


class StaffForm(RolesForm, PasswordForm):
    """A new account."""

    username = forms.CharField(
        label=_("账号"), max_length=60, help_text=_("工号等，登录时使用，建立后不能修改。")
    )
    name = forms.CharField(label=_("姓名"), max_length=40)
    department = forms.ChoiceField(label=_("部门"))
    field_order = ("username", "name", "department", "roles", "password")

    def __init__(self, *args: Any, departments: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["department"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker what stands above
        field.choices = departments
