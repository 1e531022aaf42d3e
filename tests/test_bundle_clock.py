"""The one clock of a bundle (整体时限): what it promises, from when, when it stands still, who is told of its end."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise

import chinese_calendar
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.city import run_journey
from tests.counter_desk import COMPANY, clerk_client
from tests.counter_desk import text_of as counter_text
from tests.factories import NOW, accepted, case_of, decided, received, staff
from tests.portal_visitors import holder_of, text_of
from tests.test_lives_of_bundles import officer_of
from yichuang.base.clock import CITY_ZONE, now
from yichuang.cases import queries, whole
from yichuang.cases.actions.acceptance import accept
from yichuang.cases.actions.correction import ask_correction, correct
from yichuang.cases.actions.withdrawal import withdraw
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Outcome, Stage
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.bundles import Bundle
from yichuang.catalogue.planned import Known
from yichuang.catalogue.planning import plan
from yichuang.catalogue.promising import Leg, critical, critical_path, span_of
from yichuang.deadlines import watching
from yichuang.deadlines.data import Light, Limit
from yichuang.deadlines.models import Clock
from yichuang.identity.data import Role
from yichuang.notices.models import Reminder

pytestmark = pytest.mark.django_db

PERMIT, LONGEST, OTHER = "construction_stage_permit", "environment_approval", "spoil_disposal"


def clock(row: ApplicationRow) -> Clock:
    return Clock.objects.get(subject_kind=whole.SUBJECT, subject_id=row.id)


def day(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone(CITY_ZONE):%m-%d}"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CITY_ZONE)


def asked(row: ApplicationRow, item: str, moment: datetime = NOW) -> None:
    until = (moment + timedelta(days=60)).date()
    ask_correction(
        actor=staff("clerk1"), case_id=case_of(row, item).id, text="图纸不清。", until=until, now=moment
    )


def corrected(row: ApplicationRow, item: str, moment: datetime) -> None:
    correct(actor=staff("clerk1"), case_id=case_of(row, item).id, materials={}, now=moment)


def taken(row: ApplicationRow, moment: datetime = NOW) -> None:
    accept(actor=staff("clerk1"), application_id=row.id, now=moment)


# ── What it promises ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("key", ["newborn", "schooling", PERMIT, "lift_installation", "company_real_estate"])
def test_it_runs_for_what_the_plan_promised_from_the_acceptance(key: str) -> None:
    row = accepted(key, applicant=COMPANY)
    promised = plan(catalogue_queries.current(), key, {}, Known()).promised
    found = clock(row)
    assert (found.kind, found.limit_value, found.limit_unit) == ("bundle", promised.value, promised.unit)
    assert (found.started_at, found.stopped_at) == (NOW, None)


def test_a_single_item_has_no_clock_of_a_whole() -> None:
    row = accepted("household_registration")
    assert not Clock.objects.filter(subject_kind=whole.SUBJECT, subject_id=row.id).exists()


@st.composite
def ways(draw: st.DrawFn) -> list[Leg]:
    """Up to seven items, each waiting for some of those before it, some of them simulated."""
    legs: list[Leg] = []
    for number in range(draw(st.integers(1, 7))):
        earlier = [leg.key for leg in legs]
        waits = draw(st.lists(st.sampled_from(earlier), unique=True)) if earlier else []
        simulates = draw(st.lists(st.sampled_from(waits), unique=True)) if waits else []
        limit = Limit(draw(st.integers(0, 4)))
        legs.append(Leg(f"i{number}", f"i{number}", limit, tuple(waits), tuple(simulates)))
    return legs


def slow_lengths(legs: list[Leg]) -> list[tuple[int, frozenset[str]]]:
    """Every way through the items, walked one by one: how long it is, and in which items the time is spent."""
    of = {leg.key: leg for leg in legs}

    def ending_with(key: str) -> Iterator[list[str]]:
        before = [one for one in of[key].waits_for if one not in of[key].simulates]
        for one in before:
            for path in ending_with(one):
                yield [*path, key]
        if not before:
            yield [key]
        for one in of[key].simulates:
            yield from ending_with(one)

    paths = [path for leg in legs for path in ending_with(leg.key)]
    return [(sum(of[key].limit.value for key in path), frozenset(path)) for path in paths]


@given(ways())
def test_the_longest_way_and_what_has_no_time_to_spare_are_what_walking_every_way_finds(
    legs: list[Leg],
) -> None:
    lengths = slow_lengths(legs)
    longest = max(length for length, _path in lengths)
    assert critical_path(legs)[0] == span_of(Limit(longest))
    without_slack = {key for length, path in lengths if length == longest for key in path}
    assert critical(Bundle("b", "b", "d", "board", members=()), legs) == without_slack


# ── When it stands still ─────────────────────────────────────────────────────────────────────────


def test_it_stands_still_while_what_has_no_time_to_spare_is_with_the_applicant() -> None:
    row = received(PERMIT, applicant=COMPANY)
    asked(row, LONGEST)
    taken(row)
    assert (clock(row).due_at, clock(row).started_at) == (None, NOW)
    corrected(row, LONGEST, at("2026-03-16T10:00"))
    assert day(clock(row).due_at) == "03-30"


def test_it_goes_on_while_what_has_time_to_spare_is_with_the_applicant() -> None:
    row = received(PERMIT, applicant=COMPANY)
    asked(row, OTHER)
    taken(row)
    assert day(clock(row).due_at) == "03-23"


def test_it_goes_on_when_the_applicant_takes_back_what_was_waited_for() -> None:
    row = received(PERMIT, applicant=COMPANY)
    asked(row, LONGEST)
    taken(row)
    withdraw(
        actor=staff("clerk1"),
        application_id=row.id,
        case_ids=[case_of(row, LONGEST).id],
        reason="暂不办理。",
        now=at("2026-03-11T10:00"),
    )
    assert day(clock(row).due_at) == "03-25"


def slow_due(start: datetime, days: int, spans: list[tuple[datetime, datetime]]) -> date:
    """Day after day: the day of the start never counts, nor any after a pause began up to that on which it ended."""
    today, left = start.astimezone(CITY_ZONE).date(), days
    while not chinese_calendar.is_workday(today):
        today += timedelta(days=1)
    while left:
        today += timedelta(days=1)
        if chinese_calendar.is_workday(today) and not any(
            begin.date() < today <= end.date() for begin, end in spans
        ):
            left -= 1
    return today


ACTS = st.lists(
    st.tuples(
        st.integers(0, 9), st.sampled_from(["accept", "ask", "correct"]), st.sampled_from([LONGEST, OTHER])
    ),
    min_size=1,
    max_size=10,
)


@given(ACTS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_it_is_due_when_a_slow_reckoning_says(acts: list[tuple[int, str, str]]) -> None:
    row, moment = received(PERMIT, applicant=COMPANY), NOW
    state = dict.fromkeys((LONGEST, OTHER), "received")
    asked_already: set[str] = set()
    started: datetime | None = None
    waits: list[
        datetime
    ] = []  # when the longest began and ended to wait for the applicant, since the clock runs
    for days, act, item in acts:
        moment += timedelta(days=days)
        held = state[LONGEST] == "correcting"
        if act == "accept":
            taken(row, moment)
            started = started or moment
            state = {key: "accepted" if now == "received" else now for key, now in state.items()}
        elif act == "ask" and state[item] == "received" and item not in asked_already:
            asked(row, item, moment)
            asked_already.add(item)
            state[item] = "correcting"
        elif act == "correct" and state[item] == "correcting":
            corrected(row, item, moment)
            state[item] = "received"
        holds = state[LONGEST] == "correcting"
        if started is not None and (holds is not held or (holds and not waits)):
            waits.append(moment)
    found = whole.clock_of(row.id, now=moment)
    assert (found is None) is (started is None)
    if found is None or started is None:
        return
    stands_still = state[LONGEST] == "correcting"
    assert (found.due_at is None) is stands_still
    ended = [*waits, moment] if stands_still else waits
    spans = [pair for number, pair in enumerate(pairwise(ended)) if number % 2 == 0]
    expected = slow_due(started, 10, spans)
    assert (found.if_resumed or found.due_at or NOW).astimezone(CITY_ZONE).date() == expected


# ── Its end ──────────────────────────────────────────────────────────────────────────────────────


def settle(row: ApplicationRow, item: str, moment: datetime, outcome: Outcome = Outcome.GRANTED) -> None:
    decided(row, item, officer_of(case_of(row, item).department_id), outcome=outcome, now=moment)
    run_journey(moment)


def test_it_stops_with_the_last_decision_also_where_one_was_refused_and_one_ended() -> None:
    row, moment = accepted("newborn"), NOW + timedelta(minutes=5)
    settle(row, "birth_certificate", moment, Outcome.REFUSED)
    assert {case.stage for case in queries.application(staff("clerk1"), row.number, now=NOW).cases} == {
        Stage.ISSUED,
        Stage.TERMINATED,
    }
    assert clock(row).stopped_at == moment


def test_when_it_is_red_those_who_still_have_a_member_and_the_centre_are_told() -> None:
    row = accepted(PERMIT, applicant=COMPANY)
    settle(row, OTHER, NOW)
    late = at("2026-03-25T10:00")
    while watching.fire_due(now=late):
        pass
    run_journey(late)
    told = Reminder.objects.filter(rung="bundle_red", case_number__startswith=row.number)
    assert set(told.filter(role=Role.CHIEF_OFFICER).values_list("case_number", flat=True)) == {
        case.number for case in row.cases if case.item_key != OTHER
    }
    assert told.filter(role=Role.MANAGER, department_id=row.centre_id).exists()
    found = whole.clock_of(row.id, now=late)
    assert found is not None
    assert found.light is Light.RED


# ── Who sees it ──────────────────────────────────────────────────────────────────────────────────


def test_the_applicant_the_counter_and_the_officer_see_when_all_of_it_is_due() -> None:
    moment = now()
    row = accepted(PERMIT, applicant=COMPANY, now=moment)
    due = clock(row).due_at
    assert due is not None
    local = due.astimezone(CITY_ZONE)
    assert f"最迟 {local.month}月{local.day}日" in text_of(holder_of(row).get(f"/track/{row.number}/"))
    page = clerk_client().get(f"/counter/applications/{row.number}/")
    assert f"整体 {local:%m-%d} 23:59 前" in counter_text(page)
    case = case_of(row, LONGEST)
    desk = clerk_client(officer_of(case.department_id)).get(f"/desk/cases/{case.number}/")
    assert f"整体 {local:%m-%d} 23:59 前" in counter_text(desk)


def test_the_applicant_reads_by_when_it_would_be_done_if_she_brought_it_today() -> None:
    moment = now()
    row = received(PERMIT, applicant=COMPANY, now=moment)
    asked(row, LONGEST, moment)
    taken(row, moment)
    page = text_of(holder_of(row).get(f"/track/{row.number}/"))
    assert "请您补材料" in page
    assert "今天补齐的话，最迟" in page


def test_the_applicant_is_told_truly_that_it_is_late() -> None:
    row = accepted(PERMIT, applicant=COMPANY)
    page = text_of(holder_of(row).get(f"/track/{row.number}/"))
    assert "正在办，已经超过承诺的时间" in page
    assert "承诺最迟 3月23日（星期一） 全部有结果，现在超过了" in page
