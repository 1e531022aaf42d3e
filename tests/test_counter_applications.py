"""An application at the counter: accepting, correcting, declining, papers and handing over, through HTTP."""

from datetime import timedelta
from typing import Any

import pytest

from tests.city import run_journey
from tests.counter_desk import PDF, clerk_client, text_of
from tests.factories import MOTHER, NOW, accepted, case_of, decided, received
from tests.identities import kept_centre, make_staff, username_of
from yichuang.base.clock import local, now
from yichuang.cases.models import Case
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Stage
from yichuang.identity.data import Role
from yichuang.ledger.models import Entry

pytestmark = pytest.mark.django_db

FIRST = "birth_certificate"


def address(row: ApplicationRow, rest: str = "") -> str:
    return f"/counter/applications/{row.number}/{rest}"


def case_address(row: ApplicationRow, rest: str = "", item: str = FIRST) -> str:
    return f"/counter/cases/{case_of(row, item).number}/{rest}"


def stage(row: ApplicationRow, item: str = FIRST) -> str:
    return Case.objects.get(number=case_of(row, item).number).stage


def in_days(days: int) -> str:
    return (local(now()).date() + timedelta(days=days)).isoformat()


# ── Seeing and finding ───────────────────────────────────────────────────────────────────────────


def test_the_page_shows_each_case_and_what_it_waits_for_and_nobody_in_plain_text() -> None:
    row = received("newborn")
    page = text_of(clerk_client().get(address(row)))
    assert page.count("已收件") >= 5
    assert "等“出生医学证明签发”" in page
    assert "公安局" in page
    assert MOTHER.name not in page
    assert MOTHER.number not in page


def test_a_clerk_of_another_centre_sees_nothing_of_it() -> None:
    row = received("newborn")
    stranger = clerk_client(username_of(make_staff(Role.CLERK, department=kept_centre())))
    for path in (address(row), case_address(row), f"/counter/files/{row.number}/materials/id_card/"):
        assert stranger.get(path).status_code == 404
    for path in (address(row, "accept/"), address(row, "hand-over/"), case_address(row, "decline/")):
        assert stranger.post(path).status_code == 404
    assert row.number not in text_of(stranger.get("/counter/"))
    assert row.number not in text_of(stranger.post("/counter/search/", {"words": MOTHER.number}))


@pytest.mark.parametrize("what", ["number", "case", "id", "phone"])
def test_an_application_is_found_by_number_id_number_and_phone(what: str) -> None:
    row = received("newborn")
    words = {"number": row.number, "case": f"{row.number}-02", "id": MOTHER.number, "phone": MOTHER.phone}[
        what
    ]
    response = clerk_client().post("/counter/search/", {"words": words.lower()})
    if response.status_code == 302:
        assert response["Location"] == address(row)
    else:
        assert row.number in text_of(response)


def test_a_search_that_finds_nothing_says_how_to_type() -> None:
    assert "没有找到" in text_of(clerk_client().post("/counter/search/", {"words": "999"}))


# ── Accepting, correcting, declining ─────────────────────────────────────────────────────────────


def test_all_cases_are_accepted_with_one_button_and_again_harmlessly() -> None:
    row, client = received("newborn"), clerk_client()
    assert "已受理5件" in text_of(client.post(address(row, "accept/"), follow=True))
    again = client.post(address(row, "accept/"), follow=True)
    assert "已受理5件" not in text_of(again)
    assert "全部受理" not in text_of(again)
    assert Case.objects.filter(application_id=row.id, stage=Stage.ACCEPTED).count() == 5


def test_declining_needs_a_reason_and_keeps_what_was_typed() -> None:
    row, client = received("newborn"), clerk_client()
    response = client.post(case_address(row, "decline/"), {"reason": " ", "competent": "衢州市公安局"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "请填写不予受理的理由" in text_of(response)
    assert '<a href="#reason">' in page
    assert '<option value="衢州市公安局" selected>' in page
    told = {"reason": "不在本市出生。", "competent": "衢州市公安局"}
    done = text_of(client.post(case_address(row, "decline/"), told, follow=True))
    assert stage(row) == Stage.DECLINED
    assert "不在本市出生。" in done
    assert "请向衢州市公安局申请。" in done


def test_a_correction_is_told_once_with_a_date_and_taken_in() -> None:
    row, client = received("newborn"), clerk_client()
    late = {"text": "请补正照片。", "material": "id_card", "until": in_days(0)}
    refused = client.post(case_address(row, "correction/"), late)
    assert refused.status_code == 422
    assert "补正期限应在今天之后" in text_of(refused)
    assert "请补正照片。" in text_of(refused)
    client.post(case_address(row, "correction/"), {**late, "until": in_days(10)})
    assert stage(row) == Stage.CORRECTING
    assert "居民身份证" in text_of(client.get(case_address(row)))
    nothing = client.post(case_address(row, "corrected/"))
    assert nothing.status_code == 422
    assert '<a href="#m-id_card">' in nothing.content.decode()
    client.post(case_address(row, "corrected/"), {"m-id_card": "on"})
    assert stage(row) == Stage.RECEIVED


def test_a_date_that_is_none_is_refused_with_a_sentence() -> None:
    row = received("newborn")
    response = clerk_client().post(case_address(row, "correction/"), {"text": "补照片", "until": "soon"})
    assert "请填写完整的日期" in text_of(response)


def test_a_corrected_material_may_be_a_file_but_no_disguised_one() -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    row, client = received("newborn"), clerk_client()
    client.post(case_address(row, "correction/"), {"text": "补", "material": "id_card", "until": in_days(5)})
    bad = client.post(case_address(row, "corrected/"), {"f-id_card": SimpleUploadedFile("a.pdf", b"MZ")})
    assert "不是PDF、JPEG或PNG" in text_of(bad)
    client.post(case_address(row, "corrected/"), {"f-id_card": SimpleUploadedFile("a.pdf", PDF)})
    assert stage(row) == Stage.RECEIVED
    opened = client.get(f"/counter/files/{row.number}/materials/id_card/")
    assert opened.content == PDF
    assert Entry.objects.filter(verb="file.read", facts__application=row.number).count() == 1


def test_a_case_that_moved_on_cannot_be_declined_any_more() -> None:
    row = accepted("newborn")
    response = clerk_client().post(case_address(row, "decline/"), {"reason": "晚了"})
    assert response.status_code == 409
    assert "不能再做这一步" in text_of(response)


# ── Papers and handing over ──────────────────────────────────────────────────────────────────────


def test_papers_are_opened_by_who_may_and_the_opening_is_recorded() -> None:
    row, client = accepted("newborn"), clerk_client()
    other = received("newborn")
    assert "还有文书正在生成" in text_of(client.get(address(row)))
    run_journey()
    page = client.get(address(row)).content.decode()
    assert "还有文书正在生成" not in page
    links = [part.split('"')[0] for part in page.split('href="') if part.startswith("/counter/files/")]
    notices = [link for link in links if "/notices/" in link]
    assert len(notices) == 6
    opened = client.get(notices[0])
    assert opened["Content-Type"] == "application/pdf"
    assert opened["Content-Disposition"].startswith("inline")
    assert opened.content.startswith(b"%PDF")
    assert Entry.objects.filter(verb="notice.read", facts__application=row.number).count() == 1
    assert client.get(notices[0].replace(row.number, other.number)).status_code == 404
    assert clerk_client("officer-weijian").get(notices[0]).status_code == 403


def test_a_licence_is_opened_only_through_its_own_application() -> None:
    row, client = accepted("newborn"), clerk_client()
    decided(row, FIRST, "officer-weijian")
    run_journey()
    path = f"/counter/files/{row.number}/licences/{case_of(row, FIRST).number}/"
    assert client.get(path).content.startswith(b"%PDF")
    assert Entry.objects.filter(verb="licence.read").exists()
    assert (
        client.get(f"/counter/files/{received('newborn').number}/licences/{row.number}-01/").status_code
        == 404
    )


def test_results_are_handed_over_in_one_act_and_the_rating_is_offered() -> None:
    row, client = accepted(FIRST), clerk_client()
    assert "出件" not in text_of(client.get(address(row)))
    decided(row, FIRST, "officer-weijian")
    run_journey()
    assert "可以出件" in text_of(client.get("/counter/"))
    assert "全部办好，1 件结果" in text_of(client.get(address(row)))
    page = client.post(address(row, "hand-over/"), {"to": "applicant"}, follow=True)
    assert "窗口领取 1 件" in text_of(page)
    assert "扫码评价这次服务" in text_of(page)
    assert stage(row) == Stage.DELIVERED
    again = client.post(address(row, "hand-over/"))
    assert again.status_code == 409
    assert "没有待领取的结果" in text_of(again)


def test_an_agent_who_is_not_registered_gets_nothing() -> None:
    row = accepted(FIRST)
    decided(row, FIRST, "officer-weijian")
    run_journey()
    response = clerk_client().post(address(row, "hand-over/"), {"to": "agent"})
    assert response.status_code == 403
    assert "没有登记代办人" in text_of(response)


def test_an_application_costs_the_same_however_many_cases_it_has(django_assert_max_num_queries: Any) -> None:
    small, large, client = accepted(FIRST), accepted("newborn"), clerk_client()
    run_journey(NOW)
    client.get(address(large))  # calendar and ladders are kept from here on
    for row in (small, large):
        with django_assert_max_num_queries(16):
            client.get(address(row))
