"""容缺 under a law that has only the hand-over wait for it: decided, and the gap still watched to its end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.city import run_journey
from tests.courses import clocks_of, every_case_folds, every_step_repeats, papers_of, pass_time
from tests.factories import NOW
from tests.scenes import (
    AHEAD_WITH_GAP,
    ALONE,
    TEXT,
    WAYS,
    WITH_GAP,
    Scene,
    bring,
    let_every_item_be_heard,
    let_gaps_wait_for_the_hand_over,
)
from yichuang.cases import queries
from yichuang.cases.actions import review
from yichuang.cases.data import CaseRow
from yichuang.cases.models import Case
from yichuang.cases.states import Outcome, Stage, Verb
from yichuang.deadlines.data import ClockKind
from yichuang.deadlines.models import ClockPause
from yichuang.licences.models import Licence, Status
from yichuang.notices.data import NoticeKind
from yichuang.notices.models import Reminder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_step_repeats")]
__all__ = ["every_case_folds", "every_step_repeats"]

MUCH_LATER = NOW + timedelta(days=60)


@pytest.fixture(autouse=True)
def a_lenient_catalogue(own_catalogue: None) -> None:
    let_gaps_wait_for_the_hand_over()
    let_every_item_be_heard()


def brought(scene: Scene, stage: Stage) -> Scene:
    found = bring(scene, stage)
    assert found is not None
    return found


def row_of(scene: Scene) -> CaseRow:
    return queries.application_of_case(scene.officer(), scene.case().number, now=NOW)[1]


def test_the_gap_of_what_is_granted_is_reminded_of_and_ends_the_acceptance_with_the_grant() -> None:
    scene = brought(WITH_GAP, Stage.DECIDED)
    run_journey()
    assert scene.case().stage == Stage.ISSUED
    assert ClockKind.GAP in clocks_of(row_of(scene))
    pass_time(MUCH_LATER)
    assert Reminder.objects.filter(case_number=scene.case().number, rung="gap_yellow").exists()
    assert (scene.case().stage, clocks_of(row_of(scene))) == (Stage.REVOKED, set())
    assert papers_of(row_of(scene))[-1] == NoticeKind.REVOCATION
    given = Licence.objects.filter(case_number=scene.case().number)
    assert all(one.status == Status.REVOKED for one in given)


def test_a_grant_whose_gap_was_cured_stands() -> None:
    scene = brought(WITH_GAP, Stage.ISSUED)
    WAYS[Verb.CURE_GAP](scene, NOW)
    pass_time(MUCH_LATER)
    assert scene.case().stage == Stage.ISSUED
    assert clocks_of(row_of(scene)) == {ClockKind.DELIVERY}


def test_of_what_is_refused_no_gap_is_left_and_it_is_to_be_handed_over() -> None:
    refused = brought(replace(WITH_GAP, outcome=Outcome.REFUSED), Stage.DECIDED)
    run_journey()
    assert clocks_of(row_of(refused)) == {ClockKind.DELIVERY}
    pass_time(MUCH_LATER)
    assert refused.case().stage == Stage.ISSUED


def test_a_pre_decision_that_becomes_formal_leaves_the_gap_watched() -> None:
    scene = brought(AHEAD_WITH_GAP, Stage.PREDECIDED)
    everything = Case.objects.filter(application_id=scene.application_id).order_by("id")
    for sister in everything.exclude(id=scene.case().id).filter(decided_at=None):
        review.decide(
            actor=scene.officer(sister.item_key),
            case_id=sister.id,
            outcome=Outcome.GRANTED,
            opinion=TEXT,
            now=NOW,
        )
    run_journey()
    assert scene.case().stage == Stage.ISSUED
    assert ClockKind.GAP in clocks_of(row_of(scene))


def test_a_case_that_ends_while_it_is_suspended_leaves_no_pause_open() -> None:
    scene = brought(ALONE, Stage.SUSPENDED)
    WAYS[Verb.WITHDRAW](scene, NOW)
    (pause,) = ClockPause.objects.filter(subject_kind="case", subject_id=scene.case().id)
    assert pause.ended_at == NOW
