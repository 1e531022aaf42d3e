"""加注件: the applicant makes a copy of a licence for one purpose; it is given at once and not kept."""

import structlog
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yichuang.base.errors import Refused
from yichuang.base.files import FileContent
from yichuang.licences import copies
from yichuang.licences import queries as licence_queries
from yichuang.web.http import Request
from yichuang.web.opening import give
from yichuang.web.portal import screens
from yichuang.web.portal.access import Opened, opened

log = structlog.get_logger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
@opened
def copy(request: Request, seen: Opened, case_number: str) -> HttpResponseBase:
    """What it is for and for whom; posted: the copy."""
    own = [number for number in screens.given_out(seen.row) if number == case_number]
    found = licence_queries.of_cases(own).get(case_number)
    if found is None:
        return redirect("track_results", seen.row.number)
    refusal: Refused | None = None
    if request.method == "POST":
        purpose, requester = request.POST.get("purpose", ""), request.POST.get("requester", "")
        try:
            pdf = copies.make_copy(
                licence_id=found.id, purpose=purpose, requester=requester, actor=seen.actor, now=seen.at
            )
        except Refused as error:
            log.info("refused", code=error.code, status=error.status, path=request.path)
            refusal = error
        else:
            name = _("%(title)s 加注件.pdf") % {"title": found.type_name}
            return give(FileContent(name, "application/pdf", pdf))
    field = (refusal.field or "form") if refusal else ""
    context = {
        "row": seen.row,
        "licence": found,
        "days": copies.GOOD_FOR.days,
        "sent": request.POST,
        "wrong": {field: str(refusal)} if refusal else {},
        "errors": [(field, str(refusal))] if refusal else [],
    }
    return render(request, "portal/copy.html", context, status=refusal.status if refusal else 200)
