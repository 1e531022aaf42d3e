"""The codes of other people's interfaces, both ways: acts as events, ends, satisfaction, kinds."""

import itertools

import pytest
from django.test import Client

from tests.factories import NOW, case_of, received, staff
from tests.rest import logged_in
from yichuang.base.errors import Invalid
from yichuang.cases.actions.acceptance import decline
from yichuang.cases.states import ENDED, MOVES, Outcome, Stage, Verb
from yichuang.catalogue.data import ItemKind
from yichuang.feedback.data import Grade
from yichuang.journey import national_codes as codes
from yichuang.journey.national_codes import ENDINGS, Codes, Ending, Result

SCHEMES = [
    codes.GRADES,
    codes.GRADES_OF_THE_PROVINCE,
    codes.KINDS,
    codes.KINDS_OF_EVALUATION,
    ENDINGS,
    codes.ENDINGS_BY_DECISION,
]


def every_way() -> list[tuple[Verb, Stage | None, Result]]:
    """Every act from every stage from which it may be done, with every result."""
    return [
        (verb, origin, result)
        for verb, move in MOVES.items()
        for origin, result in itertools.product(sorted(move.origins) or [None], Result)
    ]


@pytest.mark.parametrize(("verb", "origin", "result"), every_way())
def test_an_act_is_at_most_one_event_and_the_event_leads_back_to_it(
    verb: Verb, origin: Stage | None, result: Result
) -> None:
    fitting = [
        told.code
        for told in codes.TOLD
        if told.verb is verb
        and (not told.origins or origin in told.origins)
        and told.result in {None, result}
    ]
    assert len(fitting) <= 1
    code = codes.event_of(verb, origin=origin, result=result)
    assert [code] == (fitting or [""])
    assert not code or verb in codes.acts_of(code)


def test_a_row_names_only_stages_from_which_its_act_may_be_done() -> None:
    assert all(told.origins <= MOVES[told.verb].origins for told in codes.TOLD)


@pytest.mark.parametrize("code", codes.EVENTS)
def test_every_event_stands_for_an_act_or_has_a_reason_why_none(code: str) -> None:
    assert bool(codes.acts_of(code)) != (code in codes.UNUSED)


def test_an_unknown_event_is_refused() -> None:
    with pytest.raises(Invalid):
        codes.acts_of("16")


@pytest.mark.parametrize(
    ("verb", "origin", "result", "code"),
    [
        (Verb.RECEIVE, None, None, "1"),
        (Verb.WITHDRAW, Stage.CORRECTING, None, "2"),
        (Verb.WITHDRAW, Stage.IN_REVIEW, None, "14"),
        (Verb.CLAIM, Stage.ACCEPTED, None, "8"),
        (Verb.CLAIM, Stage.IN_REVIEW, None, ""),
        (Verb.ISSUE, Stage.DECIDED, codes.result_of(Outcome.GRANTED, with_gap=False), "11"),
        (Verb.ISSUE, Stage.DECIDED, codes.result_of(Outcome.GRANTED, with_gap=True), "12"),
        (Verb.ISSUE, Stage.DECIDED, codes.result_of(Outcome.REFUSED, with_gap=False), "13"),
        (Verb.REVOKE_ACCEPTANCE, Stage.IN_REVIEW, None, "15"),
    ],
)
def test_an_act_is_told_as(verb: Verb, origin: Stage | None, result: Result | None, code: str) -> None:
    assert codes.event_of(verb, origin=origin, result=result) == code


def test_every_ending_is_some_cases_or_has_a_reason_why_no_cases() -> None:
    assert {ending for ending in Ending if not codes.stages_of(ending)} == set(codes.NEVER)


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("outcome", ["", *Outcome])
@pytest.mark.parametrize("has_licence", [False, True])
def test_an_ended_case_has_an_ending_that_leads_back_to_its_stage(
    stage: Stage, outcome: str, has_licence: bool
) -> None:
    ending = codes.ending_of(stage, outcome, has_licence=has_licence)
    assert (ending is not None) == (stage in ENDED)
    assert ending is None or stage in codes.stages_of(ending)


def test_a_refusal_is_told_apart_only_by_those_who_have_a_code_for_it() -> None:
    assert ENDINGS.words("6") == {Ending.GRANTED, Ending.REFUSED}
    assert codes.ENDINGS_BY_DECISION.words("7") == {Ending.REFUSED}


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.source)
def test_a_code_leads_back_to_its_word(scheme: Codes[str]) -> None:
    for word, code in scheme.codes.items():
        assert word in scheme.words(code)
    with pytest.raises(Invalid, match=scheme.source):
        scheme.words("-1")


def test_satisfaction_is_numbered_in_opposite_directions() -> None:
    assert [codes.GRADES.code(grade) for grade in Grade] == ["1", "2", "3", "4", "5"]
    assert [codes.GRADES_OF_THE_PROVINCE.code(grade) for grade in Grade] == ["5", "4", "3", "2", "1"]
    assert codes.GRADES.words("1") == codes.GRADES_OF_THE_PROVINCE.words("5") == {Grade.VERY_GOOD}


def test_instant_and_promised_are_numbered_in_opposite_directions() -> None:
    assert codes.KINDS.words("1") == codes.KINDS_OF_EVALUATION.words("2") == {ItemKind.INSTANT}
    assert codes.KINDS.code(ItemKind.PROMISED) == codes.KINDS_OF_EVALUATION.code(ItemKind.INSTANT) == "2"


@pytest.mark.django_db
def test_rest_tells_how_a_case_ended_and_nothing_while_it_has_not() -> None:
    row = received("housing_reform_proof")
    case, client = case_of(row, "housing_reform_proof"), logged_in("clerk1")
    assert ending_told(client, case.number) == ""
    decline(actor=staff("clerk1"), case_id=case.id, reason="不需要办理。", now=NOW)
    assert ending_told(client, case.number) == "1"


def ending_told(client: Client, number: str) -> str:
    return str(client.get(f"/api/cases/{number}").json()["ending"])
