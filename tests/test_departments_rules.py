"""What needs no database: when to try again, when to leave a partner alone, signatures, where systems really are."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators import signing as simulated
from yichuang.base import circuit
from yichuang.base.endpoints import actual
from yichuang.departments import messages, signing
from yichuang.departments.contract import Confirmed, Later, Refused
from yichuang.departments.rules import next_attempt
from yichuang.departments.states import FINAL, MOVES, STATE_NAMES, State

NOW = datetime(2026, 3, 9, 1, 30, tzinfo=UTC)
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "connecting-a-department.md"
OPEN = sorted(set(State) - FINAL)
texts = st.text(max_size=40)


@given(st.sampled_from(OPEN), st.integers(0, 10_000))
def test_pauses_grow_but_never_beyond_six_hours(state: State, tries: int) -> None:
    soon, later = next_attempt(state, tries, NOW), next_attempt(state, tries + 1, NOW)
    assert soon is not None
    assert later is not None
    assert NOW < soon <= later <= NOW + timedelta(hours=6)


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_announced_time_is_believed_within_bounds(expected_by: datetime) -> None:
    moment = next_attempt(State.LATER, 0, NOW, expected_by=expected_by)
    assert moment is not None
    assert NOW + timedelta(minutes=1) <= moment <= NOW + timedelta(days=3)


@pytest.mark.parametrize("state", sorted(FINAL))
def test_a_final_answer_needs_no_further_attempt(state: State) -> None:
    assert next_attempt(state, 0, NOW) is None
    assert MOVES[state] == frozenset()


def test_every_state_has_its_moves_and_a_name_and_two_are_final() -> None:
    assert MOVES.keys() == STATE_NAMES.keys() == set(State)
    assert sorted(FINAL) == [State.CONFIRMED, State.REFUSED]


@given(st.integers(0, 1_000))
def test_a_circuit_opens_at_three_failures_for_at_most_five_minutes(failures: int) -> None:
    pause = circuit.pause(failures)
    if failures < 3:
        assert pause is None
    else:
        assert pause is not None
        assert timedelta(seconds=30) <= pause <= timedelta(minutes=5)


@given(st.text(min_size=1, max_size=40), st.binary(max_size=200), st.integers(-300, 300))
def test_a_signature_holds_for_five_minutes(secret: str, content: bytes, seconds: int) -> None:
    headers = signing.headers(secret, content, NOW)
    signing.check(secret, headers, content, NOW + timedelta(seconds=seconds))
    with pytest.raises(signing.BadSignature):
        signing.check(secret, headers, content + b" ", NOW)
    with pytest.raises(signing.BadSignature):
        signing.check(secret, headers, content, NOW + timedelta(seconds=seconds + 601))


@pytest.mark.parametrize("timestamp", ["", "soon", "-1", "１７６７２２５６００", "9" * 400, "1e9"])
def test_a_timestamp_that_is_no_number_is_refused(timestamp: str) -> None:
    with pytest.raises(signing.BadSignature):
        signing.check("s", {signing.TIMESTAMP: timestamp, signing.SIGNATURE: "v1=00"}, b"", NOW)


def test_platform_and_simulator_come_to_the_test_vector_of_the_document() -> None:
    content, at = b'{"hello":"world"}', datetime.fromtimestamp(1767225600, UTC)
    ours = signing.headers("s3cret", content, at)[signing.SIGNATURE]
    assert ours == simulated.signature("s3cret", "1767225600", content)
    assert f"`{ours}`" in DOCUMENT.read_text(encoding="utf-8")


@given(
    st.dictionaries(texts, st.one_of(texts, st.none(), st.integers(), st.lists(texts))),
    st.binary(max_size=200),
)
def test_whatever_a_partner_sends_is_an_outcome_or_malformed(data: dict[str, object], body: bytes) -> None:
    for answer in ("confirmed", "refused", "later", None):
        try:
            outcome = messages.read_outcome({**data, "answer": answer})
        except messages.Malformed:
            continue
        assert isinstance(outcome, Confirmed | Refused | Later)
    with pytest.raises(messages.Malformed):
        messages.read_answered(body)


def test_answers_that_say_the_same_have_the_same_digest() -> None:
    one = Confirmed("granted", "准予", {"a": 1, "b": 2})
    assert messages.digest(one) == messages.digest(Confirmed("granted", "准予", {"b": 2, "a": 1}))
    assert messages.digest(one) != messages.digest(Confirmed("refused", "准予", {"a": 1, "b": 2}))


@pytest.mark.parametrize(
    ("address", "called"),
    [
        ("http://a:1/x", "http://b:2/x"),
        ("http://a:1", "http://b:2"),
        ("http://a:10/x", "http://a:10/x"),
        ("http://c", "http://d/under"),
        ("http://c/y", "http://d/under/y"),
    ],
)
def test_an_installation_says_where_the_catalogues_addresses_are(
    address: str, called: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YICHUANG_ENDPOINTS", "http://a:1=http://b:2, http://c=http://d/under")
    assert actual(address) == called
