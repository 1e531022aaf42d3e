"""报批 over REST: proposing, approving, returning. The same call again, by the same person, finds it done."""

from collections.abc import Callable

from django.http import HttpRequest
from ninja import Field, Router, Schema

from yichuang.api.auth import SessionActor, actor_of
from yichuang.api.cases import DecisionIn
from yichuang.api.schemas import CaseOut, Number, problems
from yichuang.base import clock
from yichuang.base.errors import Overtaken
from yichuang.cases import queries, reading
from yichuang.cases.actions import approval
from yichuang.cases.reading import HistoryRow
from yichuang.cases.rules import LONGEST_REMARK
from yichuang.cases.states import Verb
from yichuang.deadlines.data import Limit, Unit

router = Router(auth=SessionActor())
_ANSWERS = {200: CaseOut, **problems(400, 401, 403, 404, 409, 422)}
_APPROVED = frozenset({Verb.DECIDE, Verb.PREDECIDE, Verb.EXTEND})
_OF_APPROVAL = frozenset({Verb.PROPOSE, Verb.RETURN_PROPOSAL, *_APPROVED})


class ExtensionIn(Schema):
    """By how much the limit is to be extended, in the unit of the procedural law; the applicant is told the reason."""

    value: int = Field(ge=1, le=1000)
    unit: Unit = Unit.WORKING_DAYS
    reason: str = Field(max_length=LONGEST_REMARK)


class ReturnIn(Schema):
    """What is to be thought of before it is proposed again."""

    remark: str = Field(max_length=LONGEST_REMARK)


@router.post("/cases/{number}/propose-decision", response=_ANSWERS)
def propose_decision(request: HttpRequest, number: Number, given: DecisionIn) -> CaseOut:
    """Propose to grant or refuse, where another person has to approve the item's decision."""

    def act(case_id: int) -> None:
        approval.propose_decision(
            actor=actor_of(request),
            case_id=case_id,
            outcome=given.outcome,
            opinion=given.opinion,
            now=clock.now(),
        )

    def is_this(last: HistoryRow) -> bool:
        proposed = last.verb == Verb.PROPOSE and last.facts.get("proposes") == given.outcome
        return proposed and last.text == given.opinion.strip()

    return _once(request, number, act, is_this)


@router.post("/cases/{number}/propose-extension", response=_ANSWERS)
def propose_extension(request: HttpRequest, number: Number, given: ExtensionIn) -> CaseOut:
    """Propose to extend the limit, once."""
    by = Limit(given.value, given.unit)

    def act(case_id: int) -> None:
        approval.propose_extension(
            actor=actor_of(request), case_id=case_id, by=by, reason=given.reason, now=clock.now()
        )

    def is_this(last: HistoryRow) -> bool:
        proposed = (last.facts.get("limit"), last.facts.get("unit")) == (by.value, by.unit)
        return last.verb == Verb.PROPOSE and proposed and last.text == given.reason.strip()

    return _once(request, number, act, is_this)


@router.post("/cases/{number}/approve", response=_ANSWERS)
def approve(request: HttpRequest, number: Number) -> CaseOut:
    """Approve what is proposed: it is done. 403 for one's own proposal."""

    def act(case_id: int) -> None:
        approval.approve(actor=actor_of(request), case_id=case_id, now=clock.now())

    return _once(request, number, act, lambda last: last.verb in _APPROVED)


@router.post("/cases/{number}/return", response=_ANSWERS)
def return_proposal(request: HttpRequest, number: Number, given: ReturnIn) -> CaseOut:
    """Return what is proposed, or take one's own proposal back."""

    def act(case_id: int) -> None:
        approval.return_proposal(
            actor=actor_of(request), case_id=case_id, remark=given.remark, now=clock.now()
        )

    def is_this(last: HistoryRow) -> bool:
        return last.verb == Verb.RETURN_PROPOSAL and last.text == given.remark.strip()

    return _once(request, number, act, is_this)


def _once(
    request: HttpRequest, number: str, act: Callable[[int], None], is_this: Callable[[HistoryRow], bool]
) -> CaseOut:
    """Do it; whoever sends the same again because the answer was lost gets the case as it stands."""
    actor = actor_of(request)
    row, case = queries.application_of_case(actor, number, now=clock.now())
    try:
        act(case.id)
    except Overtaken:
        last = [entry for entry in reading.history(row, [case.id]) if entry.verb in _OF_APPROVAL][-1:]
        if not any((one.actor_kind, one.actor_id) == (actor.kind, actor.id) and is_this(one) for one in last):
            raise
    return CaseOut.of(queries.application_of_case(actor, number, now=clock.now())[1])
