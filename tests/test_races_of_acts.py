"""Every act beside itself and beside its likeliest rival, at the same instant, on real connections with real commits.

What comes of two acts at once has to be what comes of them one after the other, in one order or the other: nothing is
done twice, nothing is lost, who comes too late is told so in a sentence, and the case is what its entries say.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.db.models import F

from tests.factories import NOW
from tests.scenes import (
    AHEAD,
    ALONE,
    FIRST_OF_ALL,
    SCENES,
    TEXT,
    WAYS,
    WITH_GAP,
    Scene,
    bring,
    check_folds,
    let_every_item_be_heard,
    let_gaps_wait_for_the_hand_over,
)
from tests.test_races import at_once, refusals
from yichuang.base.errors import Refused
from yichuang.cases.actions import approval, reckoning
from yichuang.cases.states import MOVES, Stage, Verb
from yichuang.deadlines.models import Clock

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("committed_db")]

#: Where an act meets whom: the stage of the case, and what somebody else does there at the same instant. What is not
#: named meets an applicant who withdraws, in the first stage from which it is possible.
RIVALS: dict[Verb, tuple[Stage, Verb]] = {
    Verb.ASK_CORRECTION: (Stage.RECEIVED, Verb.ACCEPT),
    Verb.CORRECT: (Stage.CORRECTING, Verb.DEEM_WITHDRAWN),
    Verb.ALLOW_CORRECTION: (Stage.RECEIVED, Verb.ASK_CORRECTION),
    Verb.DECLINE: (Stage.RECEIVED, Verb.ACCEPT),
    Verb.WITHDRAW: (Stage.IN_REVIEW, Verb.BEGIN_PROCEDURE),
    Verb.DEEM_WITHDRAWN: (Stage.CORRECTING, Verb.WITHDRAW),
    Verb.ACCEPT: (Stage.RECEIVED, Verb.WITHDRAW),
    Verb.ACCEPT_WITH_GAPS: (Stage.RECEIVED, Verb.DEEM_ACCEPTED),
    Verb.DEEM_ACCEPTED: (Stage.RECEIVED, Verb.DECLINE),
    Verb.CURE_GAP: (Stage.ACCEPTED, Verb.REVOKE_ACCEPTANCE),
    Verb.REVOKE_ACCEPTANCE: (Stage.IN_REVIEW, Verb.DECIDE),
    Verb.RELEASE: (Stage.ACCEPTED, Verb.WITHDRAW),
    Verb.TERMINATE: (Stage.IN_REVIEW, Verb.DECIDE),
    Verb.WITHHOLD: (Stage.DECIDED, Verb.ISSUE),
    Verb.RESCIND: (Stage.ISSUED, Verb.DELIVER),
    Verb.CLAIM: (Stage.ACCEPTED, Verb.HAND_ON),
    Verb.UNCLAIM: (Stage.IN_REVIEW, Verb.HAND_ON),
    Verb.HAND_ON: (Stage.IN_REVIEW, Verb.DECIDE),
    Verb.BEGIN_REVIEW: (Stage.ACCEPTED, Verb.CLAIM),
    Verb.BEGIN_PROCEDURE: (Stage.IN_REVIEW, Verb.DECIDE),
    Verb.END_PROCEDURE: (Stage.SUSPENDED, Verb.WITHDRAW),
    Verb.STRIKE_PAUSE: (Stage.SUSPENDED, Verb.END_PROCEDURE),
    Verb.PROPOSE: (Stage.IN_REVIEW, Verb.DECIDE),
    Verb.RETURN_PROPOSAL: (Stage.IN_REVIEW, Verb.EXTEND),
    Verb.EXTEND: (Stage.IN_REVIEW, Verb.WITHDRAW),
    Verb.RECKON: (Stage.IN_REVIEW, Verb.BEGIN_PROCEDURE),
    Verb.REOPEN: (Stage.ISSUED, Verb.DELIVER),
    Verb.PREDECIDE: (Stage.IN_REVIEW, Verb.FORMALISE),
    Verb.FORMALISE: (Stage.PREDECIDED, Verb.WITHDRAW),
    Verb.REOPEN_REVIEW: (Stage.PREDECIDED, Verb.WITHDRAW),
    Verb.DECIDE: (Stage.IN_REVIEW, Verb.WITHDRAW),
    Verb.ISSUE: (Stage.DECIDED, Verb.WITHDRAW),
    Verb.DELIVER: (Stage.ISSUED, Verb.RESCIND),
    Verb.CLOSE: (Stage.DELIVERED, Verb.REOPEN),
}
#: Ways that are one act each: what has to be there before is there (`_prepare`).
ACTS: dict[Verb, Callable[[Scene, datetime], object]] = {
    **WAYS,
    Verb.EXTEND: lambda scene, now: approval.approve(actor=scene.chief(), case_id=scene.case().id, now=now),
    Verb.RETURN_PROPOSAL: lambda scene, now: approval.return_proposal(
        actor=scene.officer(), case_id=scene.case().id, remark=TEXT, now=now
    ),
    Verb.RECKON: lambda _scene, now: list(reckoning.reckon(why="asked", now=now)),
}


@pytest.fixture(autouse=True)
def a_lenient_catalogue(committed_db: None, own_catalogue: None) -> None:
    let_gaps_wait_for_the_hand_over()
    let_every_item_be_heard()


def scene_of(first: Verb, second: Verb, stage: Stage) -> Scene:
    """A case in the stage, in a scene in which both acts are possible, and what has to be there before."""
    for scene in (*SCENES.get(first, ()), *SCENES.get(second, ()), ALONE, WITH_GAP, FIRST_OF_ALL, AHEAD):
        found = bring(scene, stage)
        if found is not None:
            _prepare(found, {first, second})
            return found
    raise AssertionError(f"no scene in which a case comes to {stage}")


def _prepare(scene: Scene, acts: set[Verb]) -> None:
    if acts & {Verb.EXTEND, Verb.RETURN_PROPOSAL}:
        WAYS[Verb.PROPOSE](scene, NOW)
    if Verb.RECKON in acts:  # as if it had been written down under another calendar
        running = Clock.objects.filter(subject_kind="case", subject_id=scene.case().id, stopped_at=None)
        running.update(due_at=F("due_at") + timedelta(days=1))


def one_after_the_other(scene: Scene, *acts: Verb) -> tuple[str, ...]:
    """What stands in the record of a case after these acts in this order; what is refused is left out."""
    before = len(scene.entries())
    for verb in acts:
        with suppress(Refused):
            ACTS[verb](scene, NOW)
    return tuple(scene.entries()[before:])


@pytest.mark.parametrize("is_twin", [True, False], ids=["itself", "rival"])
@pytest.mark.parametrize("verb", sorted(set(Verb) - {Verb.RECEIVE}))  # received at once: tests/test_races.py
def test_two_acts_at_once_come_to_what_they_come_to_one_after_the_other(verb: Verb, is_twin: bool) -> None:
    stage, rival = RIVALS.get(verb) or (min(MOVES[verb].origins), Verb.WITHDRAW)
    pair = (verb, verb if is_twin else rival)
    scene = scene_of(*pair, stage)
    before = len(scene.entries())
    results = at_once(*(lambda act=act: ACTS[act](scene, NOW) for act in pair))
    done = tuple(scene.entries()[before:])
    assert all(str(refused) for refused in refusals(results))
    stood = [act for act, result in zip(pair, results, strict=True) if not isinstance(result, Refused)]
    lawful = {one_after_the_other(scene_of(*pair, stage), *acts) for acts in (pair, pair[::-1], stood)}
    assert done in lawful
    assert done
    check_folds(scene.application_id)
