"""The department's work on cases over REST: look, claim, give back, decide."""

from django.http import HttpRequest
from ninja import Field, Router, Schema

from yichuang.api.auth import SessionActor, actor_of
from yichuang.api.schemas import CaseOut, Number, problems
from yichuang.base import clock
from yichuang.cases import queries
from yichuang.cases.actions import review
from yichuang.cases.rules import LONGEST_REMARK
from yichuang.cases.states import Outcome

router = Router(auth=SessionActor())
_ANSWERS = {200: CaseOut, **problems(400, 401, 403, 404, 409, 422)}


class DecisionIn(Schema):
    """A decision with its opinion; a refusal's reasons go to the applicant."""

    outcome: Outcome
    opinion: str = Field(max_length=LONGEST_REMARK)


@router.get("/cases/{number}", response=_ANSWERS)
def show_case(request: HttpRequest, number: Number) -> CaseOut:
    """One case that the actor may see."""
    return _case(request, number)


@router.post("/cases/{number}/claim", response=_ANSWERS)
def claim(request: HttpRequest, number: Number) -> CaseOut:
    """Take a case for two hours. The same officer again renews the claim; 409 names who else holds it."""
    review.claim(actor=actor_of(request), case_id=_id(request, number), now=clock.now())
    return _case(request, number)


@router.post("/cases/{number}/unclaim", response=_ANSWERS)
def unclaim(request: HttpRequest, number: Number) -> CaseOut:
    """Give a claimed case back to the department's list."""
    review.unclaim(actor=actor_of(request), case_id=_id(request, number), now=clock.now())
    return _case(request, number)


@router.post("/cases/{number}/decide", response=_ANSWERS)
def decide(request: HttpRequest, number: Number, given: DecisionIn) -> CaseOut:
    """Grant or refuse. 409 where it is decided already: who lost an answer asks for the case and sees."""
    actor, case_id = actor_of(request), _id(request, number)
    review.decide(actor=actor, case_id=case_id, outcome=given.outcome, opinion=given.opinion, now=clock.now())
    return _case(request, number)


def _id(request: HttpRequest, number: str) -> int:
    return queries.application_of_case(actor_of(request), number, now=clock.now())[1].id


def _case(request: HttpRequest, number: str) -> CaseOut:
    return CaseOut.of(queries.application_of_case(actor_of(request), number, now=clock.now())[1])
