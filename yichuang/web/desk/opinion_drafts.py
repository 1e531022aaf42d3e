"""The opinion as it is being typed, saved by autosave.js a moment after each change."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from yichuang.base.clock import now
from yichuang.base.errors import Invalid, Overtaken
from yichuang.cases import queries
from yichuang.cases.actions.opinion_drafts import keep_opinion
from yichuang.web.desk.access import officer
from yichuang.web.http import Request


@officer
@require_POST
def keep(request: Request, number: str) -> HttpResponse:
    """Nothing to show when it is kept; why, in one sentence, when it is not."""
    _row, found = queries.application_of_case(request.actor, number, now=now())
    try:
        keep_opinion(actor=request.actor, case_id=found.id, text=request.POST.get("text", ""), now=now())
    except (Invalid, Overtaken) as refusal:
        return HttpResponse(str(refusal), content_type="text/plain", status=refusal.status)
    return HttpResponse(status=204)
