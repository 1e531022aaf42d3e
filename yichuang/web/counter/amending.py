"""当场更正 at the counter: the form as it stands, each field that may still be put right in its own input."""

import structlog
from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yichuang.base.clock import now
from yichuang.base.errors import Refused
from yichuang.cases import queries, reading
from yichuang.cases.actions import amending
from yichuang.catalogue import queries as catalogue_queries
from yichuang.web.counter.access import clerk
from yichuang.web.counter.forms import VALUE
from yichuang.web.http import Request

log = structlog.get_logger(__name__)


@clerk
@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: Request, number: str) -> HttpResponseBase:
    """The fields; posted: those that differ are put right. Opening the form is recorded."""
    row = queries.application(request.actor, number, now=now())
    refusal: Refused | None = None
    sent = [name for name in request.POST if name.startswith(VALUE)]
    typed = {name.removeprefix(VALUE): request.POST.get(name, "") for name in sent}
    if request.method == "POST":
        try:
            changed = amending.amend(actor=request.actor, application_id=row.id, values=typed, now=now())
        except Refused as error:
            log.info("refused", code=error.code, status=error.status, path=request.path)
            refusal = error
        else:
            messages.success(request, _("已当场更正%(count)d处。") % {"count": len(changed)})
            return redirect("counter:application", number)
    fields = amending.amendable(row.cases)
    labels = {field.key for field in reading.form(request.actor, row, None, now=now())}
    values = reading.read_form(row.id)["values"]
    elements = catalogue_queries.current().elements
    wrong = (VALUE + refusal.field if refusal.field else "form") if refusal else ""
    context = {
        "row": row,
        "inputs": [
            (
                VALUE + key,
                elements[key],
                typed.get(key, values.get(key, "")),
                tuple(elements[key].choices.items()),
            )
            for key in fields
            if key in labels
        ],
        "wrong": wrong,
        "errors": [(wrong, str(refusal))] if refusal else [],
        "sentence": str(refusal or ""),
    }
    return render(request, "counter/amend.html", context, status=refusal.status if refusal else 200)
