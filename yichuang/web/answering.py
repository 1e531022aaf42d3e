"""征询 as the applicant answers it herself, or a clerk with her written answer: go on with the rest, or not."""

import structlog
from django.contrib import messages
from django.utils.translation import gettext as _

from yichuang.base.clock import now
from yichuang.base.errors import Invalid, Refused
from yichuang.cases.actions import inquiring
from yichuang.cases.data import Answer
from yichuang.cases.inquiries import open_inquiry
from yichuang.cases.queries import ApplicationRow
from yichuang.identity.data import Actor
from yichuang.web.http import Request

log = structlog.get_logger(__name__)

_CHOICES = (Answer.GO_ON, Answer.WITHDRAW)


def try_to_answer(request: Request, actor: Actor, row: ApplicationRow) -> Refused | None:
    """Do what the form says; a refusal is for its page."""
    try:
        chosen = next((one for one in _CHOICES if one == request.POST.get("answer")), None)
        if chosen is None:
            raise Invalid(_("请选择继续办理，还是撤回。"), code="no_answer", field="answer")
        inquiring.answer(actor=actor, application_id=row.id, answer=chosen, now=now())
    except Refused as refusal:
        log.info("refused", code=refusal.code, status=refusal.status, path=request.path)
        return refusal
    said = _("已登记：其余事项继续办理。") if chosen is Answer.GO_ON else _("已登记：其余事项不再办理。")
    messages.success(request, said)
    return None


def form_of(request: Request, row: ApplicationRow, refusal: Refused | None) -> dict[str, object]:
    """What the form shows: what is asked, if anything is, and after a refusal why."""
    asked = open_inquiry(row, now=now())
    field = (refusal.field or "answer") if refusal else ""
    return {
        "row": row,
        "asked": asked,
        "keeps": [one.item for one in asked.left if not one.can_withdraw] if asked else [],
        "sent": request.POST,
        "wrong": {field: str(refusal)} if refusal else {},
        "errors": [(field, str(refusal))] if refusal else [],
    }
