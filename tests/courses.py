"""What the tests of a case's course share: time that passes, its papers and clocks, and the proof that it folds."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from tests.city import run_journey
from tests.factories import NOW, staff
from yichuang.base.clock import CITY_ZONE
from yichuang.cases import queries
from yichuang.cases.data import CaseRow
from yichuang.cases.verifying import verify_all
from yichuang.deadlines import watching
from yichuang.deadlines.models import Clock
from yichuang.notices.models import Notice


@pytest.fixture
def every_case_folds() -> Iterator[None]:
    """Whatever a test did: every row is the fold of its entries."""
    yield
    told: list[str] = []
    assert verify_all(told.append), told


def at(text: str) -> datetime:
    """A moment on the city's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=CITY_ZONE)


def pass_time(now: datetime) -> None:
    """Let the journey do what follows from what was done, then the clocks fire what is due by `now`."""
    run_journey()
    while watching.fire_due(now=now):
        pass
    run_journey(now)


def again(case: CaseRow, now: datetime = NOW) -> CaseRow:
    """The case as it stands now."""
    return queries.application_of_case(staff("supervisor"), case.number, now=now)[1]


def papers_of(case: CaseRow) -> list[str]:
    """The kinds of its papers, the oldest first."""
    rows = Notice.objects.filter(case_number=case.number).exclude(file=None).order_by("id")
    return list(rows.values_list("kind", flat=True))


def clocks_of(case: CaseRow) -> set[str]:
    """The kinds of its running clocks."""
    rows = Clock.objects.filter(subject_kind="case", subject_id=case.id, stopped_at=None)
    return set(rows.values_list("kind", flat=True))
