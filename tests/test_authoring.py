"""The editor of the catalogue over HTTP, without JavaScript: every button is one that sends the whole page."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from pytest_django.fixtures import DjangoAssertNumQueries

from tests.authoring import ALONE, HOUSING, MANAGER, REVIEWER, begun, content_of, retyped, row_of, sent
from tests.counter_desk import clerk_client, text_of
from tests.factories import NOW, accepted, staff
from tests.officers_desk import stop_clock
from yichuang.base.clock import local
from yichuang.catalogue import queries
from yichuang.catalogue.actions import reviewing
from yichuang.catalogue.authoring import proposals
from yichuang.catalogue.authoring.sentences import in_labels
from yichuang.catalogue.authoring.states import Stage
from yichuang.web.authoring import editor, listing, previews, reviews

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch)
    for module in (editor, listing, previews, reviews):
        monkeypatch.setattr(module, "now", lambda: NOW)


def form_of(html: str) -> dict[str, Any]:
    """What a browser would send of the form, without any button."""
    sent: dict[str, Any] = {}
    form = html[html.index('id="proposal"') :]
    form = form[: form.index("</form>")]
    for tag in re.findall(r"<input\b[^>]*>", form):
        facts = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if facts.get("type") in {"checkbox", "radio"}:
            if re.search(r"\bchecked\b", tag):
                sent.setdefault(facts["name"], []).append(unescape(facts["value"]))
        elif "name" in facts:
            sent[facts["name"]] = unescape(facts.get("value", ""))
    for name, text in re.findall(r'<textarea\b[^>]*?name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        sent[name] = unescape(text)
    for name, options in re.findall(r'<select\b[^>]*?name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)"\s+selected', options)
        sent[name] = unescape(chosen[1]) if chosen else ""
    return sent


def opened(client: Client, proposal_id: int) -> dict[str, Any]:
    return form_of(client.get(address("edit", proposal_id)).content.decode())


def address(name: str, proposal_id: int) -> str:
    return reverse(f"authoring:{name}", args=[proposal_id])


def test_a_page_that_is_sent_back_as_it_came_changes_nothing() -> None:
    client = clerk_client(MANAGER)
    for key in (HOUSING, "company_registration", "food_business_licence", "construction_permit"):
        proposal_id = begun(key)
        before = content_of(proposal_id)
        response = client.post(address("edit", proposal_id), {**opened(client, proposal_id), "act": "save"})
        assert response.status_code == 302
        assert content_of(proposal_id) == before
        assert row_of(proposal_id).revision == 1


def test_bundles_too_come_back_as_they_went() -> None:
    client = clerk_client(MANAGER)
    for key in queries.current().bundles:
        proposal_id = begun(key, kind="bundles")
        client.post(address("edit", proposal_id), {**opened(client, proposal_id), "act": "save"})
        assert row_of(proposal_id).revision == 1


def test_rows_are_added_raised_and_taken_away_by_buttons() -> None:
    client, proposal_id = clerk_client(MANAGER), begun()
    before = [step["name"] for step in content_of(proposal_id)["item"]["steps"]]

    def press(act: str, **typed: str) -> None:
        sent = {**opened(client, proposal_id), **typed, "act": act}
        response = client.post(address("edit", proposal_id), sent)
        assert response.status_code == 302, text_of(response)

    def names() -> list[str]:
        return [step["name"] for step in content_of(proposal_id)["item"]["steps"]]

    press("add:item-steps")
    press("up:item-steps-4", **{"item-steps-4-name": "公示", "item-steps-4-role": "officer"})
    assert names() == [*before[:3], "公示", before[3]]
    press("drop:item-steps-0")
    assert names() == [*before[1:3], "公示", before[3]]
    press("up:item-steps-77")
    press("drop:item-nothing-1")
    assert len(names()) == 4
    press("add:item-situations")
    press("add:item-situations-1-options", **{"item-situations-1-question": "有没有住房补贴？"})
    press("save", **{"item-situations-1-options-0-1": "有"})
    situation = content_of(proposal_id)["item"]["situations"][1]
    assert (situation["key"], situation["options"]) == ("ymyzfbt", [["y", "有"]])


def test_names_stand_for_keys_and_new_ones_may_be_brought_along() -> None:
    client, proposal_id = clerk_client(MANAGER), begun()
    client.post(address("edit", proposal_id), {**opened(client, proposal_id), "act": "add:elements"})
    page = opened(client, proposal_id) | {
        "elements-0-label": "补贴编号",
        "elements-0-type": "text",
        "act": "add:item-elements",
    }
    client.post(address("edit", proposal_id), page)
    last = len(content_of(proposal_id)["item"]["elements"]) - 1
    page = opened(client, proposal_id) | {f"item-elements-{last}-element": "补贴编号", "act": "save"}
    client.post(address("edit", proposal_id), page)
    content = content_of(proposal_id)
    assert content["elements"][0]["key"] == "bu_tie_bian_hao"
    assert content["item"]["elements"][last]["element"] == "bu_tie_bian_hao"
    assert content["item"]["elements"][0]["element"] == "applicant_name"
    assert "检查没有发现问题" in text_of(client.get(address("edit", proposal_id)))


def test_every_fault_stands_at_its_field_and_nothing_typed_is_lost() -> None:
    client, proposal_id = clerk_client(MANAGER), begun()
    page = opened(client, proposal_id)
    wrong = {
        "item-visits": "两次",
        "item-materials-1-when": "marital_statu == 'married'",
        "item-steps-1-days": "9",
        "item-consult_phone": "12345",
        "publish_on": local(NOW).date().isoformat(),
        "words": "换了电话",
        "act": "send",
    }
    refused = client.post(address("edit", proposal_id), {**page, **wrong})
    assert refused.status_code == 422
    html = refused.content.decode()
    assert 'id="item-visits-error"' in html
    assert {name: form_of(html)[name] for name in wrong if name != "act"} == {
        name: value for name, value in wrong.items() if name != "act"
    }
    mended = {"item-visits": "0"}
    html = client.post(
        address("edit", proposal_id), {**form_of(html), **mended, "act": "send"}
    ).content.decode()
    for name in ("item-materials-1-when", "item-consult_phone"):
        assert f'id="{name}-error"' in html
    assert row_of(proposal_id).stage is Stage.DRAFT


def test_autosave_keeps_and_says_what_the_check_says() -> None:
    client, proposal_id = clerk_client(MANAGER), begun()
    page = opened(client, proposal_id) | {"item-hours": "随时"}
    kept = client.post(address("keep", proposal_id), page, headers={"HX-Request": "true"})
    assert kept.status_code == 200
    assert 'href="#item-hours"' in kept.content.decode()
    assert content_of(proposal_id)["item"]["hours"] == "随时"
    assert 'value="2"' in kept.content.decode()


def test_two_pages_of_two_people_come_together_and_the_same_words_are_shown_twice() -> None:
    mine, hers, proposal_id = clerk_client(MANAGER), clerk_client("chief-zhujian"), begun()
    first, second = opened(mine, proposal_id), opened(hers, proposal_id)
    mine.post(address("edit", proposal_id), {**first, "item-hours": "工作日 9:00—17:00", "act": "save"})
    hers.post(address("edit", proposal_id), {**second, "item-quantity_limit": "每户一份", "act": "save"})
    item = content_of(proposal_id)["item"]
    assert (item["hours"], item["quantity_limit"]) == ("工作日 9:00—17:00", "每户一份")
    clash = {**second, "item-hours": "工作日 8:30—17:00", "item-quantity_limit": "每户一份"}
    live = hers.post(address("keep", proposal_id), clash, headers={"HX-Request": "true"})
    assert (live.status_code, live["HX-Retarget"]) == (409, "#clash")
    refused = hers.post(address("edit", proposal_id), {**clash, "act": "save"})
    assert refused.status_code == 409
    assert "另一位刚写成：“工作日 9:00—17:00”" in text_of(refused)
    again = form_of(refused.content.decode())
    assert again["item-hours"] == "工作日 8:30—17:00"
    hers.post(address("edit", proposal_id), {**again, "item-hours": "工作日 8:30—17:30", "act": "save"})
    assert content_of(proposal_id)["item"]["hours"] == "工作日 8:30—17:30"


def test_a_department_begins_writes_and_sends_and_the_centre_reviews() -> None:
    chief, manager = clerk_client("chief-zhujian"), clerk_client(MANAGER)
    begun_page = chief.post(
        reverse("authoring:begin"),
        {"kind": "items", "name": "房屋租赁备案", "department": "housing", "like": "出具房改核查证明"},
    )
    assert begun_page.status_code == 302
    [row] = proposals.under_way(staff("chief-zhujian"))
    page = opened(chief, row.id) | {
        "item-catalog_code": "332006077000",
        "publish_on": "2026-03-09",
        "words": "新增",
    }
    assert chief.post(address("edit", row.id), {**page, "act": "send"}).status_code == 302
    assert "审核通过并发布" not in text_of(chief.get(address("review", row.id)))
    assert "审核通过并发布" in text_of(manager.get(address("review", row.id)))
    assert "写明" in text_of(manager.post(address("return", row.id), {"text": ""}))
    manager.post(address("return", row.id), {"text": "补上别名"})
    assert "补上别名" in text_of(chief.get(address("edit", row.id)))
    chief.post(
        address("edit", row.id),
        {**opened(chief, row.id), "item-aliases": "租房备案", "publish_on": "2026-03-09", "act": "send"},
    )
    manager.post(address("comment", row.id), {"text": "可以"})
    manager.post(address("approve", row.id), {"text": "同意"})
    assert queries.current().items[row.key].aliases == ("租房备案",)
    assert accepted(row.key).cases[0].item_name == "房屋租赁备案"


def test_what_a_version_changes_and_the_cases_that_keep_the_old_one_are_shown() -> None:
    accepted(HOUSING)
    client, proposal_id = clerk_client(REVIEWER), begun()
    retyped(proposal_id, hours="工作日 9:00—16:00")
    sent(proposal_id)
    page = text_of(client.get(address("review", proposal_id)))
    assert "工作日 9:00—16:00" in page
    assert re.search(r"第 \d+ 版： ?1 件", page)
    reviewing.approve(actor=staff(REVIEWER), proposal_id=proposal_id, now=NOW)
    page = text_of(client.get(reverse("authoring:subject", args=["items", HOUSING])))
    assert "工作日 9:00—16:00" in page
    assert "在办的件按受理时的版本办完" in page


def test_the_draft_is_previewed_for_any_answers() -> None:
    client, proposal_id = clerk_client(MANAGER), begun()
    retyped(proposal_id, name="出具房改核查证明（试）")
    for name, answer in (
        ("guide", "marital_status"),
        ("plan", "marital_status"),
        ("counter", "a-marital_status"),
    ):
        married = text_of(client.get(address(name, proposal_id), {answer: "married"}))
        assert "出具房改核查证明（试）" in married
        assert "还没有生效" in married
        single = text_of(client.get(address(name, proposal_id), {answer: "single"}))
        assert "配偶" in married
        assert len(single) < len(married)
    assert queries.current().items[HOUSING].name == "出具房改核查证明"
    retyped(proposal_id, visits="两次")
    assert client.get(address("guide", proposal_id)).status_code == 422


def test_a_withdrawal_is_proposed_with_its_reason() -> None:
    client = clerk_client("chief-zigui")
    where = reverse("authoring:withdraw", args=["items", ALONE])
    client.post(where, {"reason": ""})
    assert proposals.of_key(staff(MANAGER), "items", ALONE) == []
    client.post(where, {"reason": "并入不动产登记"})
    [row] = proposals.of_key(staff(MANAGER), "items", ALONE)
    assert row.stage is Stage.IN_REVIEW
    assert "并入不动产登记" in text_of(clerk_client(MANAGER).get(address("review", row.id)))
    clerk_client(MANAGER).post(address("approve", row.id))
    page = clerk_client(MANAGER).get(reverse("authoring:subject", args=["items", ALONE]))
    assert "已停用" in text_of(page)


def test_the_list_finds_and_shows_each_department_its_own() -> None:
    begun()
    chief = text_of(clerk_client("chief-zhujian").get("/manage/catalogue/"))
    assert "出具房改核查证明" in chief
    assert "出生医学证明签发" not in chief
    client = clerk_client(MANAGER)
    assert "出生医学证明签发" in text_of(client.get("/manage/catalogue/", {"q": "csyx"}))
    assert "没有这样的草案" in text_of(client.get("/manage/catalogue/", {"stage": "approved"}))
    first = client.get("/manage/catalogue/").content.decode()
    following = re.search(r'href="([^"]*after=[^"]*)"', first)
    assert following is not None
    assert client.get(unescape(following[1])).status_code == 200


def test_the_list_costs_the_same_however_many_drafts_there_are(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = clerk_client(MANAGER)
    begun()
    client.get("/manage/catalogue/")
    with django_assert_max_num_queries(5):
        client.get("/manage/catalogue/")
    for key in ("drainage_permit", "construction_permit", "passport"):
        begun(key)
    with django_assert_max_num_queries(5):
        client.get("/manage/catalogue/")


def test_a_later_day_says_that_it_is_waited_for() -> None:
    proposal_id = sent(begun(), on=local(NOW).date() + timedelta(days=9))
    client = clerk_client(REVIEWER)
    assert "审核通过，到期生效" in text_of(client.get(address("review", proposal_id)))
    client.post(address("approve", proposal_id))
    assert row_of(proposal_id).stage is Stage.APPROVED
    client.post(address("recall", proposal_id))
    client.post(address("discard", proposal_id))
    assert row_of(proposal_id).stage is Stage.DISCARDED


@pytest.mark.parametrize(
    ("of_the_files", "of_the_form"),
    [
        ("改kind(instant | promised)，或改promised_limit", "改办件类型(即办件 | 承诺件)，或改承诺办结时限"),
        ("在resources.yaml的grants中授权，或改问申请人", "在数据资源的数据授权中授权，或改问申请人"),
        ("elements中没有“promised_limit”", "数据元中没有“promised_limit”"),
        ("写成 问题 == '选项' and 问题 in ['选项']", "写成 问题 == '选项' and 问题 in ['选项']"),
        ("先写 visits != null and …", "先写 visits != null and …"),
        ("写成 licence:证照类型 或 item:事项", "写成 licence:证照类型 或 item:事项"),
    ],
)
def test_a_fault_speaks_the_words_of_the_form(of_the_files: str, of_the_form: str) -> None:
    assert in_labels(of_the_files) == of_the_form


def test_the_editor_names_fields_and_lists_by_their_labels() -> None:
    client, proposal_id = clerk_client(MANAGER), begun()
    kept = content_of(proposal_id)["item"]
    materials = [{**kept["materials"][0], "material": "nothing_of_the_kind"}, *kept["materials"][1:]]
    retyped(proposal_id, visits="0", visits_reason="要当面核验", materials=materials)
    page = text_of(client.get(address("edit", proposal_id)))
    assert "材料目录中没有“nothing_of_the_kind”" in page
    assert "补上或删去必须现场办理原因" in page
    assert not re.search(r"(先在materials|删去visits_reason)", page)


def test_a_plain_english_word_stays_in_an_english_fault() -> None:
    with override("en"):
        assert in_labels("Check the items and promised_limit") == "Check the items and promised limit"
