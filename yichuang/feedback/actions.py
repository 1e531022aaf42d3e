"""Rating after the hand-over (国办发〔2019〕51号: 一次一评; voluntary, the rater is not shown)."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from yichuang.base.crypto import encrypt
from yichuang.base.errors import Forbidden, Invalid, Overtaken
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Stage
from yichuang.feedback.data import Grade
from yichuang.feedback.models import Rating
from yichuang.identity.data import Actor, ActorKind
from yichuang.ledger.actions import Record, record

COMMENT_CONTEXT = "feedback_rating.comment"
LONGEST_COMMENT = 500
_DELIVERED = frozenset({Stage.DELIVERED, Stage.CLOSED})


def rate(*, actor: Actor, application: ApplicationRow, grade: str, comment: str, now: datetime) -> None:
    """Rate an application of one's own once something of it was handed over.

    Raises `Forbidden` for anybody but the applicant, `Invalid` for a grade that is none of the five or a comment
    over 500 characters, `Overtaken` the second time.
    """
    if actor.kind is not ActorKind.APPLICANT:
        raise Forbidden(_("评价由办事人本人作出，工作人员不能代评。"), code="not_the_applicant")
    if not any(case.stage in _DELIVERED for case in application.cases):
        raise Invalid(_("领取结果之后就可以评价。"), code="too_early")
    if grade not in set(Grade):
        raise Invalid(_("请选择五个等级中的一个。"), code="grade", field="grade")
    text = comment.strip()
    if len(text) > LONGEST_COMMENT:
        raise Invalid(
            _("意见最多%(most)d个字，请精简。") % {"most": LONGEST_COMMENT}, code="too_long", field="comment"
        )
    try:
        with transaction.atomic(durable=True):
            row = Rating.objects.create(
                application_id=application.id,
                centre_id=application.centre_id,
                grade=grade,
                comment=encrypt(text, COMMENT_CONTEXT) if text else None,
                channel="web",
                rated_at=now,
            )
            facts = {"application": application.id, "grade": grade}
            record(
                [Record("rating.given", "rating", row.id, facts)],
                actor_kind=actor.kind,
                actor_id=actor.id,
                now=now,
            )
    except IntegrityError as error:
        raise Overtaken(_("您已经评价过这件申办，谢谢。"), code="rated") from error
