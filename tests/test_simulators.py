"""The simulators keep the contracts that they stand for."""

import json
import time
import uuid
from datetime import date
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators import signing
from simulators.household import citizen_number
from tests.simulators_fixtures import PEOPLE, SECRET, Box, Simulator, running
from yichuang.base.codes import check_citizen_number

pytestmark = pytest.mark.processes

MOTHER = "330802199504182463"
PLATFORM = "http://127.0.0.1:8000"


def hand_over(url: str, transaction: str, *, secret: str = SECRET, **payload: object) -> httpx.Response:
    event = {
        "specversion": "1.0",
        "id": transaction,
        "type": "yichuang.case.dispatched.v1",
        "data": {
            "transaction": transaction,
            "case": "260309000001-01",
            "payload": payload or {"values": {}, "item": "x"},
        },
    }
    content = json.dumps(event).encode()
    headers = signing.headers(secret, content)
    return httpx.post(f"{url}/cases", content=content, headers=headers, trust_env=False)


def ask(url: str, transaction: str) -> httpx.Response:
    target = f"/transactions/{transaction}"
    headers = signing.headers(SECRET, target.encode())
    return httpx.get(url + target, headers=headers, trust_env=False)


def test_the_card_reader_reads_a_card_of_its_tray_for_the_platforms_page(card_reader: Simulator) -> None:
    with httpx.Client(base_url=card_reader.url, headers={"Origin": PLATFORM}, trust_env=False) as page:
        tray = page.get("/cards")
        assert tray.headers["access-control-allow-origin"] == PLATFORM
        assert MOTHER in {card["card"] for card in tray.json()["cards"]}
        card = page.post("/read", json={"card": MOTHER}).json()
        assert (card["number"], card["name"], card["sex"]) == (MOTHER, "林知夏", "2")
        assert card["birth"] == "1995-04-18"
        assert page.post("/read", json={}).json()["error"] == "no_card"


def test_the_card_reader_gives_nothing_to_a_foreign_page(card_reader: Simulator) -> None:
    foreign = {"Origin": "https://elsewhere.example"}
    for answer in (
        httpx.get(f"{card_reader.url}/cards", headers=foreign, trust_env=False),
        httpx.post(f"{card_reader.url}/read", json={"card": MOTHER}, headers=foreign, trust_env=False),
        httpx.options(f"{card_reader.url}/read", headers=foreign, trust_env=False),
    ):
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers
        assert MOTHER not in answer.text


def test_the_card_reader_answers_a_browsers_question_before_the_call(card_reader: Simulator) -> None:
    answer = httpx.options(
        f"{card_reader.url}/read", headers={"Origin": "http://localhost:8000"}, trust_env=False
    )
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-private-network"] == "true"


def test_a_register_refuses_a_query_that_does_not_say_what_for(registers: Simulator) -> None:
    full = {"subject": MOTHER, "fields": ["address"], "case": "260309000001", "item": "i", "purpose": "p"}
    for left_out in ("case", "item", "purpose"):
        asked = {name: value for name, value in full.items() if name != left_out}
        answer = httpx.post(f"{registers.url}/resources/hukou", json=asked, trust_env=False)
        assert (answer.status_code, answer.json()["missing"]) == (400, [left_out])
    found = httpx.post(f"{registers.url}/resources/hukou", json=full, trust_env=False)
    assert set(found.json()["record"]) == {"address"}


def test_a_registers_log_names_case_item_and_purpose_but_nobody(registers: Simulator) -> None:
    asked = {"subject": MOTHER, "fields": ["address"], "case": "260309000001", "item": "i", "purpose": "p"}
    httpx.post(f"{registers.url}/resources/hukou", json=asked, trust_env=False)
    (query,) = registers.log()["queries"]
    assert (query["case"], query["item"], query["purpose"]) == ("260309000001", "i", "p")
    assert MOTHER not in json.dumps(query)


def test_the_police_take_nothing_that_is_not_signed() -> None:
    with running(
        "simulators.police", "--people", str(PEOPLE), environment={"YICHUANG_PARTNER_POLICE": SECRET}
    ) as it:
        assert hand_over(it.url, "t1", secret="another").status_code == 401
        content = b'{"type": "yichuang.case.dispatched.v1"}'
        old = str(int(time.time()) - 3600)
        headers = {
            "X-Yichuang-Timestamp": old,
            "X-Yichuang-Signature": signing.signature(SECRET, old, content),
        }
        answer = httpx.post(f"{it.url}/cases", content=content, headers=headers, trust_env=False)
        assert answer.status_code == 401
        assert it.log()["book"] == []


def test_the_police_book_holds_a_transaction_once() -> None:
    with running(
        "simulators.police", "--people", str(PEOPLE), environment={"YICHUANG_PARTNER_POLICE": SECRET}
    ) as it:
        transaction = str(uuid.uuid4())
        assert [hand_over(it.url, transaction).status_code for _ in range(2)] == [202, 202]
        assert hand_over(it.url, transaction, values={"other": "message"}).status_code == 409
        assert len(it.log()["book"]) == 1


def test_the_police_deliver_after_a_crash_what_they_owed(tmp_path: Path, callbacks: Box) -> None:
    options = [
        "--people",
        str(PEOPLE),
        "--state",
        str(tmp_path / "book.sqlite"),
        "--delay",
        "0",
        "--retry",
        "0.1",
    ]
    environment = {"YICHUANG_PARTNER_POLICE": SECRET}
    callbacks.status = 503
    with running(
        "simulators.police", *options, "--callback", callbacks.url, environment=environment
    ) as first:
        hand_over(first.url, "t1")
        callbacks.wait_for(1)
        first.process.kill()
    callbacks.status = 200
    callbacks.calls.clear()
    with running(
        "simulators.police", *options, "--callback", callbacks.url, environment=environment
    ) as second:
        assert callbacks.wait_for(1)[0].json()["data"]["transaction"] == "t1"
        assert ask(second.url, "t1").json()["answer"] == "confirmed"
        assert ask(second.url, "t2").json() == {"transaction": "t2", "answer": "never_heard"}


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.integers(0, 10**9), st.booleans())
def test_a_newborns_number_is_a_valid_citizen_number(born: date, serial: int, male: bool) -> None:
    number = citizen_number("330802", born, serial, male=male)
    assert check_citizen_number(number) == number
    assert number[6:14] == f"{born:%Y%m%d}"
    assert int(number[16]) % 2 == male
