"""重新计算期限: what a change of calendar, ladder or regime does to the clocks that run, and to nothing else."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from tests.city import run_journey
from tests.counter_desk import COMPANY
from tests.courses import settle
from tests.factories import NOW, accepted, case_of, received, staff
from tests.test_bundle_clock import PERMIT
from yichuang.base.clock import CITY_ZONE
from yichuang.cases.actions import reckoning
from yichuang.cases.actions.correction import ask_correction
from yichuang.cases.models import Case
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Verb
from yichuang.cases.verifying import verify_all
from yichuang.catalogue import queries as catalogue_queries
from yichuang.config import operating
from yichuang.deadlines import queries
from yichuang.deadlines.actions import set_ladders, set_overrides
from yichuang.deadlines.data import Limit, Worked
from yichuang.deadlines.ladders import DEFAULT_RUNGS
from yichuang.deadlines.models import Clock
from yichuang.ledger.models import Entry

pytestmark = pytest.mark.django_db

ITEM = "temporary_relief"


@pytest.fixture(autouse=True)
def own_calendar() -> Iterator[None]:
    """The days of one test are not what the next one finds in memory."""
    yield
    queries.forget()


def off(day: str, worked: Worked = Worked.NONE) -> None:
    """A day that the city declares."""
    row = {
        "region": "",
        "date": date.fromisoformat(day),
        "worked": worked,
        "name": "台风",
        "provisional": False,
    }
    set_overrides([row], actor_kind="system", actor_id=0, now=NOW)  # type: ignore[list-item]


def reckoned(why: str = "calendar.changed", *, dry_run: bool = False) -> list[reckoning.Moved]:
    return list(reckoning.reckon(why=why, dry_run=dry_run, now=NOW))


def clocks_of(row: ApplicationRow, kind: str) -> Clock:
    ids = [row.id, *(case.id for case in row.cases)]
    return Clock.objects.filter(kind=kind, subject_id__in=ids).order_by("-id")[0]


def day(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone(CITY_ZONE):%m-%d}"


def test_a_day_off_moves_what_runs_over_it_and_lists_each_clock_once() -> None:
    row = accepted(PERMIT, applicant=COMPANY)
    case = case_of(row, "environment_approval")
    off("2026-03-11")
    moved = reckoned()
    of_case = [one for one in moved if one.number == case.number and one.clock == "promised"]
    assert [(day(one.before), day(one.after)) for one in of_case] == [("03-23", "03-24")]
    of_whole = [one for one in moved if one.number == row.number]
    assert [(one.clock, day(one.after)) for one in of_whole] == [("bundle", "03-24")]
    assert day(Case.objects.get(id=case.id).due_at) == "03-24"
    assert reckoned() == []


def test_a_dry_run_lists_the_same_and_writes_nothing() -> None:
    row = accepted(ITEM)
    off("2026-03-10")
    entries = Entry.objects.count()
    wanted = reckoned(dry_run=True)
    assert wanted
    assert (Entry.objects.count(), Case.objects.get(id=row.cases[0].id).due_at) == (
        entries,
        row.cases[0].due_at,
    )
    assert reckoned() == wanted


def test_what_moved_stands_in_the_ledger_with_why_and_the_case_still_folds() -> None:
    row = accepted(ITEM)
    off("2026-03-10")
    moved = reckoned()
    entries = Entry.objects.filter(verb="clock.reckoned", facts__of_id=row.cases[0].id)
    assert entries.count() == len(moved)
    assert {entry.facts["why"] for entry in entries} == {"calendar.changed"}
    assert Entry.objects.get(verb=Verb.RECKON).subject_id == row.cases[0].id
    told: list[str] = []
    assert verify_all(told.append), told


def test_what_stands_still_is_reckoned_when_it_goes_on_and_a_date_that_was_told_stays() -> None:
    row = received(ITEM)
    until = date(2026, 3, 16)
    ask_correction(actor=staff("clerk1"), case_id=row.cases[0].id, text="照片不清。", until=until, now=NOW)
    before = clocks_of(row, "correction").due_at
    off("2026-03-16")
    assert [one.clock for one in reckoned()] == []
    assert clocks_of(row, "correction").due_at == before


def test_a_new_ladder_moves_the_next_rung_and_the_lights_but_no_end() -> None:
    row = accepted(PERMIT, applicant=COMPANY)
    case = case_of(row, "environment_approval")
    rungs = tuple(replace(rung, left=60) if rung.key == "promised_blue" else rung for rung in DEFAULT_RUNGS)
    set_ladders(rungs, actor_kind="system", actor_id=0, now=NOW)
    assert reckoned("ladders.changed") == []
    found = Case.objects.get(id=case.id)
    assert (day(found.blue_at), day(found.due_at)) == ("03-13", "03-23")


def test_a_new_regime_gives_the_limits_that_it_sets_to_what_runs(own_catalogue: None) -> None:
    row = accepted(ITEM)
    settle(row, ITEM)
    assert day(clocks_of(row, "delivery").due_at) == "03-23"
    held = catalogue_queries._Memory.held
    assert held is not None
    regimes = {key: replace(one, deliver_within=Limit(5)) for key, one in held.catalogue.regimes.items()}
    catalogue_queries._Memory.held = replace(held, catalogue=replace(held.catalogue, regimes=regimes))
    assert [(one.clock, day(one.after)) for one in reckoned("regimes.changed")] == [("delivery", "03-16")]


def test_a_change_of_the_calendar_reckons_by_itself() -> None:
    row = accepted(ITEM)
    run_journey()
    off("2026-03-10")
    run_journey()
    assert Case.objects.get(id=row.cases[0].id).due_at == row.cases[0].due_at + timedelta(days=1)  # type: ignore[operator]


def test_the_command_tells_every_difference() -> None:
    row = accepted(ITEM)
    off("2026-03-10")
    told: list[str] = []
    operating.reckon_clocks(dry_run=True, report=told.append)
    assert any(line.startswith(f"{row.cases[0].number} promised 2026-03-") for line in told)
    assert told[-1].endswith("没有写入）would move, nothing written。")
