"""The officer's acts, the hand-over and the rating over REST."""

from typing import Any

import pytest
from django.test import Client

from tests.city import run_journey
from tests.factories import NOW, accepted, case_of
from yichuang.base import clock
from yichuang.cases.models import Case
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.reading import query_code
from yichuang.identity.models import User
from yichuang.ledger.models import Entry

pytestmark = pytest.mark.django_db

ITEM = "housing_reform_proof"
GRANT = {"outcome": "granted", "opinion": "材料齐全，符合条件。"}


def client_of(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def post(client: Client, path: str, body: dict[str, Any] | None = None) -> Any:
    return client.post(f"/api/{path}", body or {}, content_type="application/json")


def decided() -> ApplicationRow:
    row = accepted(ITEM)
    officer, number = client_of("officer-zhujian"), case_of(row, ITEM).number
    assert post(officer, f"cases/{number}/claim").json()["stage"] == "in_review"
    answer = post(officer, f"cases/{number}/decide", GRANT)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "granted")
    run_journey()
    return row


def test_a_case_is_claimed_given_back_and_decided() -> None:
    number = case_of(accepted(ITEM), ITEM).number
    officer, colleague = client_of("officer-zhujian"), client_of("officer-zhujian2")
    assert post(officer, f"cases/{number}/claim").status_code == 200
    held = post(colleague, f"cases/{number}/claim")
    assert (held.status_code, held.json()["code"]) == (409, "claimed")
    assert post(officer, f"cases/{number}/unclaim").status_code == 200
    assert post(colleague, f"cases/{number}/decide", GRANT).json()["stage"] == "decided"
    again = post(colleague, f"cases/{number}/decide", GRANT)
    assert again.status_code == 409
    assert colleague.get(f"/api/cases/{number}").json()["outcome"] == "granted"


def test_a_refusal_needs_reasons_and_one_of_the_two_outcomes() -> None:
    number = case_of(accepted(ITEM), ITEM).number
    officer = client_of("officer-zhujian")
    silent = post(officer, f"cases/{number}/decide", {"outcome": "refused", "opinion": " "})
    assert (silent.status_code, silent.json()["code"]) == (422, "no_reason")
    assert post(officer, f"cases/{number}/decide", {"outcome": "perhaps", "opinion": "不"}).status_code == 422


def test_nobody_else_gets_at_a_case() -> None:
    number = case_of(accepted(ITEM), ITEM).number
    assert client_of("officer-yibao").get(f"/api/cases/{number}").status_code == 404
    assert post(client_of("officer-yibao"), f"cases/{number}/claim").status_code == 404
    assert post(client_of("clerk1"), f"cases/{number}/claim").status_code == 403
    assert post(Client(), f"cases/{number}/claim").status_code == 401


def test_a_change_from_a_foreign_page_is_refused() -> None:
    number = case_of(accepted(ITEM), ITEM).number
    officer = Client(enforce_csrf_checks=True)
    officer.force_login(User.objects.get(username="officer-zhujian"))
    assert post(officer, f"cases/{number}/claim").status_code == 403


def test_results_are_handed_over_once_and_then_rated_once() -> None:
    row = decided()
    code = {"number": row.number, "code": query_code(row.id)}
    rating = {**code, "grade": "good", "comment": "快"}
    assert post(Client(), "track/rating", rating).json()["code"] == "too_early"
    clerk = client_of("clerk2")
    assert post(clerk, f"applications/{row.number}/hand-over").json()["cases"][0]["stage"] == "delivered"
    again = post(clerk, f"applications/{row.number}/hand-over")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_ready")
    assert post(Client(), "track/rating", {**rating, "code": "wrong"}).status_code == 404
    assert post(Client(), "track/rating", rating).status_code == 204
    assert post(Client(), "track/rating", rating).json()["code"] == "rated"


def test_an_agent_takes_results_only_where_one_is_registered() -> None:
    row = decided()
    answer = post(client_of("clerk1"), f"applications/{row.number}/hand-over", {"to_agent": True})
    assert (answer.status_code, answer.json()["code"]) == (403, "no_agent")


# ── 报批 ─────────────────────────────────────────────────────────────────────────────────────────

LABOUR, FIRE = "labour_dispatch_licence", "fire_design_review"


def test_a_decision_is_proposed_by_one_and_approved_by_another_and_the_same_call_again_does_nothing() -> None:
    number = case_of(accepted(LABOUR), LABOUR).number
    officer, head = client_of("officer-renshe"), client_of("chief-renshe")
    alone = post(officer, f"cases/{number}/decide", GRANT)
    assert (alone.status_code, alone.json()["code"]) == (403, "needs_approval")
    for _time in range(2):
        answer = post(officer, f"cases/{number}/propose-decision", GRANT)
        assert (answer.status_code, answer.json()["proposed"], answer.json()["outcome"]) == (
            200,
            "decision",
            "",
        )
    other = post(officer, f"cases/{number}/propose-decision", {**GRANT, "opinion": "别的意见。"})
    assert (other.status_code, other.json()["code"]) == (409, "proposed")
    own = post(officer, f"cases/{number}/approve")
    assert own.status_code == 403
    for _time in range(2):
        answer = post(head, f"cases/{number}/approve")
        assert (answer.status_code, answer.json()["proposed"], answer.json()["outcome"]) == (
            200,
            "",
            "granted",
        )
    verbs = Entry.objects.filter(subject_kind="case", verb__in=["case.proposed", "case.decided"])
    assert verbs.filter(subject_id=Case.objects.get(number=number).id).count() == 2


def test_what_somebody_else_has_done_is_not_ones_own_call_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)  # within the limit that is extended
    number = case_of(accepted(FIRE), FIRE).number
    officer, head = client_of("officer-zhujian"), client_of("chief-zhujian")
    nothing = post(head, f"cases/{number}/approve")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "not_proposed")
    asked = {"value": 5, "reason": "案情复杂。"}
    for _time in range(2):
        assert post(officer, f"cases/{number}/propose-extension", asked).json()["proposed"] == "extension"
    for _time in range(2):
        assert post(head, f"cases/{number}/return", {"remark": "理由不充分。"}).json()["proposed"] == ""
    assert post(head, f"cases/{number}/approve").status_code == 409
    assert post(officer, f"cases/{number}/return", {"remark": "理由不充分。"}).status_code == 409
    assert post(officer, f"cases/{number}/propose-extension", asked).json()["proposed"] == "extension"
    extended = post(head, f"cases/{number}/approve").json()
    assert (extended["proposed"], extended["due_at"][:10]) == ("", "2026-03-25")
    too_long = post(officer, f"cases/{number}/propose-extension", {"value": 5000, "reason": "久。"})
    assert too_long.status_code == 422
