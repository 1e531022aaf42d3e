"""邮寄: the applicant has the results sent to an address of hers."""

import structlog
from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yichuang.base.errors import Refused
from yichuang.delivery import courier as sending
from yichuang.delivery.models import ParcelState
from yichuang.web.http import Request
from yichuang.web.portal.access import Opened, opened

log = structlog.get_logger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
@opened
def courier(request: Request, seen: Opened) -> HttpResponseBase:
    """Name, phone and address; posted: kept until the results are sent."""
    refusal: Refused | None = None
    if request.method == "POST":
        typed = request.POST.get
        to = sending.Recipient(typed("name", ""), typed("phone", ""), typed("address", ""))
        try:
            sending.ask_for_courier(actor=seen.actor, application_id=seen.row.id, to=to, now=seen.at)
        except Refused as error:
            log.info("refused", code=error.code, status=error.status, path=request.path)
            refusal = error
        else:
            messages.success(request, _("已登记。全部办好之后寄出，寄出时短信告诉您运单号。"))
            return redirect("track_application", seen.row.number)
    field = (refusal.field or "form") if refusal else ""
    context = {
        "row": seen.row,
        "is_asked": any(one.state == ParcelState.ASKED for one in sending.parcels_of(seen.row.id)),
        "sent": request.POST,
        "wrong": {field: str(refusal)} if refusal else {},
        "errors": [(field, str(refusal))] if refusal else [],
    }
    return render(request, "portal/courier.html", context, status=refusal.status if refusal else 200)
