"""Asking registers: under a grant, on record, within the patience of a counter."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import httpx
import pytest

from tests.factories import staff
from tests.simulators_fixtures import REGISTERS, Simulator, box, point
from yichuang.base import clock
from yichuang.base.errors import Invalid, NotVisible
from yichuang.base.pdf.verify import verify
from yichuang.identity.data import Actor
from yichuang.identity.seal_keys import trust_roots
from yichuang.ledger.models import Entry
from yichuang.sharing import actions, contract, queries
from yichuang.sharing.adapters.http import adapter
from yichuang.sharing.adapters.http.adapter import client as shared_client
from yichuang.sharing.data import Answer, DataRequest, Outcome
from yichuang.sharing.models import Evidence, ProviderLine

pytestmark = [pytest.mark.django_db, pytest.mark.processes]

MOTHER = "330802199504182463"
NOBODY = "11010519491231002X"
NUMBER = "260309ABCDE1"
HUKOU = DataRequest("hukou", "household_registration", MOTHER)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One second in place of two: what never answers is given up sooner."""
    with httpx.Client(timeout=1, trust_env=False) as client:
        monkeypatch.setattr(adapter, "client", lambda: client)
        monkeypatch.setattr(actions, "PATIENCE", 1)
        yield


@pytest.fixture
def clerk() -> Actor:
    return staff("clerk1")


def fetch(clerk: Actor, *requests: DataRequest, number: str = NUMBER, **options: object) -> dict[str, Answer]:
    now = options.pop("now", None) or clock.now()
    return actions.fetch(requests, application_number=number, actor=clerk, now=now, **options)


def test_a_found_record_fills_elements_and_states_its_source(registers: Simulator, clerk: Actor) -> None:
    answer = fetch(clerk, HUKOU)["hukou"]
    assert answer.outcome is Outcome.FOUND
    assert answer.values["household_number"] == "330802001523"
    assert answer.source_name == "衢州市公安局 · 户籍信息"
    assert answer.purpose
    (query,) = registers.log()["queries"]
    assert (query["case"], query["item"], query["purpose"]) == (
        NUMBER,
        "household_registration",
        answer.purpose,
    )


def test_what_was_asked_leaves_sealed_evidence_and_codes_in_the_ledger(
    registers: Simulator, clerk: Actor
) -> None:
    answer = fetch(clerk, HUKOU)["hukou"]
    row = Evidence.objects.get(id=answer.evidence_id)
    assert MOTHER.encode() not in bytes(row.answer) + bytes(row.subject_index)
    facts = queries.evidence(answer.evidence_id)
    assert facts.intact
    assert facts.subject == "330802********2463"
    assert facts.values == answer.values
    assert "330802001523" in dict(facts.labelled).values()
    entry = Entry.objects.get(verb="data.queried", subject_id=answer.evidence_id)
    assert entry.actor_id == clerk.id
    assert entry.facts == {
        "application": NUMBER,
        "item": "household_registration",
        "resource": "hukou",
        "outcome": "found",
    }


def test_nobody_of_that_number_is_absent_and_says_what_to_do(registers: Simulator, clerk: Actor) -> None:
    answer = fetch(clerk, DataRequest("hukou", "household_registration", NOBODY))["hukou"]
    assert (answer.outcome, answer.values) == (Outcome.ABSENT, {})
    assert "没有查到" in answer.sentence
    assert answer.fallback == "paper"


@pytest.mark.parametrize(
    ("resource", "item"),
    [
        ("provident_fund", "household_registration"),
        ("hukou", "no-such-item"),
        ("no-such-resource", "passport"),
    ],
)
def test_without_a_grant_nothing_is_called_and_the_attempt_is_on_record(
    resource: str, item: str, registers: Simulator, clerk: Actor
) -> None:
    answer = fetch(clerk, DataRequest(resource, item, MOTHER))[resource]
    assert (answer.outcome, answer.values) == (Outcome.DENIED, {})
    assert "纸质材料" in answer.sentence
    assert registers.log()["queries"] == []
    assert Entry.objects.get(verb="data.queried", subject_id=answer.evidence_id).facts["outcome"] == "denied"


@pytest.mark.parametrize(("number", "subject"), [("", MOTHER), (NUMBER, " ")])
def test_a_question_without_application_or_subject_is_not_asked(
    number: str, subject: str, registers: Simulator, clerk: Actor
) -> None:
    with pytest.raises(Invalid):
        fetch(clerk, DataRequest("hukou", "household_registration", subject), number=number)
    assert registers.log()["queries"] == []


def test_a_slow_register_is_down_and_the_others_answer(registers: Simulator, clerk: Actor) -> None:
    registers.control(mode="slow", resource="births", delay=3)
    answers = fetch(clerk, HUKOU, DataRequest("births", "birth_certificate", MOTHER))
    assert answers["hukou"].outcome is Outcome.FOUND
    assert (answers["births"].outcome, answers["births"].fallback) == (Outcome.DOWN, "paper")
    assert "稍后重试" in answers["births"].sentence
    assert Evidence.objects.get(id=answers["births"].evidence_id).code == "timeout"


def test_registers_are_asked_at_the_same_time(registers: Simulator, clerk: Actor) -> None:
    registers.control(mode="slow", delay=0.4)
    asked = [
        HUKOU,
        DataRequest("births", "birth_certificate", MOTHER),
        DataRequest("marriage", "household_registration", MOTHER),
        DataRequest("population", "birth_certificate", MOTHER),
    ]
    started = time.monotonic()
    answers = fetch(clerk, *asked)
    assert {answer.outcome for answer in answers.values()} == {Outcome.FOUND}
    assert time.monotonic() - started < 0.4 * len(asked)


def test_a_dead_register_is_left_alone_after_three_failures_until_it_is_back(
    registers: Simulator, clerk: Actor
) -> None:
    registers.control(mode="dead")
    now = clock.now()
    for second in range(5):
        answer = fetch(clerk, HUKOU, now=now + timedelta(seconds=second))["hukou"]
        assert answer.outcome is Outcome.DOWN
    assert len(registers.log()["queries"]) == 3
    assert Evidence.objects.get(id=answer.evidence_id).code == "line_closed"
    registers.control(mode="normal")
    assert fetch(clerk, HUKOU, now=now + timedelta(minutes=1))["hukou"].outcome is Outcome.FOUND
    assert ProviderLine.objects.get(key="police").open_until is None


def test_a_closed_line_to_one_provider_leaves_the_others_open(registers: Simulator, clerk: Actor) -> None:
    for resource in ("hukou", "population"):
        registers.control(mode="dead", resource=resource)
    for _ in range(3):
        fetch(clerk, HUKOU)
    answers = fetch(clerk, HUKOU, DataRequest("marriage", "household_registration", MOTHER))
    assert answers["hukou"].outcome is Outcome.DOWN
    assert answers["marriage"].outcome is Outcome.FOUND


def test_the_same_question_is_answered_from_its_evidence_for_a_while(
    registers: Simulator, clerk: Actor
) -> None:
    now = clock.now()
    first = fetch(clerk, HUKOU, now=now)["hukou"]
    assert fetch(clerk, HUKOU, now=now + timedelta(minutes=5))["hukou"] == first
    assert len(registers.log()["queries"]) == 1
    refreshed = fetch(clerk, HUKOU, now=now + timedelta(minutes=5), refresh=True)["hukou"]
    another = fetch(clerk, HUKOU, now=now, number="260309ABCDE2")["hukou"]
    later = fetch(clerk, HUKOU, now=now + timedelta(hours=2))["hukou"]
    assert len({first.evidence_id, refreshed.evidence_id, another.evidence_id, later.evidence_id}) == 4
    assert len(registers.log()["queries"]) == 4


def test_a_failure_is_not_kept_as_an_answer(registers: Simulator, clerk: Actor) -> None:
    registers.control(mode="error")
    assert fetch(clerk, HUKOU)["hukou"].outcome is Outcome.DOWN
    registers.control(mode="normal")
    assert fetch(clerk, HUKOU)["hukou"].outcome is Outcome.FOUND


def test_what_was_not_asked_for_is_not_taken(clerk: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    with box() as talkative:
        record = {"household_number": "330802001523", "religion": "not our business"}
        talkative.answer = json.dumps({"record": record}).encode()
        point(monkeypatch, REGISTERS, talkative.url)
        answer = fetch(clerk, HUKOU)["hukou"]
    assert answer.values == {"household_number": "330802001523"}


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (200, b"<html>"),
        (200, b"[]"),
        (200, b'{"record": []}'),
        (404, b"{}"),
        (404, b"not found"),
        (302, b"{}"),
    ],
)
def test_anything_but_the_registers_word_counts_as_down(
    status: int, said: bytes, clerk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with box() as proxy:
        proxy.status, proxy.answer = status, said
        point(monkeypatch, REGISTERS, proxy.url)
        assert fetch(clerk, HUKOU)["hukou"].outcome is Outcome.DOWN


def test_evidence_that_was_changed_is_noticed(registers: Simulator, clerk: Actor) -> None:
    evidence_id = fetch(clerk, HUKOU)["hukou"].evidence_id
    Evidence.objects.filter(id=evidence_id).update(purpose="另有所用")
    assert not queries.evidence(evidence_id).intact
    with pytest.raises(NotVisible):
        queries.evidence_pdf(evidence_id)
    Evidence.objects.filter(id=evidence_id).update(answer=b"\x01garbage-that-does-not-open")
    assert not queries.evidence(evidence_id).intact


def test_the_paper_of_a_query_is_sealed_by_the_department_that_provides_the_data(
    registers: Simulator, clerk: Actor
) -> None:
    answer = fetch(clerk, HUKOU)["hukou"]
    pdf = queries.evidence_pdf(answer.evidence_id)
    report = verify(pdf, trust_roots())
    assert report.intact
    assert report.covers_whole_document
    assert "公安局" in report.signer


def test_a_query_that_found_nothing_has_no_paper(registers: Simulator, clerk: Actor) -> None:
    answer = fetch(clerk, DataRequest("hukou", "household_registration", NOBODY))["hukou"]
    with pytest.raises(NotVisible):
        queries.evidence_pdf(answer.evidence_id)


def test_an_unknown_kind_of_adapter_is_named_with_those_that_there_are() -> None:
    with pytest.raises(Exception, match="http"):
        contract.adapter("pigeon")


def test_threads_that_ask_for_the_first_time_together_share_one_client() -> None:
    adapter._client.cache_clear()
    together = Barrier(8)

    def ask() -> httpx.Client:
        together.wait()
        return shared_client()

    with ThreadPoolExecutor(8) as pool:
        clients = {future.result() for future in [pool.submit(ask) for _thread in range(8)]}
    assert len(clients) == 1
    clients.pop().close()
    adapter._client.cache_clear()
