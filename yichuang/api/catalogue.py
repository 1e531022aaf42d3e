"""Finding items and planning, for anybody."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from yichuang.api.schemas import problems
from yichuang.base.clock import local, now
from yichuang.base.errors import NotVisible
from yichuang.catalogue import queries
from yichuang.catalogue.finding import search
from yichuang.catalogue.guides import Guide, guide_of
from yichuang.catalogue.plan_text import comparison_facts
from yichuang.catalogue.planned import Known, Plan
from yichuang.catalogue.planning import plan as make_plan
from yichuang.catalogue.reasons import Reason

router = Router()


class HitOut(Schema):
    kind: str
    key: str
    name: str
    department: str
    closed: str = Field(description="Why nobody can apply for it today; empty where everybody can.")


class PlanIn(Schema):
    """Which bundle or item, with the answers so far, the optional members left out, and who applies (A.4)."""

    target: str
    answers: dict[str, str] = Field(default_factory=dict)
    without: list[str] = Field(default_factory=list)
    subject: str = ""


@router.get("/catalogue/search", response={200: list[HitOut], **problems(422)})
def find(
    request: HttpRequest,
    q: Annotated[str, Field(max_length=80)],
    limit: Annotated[int, Field(ge=1, le=100)] = 20,
) -> list[Any]:
    """Bundles and items by words, pinyin, initials or code."""
    return search.with_closed(queries.current(), search.find(q, limit=limit), local(now()).date())


class GuideFacts(Schema):
    """The guide of a bundle or item. Each fact has the `key` of its field in the catalogue and words for people."""

    guide: Guide
    must_bring: int = Field(description="Materials that nobody else can supply.")
    is_open: bool = Field(
        description="A question has neither answer nor default: what is needed is not known yet."
    )


@router.get("/guides/{key}", response={200: GuideFacts, **problems(404, 422)})
def guide(
    request: HttpRequest, key: str, version: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None
) -> dict[str, Any]:
    """The guide: what its page says. Old ones by `version`. Other parameters answer its questions.

    `in_wedlock=yes` is an answer, `subject=2` says who applies (A.4), `member.<item>=no` leaves an optional member out.
    """
    catalogue = queries.as_published(key, version) if version else queries.current()
    is_current = catalogue is queries.current()
    made = guide_of(catalogue, key, request.GET.dict(), is_current=is_current, day=local(now()).date())
    return {"guide": made, "must_bring": made.must_bring, "is_open": made.is_open}


@router.post("/plan", response={200: dict[str, Any], **problems(400, 404, 422)})
def plan(request: HttpRequest, given: PlanIn) -> dict[str, Any]:
    """What the bundle or item needs in this situation: fields, materials and their sources, cases, limits, figures."""
    catalogue = queries.current()
    if given.target not in catalogue.bundles and given.target not in catalogue.items:
        raise NotVisible(f"no bundle or item {given.target!r}", code="unknown_target")
    known = Known(resources=frozenset(catalogue.resources), subject=given.subject)
    return _plan_out(make_plan(catalogue, given.target, given.answers, known, given.without))


def _plan_out(plan: Plan) -> dict[str, Any]:
    return {
        "target": plan.target,
        "name": plan.name,
        "questions": [
            {"key": one.key, "question": one.question, "options": dict(one.options), "open": one.key in plan.unanswered}
            for one in plan.situations
        ],
        "fields": [
            {
                "key": one.element.key, "label": one.element.label, "type": one.element.type,
                "required": one.required, "items": one.items, "source": one.source, **_why(one.because),
            }
            for one in plan.fields
        ],
        "materials": [
            {
                "key": one.material.key, "name": one.material.name, "necessity": one.necessity,
                "items": one.items, "source": one.source, "reference": one.reference, **_why(one.because),
            }
            for one in plan.materials
        ],
        "members": [
            {
                "item": one.item.key, "name": one.item.name, "offered": one.offered, "optional": one.optional,
                "chosen": one.chosen, **_why(one.because),
            }
            for one in plan.members
        ],
        "cases": [
            {
                "item": one.item.key, "name": one.item.name, "department": one.item.department,
                "waits_for": one.waits_for, "simulates": one.simulates, "clock": str(one.clock),
                "if_refused": one.if_refused, "if_returned": one.if_returned, "if_late": one.if_late, "undo": one.undo,
                **_why(one.because),
            }
            for one in plan.cases
        ],
        "left_out": [
            {"kind": one.kind, "key": one.key, "name": one.name, "items": one.items, **_why(one.because)}
            for one in plan.left_out
        ],
        "fees": [
            {
                "name": one.fee.name, "amount": one.fee.amount, "item": one.item, "department": one.department,
                "payer": one.payer, **_why(one.because),
            }
            for one in plan.fees
        ],
        "totals": [
            {"payer": one.payer, "amount": one.amount, "departments": dict(one.departments)} for one in plan.totals
        ],
        "outcome": plan.outcome,
        "promised": {"value": plan.promised.value, "unit": plan.promised.unit, **_why(plan.promised_because)},
        "visits": {"value": plan.now.visits, **_why(plan.visits_because)},
        "comparison": comparison_facts(plan),
    }  # fmt: skip


def _why(reason: Reason) -> dict[str, str]:
    return {"because": str(reason), "reason": reason.code}
