"""邮寄送达 at the counter: the address (its read is recorded), the waybill, the proof; all on one page."""

from datetime import datetime
from typing import Any

import structlog
from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yichuang.base.clock import CITY_ZONE, local, now
from yichuang.base.errors import Invalid, Refused
from yichuang.cases import queries
from yichuang.cases.queries import ApplicationRow
from yichuang.delivery import courier
from yichuang.delivery.models import ParcelState
from yichuang.web.counter.access import clerk
from yichuang.web.http import Request

log = structlog.get_logger(__name__)


@clerk
@require_http_methods(["GET", "HEAD", "POST"])
def parcel(request: Request, number: str) -> HttpResponseBase:
    """The next thing to do about a parcel: whereto, by whom, what became of it."""
    row = queries.application(request.actor, number, now=now())
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            messages.success(request, _act(request, row))
        except Refused as error:
            log.info("refused", code=error.code, status=error.status, path=request.path)
            refusal = error
        else:
            return redirect("counter:parcel" if "address" in request.POST else "counter:application", number)
    field = (refusal.field or "form") if refusal else ""
    known = [one for one in courier.parcels_of(row.id) if one.state in {ParcelState.ASKED, ParcelState.SENT}]
    context = {
        "row": row,
        "parcel": known[0] if known else None,
        "recipient": courier.open_recipient(actor=request.actor, parcel=known[0], now=now())
        if known
        else None,
        "outcomes": [
            (one.value, one.label) for one in (ParcelState.SIGNED, ParcelState.REFUSED, ParcelState.RETURNED)
        ],
        "today": f"{local(now()):%Y-%m-%d %H:%M}",
        "sent": request.POST,
        "wrong": {field: str(refusal)} if refusal else {},
        "errors": [(field, str(refusal))] if refusal else [],
    }
    return render(request, "counter/parcel.html", context, status=refusal.status if refusal else 200)


def _act(request: Request, row: ApplicationRow) -> str:
    """Do what the form that was sent is for; what to say then."""
    typed = request.POST.get
    said: dict[str, Any] = {"actor": request.actor, "application_id": row.id, "now": now()}
    if "address" in request.POST:
        to = courier.Recipient(typed("name", ""), typed("phone", ""), typed("address", ""))
        courier.ask_for_courier(**said, to=to)
        return _("已登记收件地址。")
    if "waybill" in request.POST:
        courier.send_by_courier(**said, carrier=typed("carrier", ""), waybill=typed("waybill", ""))
        return _("已登记寄出，会短信告诉申请人。签收之后才算送达。")
    courier.record_proof(
        **said, outcome=typed("outcome", ""), signed_by=typed("signed_by", ""), at=_moment(typed("at", ""))
    )
    return _("已登记邮寄结果。")


def _moment(text: str) -> datetime:
    """Raises `Invalid` for what is no time."""
    try:
        return datetime.fromisoformat(text.strip().replace("：", ":")).replace(tzinfo=CITY_ZONE)
    except ValueError as error:
        sentence = _("请填写日期和时间，例如2026-03-20 09:30。")
        raise Invalid(sentence, code="time", field="at") from error
