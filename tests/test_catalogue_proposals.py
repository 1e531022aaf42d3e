"""The life of a proposal: draft, review by another, published from a day on, superseded, withdrawn."""

from datetime import timedelta

import pytest

from tests.authoring import (
    ALONE,
    HOUSING,
    MANAGER,
    REVIEWER,
    begun,
    content_of,
    published,
    retyped,
    row_of,
    sent,
)
from tests.factories import NOW, accepted, case_of, decided, received, staff
from yichuang.base.clock import local
from yichuang.base.errors import Forbidden, Invalid, NotVisible, Overtaken, Refused
from yichuang.cases.queries import application
from yichuang.catalogue import queries, stored
from yichuang.catalogue.actions import keeping, proposing, reviewing
from yichuang.catalogue.actions.proposing import Incomplete
from yichuang.catalogue.authoring import proposals
from yichuang.catalogue.authoring.states import MOVES, OPEN, STAGE_NAMES, TURNS, VERB_NAMES, Stage, Verb
from yichuang.catalogue.models import Revision
from yichuang.ledger.models import Entry

pytestmark = pytest.mark.django_db

TODAY = local(NOW).date()


def test_every_stage_and_act_has_a_name_and_every_stage_a_turn() -> None:
    assert set(STAGE_NAMES) == set(TURNS) == set(Stage)
    assert set(VERB_NAMES) == set(MOVES) == set(Verb)
    assert {stage for move in MOVES.values() for stage in move.origins} <= OPEN


def test_an_approved_draft_is_in_force_at_once_and_the_ledger_knows_who_and_why() -> None:
    before = queries.current().items[HOUSING]
    proposal_id = published(address="浙江省衢州市柯城区花园东大道169号一楼B区3号窗口")
    after = queries.current().items[HOUSING]
    assert after.version == before.version + 1
    assert after.address.endswith("3号窗口")
    row = row_of(proposal_id)
    assert (row.stage, row.release) == (Stage.PUBLISHED, queries.current().release)
    told = Entry.objects.filter(subject_kind="proposal", subject_id=proposal_id).order_by("id")
    assert [entry.verb for entry in told] == [Verb.BEGIN, Verb.SEND, Verb.APPROVE, Verb.PUBLISH]
    assert {entry.actor_id for entry in told} == {staff(MANAGER).id, staff(REVIEWER).id}


def test_the_next_version_supersedes_the_last_whoever_writes_it() -> None:
    first = published(hours="工作日 9:00—16:00")
    second = published(hours="工作日 9:00—17:30")
    assert (row_of(first).stage, row_of(second).stage) == (Stage.SUPERSEDED, Stage.PUBLISHED)


def test_nobody_approves_what_she_typed_in() -> None:
    proposal_id = sent(begun())
    with pytest.raises(Forbidden, match="另一位"):
        reviewing.approve(actor=staff(MANAGER), proposal_id=proposal_id, now=NOW)
    proposing.recall(actor=staff(REVIEWER), proposal_id=proposal_id, now=NOW)
    retyped(proposal_id, by=REVIEWER, hours="工作日 8:30—17:00")
    sent(proposal_id)
    with pytest.raises(Forbidden, match="另一位"):
        reviewing.approve(actor=staff(REVIEWER), proposal_id=proposal_id, now=NOW)


@pytest.mark.parametrize("who", ["chief-zhujian", "supervisor", "clerk1", "administrator"])
def test_only_a_manager_reviews(who: str) -> None:
    proposal_id = sent(begun())
    with pytest.raises((Forbidden, NotVisible)):
        reviewing.approve(actor=staff(who), proposal_id=proposal_id, now=NOW)
    with pytest.raises((Forbidden, NotVisible)):
        reviewing.give_back(actor=staff(who), proposal_id=proposal_id, text="不行", now=NOW)


def test_what_is_given_back_says_why_and_is_a_draft_again() -> None:
    proposal_id = sent(begun(by="chief-zhujian"), by="chief-zhujian")
    with pytest.raises(Invalid, match="写明"):
        reviewing.give_back(actor=staff(REVIEWER), proposal_id=proposal_id, text=" ", now=NOW)
    reviewing.give_back(actor=staff(REVIEWER), proposal_id=proposal_id, text="窗口号不对", now=NOW)
    assert row_of(proposal_id).stage is Stage.DRAFT
    last = proposals.said(proposal_id)[-1]
    assert (last.verb, last.text, last.author) == (Verb.RETURN, "窗口号不对", "蓝思远")
    retyped(proposal_id, by="chief-zhujian", address="一楼B区9号窗口")


def test_a_department_writes_its_own_items_and_no_others() -> None:
    own = begun(by="chief-zhujian")
    retyped(own, by="chief-zhujian", hours="工作日 9:00—17:00")
    with pytest.raises(Forbidden, match="本部门"):
        begun("birth_certificate", by="chief-zhujian")
    with pytest.raises(Forbidden, match="本部门"):
        proposing.begin(
            actor=staff("chief-zhujian"), kind="items", name="新事项", department="health", now=NOW
        )
    stranger = staff("chief-weijian")
    assert own not in {row.id for row in proposals.under_way(stranger)}
    with pytest.raises(NotVisible):
        proposals.find(stranger, own)
    for act in (
        lambda: retyped(own, by="chief-weijian", hours="从不"),
        lambda: sent(own, by="chief-weijian"),
        lambda: proposing.comment(actor=stranger, proposal_id=own, text="看看", now=NOW),
        lambda: proposing.discard(actor=stranger, proposal_id=own, now=NOW),
    ):
        with pytest.raises(NotVisible):
            act()


@pytest.mark.parametrize("who", ["officer-zhujian", "clerk1", "supervisor", "linzhixia"])
def test_others_do_not_write_at_all(who: str) -> None:
    with pytest.raises((Forbidden, NotVisible)):
        begun(by=who)


def test_a_form_cannot_say_whose_item_it_is() -> None:
    proposal_id = begun(by="chief-zhujian")
    retyped(
        proposal_id, by="chief-zhujian", department="health", key="birth_certificate", hours="工作日 9:00"
    )
    item = content_of(proposal_id)["item"]
    assert (item["department"], item["key"], item["hours"]) == ("housing", HOUSING, "工作日 9:00")


def test_of_one_item_there_is_one_draft() -> None:
    assert begun() == begun(by="chief-zhujian")
    with pytest.raises(Invalid, match="没有结束的草案"):
        proposing.begin_withdrawal(actor=staff(MANAGER), kind="items", key=HOUSING, reason="合并", now=NOW)


def test_a_faulty_draft_is_not_sent_and_every_fault_names_its_field() -> None:
    proposal_id = begun()
    steps = content_of(proposal_id)["item"]["steps"]
    steps[1]["days"] = "很快"
    retyped(proposal_id, consult_phone="12345", steps=steps, visits="两次")
    with pytest.raises(Incomplete) as refused:
        sent(proposal_id)
    assert {place for place, _problem, _remedy in refused.value.faults} == {
        "item-steps-1-days",
        "item-visits",
    }
    steps[1]["days"] = "1"
    retyped(proposal_id, steps=steps, visits="0")
    with pytest.raises(Incomplete) as refused:
        sent(proposal_id)
    assert {place for place, _problem, _remedy in refused.value.faults} == {"item-consult_phone"}
    assert row_of(proposal_id).stage is Stage.DRAFT


def test_a_later_day_is_waited_for() -> None:
    proposal_id = begun()
    retyped(proposal_id, hours="工作日 9:00—17:00")
    sent(proposal_id, on=TODAY + timedelta(days=3))
    stage = reviewing.approve(actor=staff(REVIEWER), proposal_id=proposal_id, now=NOW)
    assert stage is Stage.APPROVED
    assert reviewing.publish_due(now=NOW + timedelta(days=2)) == []
    assert queries.current().items[HOUSING].hours != "工作日 9:00—17:00"
    assert reviewing.publish_due(now=NOW + timedelta(days=3)) == [proposal_id]
    assert queries.current().items[HOUSING].hours == "工作日 9:00—17:00"
    entry = Entry.objects.get(subject_kind="proposal", subject_id=proposal_id, verb=Verb.PUBLISH)
    assert entry.actor_kind == "system"


def test_a_day_that_is_over_is_refused() -> None:
    with pytest.raises(Invalid, match="早于今天"):
        sent(begun(), on=TODAY - timedelta(days=1))


def test_what_no_longer_fits_on_its_day_goes_back_with_the_reasons_and_holds_up_no_other() -> None:
    late = begun()
    sent(late, on=TODAY + timedelta(days=1))
    reviewing.approve(actor=staff(REVIEWER), proposal_id=late, now=NOW)
    other = begun("drainage_permit")
    retyped(other, hours="工作日 9:00—18:00")
    sent(other, on=TODAY + timedelta(days=1))
    reviewing.approve(actor=staff(REVIEWER), proposal_id=other, now=NOW)
    content = content_of(late)
    content["item"]["consult_phone"] = "打不通"  # as if a stricter rule had come meanwhile
    Revision.objects.filter(proposal_id=late).update(content=stored.to_text(content))
    assert reviewing.publish_due(now=NOW + timedelta(days=1)) == [other]
    assert row_of(late).stage is Stage.DRAFT
    last = proposals.said(late)[-1]
    assert (last.verb, last.author) == (Verb.RETURN, "")
    assert "电话" in last.text


def test_a_withdrawn_item_takes_no_application_and_running_cases_go_on() -> None:
    running = accepted(ALONE)
    with pytest.raises(Invalid, match="理由"):
        proposing.begin_withdrawal(actor=staff(MANAGER), kind="items", key=ALONE, reason="", now=NOW)
    earlier = published(ALONE, hours="工作日 9:00—17:00")
    proposal_id = proposing.begin_withdrawal(
        actor=staff("chief-zigui"), kind="items", key=ALONE, reason="并入不动产登记", now=NOW
    )
    assert ALONE in queries.current().items
    reviewing.approve(actor=staff(REVIEWER), proposal_id=proposal_id, now=NOW)
    assert ALONE not in queries.current().items
    assert row_of(earlier).stage is Stage.WITHDRAWN
    with pytest.raises(Refused):
        received(ALONE)
    decided(running, ALONE, "officer-zigui")
    row = application(staff("clerk1"), running.number, now=NOW)
    assert case_of(row, ALONE).outcome == "granted"


def test_an_item_that_a_bundle_needs_is_not_withdrawn() -> None:
    proposal_id = proposing.begin_withdrawal(
        actor=staff(MANAGER), kind="items", key="birth_certificate", reason="停办", now=NOW
    )
    with pytest.raises(Incomplete) as refused:
        reviewing.approve(actor=staff(REVIEWER), proposal_id=proposal_id, now=NOW)
    assert any("birth_certificate" in problem for _place, problem, _remedy in refused.value.faults)


def test_acts_in_the_wrong_stage_say_where_the_proposal_stands() -> None:
    proposal_id = sent(begun())
    with pytest.raises(Overtaken, match="待审核"):
        retyped(proposal_id, hours="随时")
    with pytest.raises(Overtaken, match="待审核"):
        proposing.discard(actor=staff(MANAGER), proposal_id=proposal_id, now=NOW)
    proposing.recall(actor=staff(MANAGER), proposal_id=proposal_id, now=NOW)
    proposing.discard(actor=staff(MANAGER), proposal_id=proposal_id, now=NOW)
    assert row_of(proposal_id).stage is Stage.DISCARDED
    assert begun() != proposal_id


def test_what_others_typed_meanwhile_comes_together_with_ones_own() -> None:
    proposal_id = begun()
    kept = retyped(proposal_id, hours="工作日 9:00—17:00", by="chief-zhujian", base=1)
    second = retyped(proposal_id, address="一楼B区9号窗口", base=1)
    assert second.shown != second.revision
    item = content_of(proposal_id)["item"]
    assert (item["hours"], item["address"]) == ("工作日 9:00—17:00", "一楼B区9号窗口")
    # The second page still shows the old hours: what it sends next takes nothing back.
    third = retyped(proposal_id, address="一楼B区10号窗口", base=second.shown)
    item = content_of(proposal_id)["item"]
    assert (item["hours"], item["address"]) == ("工作日 9:00—17:00", "一楼B区10号窗口")
    assert kept.revision < second.revision < third.revision


def test_the_same_place_changed_by_two_shows_both_and_the_second_decides() -> None:
    proposal_id = begun()
    retyped(proposal_id, hours="甲写的", by="chief-zhujian", base=1)
    with pytest.raises(keeping.Conflicting, match="童立基") as conflict:
        retyped(proposal_id, hours="乙写的", address="乙的地址", base=1)
    told = conflict.value
    assert told.theirs == {"item-hours": "甲写的"}
    assert told.merged["item"]["hours"] == "乙写的"
    both = {**told.merged, "item": {**told.merged["item"], "hours": "甲写的，乙写的"}}
    keeping.keep(actor=staff(MANAGER), proposal_id=proposal_id, base=told.revision, content=both, now=NOW)
    item = content_of(proposal_id)["item"]
    assert (item["hours"], item["address"]) == ("甲写的，乙写的", "乙的地址")


def test_the_same_page_kept_twice_is_one_revision() -> None:
    proposal_id = begun()
    first = retyped(proposal_id, hours="工作日 9:00—17:00", base=1)
    again = retyped(proposal_id, hours="工作日 9:00—17:00", base=1)
    assert (again.revision, again.shown) == (first.revision, first.revision)


def test_a_new_item_is_written_like_another_with_keys_from_its_names() -> None:
    proposal_id = proposing.begin(
        actor=staff("chief-zhujian"),
        kind="items",
        name="公租房 租赁补贴",
        department="housing",
        like=HOUSING,
        now=NOW,
    )
    row, item = row_of(proposal_id), content_of(proposal_id)["item"]
    assert (row.key, row.base_version) == ("gong_zu_fang_zu_lin_bu_tie", 0)
    assert (item["name"], item["catalog_code"], item["hours"][:3]) == ("公租房 租赁补贴", "", "工作日")
    with pytest.raises(Invalid, match="名称"):
        proposing.begin(actor=staff(MANAGER), kind="items", name=" ", department="housing", now=NOW)
