"""A case is the fold of its entries: only lawful moves, and nothing is lost on the way through JSON."""

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuang.cases.fold import COLUMNS, CaseState, Unlawful, fold, to_facts
from yichuang.cases.states import MOVES, SETTLED, STAGE_NAMES, TURNS, WORKED, Outcome, Stage, Verb

MOMENTS = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
    datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "outcome": st.sampled_from(Outcome),
        "waiting": st.integers(0, 9),
        "started_at": st.none() | MOMENTS,
        "due_at": st.none() | MOMENTS,
        "correct_until": st.none() | st.dates(date(2024, 1, 1), date(2030, 1, 1)),
        "claimed_by": st.none() | st.integers(1, 10**9),
        "licence_id": st.none() | st.integers(1, 10**9),
    },
)


def through_json(facts: dict) -> dict:
    return json.loads(json.dumps(to_facts(**facts)))


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("verb", Verb)
def test_a_move_that_the_table_does_not_list_is_unlawful(stage: Stage, verb: Verb) -> None:
    move = MOVES[verb]
    if stage in move.origins:
        assert fold(CaseState(stage), verb, {}).stage == (move.to or stage)
    else:
        with pytest.raises(Unlawful):
            fold(CaseState(stage), verb, {})


@given(facts=FACTS)
def test_every_fact_survives_the_ledger(facts: dict) -> None:
    state = fold(None, Verb.RECEIVE, through_json(facts))
    assert state.stage is Stage.RECEIVED
    for name, value in facts.items():
        assert getattr(state, name) == value


@given(st.lists(st.tuples(st.sampled_from(Verb), FACTS), max_size=12))
def test_no_sequence_of_entries_reaches_a_stage_by_an_unlisted_move(entries: list) -> None:
    state = None
    for verb, facts in entries:
        before = state.stage if state else None
        try:
            state = fold(state, verb, through_json(facts))
        except Unlawful:
            continue
        if before is not None:
            assert before in MOVES[verb].origins
            assert state.stage == (MOVES[verb].to or before)


@given(facts=FACTS)
def test_facts_that_are_no_columns_change_nothing(facts: dict) -> None:
    plain = fold(None, Verb.RECEIVE, through_json(facts))
    noisy = fold(None, Verb.RECEIVE, {**through_json(facts), "remark": 7, "item": "x", "stage": "closed"})
    assert noisy == plain


def test_the_first_entry_of_a_case_is_its_receipt() -> None:
    with pytest.raises(Unlawful):
        fold(None, Verb.ACCEPT, {})


def test_every_stage_has_a_name_and_one_whose_turn_it_is() -> None:
    assert set(STAGE_NAMES) == set(TURNS) == set(Stage)
    assert not SETTLED & WORKED


def test_every_stage_can_be_reached_and_every_act_is_listed() -> None:
    assert {move.to for move in MOVES.values() if move.to} == set(Stage)
    assert set(MOVES) == set(Verb)


def test_the_columns_of_the_state_are_columns_of_the_table() -> None:
    from yichuang.cases.models import Case

    assert set(COLUMNS) <= {field.attname for field in Case._meta.get_fields() if hasattr(field, "attname")}
