"""The life of an application, act by act, on the sample city."""

from datetime import date, timedelta

import pytest

from tests.city import run_journey
from tests.factories import NOW, accepted, case_of, decided, received, staff, submission
from yichuang.base import ids
from yichuang.base.errors import Forbidden, Invalid, NotVisible, Overtaken
from yichuang.cases import queries
from yichuang.cases.actions.acceptance import accept, decline
from yichuang.cases.actions.correction import ask_correction, correct
from yichuang.cases.actions.receipt import receive
from yichuang.cases.actions.review import claim, decide, unclaim
from yichuang.cases.data import Settlement
from yichuang.cases.models import Application, Case
from yichuang.cases.rules import Incomplete
from yichuang.cases.states import Outcome, Stage
from yichuang.cases.verifying import verify_all
from yichuang.catalogue.data import SourceKind
from yichuang.delivery.actions import hand_over
from yichuang.feedback.actions import rate
from yichuang.feedback.queries import newest
from yichuang.identity.data import Actor, ActorKind

pytestmark = pytest.mark.django_db

FIRST = "birth_certificate"


def stages(number: str) -> dict[str, str]:
    return dict(
        Case.objects.filter(application__number=number).order_by("id").values_list("item_key", "stage")
    )


def applicant_of(number: str) -> Actor:
    return Actor(ActorKind.APPLICANT, Application.objects.get(number=number).party_id)


def test_one_submission_opens_one_case_for_each_item() -> None:
    row = received("newborn")
    assert len(row.cases) == 5
    assert {case.stage for case in row.cases} == {Stage.RECEIVED}
    assert len({case.department_name for case in row.cases}) == 4


def test_the_same_submission_sent_twice_is_one_application() -> None:
    clerk, given = staff("clerk1"), submission()
    first = receive(actor=clerk, submission=given, now=NOW)
    again = receive(actor=clerk, submission=given, now=NOW + timedelta(minutes=1))
    assert first.created
    assert not again.created
    assert (again.number, again.query_code) == (first.number, first.query_code)
    assert Application.objects.filter(key=given.key).count() == 1


def test_everything_that_is_missing_is_told_at_once() -> None:
    given = submission(values={}, materials={})
    with pytest.raises(Incomplete) as told:
        receive(actor=staff("clerk1"), submission=given, now=NOW)
    assert len(told.value.fields) > 5
    assert not Application.objects.filter(key=given.key).exists()


def test_only_a_clerk_at_a_counter_receives() -> None:
    with pytest.raises(Forbidden):
        receive(actor=staff("officer-weijian"), submission=submission(), now=NOW)


def test_acceptance_starts_the_clock_of_what_waits_for_nobody() -> None:
    row = accepted("newborn")
    first = case_of(row, FIRST)
    assert first.started_at == NOW
    assert first.due_at is not None
    for case in row.cases:
        if case.item_key != FIRST:
            assert (case.waiting, case.started_at, case.due_at) == (1, None, None)


def test_accepting_twice_changes_nothing() -> None:
    row = accepted("newborn")
    assert accept(actor=staff("clerk1"), application_id=row.id, now=NOW) == []


def test_a_decision_releases_those_that_waited_for_it() -> None:
    row = accepted("newborn")
    decided(row, FIRST, "officer-weijian")
    later = NOW + timedelta(hours=1)
    run_journey(later)
    for case in queries.application(staff("clerk1"), row.number, now=later).cases:
        if case.item_key != FIRST:
            assert case.waiting == 0
            assert case.started_at == later


def test_a_case_that_waits_cannot_be_claimed() -> None:
    row = accepted("newborn")
    waiting = next(case for case in row.cases if case.waiting and case.department_name == "医保局")
    with pytest.raises(Invalid):
        claim(actor=staff("officer-yibao"), case_id=waiting.id, now=NOW)


def test_a_claimed_case_is_held_until_the_claim_runs_out() -> None:
    case = case_of(accepted("newborn"), FIRST)
    one, other = staff("officer-weijian"), staff("officer-weijian2")
    claim(actor=one, case_id=case.id, now=NOW)
    with pytest.raises(Overtaken, match="郑若谷"):
        claim(actor=other, case_id=case.id, now=NOW)
    with pytest.raises(Overtaken):
        decide(actor=other, case_id=case.id, outcome=Outcome.GRANTED, opinion="同意", now=NOW)
    claim(actor=other, case_id=case.id, now=NOW + timedelta(hours=3))


def test_a_case_given_back_can_be_claimed_by_a_colleague() -> None:
    case = case_of(accepted("newborn"), FIRST)
    claim(actor=staff("officer-weijian"), case_id=case.id, now=NOW)
    unclaim(actor=staff("officer-weijian"), case_id=case.id, now=NOW)
    claim(actor=staff("officer-weijian2"), case_id=case.id, now=NOW)


def test_a_refusal_without_reasons_is_refused() -> None:
    case = case_of(accepted("newborn"), FIRST)
    with pytest.raises(Invalid):
        decide(
            actor=staff("officer-weijian"), case_id=case.id, outcome=Outcome.REFUSED, opinion="  ", now=NOW
        )


def test_an_officer_of_another_department_does_not_know_the_case() -> None:
    case = case_of(accepted("newborn"), FIRST)
    with pytest.raises(NotVisible):
        claim(actor=staff("officer-yibao"), case_id=case.id, now=NOW)


def test_a_decided_case_is_not_decided_again() -> None:
    row = accepted("newborn")
    decided(row, FIRST, "officer-weijian")
    case = case_of(row, FIRST)
    with pytest.raises(Overtaken):
        decide(
            actor=staff("officer-weijian"), case_id=case.id, outcome=Outcome.REFUSED, opinion="不", now=NOW
        )


def test_a_declined_case_ends_with_its_paper_and_lets_the_others_go_on() -> None:
    row = received("newborn")
    clerk = staff("clerk1")
    card = case_of(row, "citizen_card").id
    decline(actor=clerk, case_id=card, reason="不属于本行政机关职权", competent="杭州市卫健委", now=NOW)
    accept(actor=clerk, application_id=row.id, now=NOW)
    decided(row, FIRST, "officer-weijian")
    run_journey()
    now_stages = stages(row.number)
    assert now_stages.pop("citizen_card") == Stage.DECLINED
    assert now_stages.pop(FIRST) == Stage.ISSUED
    assert Stage.TERMINATED not in now_stages.values()
    others = [case for case in queries.application(clerk, row.number, now=NOW).cases if case.id != card]
    assert all(case.waiting == 0 for case in others)


def test_correction_asks_once_and_takes_the_case_back_when_it_is_answered() -> None:
    clerk = staff("clerk1")
    row = received("newborn")
    case = case_of(row, FIRST)
    material = next(line.key for line in queries.materials(row.id) if FIRST in line.items)
    until = date(2026, 3, 20)
    ask_correction(actor=clerk, case_id=case.id, text="照片不清", materials=[material], until=until, now=NOW)
    waiting = case_of(queries.application(clerk, row.number, now=NOW), FIRST)
    assert (waiting.stage, waiting.correct_until) == (Stage.CORRECTING, until)
    with pytest.raises(Incomplete):
        correct(actor=clerk, case_id=case.id, materials={}, now=NOW)
    correct(actor=clerk, case_id=case.id, materials={material: Settlement(SourceKind.PAPER)}, now=NOW)
    assert stages(row.number)[FIRST] == Stage.RECEIVED


def test_a_correction_date_that_has_passed_is_refused() -> None:
    case = case_of(received("newborn"), FIRST)
    with pytest.raises(Invalid):
        ask_correction(actor=staff("clerk1"), case_id=case.id, text="补", until=NOW.date(), now=NOW)


def finished() -> str:
    """The number of a single-item application whose result waits at the counter."""
    row = accepted("housing_reform_proof")
    decided(row, "housing_reform_proof", "officer-zhujian")
    run_journey()
    assert stages(row.number) == {"housing_reform_proof": Stage.ISSUED}
    return row.number


def test_everything_is_handed_over_in_one_act_and_rated_afterwards() -> None:
    number, clerk = finished(), staff("clerk2")
    row = queries.application(clerk, number, now=NOW)
    assert row.ready
    hand_over(actor=clerk, application_id=row.id, now=NOW)
    with pytest.raises(Overtaken):
        hand_over(actor=clerk, application_id=row.id, now=NOW)
    run_journey()
    assert set(stages(number).values()) == {Stage.CLOSED}
    mother = applicant_of(number)
    row = queries.application(mother, number, now=NOW)
    rate(actor=mother, application=row, grade="very_good", comment="很快", now=NOW)
    with pytest.raises(Overtaken):
        rate(actor=mother, application=row, grade="bad", comment="", now=NOW)
    assert [(rating.grade, rating.comment) for rating in newest(staff("manager"))][:1] == [
        ("very_good", "很快")
    ]


def test_nothing_can_be_rated_before_it_is_handed_over() -> None:
    number = finished()
    mother = applicant_of(number)
    with pytest.raises(Invalid):
        rate(
            actor=mother,
            application=queries.application(mother, number, now=NOW),
            grade="good",
            comment="",
            now=NOW,
        )


def test_verify_finds_every_case_as_its_entries_say() -> None:
    finished()
    told: list[str] = []
    assert verify_all(told.append), told


def test_verify_names_a_row_that_was_changed_behind_the_ledgers_back() -> None:
    row = received("newborn")
    Case.objects.filter(id=case_of(row, FIRST).id).update(stage=Stage.CLOSED)
    told: list[str] = []
    assert not verify_all(told.append)
    assert any(case_of(row, FIRST).number in line and "stage" in line for line in told)


def test_a_search_finds_an_application_by_number_and_by_id_number() -> None:
    row = received("newborn", key=ids.new_key())
    clerk = staff("clerk2")
    assert [found.number for found in queries.search_applications(clerk, row.number, now=NOW)] == [row.number]
    by_person = queries.search_applications(clerk, "330802199504182463", now=NOW)
    assert row.number in {found.number for found in by_person}
