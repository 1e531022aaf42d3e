"""The sample city in the test database, published once for a run; and the jobs of the journey, run at once."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import setup_databases, teardown_databases
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.factories import NOW

CITY = Path(__file__).resolve().parent.parent / "catalogues" / "quzhou"


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[None]:
    """A fresh test database with the sample city published into it, its trial accounts and seals.

    pytest-django's own makes one only where a test asks for `db`; `committed_db` alone would get the real one.
    """
    from yichuang.config.trial import establish_trial

    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"}, serialized_aliases=set())
    try:
        with django_db_blocker.unblock():
            establish_trial(CITY, now=NOW)
        yield
    finally:
        with django_db_blocker.unblock():
            teardown_databases(made, verbosity=0)


@pytest.fixture(autouse=True)
def nobody_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Partners and registers of the sample city are down, unless a test starts its own and says where."""
    monkeypatch.setenv(
        "YICHUANG_ENDPOINTS",
        "http://127.0.0.1:8101=http://127.0.0.1:9,http://127.0.0.1:8102=http://127.0.0.1:9",
    )


@pytest.fixture(autouse=True)
def own_catalogue() -> Iterator[None]:
    """A catalogue that a test published and rolled back is not what the next test finds in memory."""
    from yichuang.catalogue import queries

    before = queries._Memory.held
    yield
    if queries._Memory.held is not before:
        queries._Memory.held = before
        queries.forget()


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database with real commits, for tests of concurrency. Nothing is rolled back: make your own data."""
    with django_db_blocker.unblock():
        yield
        # What would follow from these acts is not for the next test to do.
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
        connection.close()


def run_journey(now: datetime = NOW) -> int:
    """Run every waiting job of the journey, and those that they defer, until none is left; how many ran.

    The real rows of the job table are run in order, in the caller's transaction; steps are told `now`.
    """
    from yichuang.journey.runner import react
    from yichuang.journey.steps import STEPS
    from yichuang.ledger.queries import entries

    done = 0
    while job := ProcrastinateJob.objects.filter(status="todo").order_by("id").first():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [job.id])
        if job.task_name == "journey:react":
            react.func(**job.args)
        else:
            STEPS[job.args["step"]](entries([job.args["entry_id"]])[0], now)
        done += 1
    return done


def failed_job(entry_id: int, step: str = "issue_result") -> int:
    """A job as the queue leaves it after its last try."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts, priority) "
            "VALUES ('steps', 'journey:step', %s, 'failed', 11, 0) RETURNING id",
            [json.dumps({"step": step, "entry_id": entry_id})],
        )
        job_id: int = cursor.fetchone()[0]
    return job_id
