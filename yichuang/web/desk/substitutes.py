"""代班: the chief officer says who acts for an officer on leave."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from yichuang.base.clock import local, now
from yichuang.base.errors import Invalid
from yichuang.identity import queries
from yichuang.identity.actions.substitution import end_substitution, set_substitute
from yichuang.identity.data import Role
from yichuang.web.access import only
from yichuang.web.counter.forms import read_date
from yichuang.web.http import Request

_chief = only(Role.CHIEF_OFFICER, sentence=gettext_lazy("代班由本部门的首席代表安排。"))


@_chief
@require_safe
def substitutes(request: Request) -> HttpResponse:
    """Who acts for whom, and a form for one more."""
    return _page(request, None)


@_chief
@require_POST
def add(request: Request) -> HttpResponseBase:
    """Let a colleague act for an officer on leave."""
    try:
        set_substitute(
            actor=request.actor,
            absent_id=_id(request.POST.get("absent", "")),
            substitute_id=_id(request.POST.get("substitute", "")),
            first=read_date(request.POST.get("first", ""), field="first"),
            last=read_date(request.POST.get("last", ""), field="last"),
            now=now(),
        )
    except Invalid as refusal:
        return _page(request, refusal)
    messages.success(request, _("代班已安排。"))
    return redirect("desk:substitutes")


@_chief
@require_POST
def end(request: Request, substitution_id: int) -> HttpResponseBase:
    """The officer is back."""
    end_substitution(actor=request.actor, substitution_id=substitution_id, now=now())
    messages.success(request, _("代班已结束。"))
    return redirect("desk:substitutes")


def _id(typed: str) -> int:
    """The number of a member of staff; 0, which nobody has, for whatever is none."""
    return int(typed) if typed.isdecimal() and len(typed) < 19 else 0


def _page(request: Request, refusal: Invalid | None) -> HttpResponse:
    department_id = request.actor.department_id or 0
    field = (refusal.field or "absent") if refusal else ""
    context = {
        "rows": queries.substitutions(department_id, local(now()).date()),
        "officers": list(queries.officers(department_id).items()),
        "sent": request.POST,
        "wrong": {field: str(refusal)} if refusal else {},
        "errors": [(field, str(refusal))] if refusal else [],
    }
    return render(request, "desk/substitutes.html", context, status=refusal.status if refusal else 200)
