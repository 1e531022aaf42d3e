"""Questions of the situation that a register can answer, and registers that an answer makes worth asking."""

import pytest

from tests.counter_desk import Desk, line_to_registers, start, text_of
from tests.simulators_fixtures import Simulator
from yichuang.cases.data import Person

pytestmark = [pytest.mark.django_db, pytest.mark.processes]
__all__ = ["line_to_registers"]

#: In the sample registers she is not married; the father of her child is 白南乔.
SINGLE = Person("person", "330821199812032482", "苏晚照", "13857000111")
#: Holds a food licence in the sample registers.
RESTAURANT = Person("organisation", "91330802MA9900124G", "衢州市样例餐饮店", "13800000003")
DEFAULTS = {"a-in_wedlock": "yes", "a-follow": "mother"}


def identified(desk: Desk, person: Person | None = None) -> Desk:
    desk.sent |= DEFAULTS  # a page sends what is chosen on it, the defaults too
    desk.applicant(*([person] if person else []))
    assert desk.press().status_code == 302
    return desk


def asked(registers: Simulator) -> set[str]:
    return {query["resource"] for query in registers.log()["queries"]}


def test_what_the_register_knows_is_chosen_and_says_so(registers: Simulator) -> None:
    desk = identified(start())
    assert desk.draft().content.told == {"in_wedlock": "yes"}
    assert "按婚姻登记信息" in text_of(desk.page())


def test_the_register_corrects_a_default_that_does_not_fit(registers: Simulator) -> None:
    desk = identified(start(), SINGLE)
    content = desk.draft().content
    assert content.answers == {"in_wedlock": "no", "follow": "mother"}
    assert content.values["baby_name"] == "白听雨"
    page = text_of(desk.page())
    assert "父亲姓名" not in page
    assert "结婚证" not in page


def test_the_applicants_own_answer_stands(registers: Simulator) -> None:
    desk = identified(start(), SINGLE)
    desk.press("plan", **{"a-in_wedlock": "yes"})
    desk.press("ask")
    assert desk.draft().content.answers["in_wedlock"] == "yes"
    assert "按婚姻登记信息" not in text_of(desk.page())


def test_an_answer_chosen_before_the_card_was_read_stands(registers: Simulator) -> None:
    desk = start()
    desk.press("plan", **{"a-in_wedlock": "no", "a-follow": "mother"})
    desk.applicant()
    desk.press()
    assert desk.draft().content.answers["in_wedlock"] == "no"


def test_another_card_takes_the_answers_of_the_first_away(registers: Simulator) -> None:
    desk = identified(start(), SINGLE)
    desk.sent |= {"a-in_wedlock": "no"}
    desk.applicant()
    desk.press()
    assert desk.draft().content.answers["in_wedlock"] == "yes"


def test_a_register_is_asked_only_when_the_answers_make_it_useful(registers: Simulator) -> None:
    desk = start("transport_company")
    desk.applicant(RESTAURANT)
    desk.press(**{"v-employee_number": "330821199309022711"})
    assert "population_of_employee" in asked(registers)
    assert "driving_licences" not in asked(registers)
    desk.press("plan", **{"a-drivers_qualified": "no"})
    assert "driving_licences" in asked(registers)
    assert desk.draft().content.values["licence_class"] == "A2"


def test_a_question_without_a_default_is_answered_too(registers: Simulator) -> None:
    desk = start("housing_reform_proof")
    desk.applicant(Person("person", "330802198406112336", "吴敬亭", "13857000103"))
    desk.press()
    assert desk.draft().content.answers["marital_status"] == "divorced"


def test_a_silent_register_answers_nothing(registers: Simulator) -> None:
    registers.control(mode="dead", resource="marriage")
    desk = identified(start(), SINGLE)
    assert desk.draft().content.told == {}
    assert desk.draft().content.answers["in_wedlock"] == "yes"


def test_a_company_that_holds_a_food_licence_is_told_to_change_it_too(registers: Simulator) -> None:
    desk = start("company_information_change")
    desk.applicant(RESTAURANT)
    desk.press()
    assert desk.draft().content.told == {"food_licence_held": "yes"}
    assert "食品经营许可变更" in text_of(desk.page())
