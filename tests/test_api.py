"""The REST interface as a clerk's own program, an applicant and a department's system use it."""

import json
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from tests.dispatching import signed
from tests.factories import MOTHER, accepted, case_of, received, submission
from tests.rest import as_json, get, logged_in, post
from yichuang.base import ids
from yichuang.cases.models import Application
from yichuang.catalogue import queries as catalogue_queries
from yichuang.identity.models import Party
from yichuang.ledger.models import Entry

pytestmark = pytest.mark.django_db

PROBLEM = {"code", "message", "field"}


def written() -> tuple[int, int, int]:
    return Application.objects.count(), Party.objects.count(), Entry.objects.count()


def query_code(client: Client) -> tuple[str, str]:
    """Number and query code of an application submitted through REST."""
    receipt = post(client, "submit", as_json(submission())).json()
    return receipt["number"], receipt["query_code"]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


# ── Submitting ───────────────────────────────────────────────────────────────────────────────────


def test_a_submission_is_received_once_and_the_same_key_gets_the_same_receipt() -> None:
    client, body = logged_in(), as_json(submission())
    first, before = post(client, "submit", body), Application.objects.count()
    again = post(client, "submit", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == {**again.json(), "created": True}
    assert ids.is_public_number(first.json()["number"])
    assert Application.objects.count() == before
    assert Application.objects.get(number=first.json()["number"]).channel == "api"


def test_an_incomplete_submission_is_told_everything_at_once_and_nothing_is_written() -> None:
    client, complete = logged_in(), submission()
    field, material = next(iter(complete.values)), next(iter(complete.materials))
    without = replace(
        complete,
        values={key: value for key, value in complete.values.items() if key != field},
        materials={key: value for key, value in complete.materials.items() if key != material},
    )
    before = written()
    response = post(client, "submit", as_json(without))
    assert response.status_code == 422
    problem = response.json()
    assert problem["code"] == "incomplete"
    assert problem["materials"] == [material]
    assert set(problem["fields"]) == {field}
    label = catalogue_queries.current().elements[field].label
    assert label in problem["fields"][field]
    assert label in problem["message"]
    assert written() == before


def test_an_unknown_target_is_refused() -> None:
    response = post(logged_in(), "submit", {**as_json(submission()), "target": "nothing"})
    assert response.status_code in {404, 422}
    assert set(response.json()) >= PROBLEM


def test_a_submission_that_is_no_submission_says_where() -> None:
    body = {
        **as_json(submission()),
        "key": "first",
        "applicant": {"kind": "cat", "number": "1", "name": "咪"},
    }
    response = post(logged_in(), "submit", body)
    assert response.status_code == 422
    problem = response.json()
    assert problem["code"] == "malformed"
    assert set(problem["fields"]) == {"body.submission.key", "body.submission.applicant.kind"}
    assert "咪" not in response.content.decode()


@pytest.mark.parametrize("character", ["\0", "\u202e", "\x1b", "\U00020000"])
def test_any_character_may_stand_anywhere_and_breaks_nothing(character: str) -> None:
    complete, odd = as_json(submission()), f"a{character}"
    client, material = logged_in(), next(iter(submission().materials))
    reference = {**complete["materials"], material: {"source": "licence", "reference": odd}}
    for change in (
        {"target": odd},
        {"applicant": {**complete["applicant"], "name": odd}},
        {"applicant": {**complete["applicant"], "phone": odd}},
        {"agent": {**complete["applicant"], "name": odd}},
        {"answers": {**complete["answers"], odd: odd}},
        {"values": dict.fromkeys(complete["values"], odd)},
        {"materials": reference},
        {"materials": {**complete["materials"], odd: {"source": "paper"}}},
    ):
        response = post(client, "submit", {**complete, "key": str(ids.new_key()), **change})
        assert response.status_code in {201, 400, 404, 422}, change
    for name in ("show", "show_case"):
        assert get(client, name, odd).status_code == 422
    assert get(Client(), "find", q=odd).status_code == 200
    assert post(Client(), "track", {"number": odd, "code": odd}).status_code in {400, 422}


def test_what_is_no_json_is_refused() -> None:
    client = logged_in()
    response = client.post(reverse("api:submit"), b"{", content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (400, "unreadable")
    assert set(response.json()) >= PROBLEM


# ── Accepting and looking ────────────────────────────────────────────────────────────────────────


def test_an_application_is_accepted_with_all_its_cases_and_shown_so() -> None:
    client, row = logged_in(), received()
    assert {case["stage"] for case in get(client, "show", row.number).json()["cases"]} == {"received"}
    response = post(client, "accept_all", None, row.number)
    assert response.status_code == 200
    cases = response.json()["cases"]
    assert {case["stage"] for case in cases} == {"accepted"}
    assert [case["number"] for case in cases] == [case.number for case in row.cases]
    assert get(client, "show", row.number).json() == response.json()


def test_accepting_what_is_accepted_changes_nothing() -> None:
    client, row = logged_in(), accepted()
    before = written()
    assert post(client, "accept_all", None, row.number).status_code == 200
    assert written() == before


def test_the_answer_holds_nothing_of_the_person() -> None:
    row = received()
    shown = get(logged_in(), "show", row.number).content.decode()
    for part in (MOTHER.name, MOTHER.number, MOTHER.phone):
        assert part not in shown


def test_an_officer_claims_and_decides_a_case() -> None:
    case = case_of(accepted(), "birth_certificate")
    officer, colleague = logged_in("officer-weijian"), logged_in("chief-weijian")
    assert post(officer, "claim", None, case.number).status_code == 200
    taken = post(colleague, "claim", None, case.number)
    assert (taken.status_code, taken.json()["code"]) == (409, "claimed")
    decision = {"outcome": "granted", "opinion": "材料齐全，符合条件。"}
    decided = post(officer, "decide", decision, case.number)
    assert decided.status_code == 200
    assert (decided.json()["stage"], decided.json()["outcome"]) == ("decided", "granted")
    assert get(officer, "show_case", case.number).json()["outcome"] == "granted"


# ── Following ────────────────────────────────────────────────────────────────────────────────────


def test_number_and_query_code_open_the_application_to_anybody() -> None:
    number, code = query_code(logged_in())
    response = post(Client(), "track", {"number": f" {number.lower()} ", "code": code})
    assert response.status_code == 200
    assert response.json()["number"] == number


def test_a_wrong_code_and_an_unknown_number_get_the_same_answer() -> None:
    number, code = query_code(logged_in())
    unknown = ids.public_number(Application.objects.get(number=number).received_at.date(), 59_000_000)
    answers = [
        post(Client(), "track", {"number": number, "code": wrong(code)}),
        post(Client(), "track", {"number": unknown, "code": code}),
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["code"] == "wrong_code"


def test_a_mistyped_number_is_told_as_such() -> None:
    response = post(Client(), "track", {"number": "260309000000", "code": "123456"})
    assert (response.status_code, response.json()["field"]) == (422, "number")


@pytest.mark.parametrize("code", ["１２３４５６", "查询密码", "", "0" * 40])
def test_any_text_may_be_given_as_the_code(code: str) -> None:
    number, _code = query_code(logged_in())
    response = post(Client(), "track", {"number": number, "code": code})
    assert (response.status_code, response.json()["code"]) == (404, "wrong_code")


def test_five_wrong_codes_lock_the_application_even_for_the_right_one() -> None:
    number, code = query_code(logged_in())
    tried = [post(Client(), "track", {"number": number, "code": wrong(code)}) for _ in range(5)]
    assert {answer.json()["code"] for answer in tried} == {"wrong_code"}
    locked = post(Client(), "track", {"number": number, "code": code})
    assert (locked.status_code, locked.json()["code"]) == (404, "locked")


def test_a_rating_before_the_results_are_there_is_refused() -> None:
    number, code = query_code(logged_in())
    rating = {"number": number, "code": code, "grade": "good"}
    response = post(Client(), "rate_one", rating)
    assert (response.status_code, response.json()["code"]) == (422, "too_early")


# ── The catalogue ────────────────────────────────────────────────────────────────────────────────


def test_anybody_finds_a_bundle_by_its_initials_and_gets_its_plan() -> None:
    hits = get(Client(), "find", q="xse").json()
    assert "newborn" in {hit["key"] for hit in hits if hit["kind"] == "bundle"}
    plan = post(Client(), "plan", {"target": "newborn"}).json()
    bundle = catalogue_queries.current().bundles["newborn"]
    assert plan["name"] == bundle.name
    assert plan["questions"]
    assert {"fields", "materials", "cases", "promised"} <= set(plan)


def test_answers_change_the_plan() -> None:
    complete = submission()
    asked = post(Client(), "plan", {"target": "newborn"}).json()
    answered = post(Client(), "plan", {"target": "newborn", "answers": dict(complete.answers)}).json()
    assert any(question["open"] for question in asked["questions"])
    assert not any(question["open"] for question in answered["questions"])
    assert {field["key"] for field in answered["fields"]} == set(complete.values)


def test_there_is_no_plan_of_what_does_not_exist() -> None:
    response = post(Client(), "plan", {"target": "nothing"})
    assert (response.status_code, response.json()["code"]) == (404, "unknown_target")


# ── Who calls ────────────────────────────────────────────────────────────────────────────────────


def test_without_a_log_in_there_are_only_open_operations() -> None:
    for response in (
        post(Client(), "submit", as_json(submission())),
        get(Client(), "show", received().number),
        post(Client(), "accept_all", None, received().number),
    ):
        assert (response.status_code, response.json()["code"]) == (401, "not_logged_in")
        assert set(response.json()) >= PROBLEM


def test_a_call_in_a_session_needs_the_csrf_token() -> None:
    client, body = logged_in(enforce_csrf_checks=True), as_json(submission())
    before = written()
    without = post(client, "submit", body)
    assert (without.status_code, without.json()["code"]) == (403, "csrf")
    assert written() == before
    client.get(reverse("counter:home"))
    token = client.cookies["csrftoken"].value
    assert post(client, "submit", body, **{"X-CSRFToken": token}).status_code == 201


def test_open_operations_and_partners_need_no_token() -> None:
    client = Client(enforce_csrf_checks=True)
    assert post(client, "plan", {"target": "newborn"}).status_code == 200
    assert post(client, "answer", {}, "police").status_code == 401


def test_an_officer_submits_nothing() -> None:
    response = post(logged_in("officer-weijian"), "submit", as_json(submission()))
    assert (response.status_code, response.json()["code"]) == (403, "not_at_a_counter")


# ── Departments' systems ─────────────────────────────────────────────────────────────────────────


def test_an_unsigned_answer_is_not_let_in() -> None:
    before = Entry.objects.count()
    response = post(Client(), "answer", {"specversion": "1.0"}, "police")
    assert (response.status_code, response.json()["code"]) == (401, "signature_missing")
    assert Entry.objects.count() == before


def test_an_answer_signed_with_another_secret_is_not_let_in() -> None:
    call = signed({"specversion": "1.0"}, secret="another")
    response = Client().post(
        reverse("api:answer", args=["police"]),
        call.body,
        content_type="application/json",
        headers=call.headers,
    )
    assert (response.status_code, response.json()["code"]) == (401, "signature_wrong")


def test_an_unknown_partner_is_told_so() -> None:
    response = post(Client(), "answer", {}, "nobody")
    assert (response.status_code, response.json()["code"]) == (404, "unknown_partner")


# ── One shape ────────────────────────────────────────────────────────────────────────────────────


def test_every_refusal_has_the_same_shape() -> None:
    """Code for programs, sentence for people, the field at fault or null; whatever it was that refused."""
    client, row = logged_in(), accepted()
    responses = [
        post(client, "submit", {**as_json(submission()), "materials": {}}),
        post(client, "submit", {"key": 1}),
        client.post(reverse("api:plan"), b"[", content_type="application/json"),
        get(client, "show", "nothing"),
        get(client, "show_case", "nothing"),
        post(client, "claim", None, row.cases[0].number),
        post(client, "hand_over_all", {}, row.number),
        get(Client(), "show", row.number),
        get(Client(), "find", q="x", limit="0"),
        post(Client(), "track", {"number": row.number, "code": "x"}),
        post(Client(), "answer", {}, "police"),
        post(Client(), "answer", {}, "nobody"),
    ]
    statuses = [response.status_code for response in responses]
    assert all(400 <= status < 500 for status in statuses), statuses
    for response in responses:
        problem = json.loads(response.content)
        assert PROBLEM <= set(problem) <= PROBLEM | {"fields", "materials"}
        assert problem["code"].isascii()
        assert problem["message"].strip()


def test_an_optional_item_is_left_out_of_the_plan_and_of_the_application() -> None:
    given = {"target": "schooling", "without": ["student_medical_insurance", "school_enrolment"]}
    plan = post(Client(), "plan", given).json()
    left = {member["item"]: member["reason"] for member in plan["members"] if not member["chosen"]}
    assert left["student_medical_insurance"] == "member_not_chosen"
    assert "school_enrolment" not in left
    assert {"comparison", "totals", "left_out", "outcome"} <= plan.keys()
