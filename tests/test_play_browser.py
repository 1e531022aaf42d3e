"""A restaurant's four matters on their worst days, played in a real browser over Labour Day 2026.

One is accepted with a gap that is cured on its last day, one waits for experts, one is corrected by the applicant from
her phone, one is refused. Whatever date a paper says is then compared with the calendar as it is written out here by
hand: holidays, the Saturday that is worked instead, and whose day counts.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, tzinfo
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import DESKTOP, PHONE, assert_accessible, open_context
from tests.city import run_journey
from tests.counter_desk import COMPANY, PDF
from tests.dispatching import in_thread
from tests.factories import staff, submission
from tests.journey import press
from tests.officers_desk import log_in
from tests.papers import needs_poppler, said_by
from tests.scenes import check_folds
from yichuang.base import clock
from yichuang.base.clock import CITY_ZONE
from yichuang.cases import reading
from yichuang.cases.actions.receipt import receive
from yichuang.cases.models import Case
from yichuang.cases.states import Outcome, Stage
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.facts import SpecialProcedure
from yichuang.catalogue.papers import NoticeKind
from yichuang.deadlines.data import Limit
from yichuang.licences.models import Licence
from yichuang.notices.models import Notice

pytestmark = [pytest.mark.browser, needs_poppler]

FOOD, FIRE, WASTE, DRAIN = (
    "food_business_licence", "fire_safety_check", "kitchen_waste_registration", "drainage_permit",
)  # fmt: skip
#: What the restaurant is: no signboard, in a mall, nothing fried, no tea house, a sewer. So it has four matters.
ANSWERS = {
    "signboard": "no",
    "gathering_place": "yes",
    "cooking_smoke": "no",
    "tea_house": "no",
    "sewer": "yes",
}
EXPERTS = SpecialProcedure("专家评审", limit=Limit(20), basis="《中华人民共和国行政许可法》第四十五条")

# The calendar, by hand (国务院办公厅关于2026年部分节假日安排的通知: 1 to 5 May off, Saturday 9 May worked instead):
#
#   Th 30 April   worked    received; accepted; the expert review begins; one is refused, one to be corrected
#   Fr 1 to Tu 5  holiday
#   We  6 May     worked    1st day after; corrected from the phone, and accepted
#   Th  7 May     worked    2nd
#   Fr  8 May     worked    3rd: the experts were to need three days; they have ended
#   Sa  9 May     worked    4th, the make-up day; by then the correction was asked for
#   Su 10 May     off
#   Mo 11 May     worked    5th: the last day of the gap, and of the promise of five days
#   Tu 12 May     worked    6th
#   We 13 May     worked    7th
_MAY = [date(2026, 5, day) for day in (6, 7, 8, 9, 11, 12, 13)]
APRIL_30, MAY_6, MAY_8, MAY_9, MAY_11, MAY_12, MAY_13 = (
    date(2026, 4, 30),
    *(_MAY[at] for at in (0, 2, 3, 4, 5, 6)),
)

#: Every date of every paper, in the order in which it stands there; a paper of the whole application has no item.
DATES: dict[tuple[str, str], list[date]] = {
    (NoticeKind.RECEIPT, ""): [APRIL_30, APRIL_30],
    # applied on; to be corrected before; signed
    (NoticeKind.CORRECTION, DRAIN): [APRIL_30, MAY_9, APRIL_30],
    # applied, accepted, promised, signed: five working days, three, and twenty minutes
    (NoticeKind.GAP_ACCEPTANCE, FOOD): [APRIL_30, MAY_11, APRIL_30, MAY_11, APRIL_30],
    (NoticeKind.ACCEPTANCE, FIRE): [APRIL_30, APRIL_30, MAY_8, APRIL_30],
    (NoticeKind.ACCEPTANCE, WASTE): [APRIL_30, APRIL_30, APRIL_30, APRIL_30],
    (NoticeKind.REFUSAL, WASTE): [APRIL_30, APRIL_30],
    # accepted; begins; expected three working days later; signed
    (NoticeKind.SPECIAL_PROCEDURE, FIRE): [APRIL_30, APRIL_30, MAY_8, APRIL_30],
    # applied in April; the five days count from the day after it was corrected and accepted
    (NoticeKind.ACCEPTANCE, DRAIN): [APRIL_30, MAY_6, MAY_12, MAY_6],
    (NoticeKind.GRANT, FOOD): [APRIL_30, MAY_11],
    (NoticeKind.GRANT, FIRE): [APRIL_30, MAY_12],
    (NoticeKind.GRANT, DRAIN): [MAY_6, MAY_12],
    (NoticeKind.DELIVERY, ""): [MAY_13, MAY_13],
    # received; the end of each of the four; signed
    (NoticeKind.CLOSING, ""): [APRIL_30, *[MAY_13] * 4, MAY_13],
    # issued, and where they hold for five years until the day before
    ("licence", FOOD): [MAY_11, date(2031, 5, 10), MAY_11],
    ("licence", FIRE): [MAY_12],
    ("licence", DRAIN): [MAY_12, date(2031, 5, 11), MAY_12],
}


@dataclass
class Stopped:
    """The clock of the play: it shows what it was set to last, in every thread and on every page."""

    moment: datetime = datetime(2026, 4, 30, 10, 0, tzinfo=CITY_ZONE)

    def set(self, day: date, hour: str) -> datetime:
        self.moment = datetime.combine(day, time.fromisoformat(hour), CITY_ZONE)
        return self.moment

    def now(self, zone: tzinfo) -> datetime:
        return self.moment.astimezone(zone)


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> Stopped:
    """`yichuang.base.clock` alone asks the machine for the time; in this test it asks here."""
    hand = Stopped()
    monkeypatch.setattr(clock, "datetime", hand)
    return hand


@dataclass(frozen=True)
class Play:
    """One application, its people's screens, and the workers that follow every act."""

    site: str
    browser: Browser
    hand: Stopped
    number: str
    application_id: int

    def case(self, item: str) -> Case:
        return Case.objects.get(application_id=self.application_id, item_key=item)

    @contextmanager
    def at(self, username: str, path: str) -> Iterator[Page]:
        """A member of staff at a desktop screen; afterwards the workers do what follows."""
        with open_context(self.browser, DESKTOP) as context:
            page = context.new_page()
            log_in(page, self.site, username, path)
            yield page
        in_thread(lambda: run_journey(self.hand.moment))  # seals need a thread without the browser

    @contextmanager
    def counter(self, path: str = "") -> Iterator[Page]:
        with self.at("clerk1", f"/counter/{path or f'applications/{self.number}/'}") as page:
            yield page

    @contextmanager
    def desk(self, username: str, item: str) -> Iterator[Page]:
        """An officer at the page of the case, which she claims where nobody has it."""
        with self.at(username, f"/desk/cases/{self.case(item).number}/") as page:
            if page.get_by_role("button", name="认领").count():
                press(page, "c")
                expect(page.locator("#act")).to_contain_text("您已认领")
            yield page

    @contextmanager
    def phone(self) -> Iterator[Page]:
        """The applicant opens her application with the number and the code on the receipt."""
        with open_context(self.browser, PHONE) as context:
            page = context.new_page()
            page.goto(f"{self.site}/track/")
            page.get_by_label("申报号").fill(self.number)
            page.get_by_label("查询密码").fill(reading.query_code(self.application_id))
            page.get_by_role("button", name="查看").click()
            page.wait_for_url(re.compile(self.number))
            yield page
        in_thread(lambda: run_journey(self.hand.moment))


def let_experts_look(item: str) -> None:
    """From now on, in this test, experts may have to look at cases of the item: what a city writes in its file."""
    catalogue_queries.current()
    held = catalogue_queries._Memory.held
    assert held is not None
    items = {
        key: replace(version, special_procedures=(EXPERTS,)) if version.key == item else version
        for key, version in held.items.items()
    }
    catalogue_queries._Memory.held = replace(held, items=items)


@pytest.fixture
def play(site: str, browser: Browser, stopped: Stopped, own_catalogue: None) -> Play:
    """The restaurant's application, received without the safety rules, which may follow within five days."""
    let_experts_look(FIRE)
    given = submission("restaurant_opening", answers=ANSWERS, applicant=COMPANY)
    kept = {key: settled for key, settled in given.materials.items() if key != "safety_rules"}
    now = stopped.set(APRIL_30, "10:00")
    receipt = receive(actor=staff("clerk1"), submission=replace(given, materials=kept), now=now)
    in_thread(lambda: run_journey(now))
    return Play(site, browser, stopped, receipt.number, receipt.application_id)


def test_four_matters_each_with_a_fate_of_its_own_and_every_date_as_the_calendar_says(
    play: Play, tmp_path: Path
) -> None:
    the_counter_asks_for_one_and_accepts_the_others_with_a_gap(play)
    one_is_refused_and_one_goes_to_the_experts(play)
    she_corrects_from_her_phone(play)
    the_experts_have_looked(play)
    the_gap_is_cured_on_its_last_day(play)
    the_others_are_granted(play)
    what_was_granted_and_what_was_not_is_handed_over(play)
    every_paper_says_the_dates_of_the_calendar(play, tmp_path)
    check_folds(play.application_id)


def the_counter_asks_for_one_and_accepts_the_others_with_a_gap(play: Play) -> None:
    play.hand.set(APRIL_30, "10:00")
    with play.counter(f"cases/{play.case(DRAIN).number}/") as page:
        page.locator("#text").fill("接入方案缺检查井的位置。")
        page.get_by_label("排水管网接入方案").check()
        page.locator("#until").fill(MAY_9.isoformat())
        page.get_by_role("button", name="告知补正").click()
        expect(page.get_by_text("已告知补正")).to_be_visible()
        expect(page.get_by_text(f"{MAY_11} 前补交")).to_be_visible()
        press(page, "Alt+g")
        press(page, "Alt+a")
        expect(page.get_by_text("已受理3件")).to_be_visible()
        assert_accessible(page)


def one_is_refused_and_one_goes_to_the_experts(play: Play) -> None:
    play.hand.set(APRIL_30, "10:15")
    with play.desk("officer-zhifa", WASTE) as page:
        page.locator("#text").fill("协议单位没有收运资质。")
        press(page, "Alt+r")
        page.get_by_role("button", name="确认不予许可").click()
        expect(page.get_by_text("已决定不予许可")).to_be_visible()
    with play.desk("officer-xiaofang", FIRE) as page:
        page.get_by_text("停止计时，书面告知申请人").click()
        page.locator("#procedure").select_option(EXPERTS.name)
        page.locator("#reason").fill("商场内的疏散路线要请专家看。")
        page.locator("#expected").fill("3")
        page.get_by_role("button", name="开始特别程序").click()
        expect(page.get_by_text(f"告知申请人的预计完成日期：{MAY_8}")).to_be_visible()
        assert_accessible(page)
    assert play.case(FIRE).due_at is None


def she_corrects_from_her_phone(play: Play) -> None:
    play.hand.set(MAY_6, "08:30")
    with play.phone() as page:
        expect(page.get_by_text("请在 5月9日（星期六） 前补齐")).to_be_visible()
        assert_accessible(page)
        page.get_by_role("link", name="拍照补交").click()
        assert_accessible(page)
        page.get_by_role("button", name="提交补正").click()
        expect(page.get_by_text("请选择“排水管网接入方案”的文件。").first).to_be_visible()
        assert_accessible(page)
        chosen = {"name": "接入方案.pdf", "mimeType": "application/pdf", "buffer": PDF}
        page.get_by_label("排水管网接入方案").set_input_files(chosen)
        page.get_by_role("button", name="提交补正").click()
        expect(page.get_by_text("已收到您补来的材料")).to_be_visible()
    play.hand.set(MAY_6, "14:00")
    with play.counter() as page:
        press(page, "Alt+a")
        expect(page.get_by_text("已受理1件")).to_be_visible()


def the_experts_have_looked(play: Play) -> None:
    """Three days of the promise are left: the make-up Saturday, Monday and Tuesday."""
    play.hand.set(MAY_8, "16:00")
    with play.desk("officer-xiaofang", FIRE) as page:
        page.locator("#result").fill("五位专家一致认为疏散路线够用。")
        page.get_by_role("button", name="特别程序结束，继续计时").click()
        expect(page.get_by_text("特别程序中")).to_have_count(0)
    due_at = play.case(FIRE).due_at
    assert due_at is not None
    assert clock.local(due_at).date() == MAY_12


def the_gap_is_cured_on_its_last_day(play: Play) -> None:
    play.hand.set(MAY_11, "16:30")
    with play.counter(f"cases/{play.case(FOOD).number}/") as page:
        page.locator("#m-safety_rules").check()
        assert_accessible(page)
        press(page, "Alt+y")
        expect(page.get_by_text("容缺材料已经补齐。")).to_be_visible()
    play.hand.set(MAY_11, "17:00")
    grant(play, "officer-shichang", FOOD)


def the_others_are_granted(play: Play) -> None:
    play.hand.set(MAY_12, "10:00")
    grant(play, "officer-xiaofang", FIRE)
    grant(play, "officer-zhujian", DRAIN)


def grant(play: Play, username: str, item: str) -> None:
    with play.desk(username, item) as page:
        press(page, "Alt+y")
        page.get_by_role("button", name="确认准予").click()
        expect(page.get_by_text("已准予")).to_be_visible()


def what_was_granted_and_what_was_not_is_handed_over(play: Play) -> None:
    play.hand.set(MAY_13, "09:30")
    with play.counter() as page:
        expect(page.get_by_text("全部办好，4 件结果一次交给申请人。")).to_be_visible()
        press(page, "Alt+o")
        expect(page.get_by_text("窗口领取 4 件")).to_be_visible()
        assert_accessible(page)
    fates = {item: (play.case(item).stage, play.case(item).outcome) for item in (FOOD, FIRE, WASTE, DRAIN)}
    granted = dict.fromkeys((FOOD, FIRE, DRAIN), (Stage.CLOSED, Outcome.GRANTED))
    assert fates == {**granted, WASTE: (Stage.CLOSED, Outcome.REFUSED)}
    numbers = [play.case(item).number for item in (FOOD, FIRE, WASTE, DRAIN)]
    holders = set(Licence.objects.filter(case_number__in=numbers).values_list("case_number", flat=True))
    assert holders == {play.case(item).number for item in granted}


def every_paper_says_the_dates_of_the_calendar(play: Play, folder: Path) -> None:
    """All of them, as the applicant downloads them with her phone."""
    items = {play.case(item).number: item for item in (FOOD, FIRE, WASTE, DRAIN)}
    said: dict[tuple[str, str], list[date]] = {}
    with play.phone() as page:
        for notice in Notice.objects.filter(application_number=play.number).order_by("id"):
            text = download(page, f"/track/{play.number}/notices/{notice.id}/", folder)
            said[notice.kind, items.get(notice.case_number, "")] = dates_in(text)
            if notice.kind == NoticeKind.DELIVERY:
                assert "不予准许决定书" in text
        for licence in Licence.objects.filter(case_number__in=items).order_by("id"):
            text = download(page, f"/track/{play.number}/licences/{licence.case_number}/", folder)
            said["licence", items[licence.case_number]] = dates_in(text)
    assert said == DATES


def download(page: Page, address: str, folder: Path) -> str:
    """What a paper says, without the blanks and line ends of its setting."""
    answer = page.request.get(page.url.split("/track/")[0] + address)
    assert answer.ok, address
    return "".join(said_by("pdftotext", answer.body(), folder).split())


def dates_in(text: str) -> list[date]:
    """Every date of a paper, in order."""
    found = re.findall(r"(\d{4})年(\d{1,2})月(\d{1,2})日|(\d{4})-(\d\d)-(\d\d)", text)
    return [date(*(int(part) for part in parts if part)) for parts in found]
