"""The results: collecting everything in one act (送达 by download), then opening them, singly or all at once."""

import io
import zipfile

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yichuang.base import files
from yichuang.base.clock import local, now
from yichuang.base.errors import Overtaken
from yichuang.cases.states import SETTLED
from yichuang.delivery import actions as delivery
from yichuang.delivery import queries as delivery_queries
from yichuang.feedback import queries as feedback_queries
from yichuang.ledger.actions import Record, record
from yichuang.licences import queries as licence_queries
from yichuang.licences.data import LicenceFacts
from yichuang.notices import queries as notice_queries
from yichuang.notices.data import NoticeFacts
from yichuang.web.http import Request
from yichuang.web.opening import nothing, open_licence, open_notice
from yichuang.web.portal import screens
from yichuang.web.portal.access import Opened, opened


@require_http_methods(["GET", "HEAD", "POST"])
@opened
def results(request: Request, seen: Opened) -> HttpResponseBase:
    """What can be collected, with the one button that collects it; and what was collected."""
    row = seen.row
    if request.method == "POST":
        return _collect(request, seen)
    licences = licence_queries.of_cases(screens.given_out(row))
    collected = screens.results_of(row, notice_queries.of_application(row.number), licences)
    context = {
        "row": row,
        "waiting": screens.waiting_results(row),
        "collected": collected,
        "can_be_sent": screens.can_be_sent(row),
        "unsettled": sum(case.stage not in SETTLED for case in row.cases),
        "rating": feedback_queries.given(row.id) if collected else None,
    }
    return render(request, "portal/results.html", context)


def _collect(request: Request, seen: Opened) -> HttpResponseBase:
    """Pressed twice, or collected at a counter meanwhile: the same page, with what there is."""
    try:
        delivery.hand_over(actor=seen.actor, application_id=seen.row.id, now=now())
    except Overtaken:
        if not delivery_queries.of_application(seen.row.id):
            raise
    else:
        messages.success(request, _("已经领取。请下载保存，以后也可以随时回到这里下载。"))
    return redirect("track_results", seen.row.number)


@require_safe
@opened
def notice(request: Request, seen: Opened, notice_id: int) -> HttpResponse:
    """A legal document of the application, sealed; the decision only once it is handed over."""
    issued = notice_queries.of_application(seen.row.number)
    found = next((each for each in issued if each.id == notice_id), None)
    return open_notice(request, found if found and screens.is_given_out(found, seen.row) else None)


@require_safe
@opened
def licence(request: Request, seen: Opened, case_number: str) -> HttpResponse:
    """A licence that a case of the application gave, once it is handed over."""
    own = [number for number in screens.given_out(seen.row) if number == case_number]
    found = licence_queries.of_cases(own).get(case_number)
    return open_licence(request, found, application=seen.row.number)


@require_safe
@opened
def archive(request: Request, seen: Opened) -> HttpResponse:
    """All results that were handed over, in one ZIP file; each is recorded as read."""
    row = seen.row
    cases = screens.given_out(row)
    licences = list(licence_queries.of_cases(cases).values())
    notices = [
        each
        for each in notice_queries.of_application(row.number)
        if each.kind in screens.RESULTS and each.case_number in cases
    ]
    if not licences and not notices:
        raise nothing()
    facts = {"application": row.number, "together": True}
    entries = [Record("licence.read", "licence", each.id, facts) for each in licences]
    entries += [Record("notice.read", "notice", each.id, facts) for each in notices]
    content = _zip(seen, licences, notices)
    record(entries, actor_kind=seen.actor.kind, actor_id=seen.actor.id, now=now())
    response = HttpResponse(content, content_type="application/zip")
    name = _("%(name)s %(number)s 全部结果.zip") % {"name": row.target_name, "number": row.number}
    disposition = content_disposition_header(as_attachment=True, filename=name)
    response["Content-Disposition"] = disposition or "attachment"
    return response


def _zip(seen: Opened, licences: list[LicenceFacts], notices: list[NoticeFacts]) -> bytes:
    """The sealed files as they are: PDF is compressed already."""
    names = {case.number: f"{place:02d} {case.item_name}" for place, case in enumerate(seen.row.cases, 1)}
    papers = [(f"{names[each.case_number]}·{each.type_name}", each.file_id) for each in licences]
    papers += [(f"{names[each.case_number or '']}·{each.title}", each.file_id) for each in notices]
    stamp = local(seen.at).timetuple()[:6]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as bundle:
        for name, file_id in sorted(papers):
            member = zipfile.ZipInfo(f"{name.replace('/', '／')}.pdf", date_time=stamp)
            bundle.writestr(member, files.read(file_id).content)
    return packed.getvalue()
