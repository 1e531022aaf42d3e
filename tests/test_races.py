"""Two people, or a person and a worker, at one thing at the same instant: real threads, connections and commits."""

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.city import run_journey
from tests.counter_desk import COMPANY
from tests.dispatching import in_thread, take_in
from tests.factories import MOTHER, NOW, STRANGER, accepted, case_of, decided, received, staff, submission
from tests.scenes import check_folds
from tests.simulators_fixtures import Box, Simulator
from tests.test_lives_of_bundles import officer_of
from yichuang.base.errors import Overtaken, Refused
from yichuang.base.pdf import seal as pdf_seal
from yichuang.cases import queries
from yichuang.cases.actions import drafting, issuing, joining, review
from yichuang.cases.actions.acceptance import accept
from yichuang.cases.actions.inquiring import answer, lapse
from yichuang.cases.actions.receipt import find_receipt, receive
from yichuang.cases.data import Answer, Receipt
from yichuang.cases.drafts import DraftContent, open_draft
from yichuang.cases.models import Application, Case, Inquiry
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Outcome, Stage, Verb
from yichuang.deadlines.models import Clock
from yichuang.delivery.actions import hand_over
from yichuang.delivery.models import HandOver
from yichuang.departments.adapters.http import adapter
from yichuang.departments.models import Dispatch, InboundEvent
from yichuang.identity.queries import department_id
from yichuang.identity.seal_keys import seal_key
from yichuang.journey.runner import react
from yichuang.journey.steps import STEPS
from yichuang.ledger.models import Entry
from yichuang.ledger.queries import entries
from yichuang.licences.models import Licence
from yichuang.notices.models import Notice

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("committed_db")]

SINGLE = "housing_reform_proof"
FIRST = "birth_certificate"
POLICE_ITEM = "household_registration"
OPINION = "材料齐全，符合条件。"


@pytest.fixture(autouse=True)
def tidy(committed_db: None) -> Iterator[None]:
    """No job of another test is run here, and none is left for another."""
    _forget_jobs()
    yield
    _forget_jobs()
    InboundEvent.objects.all().delete()
    Dispatch.objects.all().delete()


def _forget_jobs() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do all at the same instant, each on its own connection; what each returned, or the refusal that it got."""
    start = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(index: int, act: Callable[[], Any]) -> None:
        start.wait()
        try:
            results[index] = act()
        except Refused as refused:
            results[index] = refused

    in_thread(*(lambda index=index, act=act: run(index, act) for index, act in enumerate(acts)))
    return results


def refusals(results: list[Any]) -> list[Refused]:
    return [result for result in results if isinstance(result, Refused)]


def verbs_of(case_id: int) -> Counter[str]:
    found = Entry.objects.filter(subject_kind="case", subject_id=case_id)
    return Counter(found.values_list("verb", flat=True))


# ── Receiving and accepting ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("agent", [None, STRANGER])
def test_one_submission_sent_eight_times_at_once_is_one_application(agent: Any) -> None:
    clerk, given = staff("clerk1"), submission(agent=agent)
    told: list[Receipt | None] = []

    def send() -> Receipt:
        receipt = receive(actor=clerk, submission=given, now=NOW)
        told.append(find_receipt(given.key))  # over the connection that has just lost the race
        return receipt

    receipts = at_once(*[send] * 8)
    assert not refusals(receipts)
    assert sorted(receipt.created for receipt in receipts) == [False] * 7 + [True]
    assert (
        len({(receipt.application_id, receipt.number, receipt.query_code) for receipt in [*receipts, *told]})
        == 1
    )
    application = Application.objects.get(key=given.key)
    assert application.cases.count() == 5
    assert Entry.objects.filter(verb="application.received", subject_id=application.id).count() == 1
    assert ProcrastinateJob.objects.filter(task_name="journey:react").count() == 1


def test_one_draft_submitted_from_eight_tabs_at_once_is_one_application_and_no_draft() -> None:
    clerk, given = staff("clerk1"), submission()
    key = drafting.start(actor=clerk, target="newborn", now=NOW)
    content = DraftContent(
        applicant=given.applicant, answers=given.answers, values=given.values, materials=given.materials
    )
    drafting.save(actor=clerk, key=key, revision=0, content=content, now=NOW)
    number = open_draft(clerk, key).number
    receipts = at_once(*[lambda: drafting.submit(actor=clerk, key=key, now=NOW)] * 8)
    assert {getattr(receipt, "number", receipt) for receipt in receipts} == {number}
    assert Application.objects.filter(key=key).count() == 1


def test_people_who_act_for_each_other_at_once_do_not_block_each_other() -> None:
    clerk = staff("clerk1")
    there = [submission(applicant=MOTHER, agent=STRANGER) for _number in range(4)]
    back = [submission(applicant=STRANGER, agent=MOTHER) for _number in range(4)]
    sent = [one for pair in zip(there, back, strict=True) for one in pair]
    receipts = at_once(*(lambda one=one: receive(actor=clerk, submission=one, now=NOW) for one in sent))
    assert len({receipt.number for receipt in receipts}) == len(sent)


def test_an_application_accepted_four_times_at_once_is_accepted_once() -> None:
    row = received("newborn")
    results = at_once(
        *[lambda: accept(actor=staff("clerk1"), application_id=row.id, now=NOW)] * 2,
        *[lambda: accept(actor=staff("clerk2"), application_id=row.id, now=NOW)] * 2,
    )
    assert sorted(len(accepted_ids) for accepted_ids in results) == [0, 0, 0, 5]
    assert all(verbs_of(case.id)[Verb.ACCEPT] == 1 for case in row.cases)
    check_folds(row.id)


def test_of_two_tabs_that_save_one_draft_the_second_is_told() -> None:
    clerk = staff("clerk1")
    key = drafting.start(actor=clerk, target="newborn", now=NOW)
    contents = [DraftContent(values={"baby_name": name}) for name in ("林一", "林二")]
    results = at_once(
        *(
            lambda content=content: drafting.save(actor=clerk, key=key, revision=0, content=content, now=NOW)
            for content in contents
        )
    )
    (lost,) = refusals(results)
    assert isinstance(lost, Overtaken)
    winner = contents[results.index(1)]
    assert (open_draft(clerk, key).revision, open_draft(clerk, key).content) == (1, winner)
    drafting.discard(actor=clerk, key=key)


# ── Deciding ─────────────────────────────────────────────────────────────────────────────────────


def test_of_two_officers_who_claim_one_case_at_once_exactly_one_holds_it() -> None:
    row = accepted("newborn")
    case = case_of(row, FIRST)
    officers = [staff("officer-weijian"), staff("officer-weijian2")]
    results = at_once(
        *(
            lambda officer=officer: review.claim(actor=officer, case_id=case.id, now=NOW)
            for officer in officers
        )
    )
    (lost,) = refusals(results)
    assert lost.code == "claimed"
    winner = officers[results.index(None)]
    assert Case.objects.get(id=case.id).claimed_by == winner.id
    assert verbs_of(case.id)[Verb.CLAIM] == 1


@pytest.mark.parametrize(
    "names", [("officer-weijian", "officer-weijian2"), ("officer-weijian", "officer-weijian")]
)
def test_of_two_decisions_at_once_one_stands(names: tuple[str, str]) -> None:
    row = accepted("newborn")
    case = case_of(row, FIRST)
    outcomes = [Outcome.GRANTED, Outcome.REFUSED]
    results = at_once(
        *(
            lambda name=name, outcome=outcome: review.decide(
                actor=staff(name), case_id=case.id, outcome=outcome, opinion=OPINION, now=NOW
            )
            for name, outcome in zip(names, outcomes, strict=True)
        )
    )
    (lost,) = refusals(results)
    assert isinstance(lost, Overtaken)
    assert Case.objects.get(id=case.id).outcome == outcomes[results.index(True)]
    assert verbs_of(case.id)[Verb.DECIDE] == 1
    check_folds(row.id)


def test_a_case_that_waits_for_two_sisters_decided_at_the_same_instant_starts_once() -> None:
    row = received("newborn")
    follower = case_of(row, "citizen_card")
    sisters = {"vaccination_record": "officer-weijian", "medical_insurance": "officer-yibao"}
    Case.objects.filter(id=follower.id).update(waits_for=list(sisters))
    accept(actor=staff("clerk1"), application_id=row.id, now=NOW)
    assert Case.objects.get(id=follower.id).waiting == 2
    decided(row, FIRST, "officer-weijian")
    joining.join(case_id=case_of(row, FIRST).id, now=NOW)

    def decide_and_release(item: str, officer: str) -> list[int]:
        decided(row, item, officer)
        return joining.join(case_id=case_of(row, item).id, now=NOW)

    released = at_once(*(lambda item=item: decide_and_release(item, sisters[item]) for item in sisters))
    assert sorted(released, key=len) == [[], [follower.id]]
    starts = [
        entry.facts["waiting"]
        for entry in Entry.objects.filter(subject_kind="case", subject_id=follower.id, verb=Verb.RELEASE)
    ]
    assert starts.count(0) == 1
    assert Case.objects.get(id=follower.id).waiting == 0
    check_folds(row.id)


def test_a_worker_and_an_officer_at_one_case_leave_one_decision() -> None:
    row = accepted(POLICE_ITEM)
    case = case_of(row, POLICE_ITEM)
    officer, partner = staff("officer-gongan"), case.department_id

    def answer(outcome: Outcome) -> None:
        review.decide_elsewhere(
            case_id=case.id, partner_id=partner, outcome=outcome, reason="", facts={}, now=NOW
        )

    results = at_once(
        lambda: review.claim(actor=officer, case_id=case.id, now=NOW),
        lambda: review.decide(
            actor=officer, case_id=case.id, outcome=Outcome.REFUSED, opinion=OPINION, now=NOW
        ),
        lambda: review.begin_review_elsewhere(case_id=case.id, partner_id=partner, now=NOW),
        lambda: answer(Outcome.GRANTED),
        lambda: answer(Outcome.GRANTED),
    )
    assert all(isinstance(refusal, Overtaken) for refusal in refusals(results))
    assert isinstance(results[1], Overtaken)
    assert verbs_of(case.id)[Verb.DECIDE] == 1
    assert Case.objects.get(id=case.id).outcome == Outcome.GRANTED
    check_folds(row.id)


# ── Issuing and handing over ─────────────────────────────────────────────────────────────────────


def _decided_case() -> tuple[ApplicationRow, int]:
    row = accepted(SINGLE)
    decided(row, SINGLE, "officer-zhujian")
    return row, case_of(row, SINGLE).id


def test_four_workers_that_issue_one_result_at_once_issue_it_once() -> None:
    row, case_id = _decided_case()
    entry = Entry.objects.get(subject_kind="case", subject_id=case_id, verb=Verb.DECIDE)
    at_once(*[lambda: STEPS["issue_result"](entry, NOW)] * 4)
    number = case_of(row, SINGLE).number
    assert Licence.objects.filter(case_number=number).count() == 1
    assert Notice.objects.filter(case_number=number, kind="grant").count() == 1
    issued = Entry.objects.filter(verb__in=["licence.issued", "notice.issued"], facts__case_number=number)
    assert Counter(issued.values_list("verb", flat=True)) == {"licence.issued": 1, "notice.issued": 1}
    assert verbs_of(case_id)[Verb.ISSUE] == 1
    check_folds(row.id)


def test_threads_that_seal_for_a_department_for_the_first_time_do_not_disturb_each_other() -> None:
    material = seal_key(department_id("health"), NOW)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _round in range(20):
            pdf_seal._signer.cache_clear()
            at_once(*[lambda: pdf_seal._signer_of(material)[0].subject_name] * 4)
    finally:
        sys.setswitchinterval(interval)


def test_results_asked_for_at_two_counters_at_once_are_handed_over_once() -> None:
    row, case_id = _decided_case()
    run_journey()
    results = at_once(
        lambda: hand_over(actor=staff("clerk1"), application_id=row.id, now=NOW),
        lambda: hand_over(actor=staff("clerk2"), application_id=row.id, now=NOW),
    )
    (lost,) = refusals(results)
    assert lost.code == "nothing_ready"
    assert HandOver.objects.filter(application_id=row.id).count() == 1
    assert verbs_of(case_id)[Verb.DELIVER] == 1
    at_once(*[lambda: issuing.close(case_id=case_id, now=NOW)] * 2)
    assert verbs_of(case_id)[Verb.CLOSE] == 1
    check_folds(row.id)


def test_an_answer_three_times_and_before_its_acknowledgement_is_one_decision_and_one_licence(
    police: Simulator, callbacks: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The final answer and a late "later" come in while the call still runs, each three times at once."""
    patient = httpx.Client(timeout=20, trust_env=False)
    monkeypatch.setattr(adapter, "client", lambda: patient)
    police.control(mode="out-of-order")
    really_send = adapter.send

    def send_and_be_overtaken(*arguments: Any) -> Any:
        outcome = really_send(*arguments)
        calls = callbacks.wait_for(2)
        in_thread(*(lambda call=call: take_in(call) for call in calls * 3))
        return outcome

    monkeypatch.setattr(adapter, "send", send_and_be_overtaken)
    row = accepted(POLICE_ITEM)
    case = case_of(row, POLICE_ITEM)
    with patient:
        _run_each_step_three_times_at_once()
    assert Case.objects.get(id=case.id).stage == Stage.ISSUED
    assert len(police.calls("case")) == 1
    assert verbs_of(case.id)[Verb.DECIDE] == verbs_of(case.id)[Verb.ISSUE] == 1
    assert Licence.objects.filter(case_number=case.number).count() == 1
    assert queries.application(staff("clerk1"), row.number, now=NOW).ready
    check_folds(row.id)


def _run_each_step_three_times_at_once() -> None:
    """Run the journey to its end as three workers would that each believe a job to be theirs."""
    while job := ProcrastinateJob.objects.filter(status="todo").order_by("id").first():
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.id])
        if job.task_name == "journey:react":
            react.func(**job.args)
        else:
            entry = entries([job.args["entry_id"]])[0]
            at_once(*[lambda do=STEPS[job.args["step"]], entry=entry: do(entry, NOW)] * 3)


def test_three_workers_ask_the_applicant_once_and_two_answers_are_one() -> None:
    row = accepted("transport_company", applicant=COMPANY)
    refused = case_of(row, "road_freight_licence")
    decided(row, refused.item_key, officer_of(refused.department_id), outcome=Outcome.REFUSED)
    _forget_jobs()
    at_once(*[lambda: joining.join(case_id=refused.id, now=NOW)] * 3)
    (asked,) = Inquiry.objects.filter(application_id=row.id)
    assert Entry.objects.filter(verb="inquiry.opened", subject_id=asked.id).count() == 1

    def say(given: Answer) -> Callable[[], None]:
        return lambda: answer(actor=staff("clerk1"), application_id=row.id, answer=given, now=NOW)

    results = at_once(say(Answer.GO_ON), say(Answer.WITHDRAW), lambda: lapse(case_id=refused.id, now=NOW))
    said = Entry.objects.filter(verb="inquiry.answered", subject_id=asked.id)
    assert said.count() == 1
    assert len(refusals(results)) in {1, 2}
    asked.refresh_from_db()
    assert asked.answer == said.get().facts["answer"]
    check_folds(row.id)
    for case in row.cases:
        assert (Case.objects.get(id=case.id).stage == Stage.WITHDRAWN) == (
            asked.answer == Answer.WITHDRAW and case.id != refused.id
        )
    ids = [case.id for case in row.cases]
    Clock.objects.filter(subject_kind="case", subject_id__in=ids).update(next_at=None)
    Clock.objects.filter(subject_kind="application", subject_id=row.id).update(next_at=None)
