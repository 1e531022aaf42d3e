"""听证 at the officer's desk: telling of the right to one, recording the answer, calling it."""

from datetime import datetime

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yichuang.base.clock import CITY_ZONE, now
from yichuang.base.errors import Invalid
from yichuang.cases.actions import hearings
from yichuang.cases.data import CaseRow
from yichuang.web.desk.access import officer
from yichuang.web.desk.approval import act_and_return
from yichuang.web.http import Request


@officer
@require_POST
def tell(request: Request, number: str) -> HttpResponseBase:
    """Tell the applicant of the right to a hearing."""

    def act(case: CaseRow) -> None:
        matter = request.POST.get("matter", "")
        hearings.tell_of_hearing(actor=request.actor, case_id=case.id, reason=matter, now=now())

    return act_and_return(request, number, act, _("已告知听证权利，听证告知书正在生成。"))


@officer
@require_POST
def answer(request: Request, number: str) -> HttpResponseBase:
    """Record what the applicant wrote: that she asks for one, or does without."""

    def act(case: CaseRow) -> None:
        asks = request.POST.get("asks") == "yes"
        hearings.answer_hearing(actor=request.actor, case_id=case.id, asks=asks, now=now())

    return act_and_return(request, number, act, _("已记录申请人对听证的答复。"))


@officer
@require_POST
def call(request: Request, number: str) -> HttpResponseBase:
    """Call the hearing that was asked for."""

    def act(case: CaseRow) -> None:
        hearings.call_hearing(
            actor=request.actor,
            case_id=case.id,
            at=_moment(request.POST.get("held_at", "")),
            place=request.POST.get("place", ""),
            now=now(),
        )

    return act_and_return(request, number, act, _("已停止计时，听证通知书正在生成。"))


def _moment(typed: str) -> datetime:
    """“2026-03-20 09:30”, also as a browser's own input writes it. Raises `Invalid` for anything else."""
    try:
        return datetime.fromisoformat(typed.strip().replace("：", ":")).replace(tzinfo=CITY_ZONE)
    except ValueError as error:
        sentence = _("请填写听证的日期和时间，例如2026-03-20 09:30。")
        raise Invalid(sentence, code="no_time", field="held_at") from error
