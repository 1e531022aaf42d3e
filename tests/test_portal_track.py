"""Following an application: the code, the account, the true stages, and who sees nothing."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.city import run_journey
from tests.factories import MOTHER, NOW, STRANGER, accepted, case_of, decided, received, staff
from tests.portal_visitors import (
    ITEM,
    OFFICER,
    applicant,
    code_of,
    fresh,
    holder_of,
    member_of_staff,
    ready,
    text_of,
)
from yichuang.base import ids
from yichuang.base.clock import now
from yichuang.cases import queries
from yichuang.cases.actions.acceptance import decline
from yichuang.cases.actions.correction import ask_correction
from yichuang.cases.actions.review import begin_review_elsewhere, claim
from yichuang.cases.models import Application
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Outcome
from yichuang.identity.models import Staff
from yichuang.ledger.models import Entry
from yichuang.web.portal.words import last_moment, state_of

pytestmark = pytest.mark.django_db

FIRST = "birth_certificate"


def following(row: ApplicationRow) -> str:
    return text_of(holder_of(row).get(f"/track/{row.number}/"))


# ── The code ─────────────────────────────────────────────────────────────────────────────────────


def test_number_and_code_open_the_application_and_nothing_else_is_remembered() -> None:
    row = received(ITEM)
    client = Client()
    response = client.post("/track/", {"number": row.number, "code": code_of(row)})
    assert response["Location"] == f"/track/{row.number}/"
    assert client.session["opened"] == {row.number: row.party_id}
    assert client.get(f"/track/{row.number}/").status_code == 200
    assert client.get("/track/").status_code == 200


@pytest.mark.parametrize(
    "written",
    [
        lambda number: number.lower(),
        lambda number: f" {number[:6]} {number[6:]} ",
        lambda number: f"{number}-01",
        lambda number: number.translate({ord(str(digit)): 0xFF10 + digit for digit in range(10)}),
    ],
    ids=["lower case", "blanks", "number of a case", "full width"],
)
def test_a_number_may_be_written_as_people_write_it(written: Callable[[str], str]) -> None:
    row = received(ITEM)
    response = Client().post("/track/", {"number": written(row.number), "code": f" {code_of(row)}"})
    assert response["Location"] == f"/track/{row.number}/"


def test_a_mistyped_number_is_told_at_its_field_and_stays() -> None:
    response = Client().post("/track/", {"number": "260309AAAA", "code": "123456"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "申报号应为12位" in page
    assert 'value="260309AAAA"' in page
    assert 'value="123456"' in page
    assert 'aria-describedby="number-hint number-error"' in page


def test_a_wrong_code_and_an_unknown_number_get_the_same_answer() -> None:
    row = received(ITEM)
    wrong = str((int(code_of(row)) + 1) % 1_000_000).zfill(6)
    nobody = ids.public_number(date(2020, 1, 1), 7)
    answers = [Client().post("/track/", {"number": number, "code": wrong}) for number in (row.number, nobody)]
    assert {answer.status_code for answer in answers} == {404}
    sentences = ["申报号或查询密码不对" in text_of(answer) for answer in answers]
    assert sentences == [True, True]


def test_five_wrong_codes_lock_even_the_right_one() -> None:
    row, client = received(ITEM), Client()
    wrong = str((int(code_of(row)) + 1) % 1_000_000).zfill(6)
    for _turn in range(5):
        client.post("/track/", {"number": row.number, "code": wrong})
    response = client.post("/track/", {"number": row.number, "code": code_of(row)})
    assert "15分钟后再试" in text_of(response)
    assert "opened" not in client.session


def test_the_session_gets_a_new_key_and_ends_with_the_browser() -> None:
    row, client = received(ITEM), Client()
    session = client.session
    session["theirs"] = "fixed by somebody"
    session.save()
    before = client.cookies["sessionid"].value
    holder_of(row, client)
    assert client.cookies["sessionid"].value != before
    assert client.cookies["sessionid"]["max-age"] == ""


def test_closing_forgets_what_was_opened() -> None:
    row = received(ITEM)
    client = holder_of(row)
    assert "退出查询" in text_of(client.get(f"/track/{row.number}/"))
    assert client.post("/track/close/")["Location"] == "/track/"
    assert client.get(f"/track/{row.number}/").status_code == 302


def test_one_can_open_two_and_go_from_the_rating_qr_code_to_the_rating() -> None:
    one, other = received(ITEM), received("newborn")
    client = holder_of(one)
    asked = client.get(f"/track/{other.number}/rate/")
    assert asked["Location"] == f"/track/?number={other.number}&next=%2Ftrack%2F{other.number}%2Frate%2F"
    form = client.get(asked["Location"]).content.decode()
    assert f'value="{other.number}"' in form
    sent = {"number": other.number, "code": code_of(other), "next": f"/track/{other.number}/rate/"}
    assert client.post("/track/", sent)["Location"] == f"/track/{other.number}/rate/"
    assert client.get(f"/track/{one.number}/").status_code == 200


@pytest.mark.parametrize("elsewhere", ["https://example.invalid/", "//example.invalid/", "/counter/"])
def test_after_the_code_nobody_is_led_elsewhere(elsewhere: str) -> None:
    row = received(ITEM)
    sent = {"number": row.number, "code": code_of(row), "next": elsewhere}
    assert Client().post("/track/", sent)["Location"] == f"/track/{row.number}/"


# ── Rights ───────────────────────────────────────────────────────────────────────────────────────

PAGES = ("", "results/", "results.zip", "rate/", "notices/1/", "licences/{number}-01/")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["stranger", "another applicant", "holder of another code", "staff"])
def test_others_see_nothing_and_do_not_learn_whether_it_exists(who: str, page: str) -> None:
    row, other = ready(), received(ITEM, applicant=STRANGER)
    client = {
        "stranger": Client,
        "another applicant": lambda: applicant(STRANGER.number),
        "holder of another code": lambda: holder_of(other),
        "staff": member_of_staff,
    }[who]()
    for number in (row.number, ids.public_number(date(2020, 1, 1), 7)):
        response = client.get(f"/track/{number}/{page.format(number=number)}")
        if who == "staff":
            assert response.status_code == 403
            assert "工作人员账号" in text_of(response)
        else:
            assert response.status_code == 302
            assert response["Location"].startswith(f"/track/?number={number}")


@pytest.mark.parametrize("page", ["results/", "rate/"])
def test_others_can_do_nothing_either(page: str) -> None:
    row, other = ready(), received(ITEM, applicant=STRANGER)
    before = Entry.objects.count()
    for client in (Client(), applicant(STRANGER.number), holder_of(other), member_of_staff()):
        response = client.post(f"/track/{row.number}/{page}", {"grade": "very_bad"})
        assert response.status_code in {302, 403}
    assert fresh(row).ready
    assert not Entry.objects.filter(id__gt=before, verb__in=["hand_over.done", "rating.given"]).exists()


@pytest.mark.parametrize("username", ["clerk1", "officer-zhujian", "manager", "supervisor"])
def test_staff_do_not_open_by_code(username: str) -> None:
    row = received(ITEM)
    client = member_of_staff(username)
    assert client.get("/track/").status_code == 403
    assert client.post("/track/", {"number": row.number, "code": code_of(row)}).status_code == 403
    assert client.get("/my/").status_code == 403


def test_what_was_opened_by_code_is_closed_to_whoever_then_logs_in_as_staff() -> None:
    row = received(ITEM)
    client = holder_of(row)
    client.force_login(Staff.objects.get(user__username="clerk1").user)
    assert client.get(f"/track/{row.number}/").status_code == 403


def test_the_applicant_needs_no_code_for_her_own() -> None:
    row = received(ITEM)
    client = applicant()
    assert row.target_name in text_of(client.get(f"/track/{row.number}/"))
    assert row.number in text_of(client.get("/my/"))
    assert row.number not in text_of(applicant(_somebody().number).get("/my/"))


def _somebody() -> type[STRANGER]:
    received(ITEM, applicant=STRANGER)
    return STRANGER


def test_a_relative_who_is_logged_in_opens_by_code_and_then_sees_this_one_only() -> None:
    hers, another = received(ITEM), received("newborn")
    received(ITEM, applicant=STRANGER)
    client = holder_of(hers, applicant(STRANGER.number))
    assert client.get(f"/track/{hers.number}/").status_code == 200
    assert client.get(f"/track/{another.number}/").status_code == 302
    assert hers.number not in text_of(client.get("/my/"))


def test_a_visitor_logs_in_to_see_what_is_hers() -> None:
    assert Client().get("/my/")["Location"] == "/accounts/login/?next=/my/"


# ── What the page says ───────────────────────────────────────────────────────────────────────────


def test_each_case_says_where_it_stands_who_has_it_and_until_when() -> None:
    row = accepted("newborn", now=now())
    page = following(row)
    first = case_of(row, FIRST)
    assert first.due_at is not None
    assert f"最迟 {last_moment(first.due_at)}" in page
    assert "衢州市卫生健康委员会" in page
    assert page.count(f"“{first.item_name}”办好就开始") == 4
    assert "现在不用您做什么" in page
    assert "5 项里有 0 项办好" in page


def test_a_case_in_the_departments_own_system_says_so() -> None:
    row = accepted("newborn")
    decided(row, FIRST, "officer-weijian")
    run_journey()
    police = case_of(fresh(row), "household_registration")
    begin_review_elsewhere(case_id=police.id, partner_id=police.department_id, now=NOW)
    assert "衢州市公安局 （在“公安人口管理系统”里办理，结果自动送回）" in following(row)


def test_a_correction_says_what_and_until_when() -> None:
    row = received("newborn")
    case = case_of(row, FIRST)
    lines = [line for line in queries.materials(row.id) if FIRST in line.items]
    ask_correction(
        actor=staff("clerk1"), case_id=case.id, text="分娩记录照片不清，请重拍。", materials=[lines[0].key],
        until=date(2026, 3, 20), now=NOW,
    )  # fmt: skip
    page = following(row)
    assert "请您补材料" in page
    assert "请在 3月20日（星期五） 前补齐" in page
    assert "分娩记录照片不清" in page
    assert lines[0].name in page
    assert "请您补材料" in text_of(applicant().get("/my/"))


def test_a_declined_case_says_so() -> None:
    row = received(ITEM)
    decline(actor=staff("clerk1"), case_id=row.cases[0].id, reason="不属于本机关职权", now=NOW)
    run_journey()
    page = following(row)
    assert "没有受理，理由在决定书里" in page
    assert "不予受理决定书" in page
    assert "全部办完了" in page


def test_no_name_of_staff_is_told() -> None:
    row = accepted("newborn")
    claim(actor=staff("officer-weijian"), case_id=case_of(row, FIRST).id, now=NOW)
    decided(row, FIRST, "officer-weijian")
    run_journey()
    page = following(row)
    assert "作出决定：准予" in page
    for name in Staff.objects.order_by("id").values_list("name", flat=True):
        assert name not in page, name


def test_names_and_numbers_of_people_are_masked() -> None:
    row = accepted("newborn")
    page = following(row)
    for secret in (MOTHER.name, MOTHER.number, MOTHER.phone, code_of(row)):
        assert secret not in page
    assert "林**" in page


def test_a_refusal_is_told_in_plain_words() -> None:
    row = ready(outcome=Outcome.REFUSED)
    assert "没有批准，决定书等您领取" in following(row)


def test_the_papers_of_the_course_can_be_opened_and_each_opening_is_recorded() -> None:
    row = ready()
    client = holder_of(row)
    page = client.get(f"/track/{row.number}/").content.decode()
    assert "收件凭证" in page
    assert "受理通知书" in page
    address = page.split(f'href="/track/{row.number}/notices/')[1].split('"')[0]
    response = client.get(f"/track/{row.number}/notices/{address}")
    assert response.content.startswith(b"%PDF-")
    entry = Entry.objects.filter(verb="notice.read").latest("id")
    assert (entry.actor_kind, entry.actor_id) == ("applicant", row.party_id)
    assert entry.facts == {"application": row.number}


def test_the_number_of_queries_does_not_grow_with_the_application() -> None:
    counts = []
    for target in (ITEM, "newborn"):
        row = accepted(target)
        run_journey()
        client = holder_of(row)
        client.get(f"/track/{row.number}/")
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/track/{row.number}/")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 9


def test_the_list_of_ones_own_costs_the_same_for_one_and_for_many() -> None:
    received(ITEM)
    client, counts = applicant(), []
    for _turn in range(2):
        client.get("/my/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/my/")
        counts.append(len(asked))
        received("newborn")
        received(ITEM)
    assert counts[0] == counts[1] <= 9


def test_many_applications_come_in_pages() -> None:
    rows = [received(ITEM, now=NOW + timedelta(minutes=minute)) for minute in range(22)]
    client = applicant()
    first = client.get("/my/")
    assert rows[-1].number in text_of(first)
    assert rows[1].number not in text_of(first)
    following_page = first.content.decode().split('href="/my/?before=')[1].split('"')[0]
    assert rows[1].number in text_of(client.get(f"/my/?before={following_page}"))


def test_a_limit_of_minutes_is_told_with_its_time() -> None:
    case = case_of(accepted(ITEM), ITEM)
    assert case.due_at is not None
    assert state_of(case) == "已经受理，等着审查"
    assert last_moment(NOW) == "3月9日（星期一） 09:30"
    assert last_moment(NOW.replace(hour=23, minute=59, second=59)) == "3月9日（星期一）"


def test_the_officer_of_the_test_item_exists() -> None:
    assert staff(OFFICER).department_id == case_of(accepted(ITEM), ITEM).department_id
    assert Application.objects.exists()
