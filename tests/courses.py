"""What the tests of a case's course share: time that passes, its papers and clocks, and the proof that it folds."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db.models import Max

from tests.city import run_journey
from tests.factories import NOW, case_of, decided, staff
from tests.test_lives_of_bundles import officer_of
from yichuang.base.clock import CITY_ZONE
from yichuang.cases import queries
from yichuang.cases.data import CaseRow
from yichuang.cases.models import Case
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Outcome
from yichuang.cases.verifying import verify_all
from yichuang.deadlines import watching
from yichuang.deadlines.models import Clock
from yichuang.journey.reactions import REACTIONS
from yichuang.ledger.models import Entry
from yichuang.licences.models import Licence
from yichuang.notices.models import Notice


@pytest.fixture
def every_case_folds() -> Iterator[None]:
    """Whatever a test did: every row is the fold of its entries."""
    yield
    told: list[str] = []
    assert verify_all(told.append), told


@pytest.fixture
def every_step_repeats(every_case_folds: None) -> Iterator[None]:
    """Whatever a test did: all that followed from it is done once more, and no case, paper or licence is another."""
    known = Entry.objects.aggregate(last=Max("id"))["last"] or 0  # other tests of this run may have left some
    yield
    run_journey()
    before = list(Case.objects.order_by("id").values())
    papers, licences = Notice.objects.count(), Licence.objects.count()
    for entry in Entry.objects.filter(id__gt=known).exclude(verb="clock.rung").order_by("id"):
        for following in REACTIONS.get(entry.verb, ()):
            if following.__name__ != "dispatch_to_partner":
                following(entry, NOW)
    run_journey()
    assert list(Case.objects.order_by("id").values()) == before
    assert (Notice.objects.count(), Licence.objects.count()) == (papers, licences)


def at(text: str) -> datetime:
    """A moment on the city's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=CITY_ZONE)


def settle(row: ApplicationRow, item: str, outcome: Outcome = Outcome.GRANTED, now: datetime = NOW) -> None:
    """Decide one case and let follow what follows."""
    decided(row, item, officer_of(case_of(row, item).department_id), outcome=outcome, now=now)
    run_journey(now)


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
