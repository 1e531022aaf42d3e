"""What the manager counts: what is open and where, and what ended without what was applied for."""

from datetime import date, datetime
from enum import StrEnum

from django.db.models import Count, Q

from yichuang.cases.data import StageCount
from yichuang.cases.queries import visible_cases
from yichuang.cases.states import ENDED, LOST, WORKED, Outcome, Stage
from yichuang.identity import queries as identity_queries
from yichuang.identity.data import Actor


def stage_counts(actor: Actor, *, now: datetime) -> tuple[StageCount, ...]:
    """How many open cases stand in which stage, by department; what has ended is not counted. One query."""
    overdue = Q(stage__in=list(WORKED), due_at__lt=now)
    counted = (
        visible_cases(actor)
        .exclude(stage__in=list(ENDED))
        .values_list("department_id", "stage")
        .annotate(number=Count("id"), overdue=Count("id", filter=overdue))
        .order_by("department_id", "stage")
    )
    names = {facts.id: facts.short_name for facts in identity_queries.departments().values()}
    return tuple(
        StageCount(department_id, names.get(department_id, ""), stage, number, late)
        for department_id, stage, number, late in counted
    )


def lost_counts(actor: Actor, *, since: date) -> dict[StrEnum, int]:
    """How many cases received since that day ended without what was applied for, each end apart (domain trap 13).

    By stage, a refusal by its outcome. One query.
    """
    lost = Q(stage__in=list(LOST)) | Q(outcome=Outcome.REFUSED)
    found = visible_cases(actor).filter(lost, number__gte=f"{since:%y%m%d}")
    counts: dict[StrEnum, int] = dict.fromkeys(
        [*(stage for stage in Stage if stage in LOST), Outcome.REFUSED], 0
    )
    for stage, number in found.values_list("stage").annotate(Count("id")):
        counts[Stage(stage) if stage in LOST else Outcome.REFUSED] += number
    return counts
