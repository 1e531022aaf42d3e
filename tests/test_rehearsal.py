"""Trying a draft out: the real acts from receipt to hand-over, and afterwards nothing is there."""

from collections.abc import Iterator

import pytest
from django.db import connection

from tests.authoring import HOUSING, MANAGER, begun, retyped, row_of
from tests.counter_desk import clerk_client, text_of
from tests.factories import NOW, staff
from yichuang.cases.models import Application, Case
from yichuang.catalogue import queries
from yichuang.catalogue.authoring import proposals, sheets
from yichuang.catalogue.authoring.states import OPEN, Stage
from yichuang.catalogue.models import ItemVersion, Proposal, Release
from yichuang.journey.rehearsal import Rehearsal, rehearse
from yichuang.ledger.models import Entry
from yichuang.licences.models import Licence
from yichuang.notices.models import Message, Notice

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("committed_db")]


@pytest.fixture(autouse=True)
def tidy(committed_db: None) -> Iterator[None]:
    yield
    Proposal.objects.filter(stage__in=sorted(OPEN)).update(stage=Stage.DISCARDED)
    queries.forget()


def counts() -> dict[str, int]:
    tables = (Application, Case, Entry, Licence, Notice, Message, Release, ItemVersion)
    numbers = {table.__name__: table._default_manager.count() for table in tables}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        numbers["jobs"] = cursor.fetchone()[0]
    return numbers


def played(proposal_id: int, *, by: str = MANAGER, answers: dict[str, str] | None = None) -> Rehearsal:
    row, folder = row_of(proposal_id), queries.folder()
    after = sheets.applied(folder, row.kind, proposals.content(row)).folder
    return rehearse(actor=staff(by), folder=after, target=row.key, answers=answers or {}, now=NOW)


@pytest.mark.parametrize("by", [MANAGER, "chief-zhujian"])
def test_a_draft_goes_its_whole_way_and_leaves_nothing(by: str) -> None:
    proposal_id = begun()
    retyped(proposal_id, name="出具房改核查证明（试）")
    before = counts()
    rehearsal = played(proposal_id, by=by)
    assert rehearsal.is_whole, [moment.refusal for moment in rehearsal.moments]
    assert [moment.act.partition("：")[0] for moment in rehearsal.moments] == ["收件", "受理", "准予", "出件"]
    papers = [paper for moment in rehearsal.moments for paper in moment.papers]
    assert len(papers) >= 3
    assert rehearsal.moments[-1].cases[0].item_name == "出具房改核查证明（试）"
    assert rehearsal.moments[-1].cases[0].stage == "closed"
    assert rehearsal.moments[1].cases[0].due_at is not None
    assert counts() == before
    assert queries.current().items[HOUSING].name == "出具房改核查证明"


def test_a_decision_that_somebody_has_to_approve_is_approved_by_somebody_else() -> None:
    folder = queries.folder()
    rehearsal = rehearse(
        actor=staff(MANAGER), folder=folder, target="labour_dispatch_licence", answers={}, now=NOW
    )
    assert rehearsal.is_whole, [moment.refusal for moment in rehearsal.moments]
    assert rehearsal.moments[-1].cases[0].outcome == "granted"


def test_a_bundle_is_tried_with_its_order_and_without_any_word_to_the_outside() -> None:
    before = counts()
    rehearsal = played(begun("newborn", kind="bundles"))
    assert rehearsal.is_whole, [moment.refusal for moment in rehearsal.moments]
    decided = [moment.act for moment in rehearsal.moments if moment.act.startswith("准予")]
    assert decided[0] == "准予：出生医学证明签发"
    assert len(decided) == len(rehearsal.plan.cases)
    assert not any("发送到部门系统" in moment.followed for moment in rehearsal.moments)
    after = counts()
    assert {**after, "Entry": 0} == {**before, "Entry": 0}


def test_what_the_platform_would_refuse_is_told_and_ends_it() -> None:
    rehearsal = played(begun("hazardous_chemicals_licence"))
    assert not rehearsal.is_whole
    assert "委托" in rehearsal.moments[-1].refusal


def test_the_page_shows_it_to_those_who_write_the_item() -> None:
    proposal_id = begun()
    address = f"/manage/catalogue/proposals/{proposal_id}/rehearsal/"
    page = text_of(clerk_client(MANAGER).get(address, {"marital_status": "married"}))
    assert "从收件到出件都走通了" in page
    assert clerk_client("chief-weijian").get(address).status_code == 404
    assert clerk_client("clerk1").get(address).status_code == 403
