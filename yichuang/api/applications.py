"""Submitting, accepting and following applications."""

from django.http import HttpRequest
from ninja import Router, Schema, Status

from yichuang.api.auth import SessionActor, actor_of
from yichuang.api.schemas import ApplicationOut, Problem, ReceiptOut, SubmissionIn
from yichuang.base import clock
from yichuang.cases import queries
from yichuang.cases.actions.acceptance import accept
from yichuang.cases.actions.receipt import receive
from yichuang.cases.tracking import open_by_code

router = Router()
_PROBLEMS = {403: Problem, 404: Problem, 409: Problem, 422: Problem}


class TrackIn(Schema):
    """Number and query code from the receipt."""

    number: str
    code: str


@router.post("/applications", auth=SessionActor(), response={200: ReceiptOut, 201: ReceiptOut, **_PROBLEMS})
def submit(request: HttpRequest, submission: SubmissionIn) -> Status[ReceiptOut]:
    """Receive a submission at the clerk's counter. 201 the first time, 200 with the same receipt afterwards."""
    receipt = receive(actor=actor_of(request), submission=submission.to_submission(), now=clock.now())
    body = ReceiptOut(number=receipt.number, query_code=receipt.query_code, created=receipt.created)
    return Status(201 if receipt.created else 200, body)


@router.post(
    "/applications/{number}/accept", auth=SessionActor(), response={200: ApplicationOut, **_PROBLEMS}
)
def accept_all(request: HttpRequest, number: str) -> ApplicationOut:
    """Accept every received case of an application."""
    actor, now = actor_of(request), clock.now()
    application = queries.application(actor, number, now=now)
    accept(actor=actor, application_id=application.id, now=now)
    return ApplicationOut.of(queries.application(actor, number, now=now))


@router.get("/applications/{number}", auth=SessionActor(), response={200: ApplicationOut, **_PROBLEMS})
def show(request: HttpRequest, number: str) -> ApplicationOut:
    """One application that the actor may see, with its cases."""
    return ApplicationOut.of(queries.application(actor_of(request), number, now=clock.now()))


@router.post("/track", response={200: ApplicationOut, **_PROBLEMS})
def track(request: HttpRequest, given: TrackIn) -> ApplicationOut:
    """Follow an application with its number and query code; five wrong codes lock it for fifteen minutes."""
    now = clock.now()
    actor = open_by_code(given.number, given.code, now=now)
    return ApplicationOut.of(queries.application(actor, actor.only_application, now=now))
