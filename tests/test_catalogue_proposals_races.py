"""Two people at one proposal at the same instant: real threads, connections and commits."""

from collections.abc import Iterator

import pytest

from tests.authoring import begun, content_of, retyped, row_of, sent
from tests.factories import NOW, staff
from tests.test_races import at_once, refusals
from yichuang.catalogue import queries
from yichuang.catalogue.actions import proposing, reviewing
from yichuang.catalogue.authoring.states import OPEN, Stage
from yichuang.catalogue.models import Proposal, Revision

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("committed_db")]

ITEM = "pesticide_licence"
FIELDS = ("address", "hours", "quantity_limit", "consult_address", "complaint_address", "result_sample")


@pytest.fixture(autouse=True)
def tidy(committed_db: None) -> Iterator[None]:
    """No draft is left for another test."""
    yield
    Proposal.objects.filter(key=ITEM, stage__in=sorted(OPEN)).update(stage=Stage.DISCARDED)
    queries.forget()


def test_two_who_begin_at_once_begin_one_draft() -> None:
    first, second = at_once(lambda: begun(ITEM), lambda: begun(ITEM, by="manager2"))
    assert first == second


def test_of_six_who_save_at_once_each_finds_her_words() -> None:
    proposal_id = begun(ITEM)

    def save(field: str) -> None:
        retyped(proposal_id, base=1, **{field: f"{field}由我写"})

    assert refusals(at_once(*(lambda field=field: save(field) for field in FIELDS))) == []
    item = content_of(proposal_id)["item"]
    assert {field: item[field] for field in FIELDS} == {field: f"{field}由我写" for field in FIELDS}


def test_of_two_who_change_the_same_words_at_once_one_is_asked_and_both_are_kept() -> None:
    proposal_id = begun(ITEM)
    results = at_once(
        lambda: retyped(proposal_id, base=1, hours="上午"),
        lambda: retyped(proposal_id, base=1, hours="下午", by="manager2"),
    )
    [refused] = refusals(results)
    kept = content_of(proposal_id)["item"]["hours"]
    assert {kept, refused.merged["item"]["hours"]} == {"上午", "下午"}  # type: ignore[attr-defined]
    assert refused.theirs == {"item-hours": kept}  # type: ignore[attr-defined]


def test_of_two_approvals_at_once_one_counts() -> None:
    proposal_id = begun(ITEM)
    retyped(proposal_id, hours="工作日 9:00—16:30")
    sent(proposal_id)
    other = staff("manager2")
    results = at_once(
        lambda: reviewing.approve(actor=other, proposal_id=proposal_id, now=NOW),
        lambda: reviewing.approve(actor=other, proposal_id=proposal_id, now=NOW),
        lambda: proposing.comment(actor=staff("manager"), proposal_id=proposal_id, text="快", now=NOW),
    )
    assert len(refusals(results)) in {1, 2}
    assert row_of(proposal_id).stage is Stage.PUBLISHED
    assert Revision.objects.filter(proposal_id=proposal_id).count() == 2
