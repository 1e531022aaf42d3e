"""One case at the officer's desk: all facts on one page, and the acts on it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yichuang.base.clock import now
from yichuang.base.errors import Invalid, Overtaken, Refused
from yichuang.cases import queries, reading
from yichuang.cases.actions import approval, handing_on, review
from yichuang.cases.data import CaseRow
from yichuang.cases.opinion_drafts import opinion_draft
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Outcome, Verb
from yichuang.identity.data import Actor
from yichuang.web.desk.access import officer
from yichuang.web.desk.screens import needs_approval, whole_case
from yichuang.web.http import Request

#: Begins the names of the inputs that say what is granted otherwise than applied for.
GRANTED = "granted."


@officer
@require_safe
def case(request: Request, number: str) -> HttpResponse:
    """Everything about a case that its department may know."""
    row, found = queries.application_of_case(request.actor, number, now=now())
    return page(request, row, found)


@officer
@require_POST
def claim(request: Request, number: str) -> HttpResponseBase:
    """Take the case; one's own again: for longer."""
    _row, found = queries.application_of_case(request.actor, number, now=now())
    try:
        review.claim(actor=request.actor, case_id=found.id, now=now())
    except Overtaken as refusal:
        messages.error(request, str(refusal))
    else:
        sentence = _("已认领“%(item)s”，%(hours)d小时内由您办理。")
        messages.success(request, sentence % {"item": found.item_name, "hours": review.CLAIM_HOURS})
    return redirect("desk:case", number)


@officer
@require_POST
def unclaim(request: Request, number: str) -> HttpResponseBase:
    """Give the case back to the department's list."""
    _row, found = queries.application_of_case(request.actor, number, now=now())
    try:
        review.unclaim(actor=request.actor, case_id=found.id, now=now())
    except Overtaken as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:case", number)
    messages.success(request, _("已放开“%(item)s”，同事可以认领。") % {"item": found.item_name})
    return redirect("desk:home")


@officer
@require_POST
def hand_on(request: Request, number: str) -> HttpResponseBase:
    """Hand the case on to a colleague."""
    row, found = queries.application_of_case(request.actor, number, now=now())
    to, note = request.POST.get("to", ""), request.POST.get("note", "")
    staff_id = int(to) if to.isdecimal() and len(to) < 19 else None
    try:
        handing_on.hand_on(actor=request.actor, case_id=found.id, to=staff_id, note=note, now=now())
    except (Invalid, Overtaken) as refusal:
        return page(request, row, found, refusal=refusal)
    messages.success(request, _("已转交“%(item)s”，由同事继续办理。") % {"item": found.item_name})
    return redirect("desk:home")


@officer
@require_POST
def decide(request: Request, number: str) -> HttpResponseBase:
    """Grant or refuse, and go on to the next case. Whatever is refused here leaves the text in its box."""
    actor = request.actor
    row, found = queries.application_of_case(actor, number, now=now())
    typed = request.POST.get("text", "")
    try:
        outcome = _outcome(request.POST.get("outcome", ""))
        opinion = typed if typed.strip() or outcome is Outcome.REFUSED else plain_grant()
        granted = {
            name.removeprefix(GRANTED): request.POST.get(name, "")
            for name in request.POST
            if name.startswith(GRANTED)
        }
        formal = not needs_approval(found)
        said: dict[str, Any] = {"outcome": outcome, "opinion": opinion, "granted": granted}
        if formal:
            formal = review.decide(actor=actor, case_id=found.id, **said, now=now())
        else:
            approval.propose_decision(actor=actor, case_id=found.id, **said, now=now())
    except Invalid as refusal:
        return page(request, row, found, refusal=refusal)
    except Overtaken as refusal:
        row, found = queries.application_of_case(actor, number, now=now())
        was_proposed = bool(found.proposed) and found.proposed_by == actor.id
        if not was_proposed and not _was_this_very_decision(actor, row, found, outcome, opinion):
            return page(request, row, found, refusal=refusal)
        formal = not found.pre_outcome
    return _go_on(request, found, outcome, formal=formal)


def plain_grant() -> str:
    """What the decision says where the officer has nothing to add to 准予."""
    return _("经审查，申请材料齐全，符合法定条件，准予。")


def _outcome(value: str) -> Outcome:
    """Raises `Invalid` for anything but the two."""
    try:
        return Outcome(value)
    except ValueError as error:
        raise Invalid(_("请选择“准予”或“不予许可”。"), code="no_outcome") from error


def _was_this_very_decision(
    actor: Actor, row: ApplicationRow, found: CaseRow, outcome: Outcome, opinion: str
) -> bool:
    """The same form sent twice: the first time has done all."""
    return any(
        entry.verb in {Verb.DECIDE, Verb.PREDECIDE}
        and entry.actor_kind == actor.kind
        and entry.actor_id == actor.id
        and outcome in {entry.facts.get("outcome"), entry.facts.get("pre_outcome")}
        and entry.text == opinion.strip()
        for entry in reading.history(row, [found.id])
    )


def _go_on(request: Request, decided: CaseRow, outcome: Outcome, *, formal: bool) -> HttpResponseBase:
    if needs_approval(decided):
        sentence = _("“%(item)s”已报批，批准之后决定才生效。")
    elif not formal:
        sentence = _("已对“%(item)s”作出预审意见，还没有生效：预期结果到达且一致后自动转为正式决定。")
    elif outcome is Outcome.GRANTED:
        sentence = _("已准予“%(item)s”，正在制证、出具决定书。")
    else:
        sentence = _("已决定不予许可“%(item)s”，正在出具决定书。")
    messages.success(request, sentence % {"item": decided.item_name})
    following = queries.next_case(request.actor, now=now())
    return redirect("desk:case", following.number) if following else redirect("desk:home")


def page(
    request: Request, row: ApplicationRow, found: CaseRow, *, refusal: Refused | None = None, text: str = ""
) -> HttpResponse:
    """The page of a case; after a refusal with what was typed. `text`: what is to stand in the box of the opinion."""
    context = whole_case(request.actor, row, found, now())
    field = (refusal.field or "text") if refusal else ""
    context |= {
        "sent": request.POST,
        "wrong": {field: str(refusal)} if refusal else {},
        "errors": [(field, str(refusal))] if refusal else [],
        "asked_departments": _asked(request, context["asking"]),
        "opinion": (text or _opinion(request, found)) if context["line"].can_decide else "",
        "plain_grant": plain_grant(),
        "granted_typed": [
            (element, GRANTED + element.key, request.POST.get(GRANTED + element.key, ""))
            for element in context["relied_on"]
        ],
    }
    return render(request, "desk/case.html", context, status=refusal.status if refusal else 200)


def _asked(request: Request, asking: Mapping[str, Any] | None) -> Sequence[str]:
    """Which departments are ticked in the form that asks them: what was sent just now, else those of the item."""
    if "question" in request.POST:
        return request.POST.getlist("departments")
    return asking["joint"] if asking else ()


def _opinion(request: Request, found: CaseRow) -> str:
    """What stands in the box: what was sent just now, else what the officer had typed when she left."""
    sent = request.POST.get("text")
    return opinion_draft(request.actor, found.id) if sent is None else sent
