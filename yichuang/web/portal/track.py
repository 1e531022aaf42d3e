"""Following an application: by number and query code, or by account; and what is one's own."""

import structlog
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yichuang.base.clock import now
from yichuang.base.errors import Invalid, NotVisible
from yichuang.cases import queries, reading, whole
from yichuang.cases.actions.withdrawal import open_to
from yichuang.cases.inquiries import open_inquiry
from yichuang.cases.states import LOST, Stage
from yichuang.catalogue import queries as catalogue_queries
from yichuang.delivery.courier import parcels_of
from yichuang.feedback import queries as feedback_queries
from yichuang.identity import queries as identity_queries
from yichuang.identity.data import ActorKind
from yichuang.licences import queries as licence_queries
from yichuang.licences.data import HeldLicence
from yichuang.notices import queries as notice_queries
from yichuang.web.http import Request
from yichuang.web.portal import access, screens, words

log = structlog.get_logger(__name__)

_APPLICATIONS = 20


@require_http_methods(["GET", "HEAD", "POST"])
def track(request: Request) -> HttpResponseBase:
    """Number and query code. Posted: a code must not end up in addresses and logs."""
    access.check_no_staff(request.actor)
    if request.method != "POST":
        sent = {"number": request.GET.get("number", ""), "next": request.GET.get("next", "")}
        return render(request, "portal/track.html", {"sent": sent, "wrong": {}})
    try:
        number = access.open_application(
            request, request.POST.get("number", ""), request.POST.get("code", "")
        )
    except (Invalid, NotVisible) as refusal:
        log.info("refused", code=refusal.code, status=refusal.status, path=request.path)
        context = {"sent": request.POST, "wrong": {refusal.field or "code": str(refusal)}}
        return render(request, "portal/track.html", context, status=refusal.status)
    return redirect(access.way_on(number, request.POST.get("next", "")))


@require_POST
def close(request: Request) -> HttpResponseBase:
    """Forget what was opened by code on this device."""
    access.close_all(request)
    return redirect("track")


@require_safe
@access.opened
def application(request: Request, seen: access.Opened) -> HttpResponse:
    """Every case's true stage, who has it, until when; what the applicant has to do; papers and history."""
    row = seen.row
    materials = queries.materials(row.id)
    history = reading.history(row)
    notices = notice_queries.of_application(row.number)
    cases = {case.number: case for case in row.cases}
    screen = screens.screen_of(
        row,
        materials=materials,
        history=history,
        notices=notices,
        whole=whole.clock_of(row.id, now=seen.at),
        now=seen.at,
    )
    context = {
        "row": row,
        "screen": screen,
        "materials": [(line, _source_name(line.reference)) for line in materials if line.source],
        "papers": screens.papers_of(row, notices),
        "history": words.deeds(history, cases, screens.centre_of(row)),
        "parcels": parcels_of(row.id) if screen.ready or screen.handed_over else (),
        "can_be_sent": screens.can_be_sent(row),
        "rating": feedback_queries.given(row.id) if screen.handed_over else None,
        "asked": open_inquiry(row, now=seen.at),
        "can_withdraw": bool(open_to(row.cases)),
        "by_code": access.is_opened_by_code(request, row.number),
    }
    return render(request, "portal/application.html", context)


@require_safe
def my(request: Request) -> HttpResponseBase:
    """The applications and licences of whoever is logged in."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    actor, moment = request.actor, now()
    access.check_no_staff(actor)
    before = request.GET.get("before", "")
    rows, following = queries.recent_applications(
        actor, now=moment, before=int(before) if before.isdecimal() else None, rows=_APPLICATIONS
    )
    context = {
        "applications": [(row, _standing(row)) for row in rows],
        "following": following,
        "is_first": not before,
        "licences": _held(request) if not before else (),
    }
    return render(request, "portal/my.html", context)


def _held(request: Request) -> list[HeldLicence]:
    actor = request.actor
    if actor.kind is not ActorKind.APPLICANT:
        return []
    party = identity_queries.party(actor, actor.id, purpose="own_licences", now=now())
    return licence_queries.held(party.kind, party.number, now=now())


def _standing(row: queries.ApplicationRow) -> tuple[str, str]:
    """An application in a word, and the tone of the word."""
    stages = {case.stage for case in row.cases}
    if Stage.CORRECTING in stages:
        return _("请您补材料"), "wait"
    if row.ready:
        return _("全部办好，等您领取"), "good"
    if Stage.ISSUED in stages:
        return _("有结果可领"), "good"
    if stages <= {Stage.DELIVERED, Stage.CLOSED, *LOST}:
        return _("已办结"), "plain"
    return _("正在办理"), "going"


def _source_name(reference: str) -> str:
    """The name of the register, licence or item that settled a material; "" where it was brought."""
    catalogue = catalogue_queries.current()
    for named in (catalogue.resources, catalogue.licence_types, catalogue.items):
        if reference in named:
            return named[reference].name
    return ""
