"""The guides: finding an item or bundle, and what the page says for one's own situation."""

import re
from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.portal_visitors import text_of
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.guides import waves
from yichuang.catalogue.planning import everything_up, plan

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("words", ["新生儿", "xse", "xinshenger", "生孩子", "332002001000"])
def test_the_birth_is_found_by_words_initials_pinyin_alias_and_code(words: str) -> None:
    page = Client().get("/guide/", {"q": words}).content.decode()
    wanted = "birth_certificate" if words.isdecimal() else "newborn"
    assert f'href="/guide/{wanted}/"' in page


def test_without_words_come_the_bundles_and_then_the_boards() -> None:
    page = Client().get("/guide/").content.decode()
    assert page.index("/guide/newborn/") < page.index("公安综合")
    assert 'href="/guide/household_registration/"' not in page
    board = Client().get("/guide/", {"board": "公安综合"}).content.decode()
    assert 'href="/guide/household_registration/"' in board


def test_a_search_in_vain_says_what_to_try_and_keeps_the_words() -> None:
    page = Client().get("/guide/", {"q": "火星<b>移民"})
    assert "没有找到“火星<b>移民”" in text_of(page)
    assert "<b>移民" not in page.content.decode().replace("&lt;b&gt;", "")
    assert "12345" in text_of(page)


@pytest.mark.parametrize("key", ["newborn", "company_start", "real_estate_transfer", "housing_reform_proof"])
def test_a_guide_says_all_that_people_ask_for(key: str) -> None:
    page = text_of(Client().get(f"/guide/{key}/"))
    for heading in (
        "谁能办",
        "要带什么",
        "怎么办",
        "多久办好",
        "收费",
        "地点",
        "时间",
        "咨询电话",
        "投诉电话",
        "依据",
    ):
        assert heading in page, heading


def test_every_guide_of_the_city_can_be_read() -> None:
    catalogue = catalogue_queries.current()
    for key in [*catalogue.items, *catalogue.bundles]:
        assert Client().get(f"/guide/{key}/").status_code == 200, key


def test_the_mother_reads_that_her_id_card_is_enough_and_why() -> None:
    page = text_of(Client().get("/guide/newborn/", {"in_wedlock": "yes", "follow": "mother"}))
    assert "只带身份证" in page
    assert "4 项同时办" in page
    marriage = catalogue_queries.current().resources["marriage"].name
    assert f"{marriage}可查（授权用途：" in page


def test_the_answers_change_what_is_to_be_brought() -> None:
    married = text_of(Client().get("/guide/newborn/", {"in_wedlock": "yes"}))
    unmarried = text_of(Client().get("/guide/newborn/", {"in_wedlock": "no"}))
    statement = catalogue_queries.current().materials["out_of_wedlock_statement"].name
    assert statement not in married
    assert statement in unmarried


def test_an_answer_stays_chosen_and_nonsense_counts_as_none() -> None:
    page = Client().get("/guide/newborn/", {"in_wedlock": "no"}).content.decode()
    assert re.search(r'value="no"\s+checked', page)
    assert not re.search(r'value="yes"\s+checked', page)
    nonsense = Client().get("/guide/newborn/", {"in_wedlock": "vielleicht", "x": "y"})
    assert re.search(r'value="yes"\s+checked', nonsense.content.decode())


def test_a_question_without_answer_leaves_open_what_is_to_be_brought() -> None:
    address = "/guide/housing_reform_proof/"
    assert "先回答上面的问题" in text_of(Client().get(address))
    answered = text_of(Client().get(address, {"marital_status": "married"}))
    assert "先回答上面的问题" not in answered
    assert "一份材料都不用交" in answered


def test_what_nobody_offers_is_told_with_a_sentence() -> None:
    response = Client().get("/guide/no_such_thing/")
    assert response.status_code == 404
    assert "没有“no_such_thing”这个事项或一件事" in text_of(response)


def test_a_guide_costs_no_more_than_asking_for_the_release() -> None:
    Client().get("/guide/newborn/")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        Client().get("/guide/newborn/")
        Client().get("/guide/", {"q": "xse"})
    assert len(asked) <= 1


def test_waves_go_by_who_waits_for_whom() -> None:
    catalogue = catalogue_queries.current()
    first, second, third = list(catalogue.items.values())[:3]
    (case,) = plan(catalogue, first.key, {}, everything_up(catalogue)).cases
    cases = [case, replace(case, item=second, waits_for=(first.key,)), replace(case, item=third)]
    assert waves(cases) == [[first.key, third.key], [second.key]]


def test_behind_each_number_before_and_now_stands_its_list() -> None:
    page = text_of(Client().get("/guide/veteran_discharge/", {"settlement": "self"}))
    behind = page[page.index("这些数字怎么来的") :]
    assert "跑动 8 → 1 次" in behind
    assert "材料 20 → 6 份" in behind
    assert "整件事只到场一次" in behind
    assert "5个事项共用，只交一份" in behind
