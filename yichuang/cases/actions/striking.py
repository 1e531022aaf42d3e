"""剔除暂停: a special procedure that had no ground in law, or was never told in writing, stops no clock after all.

Who watches over the departments says so (行政许可法 art. 45, 60), in writing and with the reason; every open clock is
reckoned as if it had not been, that of the whole as well where it stood still for this alone.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.errors import Forbidden, Invalid, Overtaken
from yichuang.cases import clocks, remarks, rules, whole
from yichuang.cases.fold import to_facts
from yichuang.cases.locking import lock_cases
from yichuang.cases.models import Case
from yichuang.cases.states import Hearing, Stage, Verb
from yichuang.cases.writing import change
from yichuang.deadlines import keeping
from yichuang.deadlines.data import ClockKind
from yichuang.deadlines.queries import PauseFacts, pauses_told, running
from yichuang.identity.data import Actor, Role
from yichuang.ledger.models import Entry


def strikable(case_id: int, stage: str) -> tuple[PauseFacts, ...]:
    """The pauses of a case by special procedures that can be struck; while one goes on, that one alone."""
    found = [one for one in pauses_told(clocks.SUBJECT, case_id) if one.reason == clocks.PROCEDURE]
    going_on = stage == Stage.SUSPENDED
    return tuple(one for one in found if not one.is_struck and (one.end is None) == going_on)


def strike_pause(*, actor: Actor, case_id: int, pause_id: int, reason: str, now: datetime) -> None:
    """Let the time of a special procedure count after all; one that goes on ends with it.

    Raises `Forbidden` for anybody but a supervisor, `Invalid` without a reason, `Overtaken` where there is no such
    pause (any more) or the case is decided.
    """
    if not actor.has(Role.SUPERVISOR):
        raise Forbidden(_("剔除暂停须由督查人员决定。"), code="not_a_supervisor")
    text = rules.check_remark(reason, what=_("剔除暂停的理由"), field="why")
    with transaction.atomic(durable=True):
        case = lock_cases(actor, [case_id])[0]
        if case.stage not in {Stage.SUSPENDED, Stage.IN_REVIEW}:
            raise Overtaken(_("这件已经作出决定或者已经结束，期限不再计算。"), code="over")
        if case.hearing == Hearing.CALLED:
            sentence = _("正在进行的是申请人有权要求的听证，不能剔除。听证结束之后再决定。")
            raise Invalid(sentence, code="hearing", field="pause")
        struck = next((one for one in strikable(case_id, case.stage) if one.id == pause_id), None)
        if struck is None:
            raise Invalid(_("请选择要剔除的暂停。"), code="no_pause", field="pause")
        before = _due_before(case, now)
        keeping.stop(clocks.SUBJECT, [case_id], [ClockKind.PROCEDURE], now=now)
        moved = keeping.strike(clocks.SUBJECT, case_id, start=struck.start, end=struck.end, now=now)
        keeping.strike(whole.SUBJECT, case.application_id, start=struck.start, end=struck.end, now=now)
        facts: dict[str, Any] = {
            "pause": pause_id,
            "procedure": _procedure(case_id, struck.start),
            "remark": remarks.write(case_id, "striking", text, actor=actor, now=now),
            **to_facts(begun_at=struck.start, due_before=before),
            **clocks.moved_facts(moved),
        }
        change([case], Verb.STRIKE_PAUSE, [facts], actor=actor, now=now)


def _due_before(case: Case, now: datetime) -> datetime | None:
    """When it would have been due with the pause; of one that goes on, if it ended now."""
    clock = running(ClockKind.PROMISED, clocks.SUBJECT, [case.id], now=now).get(case.id)
    return (clock.due_at or clock.if_resumed) if clock else None


def _procedure(case_id: int, begun_at: datetime) -> str:
    begun = Entry.objects.filter(
        subject_kind="case", subject_id=case_id, verb=Verb.BEGIN_PROCEDURE, at=begun_at
    )
    return str(begun.latest("id").facts["procedure"])
