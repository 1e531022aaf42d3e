"""Every act from every stage: done through its action it succeeds, or is refused, exactly as `MOVES` says."""

from collections.abc import Iterator

import pytest

from tests.factories import NOW
from tests.scenes import WAYS, check_folds, let_every_item_be_heard, let_gaps_wait_for_the_hand_over, scene_at
from yichuang.base.errors import Refused
from yichuang.cases.models import Case
from yichuang.cases.states import MOVES, Stage, Verb
from yichuang.deadlines.queries import forget

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_lenient_catalogue(own_catalogue: None) -> Iterator[None]:
    """Otherwise nothing that is decided has a gap that could be cured, and hardly anything can be suspended."""
    let_gaps_wait_for_the_hand_over()
    let_every_item_be_heard()
    yield
    forget()  # the days that were declared here


def test_a_way_to_do_every_act_is_stated() -> None:
    assert set(WAYS) == set(Verb)


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("verb", WAYS)
def test_an_act_is_done_from_a_stage_or_refused_as_the_moves_say(verb: Verb, stage: Stage) -> None:
    scene = scene_at(verb, stage)
    before, row = scene.entries(), Case.objects.filter(id=scene.case().id).values().get()
    refused = False
    try:
        WAYS[verb](scene, NOW)
    except Refused:
        refused = True
    done = scene.entries()[len(before) :]
    if stage in MOVES[verb].origins:
        assert (refused, done[-1:]) == (False, [verb]), f"{verb} in {stage}: {done}"
        assert scene.case().stage == (MOVES[verb].to or stage)
    else:
        assert verb not in done
        if refused:
            assert Case.objects.filter(id=scene.case().id).values().get() == row
    check_folds(scene.application_id)
