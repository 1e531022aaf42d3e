"""What departments' own systems send: signed call-backs, idempotent (docs/connecting-a-department.md)."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from yichuang.api.schemas import problems
from yichuang.base import clock
from yichuang.departments import actions

router = Router()


@router.post(
    "/{partner}/answers",
    response={200: dict[str, Any], **problems(401, 404, 409, 422)},
)
def answer(request: HttpRequest, partner: str) -> dict[str, Any]:
    """Take in the answer to a dispatch. The same event again gets the same 200 and changes nothing."""
    received = actions.receive(partner, request.body, dict(request.headers), now=clock.now())
    return {"state": received.state, "duplicate": received.duplicate}
