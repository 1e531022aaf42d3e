"""The draft page: one screen on which a clerk takes in an application. Every button sends the whole page."""

from collections.abc import Iterable
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yichuang.base.clock import local, now
from yichuang.base.errors import Forbidden, Invalid, NotVisible, Overtaken, Refused
from yichuang.cases import credit
from yichuang.cases.actions import drafting
from yichuang.cases.actions.receipt import check_mandates, find_receipt
from yichuang.cases.data import Person
from yichuang.cases.drafts import OpenDraft, open_draft
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.in_force import closed_members
from yichuang.catalogue.planned import Plan
from yichuang.identity.data import Power
from yichuang.web.counter.access import clerk
from yichuang.web.counter.applications import FRESH
from yichuang.web.counter.forms import DraftInput, read_draft
from yichuang.web.counter.screens import Fault, fault_of, screen_of, shortcomings
from yichuang.web.headers import policy
from yichuang.web.http import Request
from yichuang.web.uploads import FILE, read_uploads

log = structlog.get_logger(__name__)

#: Refusals that say that the draft as such is not ready: all that is missing is listed, not the first only.
_NOT_READY = frozenset({"incomplete", "unanswered", "no_applicant"})
#: Act of a question that was answered or a box that was ticked: the plan is made anew, nothing is checked yet.
_PLAN = "plan"
#: “核对并取数”, and the Enter key in a field.
_IDENTIFY = ""
#: Act of the button that takes an uploaded file away again: `drop:<material>`.
_DROP = "drop:"


@clerk
@require_POST
def start(request: Request) -> HttpResponseBase:
    """Begin an application for a bundle or item."""
    key = drafting.start(actor=request.actor, target=request.POST.get("target", ""), now=now())
    return redirect("counter:draft", key)


@clerk
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: Request, key: UUID) -> HttpResponseBase:
    """The page; and what its buttons do."""
    if request.method != "POST":
        return _open(request, key)
    sent = read_draft(request.POST)
    try:
        return _act(request, key, sent)
    except Refused as refusal:
        return _refused(request, key, sent, refusal)


@clerk
@require_POST
def keep(request: Request, key: UUID) -> HttpResponseBase:
    """Keep what is being typed, and tell the page its new revision and what is left to do."""
    sent = read_draft(request.POST)
    try:
        _fill(request, key, sent)
    except Overtaken as refusal:
        return _overtaken(request, key, refusal)
    screen = screen_of(open_draft(request.actor, key), sent=sent)
    return render(request, "counter/kept.html", {"screen": screen, "saved_at": now()})


@clerk
@require_POST
def discard(request: Request, key: UUID) -> HttpResponseBase:
    """Throw the draft away."""
    drafting.discard(actor=request.actor, key=key)
    messages.success(request, _("草稿已删除。"))
    return redirect("counter:home")


def _open(request: Request, key: UUID) -> HttpResponseBase:
    """The page; the Back key to a draft that was received meanwhile leads to its application."""
    try:
        return _page(request, open_draft(request.actor, key))
    except NotVisible:
        receipt = find_receipt(key)
        if receipt is None:
            raise
        return redirect("counter:application", receipt.number)


def _act(request: Request, key: UUID, sent: DraftInput) -> HttpResponseBase:
    """Keep what was sent, then do what the button says. A draft received before gives its receipt again."""
    if sent.act == "receive":
        return _receive(request, key, sent)
    _keep_all(request, key, sent)
    if sent.act in {_IDENTIFY, "ask", _PLAN}:
        # Another answer, or a number typed later, may need what another register knows.
        drafting.ask_registers(actor=request.actor, key=key, now=now(), refresh=sent.act == "ask")
    if request.htmx:
        return _page(request, open_draft(request.actor, key))
    return redirect("counter:draft", key)


def _receive(request: Request, key: UUID, sent: DraftInput) -> HttpResponseBase:
    try:
        _keep_all(request, key, sent)
    except NotVisible:
        # The Back key, a double click or a second tab: received already, or not ours, which `submit` tells.
        log.info("draft_gone")
    receipt = drafting.submit(actor=request.actor, key=key, now=now())
    if receipt.created:
        request.session[FRESH] = receipt.number
    return redirect("counter:application", receipt.number)


def _fill(request: Request, key: UUID, sent: DraftInput) -> None:
    materials = dict(sent.materials)
    if sent.act.startswith(_DROP):
        materials[sent.act.removeprefix(_DROP)] = None
    drafting.fill(
        actor=request.actor,
        key=key,
        revision=sent.revision,
        answers=sent.answers,
        values=sent.values,
        materials=materials,
        choice=sent.choice,
        now=now(),
    )


def _keep_all(request: Request, key: UUID, sent: DraftInput) -> None:
    """What was typed and ticked, the files, and the applicant where she is not the one known already."""
    actor = request.actor
    _fill(request, key, sent)
    _attach(request, key)
    if sent.act == _PLAN:
        return
    known = open_draft(actor, key).content
    if sent.applicant and (sent.applicant, sent.agent) != (known.applicant, known.agent):
        drafting.identify(actor=actor, key=key, person=sent.applicant, agent=sent.agent, now=now())


def _attach(request: Request, key: UUID) -> None:
    """Take in every file that can be taken; then raises `Invalid` for the first that cannot, naming its input."""
    refused: Invalid | None = None
    for material, (name, content) in read_uploads(request.FILES).items():
        try:
            drafting.attach(
                actor=request.actor, key=key, material=material, name=name, content=content, now=now()
            )
        except Invalid as refusal:
            refused = refused or Invalid(str(refusal), code=refusal.code, field=FILE + material)
    if refused is not None:
        raise refused


# ── The page ─────────────────────────────────────────────────────────────────────────────────────


def _page(
    request: Request,
    found: OpenDraft,
    *,
    sent: DraftInput | None = None,
    stale: bool = False,
    faults: Iterable[Fault] = (),
    status: int = 200,
) -> HttpResponse:
    screen = screen_of(found, sent=sent, stale=stale, faults=faults)
    context = {
        "screen": screen,
        "reader": settings.CARD_READER_URL,
        "warnings": _warnings(request, screen.plan, found.content.applicant),
        "stale": stale,
    }
    response = render(request, "counter/draft.html", context, status=status)
    response["Content-Security-Policy"] = policy(connect=f"'self' {settings.CARD_READER_URL}".strip())
    if request.htmx and status >= 400:
        # This page tells by itself what is wrong; without a target the middleware would put an alert instead.
        response["HX-Retarget"] = f"#{request.htmx.target or 'content'}"
    return response


def _refused(request: Request, key: UUID, sent: DraftInput, refusal: Refused) -> HttpResponseBase:
    """The page again with everything that is wrong; what was typed stands as it was."""
    found = open_draft(request.actor, key)
    log.info("refused", code=refusal.code, status=refusal.status, path=request.path)
    if refusal.code in _NOT_READY:
        return _page(request, found, faults=shortcomings(found), status=422)
    fault = fault_of(refusal, drafting.plan_of(found))
    stale = isinstance(refusal, Overtaken)
    return _page(request, found, sent=sent, stale=stale, faults=[fault], status=refusal.status)


def _overtaken(request: Request, key: UUID, refusal: Overtaken) -> HttpResponse:
    """Another tab or window kept something else: say so where it is seen, with the way to the newest."""
    log.info("refused", code=refusal.code, status=refusal.status, path=request.path)
    context = {"sentence": str(refusal), "address": reverse("counter:draft", args=[key])}
    response = render(request, "counter/overtaken.html", context, status=refusal.status)
    response["HX-Retarget"] = "#alerts"
    response["HX-Reswap"] = "innerHTML show:window:top"
    return response


def _warnings(request: Request, plan: Plan, applicant: Person | None) -> list[str]:
    """Items not in force, a promise that is not taken, a department that has not delegated receiving here."""
    moment = now()
    sentences = [*closed_members(plan, local(moment).date())]
    try:
        credit.check_may_commit(plan, applicant, local(moment).date())
    except Refused as refusal:
        sentences.append(str(refusal))
    try:
        check_mandates(request.actor, plan, Power.RECEIVE, catalogue_queries.current(), moment)
    except Forbidden as refusal:
        sentences.append(str(refusal))
    return sentences
