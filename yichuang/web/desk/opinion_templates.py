"""意见模板 at the desk: the head writes them, officers put them into their opinions."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from yichuang.base.clock import now
from yichuang.base.errors import Invalid
from yichuang.cases import opinion_templates, queries
from yichuang.cases.actions.opinion_templates import remove_template, write_template
from yichuang.identity.data import Role
from yichuang.web.access import only
from yichuang.web.desk.access import officer
from yichuang.web.desk.cases import page
from yichuang.web.http import Request

_chief = only(Role.CHIEF_OFFICER, sentence=gettext_lazy("意见模板由本部门的首席代表编写。"))


@_chief
@require_safe
def templates(request: Request) -> HttpResponse:
    """The department's templates, and a form for one: a new one, or the one that `?edit=` names."""
    return _page(request, None)


@_chief
@require_POST
def write(request: Request) -> HttpResponseBase:
    """Write a template; what is refused leaves what was typed."""
    try:
        write_template(
            actor=request.actor,
            template_id=_id(request.POST.get("template", "")),
            item_key=request.POST.get("item", ""),
            name=request.POST.get("name", ""),
            text=request.POST.get("text", ""),
            now=now(),
        )
    except Invalid as refusal:
        return _page(request, refusal)
    messages.success(request, _("模板已保存，本部门的审批人员现在就能用。"))
    return redirect("desk:templates")


@_chief
@require_POST
def remove(request: Request, template_id: int) -> HttpResponseBase:
    """Take a template away."""
    remove_template(actor=request.actor, template_id=template_id, now=now())
    messages.success(request, _("模板已删除。"))
    return redirect("desk:templates")


@officer
@require_POST
def insert(request: Request, number: str) -> HttpResponse:
    """The page of the case again, the template put behind what was typed."""
    row, found = queries.application_of_case(request.actor, number, now=now())
    chosen = _id(request.POST.get("template", "")) or 0
    try:
        words = opinion_templates.filled(request.actor, found, chosen, now=now())
    except Invalid as refusal:
        return page(request, row, found, refusal=refusal)
    typed = request.POST.get("text", "").rstrip()
    return page(request, row, found, text=f"{typed}\n{words}" if typed else words)


def _id(typed: str) -> int | None:
    return int(typed) if typed.isdecimal() and len(typed) < 19 else None


def _page(request: Request, refusal: Invalid | None) -> HttpResponse:
    rows = opinion_templates.templates_of(request.actor)
    edited = next((row for row in rows if row.id == _id(request.GET.get("edit", ""))), None)
    field = (refusal.field or "text") if refusal else ""
    sent: Mapping[str, Any] = request.POST if refusal else {}
    if edited and not refusal:
        sent = {"template": edited.id, "item": edited.item_key, "name": edited.name, "text": edited.text}
    context = {
        "rows": rows,
        "items": list(opinion_templates.own_items(request.actor).items()),
        "places": [f"{{{place}}}" for place in opinion_templates.PLACES],
        "sent": sent,
        "wrong": {field: str(refusal)} if refusal else {},
        "errors": [(field, str(refusal))] if refusal else [],
    }
    return render(request, "desk/templates.html", context, status=refusal.status if refusal else 200)
