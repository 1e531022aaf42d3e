"""After the decision: the result is issued (制证), delivered (送达) and the case closed (办结)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from yichuang.cases import clocks
from yichuang.cases.fold import to_facts
from yichuang.cases.locking import lock_case, lock_sisters
from yichuang.cases.models import Case
from yichuang.cases.states import LOST, Stage, Verb
from yichuang.cases.writing import change
from yichuang.identity.data import SYSTEM, Actor


def issue(*, case_id: int, notice_id: int, licence_id: int | None, now: datetime) -> bool:
    """Record that the paper of the decision, and the licence if there is one, exist. Safe to repeat.

    False where the case was taken back in the meantime: what was made for it does not hold.
    """
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        if case.stage == Stage.DECIDED:
            facts = {"notice": notice_id, **to_facts(licence_id=licence_id)}
            change([case], Verb.ISSUE, [facts], actor=SYSTEM, now=now)
        return case.stage not in LOST


def deliver(cases: Sequence[Case], *, hand_over_id: int, actor: Actor, now: datetime) -> None:
    """Record the delivery of locked, issued cases in the caller's transaction (行政许可法 art. 44)."""
    clocks.stop_delivered([case.id for case in cases], now=now)
    change(cases, Verb.DELIVER, [{"hand_over": hand_over_id}] * len(cases), actor=actor, now=now)


def close(*, case_id: int, now: datetime) -> None:
    """Close a delivered case, with every sister that is delivered too. Safe to repeat."""
    with transaction.atomic(durable=True):
        delivered = [case for case in lock_sisters(case_id) if case.stage == Stage.DELIVERED]
        if delivered:
            change(delivered, Verb.CLOSE, [{}] * len(delivered), actor=SYSTEM, now=now)
