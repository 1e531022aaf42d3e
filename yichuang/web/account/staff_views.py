"""Accounts of staff, for the administrator. One act per view; every page asks the right in its query."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yichuang.base.clock import now
from yichuang.base.errors import Invalid
from yichuang.identity import queries
from yichuang.identity.actions import staff as acts
from yichuang.identity.rules import check_administrator
from yichuang.web.account.forms import ROLE_NAMES, PasswordForm, RolesForm, StaffForm
from yichuang.web.http import Request


@login_required
@require_safe
def staff_list(request: Request) -> HttpResponse:
    """All accounts of staff."""
    rows = [
        (member, [name for role, name in ROLE_NAMES.items() if role in member.roles])
        for member in queries.staff_list(request.actor)
    ]
    return render(request, "account/staff_list.html", {"rows": rows})


@login_required
def new_staff(request: Request) -> HttpResponse:
    """A new account."""
    check_administrator(request.actor)
    departments = [(facts.key, facts.name) for facts in queries.departments().values()]
    form = StaffForm(request.POST or None, departments=departments)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if _done(
            form,
            lambda: acts.create_staff(
                username=data["username"],
                name=data["name"],
                department_key=data["department"],
                roles=data["roles"],
                password=data["password"],
                actor=request.actor,
                now=now(),
            ),
        ):
            messages.success(request, _("账号“%(username)s”已建立。") % {"username": data["username"]})
            return redirect("account_staff")
    return render(request, "account/staff_new.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_safe
def staff_member(request: Request, staff_id: int) -> HttpResponse:
    """One account, with what can be changed."""
    return _member_page(request, staff_id)


@login_required
@require_POST
def set_roles(request: Request, staff_id: int) -> HttpResponse:
    """New roles."""
    form = RolesForm(request.POST)
    if form.is_valid() and _done(
        form,
        lambda: acts.set_roles(
            staff_id=staff_id, roles=form.cleaned_data["roles"], actor=request.actor, now=now()
        ),
    ):
        messages.success(request, _("角色已更新，从对方的下一次操作起生效。"))
        return redirect("account_staff_member", staff_id)
    return _member_page(request, staff_id, roles_form=form)


@login_required
@require_POST
def set_password(request: Request, staff_id: int) -> HttpResponse:
    """A new password for somebody who has lost theirs."""
    form = PasswordForm(request.POST)
    if form.is_valid() and _done(
        form,
        lambda: acts.set_password(
            staff_id=staff_id, password=form.cleaned_data["password"], actor=request.actor, now=now()
        ),
    ):
        messages.success(request, _("新密码已设置，该账号的所有登录已退出。"))
        return redirect("account_staff_member", staff_id)
    return _member_page(request, staff_id, password_form=form)


@login_required
@require_POST
def set_active(request: Request, staff_id: int) -> HttpResponse:
    """启用 or 停用."""
    active = request.POST.get("active") == "1"
    acts.set_active(staff_id=staff_id, active=active, actor=request.actor, now=now())
    messages.success(request, _("账号已启用。") if active else _("账号已停用，其登录已失效。"))
    return redirect("account_staff_member", staff_id)


@login_required
@require_POST
def reset_second_factor(request: Request, staff_id: int) -> HttpResponse:
    """For a lost or new phone."""
    acts.reset_second_factor(staff_id=staff_id, actor=request.actor, now=now())
    messages.success(request, _("双因素认证已重置，对方下次登录时可以重新设置。"))
    return redirect("account_staff_member", staff_id)


def _done(form: Form, act: Callable[[], object]) -> bool:
    """Do it; what is invalid is told at its field, and what was typed stays."""
    try:
        act()
    except Invalid as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True


def _member_page(
    request: Request,
    staff_id: int,
    *,
    roles_form: RolesForm | None = None,
    password_form: PasswordForm | None = None,
) -> HttpResponse:
    member = queries.staff_member(request.actor, staff_id)
    context = {
        "member": member,
        "is_self": member.id == request.actor.id,
        "roles_form": roles_form or RolesForm(initial={"roles": sorted(member.roles)}),
        "password_form": password_form or PasswordForm(),
    }
    return render(
        request, "account/staff_member.html", context, status=422 if roles_form or password_form else 200
    )
