"""Taking an application back (撤回), wholly or in part."""

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from yichuang.base.errors import Refused
from yichuang.web.http import Request
from yichuang.web.portal.access import Opened, opened
from yichuang.web.withdrawing import form_of, try_to_withdraw


@require_http_methods(["GET", "HEAD", "POST"])
@opened
def withdraw(request: Request, seen: Opened) -> HttpResponseBase:
    """The form; posted: what was chosen is withdrawn."""
    refusal: Refused | None = None
    if request.method == "POST":
        refusal = try_to_withdraw(request, seen.actor, seen.row)
        if refusal is None:
            return redirect("track_application", seen.row.number)
    context = form_of(request, seen.row, refusal)
    return render(request, "portal/withdraw.html", context, status=refusal.status if refusal else 200)
