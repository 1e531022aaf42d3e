"""Asking other departments and answering them in a real browser: no axe rule broken at any width."""

import pytest
from playwright.sync_api import Browser

from tests.browser import DESKTOP, PHONE, assert_accessible, open_context
from tests.factories import accepted, case_of, staff
from tests.officers_desk import LATER, log_in, stopped_clock
from yichuang.cases.actions.asking import ask_opinions, give_opinion
from yichuang.cases.actions.review import claim
from yichuang.cases.models import Opinion
from yichuang.cases.states import Answer
from yichuang.deadlines.data import Limit

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("stopped_clock")]
__all__ = ["stopped_clock"]

LIFT, OFFICER, ASKED = "lift_joint_review", "officer-zhujian", "officer-xiaofang"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_asking_and_answering_break_no_rule(site: str, browser: Browser, size: tuple[int, int]) -> None:
    fresh, open_round = case_of(accepted(LIFT), LIFT), case_of(accepted(LIFT), LIFT)
    for case in (fresh, open_round):
        claim(actor=staff(OFFICER), case_id=case.id, now=LATER)
    ask_opinions(
        actor=staff(OFFICER), case_id=open_round.id, departments=["fire_rescue", "water_supply", "gas_supply"],
        question="加装电梯的井道是否影响消防通道和管线，请核对设计方案。", within=Limit(4), now=LATER,
    )  # fmt: skip
    answered = Opinion.objects.get(round__case_id=open_round.id, department__key="water_supply")
    give_opinion(
        actor=staff("officer-gongshui"), opinion_id=answered.id, answer=Answer.AGREES_IF,
        text="施工前联系供水企业迁改管线。", now=LATER,
    )  # fmt: skip
    owed = Opinion.objects.get(round__case_id=open_round.id, department__key="fire_rescue")
    own = (f"cases/{fresh.number}/", f"cases/{open_round.number}/")
    theirs = ("", "opinions/", "opinions/?all=1", f"opinions/{owed.id}/")
    for username, paths in {OFFICER: own, ASKED: theirs}.items():
        with open_context(browser, size) as context:
            page = context.new_page()
            log_in(page, site, username, "/desk/")
            for path in paths:
                page.goto(f"{site}/desk/{path}")
                for summary in page.locator("#act details > summary").all():
                    summary.click()
                assert_accessible(page)
