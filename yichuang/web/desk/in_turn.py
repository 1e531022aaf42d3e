"""一并办理: several cases of the same item, chosen in the work list, asked about once, done one by one."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from yichuang.base.clock import now
from yichuang.base.errors import Invalid
from yichuang.cases import queries
from yichuang.cases.actions import in_turn
from yichuang.web.desk.access import officer
from yichuang.web.desk.cases import plain_grant
from yichuang.web.desk.screens import lines, needs_approval
from yichuang.web.http import Request


@officer
@require_POST
def choose(request: Request) -> HttpResponse:
    """What was chosen, and what may be done with all of it: asked before anything is done."""
    return _question(request)


@officer
@require_POST
def claim(request: Request) -> HttpResponse:
    """Claim what was chosen, and say of each case what came of it."""
    chosen = queries.chosen_cases(request.actor, request.POST.getlist("case"), now=now())
    try:
        said = in_turn.claim_each(actor=request.actor, cases=chosen, now=now())
    except Invalid as refusal:
        return _question(request, refusal)
    return _outcomes(request, said)


@officer
@require_POST
def grant(request: Request) -> HttpResponse:
    """Grant what was chosen, and say of each case what came of it."""
    chosen = queries.chosen_cases(request.actor, request.POST.getlist("case"), now=now())
    typed = request.POST.get("text", "")
    opinion = typed if typed.strip() else plain_grant()
    try:
        said = in_turn.grant_each(actor=request.actor, cases=chosen, opinion=opinion, now=now())
    except Invalid as refusal:
        return _question(request, refusal)
    return _outcomes(request, said)


def _question(request: Request, refusal: Invalid | None = None) -> HttpResponse:
    chosen = queries.chosen_cases(request.actor, request.POST.getlist("case"), now=now())
    found = lines(chosen, request.actor, now())
    context = {
        "lines": found,
        "is_one_item": len({case.item_key for case in chosen}) == 1,
        "can_claim": all(line.is_free or line.is_mine for line in found),
        "can_grant": all(line.can_decide for line in found),
        "waits": any(case.waits_for for case in chosen),
        "needs_approval": any(needs_approval(case) for case in chosen),
        "plain_grant": plain_grant(),
        "typed": request.POST.get("text", ""),
        "wrong": str(refusal) if refusal else "",
    }
    return render(request, "desk/choose.html", context, status=refusal.status if refusal else 200)


def _outcomes(request: Request, said: dict[str, str]) -> HttpResponse:
    after = {case.number: case for case in queries.chosen_cases(request.actor, said, now=now())}
    context = {
        "outcomes": [(after[number], sentence) for number, sentence in said.items()],
        "done": sum(not sentence for sentence in said.values()),
        "failed": sum(bool(sentence) for sentence in said.values()),
    }
    return render(request, "desk/outcomes.html", context)
