"""The queue under a real worker: jobs belong to their acts, a dead worker's jobs go on, a failure holds up no other."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection, transaction
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job

from tests.dispatching import in_thread
from tests.factories import NOW
from yichuang.base import clock
from yichuang.journey import runner
from yichuang.journey.steps import STEPS
from yichuang.ledger.actions import Record, record
from yichuang.ledger.models import Entry

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("committed_db")]

QUEUE = "test"


class Undone(Exception):  # noqa: N818
    """What a step raises here."""


@pytest.fixture(autouse=True)
def tidy(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No job of another test is there, and none is left. Threads of the worker close what they opened."""
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    _forget()
    yield
    _forget()


def _forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_workers")


def work(*queues: str) -> None:
    """Do what waits in these queues as a worker process does: its own connections, its own loop, its threads."""
    with app.replace_connector(app.connector.get_worker_connector()) as worker_app:  # type: ignore[attr-defined]
        worker_app.run_worker(
            queues=list(queues),
            wait=False,
            install_signal_handlers=False,
            listen_notify=False,
            delete_jobs="successful",
        )


def statuses() -> dict[str, str]:
    """Every job that is left: its lock or, without one, its queue → its status."""
    return {job.lock or job.queue_name: job.status for job in ProcrastinateJob.objects.all()}


def an_entry(verb: str = "case.claimed") -> int:
    """An entry of the ledger that nothing follows from."""
    return record([Record(verb, "case", 0)], actor_kind="system", actor_id=0, now=NOW)[0]


def defer_step(step: str, *, queue: str = QUEUE, lock: str | None = None, entry_id: int = 0) -> int:
    deferred = App(connector=app.connector).configure_task("journey:step", queue=queue, lock=lock)
    return deferred.defer(step=step, entry_id=entry_id or an_entry())


def add_step(monkeypatch: pytest.MonkeyPatch, name: str, do: Callable[[Entry], None]) -> None:
    def step(entry: Entry, _now: datetime) -> None:
        do(entry)

    monkeypatch.setitem(STEPS, name, step)


def test_what_follows_from_a_workers_act_is_deferred_in_the_act_and_not_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[int] = []

    def reactions() -> None:
        seen.append(ProcrastinateJob.objects.filter(task_name="journey:react").count())

    def act(_entry: Entry) -> None:
        with transaction.atomic():
            an_entry("hand_over.done")
            in_thread(reactions)
            raise Undone

    add_step(monkeypatch, "act", act)
    defer_step("act")
    work(QUEUE)
    in_thread(reactions)
    assert seen == [0, 0]


def test_a_reaction_without_its_entries_is_no_reaction_done() -> None:
    with pytest.raises(LookupError):
        runner.react.func(entry_ids=[an_entry(), 0])


def test_a_step_that_fails_holds_up_no_other_not_even_of_the_same_partner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[int] = []

    def fail(_entry: Entry) -> None:
        raise Undone

    add_step(monkeypatch, "fail", fail)
    add_step(monkeypatch, "succeed", lambda entry: done.append(entry.id))
    failing = defer_step("fail", lock="partner")
    entry = an_entry()
    defer_step("succeed", lock="partner", entry_id=entry)
    work(QUEUE)
    assert done == [entry]
    left = ProcrastinateJob.objects.get(queue_name=QUEUE)
    assert (left.id, left.status, left.attempts) == (failing, "todo", 1)
    assert left.scheduled_at is not None


def test_a_step_that_fails_for_good_stays_on_the_list_of_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_entry: Entry) -> None:
        raise Undone

    add_step(monkeypatch, "fail", fail)
    failing = defer_step("fail")
    tries = 0
    while ProcrastinateJob.objects.get(id=failing).status == "todo":
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL")
        work(QUEUE)
        tries += 1
    assert ProcrastinateJob.objects.get(id=failing).status == "failed"
    assert tries == 10


def test_pauses_grow_from_three_seconds_and_end_after_about_two_hours() -> None:
    pauses: list[float] = []
    while len(pauses) < 20:
        job = Job(id=1, queue="q", lock=None, queueing_lock=None, task_name="t", attempts=len(pauses))
        decision = runner.STEP_RETRY.get_retry_decision(exception=Undone(), job=job)
        if decision is None:
            break
        assert decision.retry_at is not None
        pauses.append(round((decision.retry_at - clock.now()).total_seconds(), 1))
    assert pauses == sorted(pauses)
    assert 2 < pauses[0] <= 3
    assert 1.5 < sum(pauses) / 3600 < 2.5


def _dead_worker() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        )
        return int(cursor.fetchone()[0])


def _take(job_id: int, worker_id: int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s",
            [worker_id, job_id],
        )


def rescue() -> None:
    async_to_sync(runner.rescue.func)(timestamp=0)


def test_the_jobs_of_a_dead_worker_are_taken_up_and_those_of_a_living_one_are_not() -> None:
    dead, alive = _dead_worker(), _dead_worker()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id = %s", [alive])
    for lock, worker in (("dead", dead), ("alive", alive), ("nobody", None)):
        _take(defer_step("any", lock=lock), worker)
    rescue()
    assert statuses() == {"dead": "todo", "alive": "doing", "nobody": "todo"}


def test_a_periodic_job_of_a_dead_worker_whose_next_turn_waits_does_not_stop_the_rescue() -> None:
    dead = _dead_worker()
    deferred = App(connector=app.connector)
    first = deferred.configure_task("journey:seal", queue="upkeep", queueing_lock="seal").defer(timestamp=1)
    _take(first, dead)
    deferred.configure_task("journey:seal", queue="upkeep", queueing_lock="seal").defer(timestamp=2)
    _take(defer_step("any", lock="dead"), dead)
    rescue()
    assert statuses() == {"upkeep": "todo", "dead": "todo"}
    assert not ProcrastinateJob.objects.filter(id=first).exists()


def test_upkeep_comes_before_everything_that_waits_and_leaves_no_failed_job(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order: list[str] = []

    def fail(_now: Any) -> None:
        order.append("seal")
        raise Undone

    monkeypatch.setattr("yichuang.ledger.sealing.seal", fail)
    add_step(monkeypatch, "wait", lambda _entry: order.append("step"))
    defer_step("wait", queue="upkeep")
    seal = app.tasks["journey:seal"]
    seal.configure().defer(timestamp=1)
    work("upkeep")
    assert order == ["seal", "step"]
    assert not ProcrastinateJob.objects.filter(status="failed").exists()


def test_two_rescuers_at_once_leave_no_failed_job() -> None:
    dead = _dead_worker()
    for number in range(20):
        _take(defer_step("any", lock=f"dead-{number}"), dead)
    start = threading.Barrier(2)

    def work_at_once() -> None:
        start.wait()
        rescue()

    in_thread(work_at_once, work_at_once)
    assert set(statuses().values()) == {"todo"}
