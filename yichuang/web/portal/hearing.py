"""听证: the applicant, told of her right to a hearing, asks for one or does without."""

import structlog
from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yichuang.base.errors import Overtaken
from yichuang.cases import reading
from yichuang.cases.actions import hearings
from yichuang.cases.states import Verb
from yichuang.web.http import Request
from yichuang.web.portal.access import Opened, opened
from yichuang.web.portal.screens import hearings_open

log = structlog.get_logger(__name__)
_ANSWERS = {"yes": True, "no": False}


@require_http_methods(["GET", "HEAD", "POST"])
@opened
def hearing(request: Request, seen: Opened, case_number: str) -> HttpResponseBase:
    """What the hearing would be about, and two buttons; posted: the answer is kept."""
    row = seen.row
    found = next((one for one in hearings_open(row.cases, seen.at) if one.case.number == case_number), None)
    if found is None:  # answered already, or too late
        return redirect("track_application", row.number)
    asks = _ANSWERS.get(request.POST.get("asks", ""))
    if request.method == "POST" and asks is not None:
        try:
            hearings.answer_hearing(actor=seen.actor, case_id=found.case.id, asks=asks, now=seen.at)
        except Overtaken as refusal:
            log.info("refused", code=refusal.code, status=refusal.status, path=request.path)
            messages.error(request, str(refusal))
        else:
            said = (
                _("已收到您的听证要求，举行前会书面通知时间和地点。") if asks else _("已记录：您不要求听证。")
            )
            messages.success(request, said)
        return redirect("track_application", row.number)
    told = [one for one in reading.history(row, [found.case.id]) if one.verb == Verb.TELL_HEARING]
    return render(request, "portal/hearing.html", {"row": row, "hearing": found, "matter": told[-1].text})
