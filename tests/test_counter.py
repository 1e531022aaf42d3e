"""The counter: finding an item and taking in an application, through HTTP."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.counter_desk import COMPANY, PDF, Desk, clerk_client, line_to_registers, start, text_of
from tests.factories import MOTHER, received
from tests.simulators_fixtures import Simulator
from yichuang.cases.data import Person
from yichuang.cases.models import Application, Draft
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.data import SourceKind
from yichuang.ledger.models import Entry

pytestmark = pytest.mark.django_db
__all__ = ["line_to_registers"]

#: Builds what is accepted at one window; two of its projects are in the sample registers.
BUILDER = Person("organisation", "91330802MA9900116M", "衢州市样例建设有限公司", "13800000005")
#: Divorced: no register names the family of the first card with him.
SOMEBODY_ELSE = Person("person", "330802198406112336", "吴敬亭", "13800000003")


# ── Finding ──────────────────────────────────────────────────────────────────────────────────────


def test_a_visitor_logs_in_first() -> None:
    response = Client().get("/counter/")
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/counter/"


def test_only_clerks_use_the_counter() -> None:
    response = clerk_client("officer-weijian").get("/counter/")
    assert response.status_code == 403
    assert "只有窗口人员" in text_of(response)


@pytest.mark.parametrize("words", ["新生儿", "xse", "生孩子"])
def test_a_bundle_is_found_by_words_initials_and_alias(words: str) -> None:
    page = clerk_client().get("/counter/find/", {"q": words})
    assert 'value="newborn"' in page.content.decode()
    assert "窗口受理" in text_of(page)


def test_an_item_is_found_by_its_code() -> None:
    code = catalogue_queries.current().items["birth_certificate"].catalog_code
    assert 'value="birth_certificate"' in clerk_client().get("/counter/find/", {"q": code}).content.decode()


def test_while_typing_only_the_hits_are_sent() -> None:
    part = clerk_client().get("/counter/find/", {"q": "xse"}, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert 'value="newborn"' in part.content.decode()


def test_a_search_without_hits_says_what_else_to_try() -> None:
    assert "没有找到" in text_of(clerk_client().get("/counter/find/", {"q": "火星移民"}))


def test_an_item_of_another_board_is_not_offered_at_this_counter() -> None:
    response = clerk_client("clerk-hospital").post("/counter/start/", {"target": "company_start"})
    assert response.status_code == 403
    assert "市人民医院就近办点不办理" in text_of(response)
    assert not Draft.objects.filter(target="company_start").exists()


def test_an_unknown_item_is_refused_with_a_sentence() -> None:
    response = clerk_client().post("/counter/start/", {"target": "nothing"})
    assert response.status_code == 404
    assert "目录中没有这个事项" in text_of(response)


# ── Who applies, and what registers know ─────────────────────────────────────────────────────────


def test_the_card_fills_the_page_and_each_value_names_its_register(registers: Simulator) -> None:
    desk = start()
    desk.applicant()
    assert desk.press().status_code == 302
    page = desk.page().content.decode()
    line = re.search(r'name="v-baby_name".*?</div>', page, re.DOTALL)
    assert line
    assert 'value="周沐晨"' in line[0]
    assert "分娩记录" in line[0]
    settled = desk.draft().content.materials
    assert settled["id_card"].source is SourceKind.SHARED
    evidence = desk.client.get(f"{desk.address}files/id_card/")
    assert evidence["Content-Type"] == "application/pdf"
    assert evidence.content.startswith(b"%PDF")
    assert Entry.objects.filter(verb="evidence.read").exists()


def test_a_value_typed_over_a_registers_becomes_the_applicants_own(registers: Simulator) -> None:
    desk = start()
    desk.applicant()
    desk.press()
    assert desk.press("save", **{"v-baby_name": "周沐阳"}).status_code == 302
    page = desk.page().content.decode()
    line = re.search(r'name="v-baby_name".*?</div>', page, re.DOTALL)
    assert line
    assert 'value="周沐阳"' in line[0]
    assert "本人填写" in line[0]


def test_a_project_code_typed_later_is_asked_about_however_it_is_typed(registers: Simulator) -> None:
    desk = start("joint_completion_acceptance")
    desk.applicant(BUILDER)
    desk.press()
    content = desk.draft().content
    assert content.values["legal_representative_name"] == "陈望舒"
    assert "project_name" not in content.values
    desk.press(**{"v-project_code": "24083308027001990003"})
    content = desk.draft().content
    assert content.values["project_name"] == "样例花园住宅小区"
    assert content.values["surveyed_parking_count"] == "812"
    assert content.materials["property_survey_report"].reference == "surveys"


def test_another_project_code_takes_the_first_projects_data_away(registers: Simulator) -> None:
    desk = start("joint_completion_acceptance")
    desk.applicant(BUILDER)
    desk.press(**{"v-project_code": "2408-330802-70-01-990003"})
    values = desk.draft().content.values
    desk.press(
        **{f"v-{key}": value for key, value in values.items()}
        | {"v-project_code": "2603-330803-48-01-990002"}
    )
    content = desk.draft().content
    assert content.values["project_name"] == "样例建设装配式构件基地项目"
    assert "surveyed_parking_count" not in content.values  # this project was not surveyed yet
    assert "property_survey_report" not in content.materials


def test_another_card_takes_the_first_persons_data_away(registers: Simulator) -> None:
    desk = start("housing_reform_proof")
    desk.applicant()
    desk.press()
    assert desk.draft().content.values["spouse_name"] == "周牧川"
    desk.applicant(SOMEBODY_ELSE)
    desk.press()
    content = desk.draft().content
    assert content.applicant == SOMEBODY_ELSE
    assert {MOTHER.number, MOTHER.name, "周牧川"}.isdisjoint(content.values.values())


def test_a_register_that_is_down_leaves_its_part_to_paper_and_can_be_asked_again(
    registers: Simulator,
) -> None:
    registers.control(mode="dead")
    desk = start()
    desk.applicant()
    desk.press()
    page = text_of(desk.page())
    assert re.search("“人口基本信息”.*暂时没有回应，有关内容请手工填写，有关材料请收取原件。", page)
    assert "重新查询" in page
    assert 'name="m-id_card"' in desk.page().content.decode()
    registers.control(mode="normal")
    desk.press("ask", **{"v-baby_name": "手写的名字"})
    content = desk.draft().content
    assert content.materials["id_card"].source is SourceKind.SHARED
    assert content.values["baby_name"] == "手写的名字"
    assert "暂时没有回应" not in text_of(desk.page())


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("33080219950418246", "身份证号应为18位，现在是17位"),
        ("330802199504182464", "身份证号最后一位校验码不符"),
        ("33080219950418A463", "只能由17位数字和1位校验码"),
    ],
)
def test_a_wrong_number_says_which_check_failed_and_nothing_typed_is_lost(number: str, sentence: str) -> None:
    desk = start()
    response = desk.press(number=number, name="林知夏", **{"v-baby_name": "周沐晨"})
    assert response.status_code == 422
    page = response.content.decode()
    assert sentence in text_of(response)
    assert '<a href="#number">' in page
    assert f'value="{number}"' in page
    assert 'value="周沐晨"' in page
    # The page may be sent again: what was kept meanwhile is no conflict with itself.
    assert desk.press(number=MOTHER.number).status_code == 302


def test_the_agents_number_is_checked_too() -> None:
    desk = start()
    desk.applicant()
    response = desk.press(agent_number="123", agent_name="王二")
    assert '<a href="#agent_number">' in response.content.decode()


def test_a_wrong_organisation_code_says_which_check_failed() -> None:
    desk = start()
    response = desk.press(kind="organisation", number="91110000600037341I", name="样例公司")
    assert "统一社会信用代码不使用字母" in text_of(response)


# ── Keeping what is typed ────────────────────────────────────────────────────────────────────────


def test_typed_values_are_kept_and_the_page_learns_its_revision() -> None:
    desk = start()
    response = desk.client.post(f"{desk.address}keep/", {"revision": 0, "v-baby_name": "周沐晨"})
    assert 'value="1"' in response.content.decode()
    assert desk.draft().content.values["baby_name"] == "周沐晨"


def test_an_older_tab_is_told_and_offered_the_newest() -> None:
    desk = start()
    desk.press("save", **{"v-baby_name": "新的"})
    stale = {"revision": 0, "v-baby_name": "旧的"}
    kept = desk.client.post(f"{desk.address}keep/", stale, headers={"HX-Request": "true"})
    assert kept.status_code == 409
    assert kept["HX-Retarget"] == "#alerts"
    assert f'href="{desk.address}"' in kept.content.decode()
    page = desk.press("save", revision=0, **{"v-baby_name": "旧的"})
    assert page.status_code == 409
    assert "取回最新内容" in text_of(page)
    assert 'value="旧的"' in page.content.decode()
    assert desk.draft().content.values["baby_name"] == "新的"


def test_an_answer_plans_the_page_anew() -> None:
    desk = start()
    assert "父亲姓名" in text_of(desk.page())
    response = desk.client.post(
        desk.address,
        {"revision": 0, "act": "plan", "a-in_wedlock": "no", "a-follow": "mother", "number": "half"},
        headers={"HX-Request": "true", "HX-Target": "questions"},
    )
    assert response.status_code == 200
    assert "父亲姓名" not in text_of(response)


def test_another_clerks_draft_does_not_exist() -> None:
    desk = start()
    assert clerk_client("clerk2").get(desk.address).status_code == 404


def test_a_draft_can_be_thrown_away() -> None:
    desk = start()
    desk.client.post(f"{desk.address}discard/")
    assert not Draft.objects.filter(key=desk.key).exists()


# ── Files ────────────────────────────────────────────────────────────────────────────────────────


def upload(desk: Desk, content: bytes, name: str = "身份证.pdf") -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return desk.press("save", **{"f-id_card": SimpleUploadedFile(name, content)})


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "是空的"), (b"MZ\x90\x00 a program", "不是PDF、JPEG或PNG")],
)
def test_a_file_that_cannot_be_taken_says_why(content: bytes, sentence: str) -> None:
    desk = start()
    response = upload(desk, content)
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert '<a href="#f-id_card">' in response.content.decode()


def test_an_oversized_file_says_how_large_it_may_be(settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 1_000_000
    assert "超过1 MB" in text_of(upload(start(), PDF + b" " * 1_000_000))


def test_an_uploaded_file_can_be_opened_and_taken_away() -> None:
    desk = start()
    assert upload(desk, PDF).status_code == 302
    del desk.sent["f-id_card"]
    opened = desk.client.get(f"{desk.address}files/id_card/")
    assert (opened.content, opened["Content-Type"]) == (PDF, "application/pdf")
    assert Entry.objects.filter(verb="file.read").exists()
    desk.press("drop:id_card")
    assert "id_card" not in desk.draft().content.materials
    assert desk.client.get(f"{desk.address}files/id_card/").status_code == 404


# ── Receiving ────────────────────────────────────────────────────────────────────────────────────


def complete(desk: Desk, applicant: Person = MOTHER) -> Desk:
    desk.applicant(applicant)
    desk.fill_in()
    return desk


def test_everything_that_is_missing_is_listed_at_once_and_nothing_is_lost() -> None:
    desk = start()
    desk.applicant()
    response = desk.press("receive", **{"v-baby_name": "周沐晨"})
    page = response.content.decode()
    assert response.status_code == 422
    anchors = re.findall(r'<a href="#([\w-]+)">', page)
    assert {"a-in_wedlock", "a-follow", "v-baby_sex", "v-relation_to_head", "m-id_card"} <= set(anchors)
    assert len(anchors) == len(set(anchors))
    assert all(f'id="{anchor}"' in page for anchor in anchors if anchor != "content")
    assert 'value="周沐晨"' in page


def test_an_application_without_applicant_says_so_first() -> None:
    response = start().press("receive")
    assert response.status_code == 422
    assert "还没有录入申请人" in text_of(response)


def test_a_complete_page_is_received_and_the_query_code_is_shown_once() -> None:
    desk = complete(start())
    response = desk.press("receive")
    assert response.status_code == 302, text_of(response)
    number = Application.objects.get(key=desk.key).number
    assert response["Location"] == f"/counter/applications/{number}/"
    page = text_of(desk.client.get(response["Location"]))
    assert "已收件" in page
    assert re.search(r"查询密码 \d{6}", page)
    assert not re.search(r"查询密码 \d{6}", text_of(desk.client.get(response["Location"])))


def test_back_a_double_click_and_a_second_tab_give_the_same_receipt() -> None:
    desk = complete(start())
    revision = desk.draft().revision
    first = desk.press("receive", revision=revision)
    again = desk.press("receive", revision=revision)
    desk.sent["v-baby_name"] = "别的名字"
    other_tab = desk.press("receive", revision=0)
    assert first["Location"] == again["Location"] == other_tab["Location"]
    assert desk.page()["Location"] == first["Location"]
    assert Application.objects.filter(key=desk.key).count() == 1


def test_a_page_kept_a_moment_ago_is_received_with_the_revision_before() -> None:
    desk = complete(start())
    desk.press("save")
    assert desk.press("receive", revision=0).status_code == 302


@pytest.mark.parametrize(
    ("target", "sentence"),
    [("hazardous_chemicals_licence", "还没有委托本中心收件"), ("entertainment_licence", "到期")],
)
def test_without_a_mandate_the_page_says_so_at_once_and_nothing_is_received(
    target: str, sentence: str
) -> None:
    desk = start(target)
    assert sentence in text_of(desk.page())
    complete(desk, COMPANY)
    response = desk.press("receive")
    assert response.status_code == 403
    assert sentence in text_of(response)
    assert not Application.objects.filter(key=desk.key).exists()


def test_a_refusal_is_logged_by_its_code(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="yichuang.web.counter.drafts"):
        start().press(number="123", name="林知夏")
    lines = [record.getMessage() for record in caplog.records]
    assert any("citizen_number_length" in line for line in lines)
    assert not any("林知夏" in line for line in lines)


# ── What the pages cost ──────────────────────────────────────────────────────────────────────────


def test_the_first_page_asks_the_database_the_same_however_much_there_is(
    django_assert_max_num_queries: Any,
) -> None:
    client = clerk_client()
    client.get("/counter/")
    for _number in range(3):
        start()
        received("newborn")
    with django_assert_max_num_queries(9):
        page = client.get("/counter/")
    assert page.content.decode().count("/counter/applications/") >= 3


def test_finding_costs_no_query_of_its_own(django_assert_max_num_queries: Any) -> None:
    client = clerk_client()
    client.get("/counter/find/", {"q": "xse"})
    with django_assert_max_num_queries(4):
        client.get("/counter/find/", {"q": "xse"})


def test_a_draft_costs_a_handful_of_queries(django_assert_max_num_queries: Any) -> None:
    desk = start()
    desk.page()
    with django_assert_max_num_queries(6):
        desk.page()


# ── Optional items ───────────────────────────────────────────────────────────────────────────────


def test_an_optional_item_that_is_unticked_is_planned_away_and_opens_no_case() -> None:
    desk = start("schooling")
    page = desk.page().content.decode()
    offered = re.findall(r'name="offered" value="([\w-]+)"', page)
    assert offered == ["student_medical_insurance", "after_school_care"]
    desk.sent |= {"offered": offered, "member": ["after_school_care"]}
    desk.press("plan")
    assert desk.draft().content.without == ("student_medical_insurance",)
    assert not re.search(r'value="student_medical_insurance"\s+checked', desk.page().content.decode())
    complete(desk)
    response = desk.press("receive")
    assert response.status_code == 302, text_of(response)
    cases = Application.objects.get(key=desk.key).cases.values_list("item_key", flat=True)
    assert "after_school_care" in cases
    assert "student_medical_insurance" not in cases
