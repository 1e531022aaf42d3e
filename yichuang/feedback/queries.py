"""Ratings as the centre manager and the supervisor see them; who rated is not shown."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from yichuang.base.crypto import decrypt_text
from yichuang.base.errors import Forbidden
from yichuang.feedback.actions import COMMENT_CONTEXT
from yichuang.feedback.data import BAD_GRADES, GRADE_NAMES, Grade
from yichuang.feedback.models import Rating
from yichuang.identity.data import Actor, Role


@dataclass(frozen=True, slots=True)
class RatingRow:
    """One rating in the manager's list."""

    application_number: str
    target_name: str
    grade: Grade
    grade_name: str
    is_bad: bool
    comment: str
    rated_at: datetime


def given(application_id: int) -> Grade | None:
    """The grade that an application was rated with."""
    grade = Rating.objects.filter(application_id=application_id).values_list("grade", flat=True).first()
    return Grade(grade) if grade else None


def newest(actor: Actor, rows: int = 50) -> list[RatingRow]:
    """The newest ratings of the actor's centre (all, for a supervisor)."""
    found = _visible(actor).select_related("application").order_by("-id")[:rows]
    return [
        RatingRow(
            application_number=row.application.number,
            target_name=row.application.target_name,
            grade=Grade(row.grade),
            grade_name=str(GRADE_NAMES[Grade(row.grade)]),
            is_bad=Grade(row.grade) in BAD_GRADES,
            comment=decrypt_text(row.comment, COMMENT_CONTEXT),
            rated_at=row.rated_at,
        )
        for row in found
    ]


def counts(actor: Actor, since: datetime) -> dict[Grade, int]:
    """How many of each grade since then; every grade is there."""
    found = (
        _visible(actor)
        .filter(rated_at__gte=since)
        .values_list("grade")
        .annotate(Count("id"))
        .order_by("grade")
    )
    counted = dict(found)
    return {grade: counted.get(grade, 0) for grade in Grade}


def _visible(actor: Actor) -> QuerySet[Rating]:
    if actor.has(Role.SUPERVISOR):
        return Rating.objects.all()
    if actor.has(Role.MANAGER):
        return Rating.objects.filter(centre_id=actor.department_id)
    raise Forbidden(_("只有中心管理和督查人员可以查看评价。"), code="not_the_manager")
