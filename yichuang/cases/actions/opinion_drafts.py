"""Keeping what an officer types in the box of the opinion, so that nothing typed is lost."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.errors import Overtaken
from yichuang.cases import opinion_drafts, rules
from yichuang.cases.locking import lock_cases
from yichuang.cases.states import WORKED
from yichuang.identity.data import Actor


def keep_opinion(*, actor: Actor, case_id: int, text: str, now: datetime) -> None:
    """Keep the text as it stands, also while a colleague holds the case; an empty one deletes what was kept.

    The case is locked, so that what arrives after the decision is not kept. Raises `Forbidden` for an officer of
    another department, `Invalid` for a text longer than an opinion may be, `Overtaken` where the review is over.
    """
    if text.strip():
        rules.check_remark(text, what=_("审批意见"))
    with transaction.atomic():
        case = lock_cases(actor, [case_id])[0]
        rules.check_officer(actor, case.department_id)
        if case.stage not in WORKED:
            raise Overtaken(
                _("这件已经不在审查中，草稿不再保存。请刷新页面查看最新进展。"), code="not_in_review"
            )
        opinion_drafts.write(case_id, text, actor=actor, now=now)
