"""联合办理延长: the limit of handling jointly is extended once, by so much as the bundle declares, the reason told.

行政许可法 art. 42(2): the head of the government approves it, on paper, outside the platform. The manager of the centre
records the number of his approval, and only then does the clock move. The limits of the members stay their own.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.errors import Forbidden
from yichuang.cases import remarks, rules, whole
from yichuang.cases.fold import to_facts
from yichuang.cases.locking import lock_cases_of
from yichuang.deadlines import keeping
from yichuang.deadlines.data import ClockKind
from yichuang.identity.data import Actor, Role
from yichuang.ledger.actions import Record, record


def extend_jointly(*, actor: Actor, application_id: int, document: str, reason: str, now: datetime) -> None:
    """Extend the limit of the whole, once, as the government has approved by `document` (its number).

    Raises `Forbidden` for anybody but the manager of the centre, `Invalid` without document or reason, and where the
    bundle knows no extension, it was extended already, stands still, or is over.
    """
    if not actor.has(Role.MANAGER):
        raise Forbidden(_("联合办理的延长由中心管理人员登记。"), code="not_the_manager")
    number = rules.check_remark(document, what=_("政府批准文件的文号"), field="document")
    text = rules.check_remark(reason, what=_("延长期限的理由"), field="grounds")
    with transaction.atomic(durable=True):
        _application, cases = lock_cases_of(actor, application_id)
        by, clock = whole.check_extension(application_id, now=now)
        (moved,) = keeping.extend(whole.SUBJECT, application_id, [ClockKind.BUNDLE], by)
        facts = {
            "limit": by.value,
            "unit": by.unit,
            # What is written of the whole stands with its first case.
            "remark": remarks.write(cases[0].id, "extension", f"{number}\n{text}", actor=actor, now=now),
            **to_facts(due_before=clock.due_at, due_at=moved.due_at, began_at=clock.started_at),
        }
        record(
            [Record("application.extended", whole.SUBJECT, application_id, facts)],
            actor_kind=actor.kind,
            actor_id=actor.id,
            now=now,
        )
