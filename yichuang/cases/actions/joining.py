"""Joining the branches (并联): what one case's end, return or delay means for its sisters is done here alone.

浙江规定 art. 5. Everything is reckoned anew from where the cases stand, so that this may run twice, late, and for
two sisters at once, and comes to the same.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.cases import branches, clocks, commitments, expecting, remarks, whole
from yichuang.cases.actions import inquiring
from yichuang.cases.branches import Bonds, Ending
from yichuang.cases.expecting import Difference
from yichuang.cases.fold import FREED, to_facts
from yichuang.cases.locking import lock_sisters
from yichuang.cases.models import Case
from yichuang.cases.states import OUTCOME_NAMES, STAGE_NAMES, Outcome, Stage, Verb
from yichuang.cases.writing import change
from yichuang.deadlines import keeping
from yichuang.identity.data import SYSTEM

_NOTHING_LEFT: Mapping[str, Any] = {
    "waiting": 0,
    "gap_until": None,
    **FREED,
}


def join(*, case_id: int, now: datetime) -> list[int]:
    """Let the sisters of a case go on, wait or end, as their bundle declares; returns those that start now.

    Safe to repeat. Whatever ends, or is taken back, has an entry of its own from which the next follows.
    """
    with transaction.atomic(durable=True):
        cases = lock_sisters(case_id)
        if len(cases) == 1:
            return []
        bonds = whole.bonds_of(cases[0].application_id)
        endings = [(case, branches.ending(case, cases, bonds, now)) for case in cases]
        _end([(case, how) for case, how in endings if how is not None], bonds, now)
        inquiring.ask(cases, bonds, now=now)
        _settle_expected(cases, bonds, now)
        started = _release(cases, bonds, now)
        whole.finish(cases, now=now)
        return started


def _end(ended: Sequence[tuple[Case, Ending]], bonds: Bonds, now: datetime) -> None:
    clocks.stop([case.id for case, _how in ended], now=now)
    for verb in (Verb.TERMINATE, Verb.WITHHOLD, Verb.RESCIND):
        chosen = [(case, how.because) for case, how in ended if how.verb is verb]
        facts = [
            {
                "because": because.id,
                "remark": remarks.write(case.id, "ending", _reason(because, bonds), actor=SYSTEM, now=now),
                **_NOTHING_LEFT,
            }
            for case, because in chosen
        ]
        if chosen:
            change([case for case, _because in chosen], verb, facts, actor=SYSTEM, now=now)


def _settle_expected(cases: Sequence[Case], bonds: Bonds, now: datetime) -> None:
    """模拟审批: a pre-decision is made formal when all that it expects has come as expected.

    What differs takes the case back into review, with every difference told.
    """
    for case in cases:
        if case.stage != Stage.PREDECIDED:
            continue
        expects = expecting.expected_by(case)
        awaited = {one.id for one in branches.expected(case, cases, bonds, now)}
        arrived = [one for one in cases if one.id in expects and one.id not in awaited]
        found = expecting.differences(case, arrived, now)
        if found:
            _reopen(case, found, now)
        elif awaited.isdisjoint(expects):
            outcome = Outcome(case.pre_outcome)
            clocks.stop_decided(case, outcome, now=now)
            facts = to_facts(outcome=outcome, pre_outcome=None, decided_at=now)
            facts |= commitments.begin_inspection(case, outcome, now=now)
            change([case], Verb.FORMALISE, [facts], actor=SYSTEM, now=now)


def _reopen(case: Case, found: Sequence[Difference], now: datetime) -> None:
    told = "\n".join(f"{one}。" for one in found)
    remark = remarks.write(case.id, "difference", told, actor=SYSTEM, now=now)
    moved = {} if case.gap_until else clocks.moved_facts(keeping.resume(clocks.SUBJECT, case.id, now=now))
    facts = {"remark": remark, "pre_outcome": None, **moved}
    change([case], Verb.REOPEN_REVIEW, [facts], actor=SYSTEM, now=now)


def _release(cases: Sequence[Case], bonds: Bonds, now: datetime) -> list[int]:
    left = {case.id: branches.waiting(case, cases, bonds, now) for case in cases}
    freed = [case for case in cases if case.stage == Stage.ACCEPTED and left[case.id] < case.waiting]
    started = clocks.start([case for case in freed if not left[case.id]], now=now)
    facts = [{"waiting": left[case.id], **started.get(case.id, {})} for case in freed]
    if freed:
        change(freed, Verb.RELEASE, facts, actor=SYSTEM, now=now)
    return [case.id for case in freed if not case.waiting]


def _reason(because: Case, bonds: Bonds) -> str:
    refused = because.outcome == Outcome.REFUSED
    ended = OUTCOME_NAMES[Outcome.REFUSED] if refused else STAGE_NAMES[Stage(because.stage)]
    sentence = _("同一申办的“%(item)s”结果是“%(ended)s”，按“%(bundle)s”公布的结果规则，本事项随之处理。")
    return sentence % {"item": because.item_name, "ended": ended, "bundle": bonds.name}
