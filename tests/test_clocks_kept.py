"""Clocks in the database: started once, paused, resumed, lengthened; and every rung fired once, whatever happens."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tests.dispatching import in_thread
from tests.factories import NOW
from yichuang.base.clock import CITY_ZONE
from yichuang.deadlines import keeping, watching
from yichuang.deadlines.data import ClockKind, Light, Limit
from yichuang.deadlines.keeping import NewClock, Started
from yichuang.deadlines.models import Clock, FiredRung
from yichuang.ledger.models import Entry

SUBJECT = "test"
TEN_DAYS = Limit(10)
MUCH_LATER = NOW + timedelta(days=60)


@pytest.fixture
def own_clocks(committed_db: None) -> Iterator[None]:
    """Only this test's clocks are due; what it made is taken away, because it was committed."""
    Clock.objects.update(next_at=None)
    yield
    FiredRung.objects.filter(clock__subject_kind=SUBJECT).delete()
    Clock.objects.filter(subject_kind=SUBJECT).delete()


def started(subject_id: int = 1, kind: ClockKind = ClockKind.PROMISED, limit: Limit = TEN_DAYS) -> Started:
    return keeping.start([NewClock(kind, SUBJECT, subject_id, limit)], now=NOW)[0]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CITY_ZONE)


def day(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone(CITY_ZONE):%m-%d}"


def clock(subject_id: int = 1, kind: ClockKind = ClockKind.PROMISED) -> Clock:
    return Clock.objects.get(subject_kind=SUBJECT, subject_id=subject_id, kind=kind, stopped_at=None)


# ── Keeping ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_a_clock_that_is_started_twice_runs_once_and_from_the_first() -> None:
    first = started()
    again = keeping.start([NewClock(ClockKind.PROMISED, SUBJECT, 1, Limit(3))], now=MUCH_LATER)
    assert (clock().due_at, len(again)) == (first.due_at, 1)
    assert day(first.due_at) == "03-23"
    assert day(first.lights[Light.YELLOW]) == "03-19"


@pytest.mark.django_db
def test_what_is_accepted_in_the_evening_runs_from_the_morning() -> None:
    keeping.start([NewClock(ClockKind.PROMISED, SUBJECT, 1, TEN_DAYS)], now=at("2026-03-09T20:00"))
    assert (clock().started_at, day(clock().due_at)) == (at("2026-03-10T09:00"), "03-24")


@pytest.mark.django_db
def test_a_pause_stops_the_clocks_of_the_department_and_no_others() -> None:
    started()
    started(kind=ClockKind.GAP)
    keeping.pause(SUBJECT, 1, reason="hearing", document=7, now=at("2026-03-11T10:00"))
    assert (clock().due_at, clock().next_at) == (None, None)
    assert clock(kind=ClockKind.GAP).due_at is not None
    moved = keeping.resume(SUBJECT, 1, now=at("2026-03-17T10:00"))
    assert [(one.kind, day(one.due_at)) for one in moved] == [(ClockKind.PROMISED, "03-27")]
    assert day(clock().due_at) == "03-27"


@pytest.mark.django_db
def test_a_subject_has_one_pause_at_a_time() -> None:
    started()
    keeping.pause(SUBJECT, 1, reason="hearing", now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        keeping.pause(SUBJECT, 1, reason="testing", now=NOW)


@pytest.mark.django_db
def test_a_pause_of_the_past_does_not_move_a_clock_that_began_after_it() -> None:
    keeping.pause(SUBJECT, 1, reason="hearing", now=at("2026-03-02T10:00"))
    keeping.resume(SUBJECT, 1, now=at("2026-03-05T10:00"))
    started()
    keeping.extend(SUBJECT, 1, [ClockKind.PROMISED], Limit(1))
    assert day(clock().due_at) == "03-24"


@pytest.mark.django_db
def test_an_extension_lengthens_only_the_clocks_that_it_names() -> None:
    started()
    started(kind=ClockKind.STATUTORY, limit=Limit(20))
    keeping.extend(SUBJECT, 1, [ClockKind.STATUTORY], TEN_DAYS)
    assert (day(clock().due_at), clock(kind=ClockKind.STATUTORY).limit_value) == ("03-23", 30)


@pytest.mark.django_db
def test_many_clocks_start_with_one_statement(django_assert_num_queries: object) -> None:
    started(99)  # calendar and ladders are kept from here on
    new = [NewClock(ClockKind.PROMISED, SUBJECT, number, TEN_DAYS) for number in range(50)]
    with django_assert_num_queries(1):  # type: ignore[operator]
        keeping.start(new, now=NOW)


# ── Watching ─────────────────────────────────────────────────────────────────────────────────────


def fired(subject_id: int = 1) -> list[str]:
    rows = FiredRung.objects.filter(clock__subject_kind=SUBJECT, clock__subject_id=subject_id)
    return list(rows.order_by("id").values_list("rung", flat=True))


def watch(now: datetime, most: int = watching.BATCH) -> int:
    total = 0
    while count := watching.fire_due(now=now, most=most):
        total += count
    return total


@pytest.mark.usefixtures("own_clocks")
def test_a_rung_fires_when_it_is_reached_and_not_before() -> None:
    started()
    assert watch(at("2026-03-17T12:00")) == 0
    assert (watch(at("2026-03-18T08:00")), fired()) == (1, ["promised_blue"])
    assert watch(at("2026-03-18T08:00")) == 0


@pytest.mark.usefixtures("own_clocks")
def test_after_days_without_a_worker_every_rung_that_was_passed_fires_in_order() -> None:
    started()
    assert watch(MUCH_LATER) == 3
    assert fired() == ["promised_blue", "promised_yellow", "promised_red"]
    assert [row.reached_at < row.fired_at for row in FiredRung.objects.filter(clock=clock())] == [True] * 3


@pytest.mark.usefixtures("own_clocks")
def test_each_fired_rung_is_an_entry_with_codes_only() -> None:
    started()
    watch(at("2026-03-18T08:00"))
    entry = Entry.objects.get(verb="clock.rung", subject_id=clock().id)
    assert entry.facts == {"clock": "promised", "rung": "promised_blue", "of": SUBJECT, "of_id": 1}


@pytest.mark.usefixtures("own_clocks")
def test_three_workers_fire_each_rung_once() -> None:
    for subject_id in range(60):
        started(subject_id)
    in_thread(*(lambda: watch(MUCH_LATER, most=7) for _worker in range(3)))
    assert FiredRung.objects.filter(clock__subject_kind=SUBJECT).count() == 60 * 3
    entries = Entry.objects.filter(verb="clock.rung", facts__of=SUBJECT, subject_id__gte=clock(0).id)
    assert entries.count() == 60 * 3


@pytest.mark.usefixtures("own_clocks")
def test_a_clock_whose_data_is_broken_holds_up_no_other_and_is_looked_at_again_later() -> None:
    started(1)
    started(2)
    Clock.objects.filter(subject_kind=SUBJECT, subject_id=1).update(limit_unit="moons", next_at=NOW)
    assert watch(MUCH_LATER) == 3
    assert (fired(1), len(fired(2))) == ([], 3)
    assert clock(1).next_at == MUCH_LATER + watching.LATER


@pytest.mark.usefixtures("own_clocks")
def test_a_clock_that_was_stopped_or_stands_still_fires_nothing() -> None:
    started(1)
    started(2)
    keeping.stop(SUBJECT, [1], now=NOW)
    keeping.pause(SUBJECT, 2, reason="hearing", now=NOW)
    assert watch(MUCH_LATER) == 0
    keeping.resume(SUBJECT, 2, now=at("2026-03-17T10:00"))
    assert watch(MUCH_LATER) == 3
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM deadlines_pause WHERE subject_kind = %s", [SUBJECT])


@pytest.mark.usefixtures("own_clocks")
def test_looking_for_what_is_due_uses_the_index_of_what_is_to_come() -> None:
    started()
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM deadlines_clock WHERE next_at <= now() ORDER BY next_at LIMIT 200"
        )
        assert "clock_next" in "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("RESET enable_seqscan")
