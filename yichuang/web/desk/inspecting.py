"""核查 at the officer's desk: what was promised, and what an inspection found of it."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yichuang.base.clock import now
from yichuang.base.errors import Refused
from yichuang.cases import queries
from yichuang.cases.actions import inspecting
from yichuang.cases.states import INSPECTION_NAMES, Inspection
from yichuang.deadlines.data import Limit
from yichuang.web.desk.access import officer
from yichuang.web.desk.cases import page
from yichuang.web.http import Request

#: Nobody is given so many working days to put something right.
_MOST_DAYS = 1000


@officer
@require_POST
def inspect(request: Request, number: str) -> HttpResponseBase:
    """Record the inspection; what is refused leaves what was typed."""
    row, found = queries.application_of_case(request.actor, number, now=now())
    typed = request.POST.get("finding", "")
    finding = next((each for each in Inspection if each == typed), Inspection.DUE)
    try:
        inspecting.inspect(
            actor=request.actor,
            case_id=found.id,
            finding=finding,
            found=request.POST.get("found", ""),
            within=_days(request.POST.get("within", "")),
            now=now(),
        )
    except Refused as refusal:
        return page(request, row, found, refusal=refusal)
    sentence = _("已记录核查结果：%(finding)s。")
    messages.success(request, sentence % {"finding": INSPECTION_NAMES[finding]})
    return redirect("desk:case", number)


def _days(typed: str) -> Limit | None:
    """So many working days; None for anything else."""
    text = typed.strip()
    days = int(text) if text.isdecimal() and len(text) < 5 else _MOST_DAYS
    return Limit(days) if days < _MOST_DAYS else None
