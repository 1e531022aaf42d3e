"""特别程序 at the officer's desk: beginning one that the item declares, and ending it with what came of it."""

from datetime import date

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yichuang.base.clock import local, now
from yichuang.base.errors import Invalid, Refused
from yichuang.cases import queries
from yichuang.cases.actions import procedures
from yichuang.deadlines.data import Limit, Unit
from yichuang.web.desk.access import officer
from yichuang.web.desk.cases import page
from yichuang.web.http import Request

#: Nobody is told to wait so long.
_MOST_DAYS = 1000


@officer
@require_POST
def begin(request: Request, number: str) -> HttpResponseBase:
    """Let the clock stand still for a special procedure; the applicant is told in writing."""
    _row, found = queries.application_of_case(request.actor, number, now=now())
    try:
        procedures.begin_procedure(
            actor=request.actor,
            case_id=found.id,
            procedure=request.POST.get("procedure", ""),
            reason=request.POST.get("reason", ""),
            expected=_expected(request.POST.get("expected", ""), local(now()).date()),
            now=now(),
        )
    except Refused as refusal:
        return page(request, *queries.application_of_case(request.actor, number, now=now()), refusal=refusal)
    messages.success(request, _("已停止计时，特别程序告知书正在生成。"))
    return redirect("desk:case", number)


@officer
@require_POST
def end(request: Request, number: str) -> HttpResponseBase:
    """Let the clock go on."""
    _row, found = queries.application_of_case(request.actor, number, now=now())
    try:
        procedures.end_procedure(
            actor=request.actor, case_id=found.id, result=request.POST.get("result", ""), now=now()
        )
    except Refused as refusal:
        return page(request, *queries.application_of_case(request.actor, number, now=now()), refusal=refusal)
    messages.success(request, _("特别程序已结束，继续计时。"))
    return redirect("desk:case", number)


def _expected(typed: str, today: date) -> Limit:
    """“20” is so many working days, “2026-04-07” the day itself. Raises `Invalid` for anything else."""
    text = typed.strip()
    is_number = text.isdecimal()
    try:
        days = int(text) if is_number else (date.fromisoformat(text) - today).days
    except ValueError:
        days = _MOST_DAYS
    if days >= _MOST_DAYS:
        sentence = _("请填写工作日数（例如20），或者预计完成的日期（例如2026-04-07）。")
        raise Invalid(sentence, code="no_time", field="expected")
    return Limit(max(days, 0), Unit.WORKING_DAYS if is_number else Unit.CALENDAR_DAYS)
