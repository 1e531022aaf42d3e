"""文书: every way in which a case ends has its paper, and no paper is there that nothing issues."""

import inspect

import pytest

from yichuang.cases.states import MOVES, UNDECIDED_ENDS, Stage, Verb
from yichuang.catalogue.papers import FORMS, NoticeKind
from yichuang.journey import application_papers, papers
from yichuang.journey.reactions import REACTIONS

#: Acts that end a case → the kinds of paper that they issue.
ENDS: dict[Verb, frozenset[NoticeKind]] = {
    Verb.DECLINE: frozenset({NoticeKind.DECLINE}),
    Verb.WITHDRAW: frozenset({NoticeKind.WITHDRAWAL}),
    Verb.DEEM_WITHDRAWN: frozenset({NoticeKind.DEEMED_WITHDRAWAL}),
    Verb.REVOKE_ACCEPTANCE: frozenset({NoticeKind.REVOCATION}),
    Verb.TERMINATE: frozenset({NoticeKind.TERMINATION}),
    Verb.WITHHOLD: frozenset({NoticeKind.TERMINATION}),
    Verb.RESCIND: frozenset({NoticeKind.RESCISSION}),
    Verb.DECIDE: frozenset({NoticeKind.GRANT, NoticeKind.REFUSAL}),
}


def kinds_issued_by(verb: Verb) -> set[NoticeKind]:
    """The kinds of paper that the steps after an act name, through the functions of `papers` that they call."""
    found: set[NoticeKind] = set()
    for step in REACTIONS[verb]:
        called = [name for name in inspect.unwrap(step).__code__.co_names if hasattr(papers, name)]
        for name in called:
            source = inspect.getsource(getattr(papers, name))
            found |= {kind for kind in NoticeKind if f"NoticeKind.{kind.name}" in source}
    return found


@pytest.mark.parametrize("verb", sorted(ENDS))
def test_every_end_has_its_own_paper(verb: Verb) -> None:
    assert kinds_issued_by(verb) == ENDS[verb]


def test_no_end_is_forgotten() -> None:
    ending = {verb for verb, move in MOVES.items() if move.to in {*UNDECIDED_ENDS, Stage.RESCINDED}}
    assert ending | {Verb.DECIDE} == ENDS.keys()


def test_every_paper_that_there_is_is_issued_by_some_function() -> None:
    source = inspect.getsource(papers) + inspect.getsource(application_papers)
    assert [kind for kind in FORMS if f"NoticeKind.{kind.name}" not in source] == []
