"""Submitting, accepting, handing over, following and rating applications."""

from typing import Literal

from django.http import HttpRequest
from ninja import Router, Schema, Status

from yichuang.api.auth import SessionActor, actor_of
from yichuang.api.schemas import ApplicationOut, Number, ReceiptOut, SubmissionIn, problems
from yichuang.base import clock
from yichuang.cases import queries
from yichuang.cases.actions.acceptance import accept
from yichuang.cases.actions.inquiring import answer
from yichuang.cases.actions.receipt import receive
from yichuang.cases.data import Answer
from yichuang.cases.tracking import open_by_code
from yichuang.delivery.actions import hand_over
from yichuang.feedback.actions import rate
from yichuang.feedback.data import Grade

router = Router()
_PROBLEMS = problems(400, 401, 403, 404, 409, 422)
_OPEN_PROBLEMS = problems(400, 404, 409, 422)


class TrackIn(Schema):
    """Number and query code from the receipt."""

    number: str
    code: str


class RatingIn(TrackIn):
    """One of the five grades, and what the applicant wants to say."""

    grade: Grade
    comment: str = ""


class AcceptIn(Schema):
    """`with_gaps`: the applicant was told which materials may follow, and until when (容缺受理)."""

    with_gaps: bool = False


_AS_A_RULE = AcceptIn()


class HandOverIn(Schema):
    """Who takes the results at the counter: the applicant or, as registered, the agent."""

    to_agent: bool = False


class AnswerIn(Schema):
    """征询: go on with what is left, or withdraw it."""

    answer: Literal["go_on", "withdraw"]


@router.post("/applications", auth=SessionActor(), response={200: ReceiptOut, 201: ReceiptOut, **_PROBLEMS})
def submit(request: HttpRequest, submission: SubmissionIn) -> Status[ReceiptOut]:
    """Receive a submission at the clerk's counter. 201 the first time, 200 with the same receipt afterwards."""
    receipt = receive(actor=actor_of(request), submission=submission.to_submission(), now=clock.now())
    body = ReceiptOut(number=receipt.number, query_code=receipt.query_code, created=receipt.created)
    return Status(201 if receipt.created else 200, body)


@router.post(
    "/applications/{number}/accept", auth=SessionActor(), response={200: ApplicationOut, **_PROBLEMS}
)
def accept_all(request: HttpRequest, number: Number, given: AcceptIn = _AS_A_RULE) -> ApplicationOut:
    """Accept every received case of an application.

    422 `gaps_open` where only materials are missing that may follow: send it again with `with_gaps`.
    """
    actor, now = actor_of(request), clock.now()
    application = queries.application(actor, number, now=now)
    accept(actor=actor, application_id=application.id, with_gaps=given.with_gaps, now=now)
    return ApplicationOut.of(queries.application(actor, number, now=now))


@router.post(
    "/applications/{number}/hand-over", auth=SessionActor(), response={200: ApplicationOut, **_PROBLEMS}
)
def hand_over_all(request: HttpRequest, number: Number, given: HandOverIn) -> ApplicationOut:
    """Hand over every result that is ready, in one act. 409 where nothing is ready, so also the second time."""
    actor, now = actor_of(request), clock.now()
    application = queries.application(actor, number, now=now)
    hand_over(actor=actor, application_id=application.id, to_agent=given.to_agent, now=now)
    return ApplicationOut.of(queries.application(actor, number, now=now))


@router.post(
    "/applications/{number}/answer", auth=SessionActor(), response={200: ApplicationOut, **_PROBLEMS}
)
def answer_inquiry(request: HttpRequest, number: Number, given: AnswerIn) -> ApplicationOut:
    """Say whether to go on with what is left where a member was not granted. 409 where nothing is asked (any more)."""
    actor, now = actor_of(request), clock.now()
    application = queries.application(actor, number, now=now)
    answer(actor=actor, application_id=application.id, answer=Answer(given.answer), now=now)
    return ApplicationOut.of(queries.application(actor, number, now=now))


@router.get("/applications/{number}", auth=SessionActor(), response={200: ApplicationOut, **_PROBLEMS})
def show(request: HttpRequest, number: Number) -> ApplicationOut:
    """One application that the actor may see, with its cases."""
    return ApplicationOut.of(queries.application(actor_of(request), number, now=clock.now()))


@router.post("/track", response={200: ApplicationOut, **_OPEN_PROBLEMS})
def track(request: HttpRequest, given: TrackIn) -> ApplicationOut:
    """Follow an application with its number and query code; five wrong codes lock it for fifteen minutes."""
    now = clock.now()
    actor = open_by_code(given.number, given.code, now=now)
    return ApplicationOut.of(queries.application(actor, actor.only_application, now=now))


@router.post("/track/rating", response={204: None, **_OPEN_PROBLEMS})
def rate_one(request: HttpRequest, given: RatingIn) -> Status[None]:
    """Rate with number and query code, once, after the results were handed over."""
    now = clock.now()
    actor = open_by_code(given.number, given.code, now=now)
    application = queries.application(actor, actor.only_application, now=now)
    rate(actor=actor, application=application, grade=given.grade, comment=given.comment, now=now)
    return Status(204, None)
