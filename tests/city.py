"""The sample city in the test database, published once for a run; and the jobs of the journey, run at once."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.factories import NOW

CITY = Path(__file__).resolve().parent.parent / "catalogues" / "quzhou"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Publish the sample city into the fresh test database, with its trial accounts and seals."""
    from yichuang.config.trial import establish_trial

    with django_db_blocker.unblock():
        establish_trial(CITY, now=NOW)


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database with real commits, for tests of concurrency. Nothing is rolled back: make your own data."""
    with django_db_blocker.unblock():
        yield
        connection.close()


def run_journey(now: datetime = NOW) -> int:
    """Run every waiting job of the journey, and those that they defer, until none is left; how many ran.

    The real rows of the job table are run in order, in the caller's transaction.
    """
    from yichuang.journey import runner

    done = 0
    while job := ProcrastinateJob.objects.filter(status="todo").order_by("id").first():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [job.id])
        task = {"journey:react": runner.react, "journey:step": runner.step}[job.task_name]
        task.func(**job.args)
        done += 1
    return done
