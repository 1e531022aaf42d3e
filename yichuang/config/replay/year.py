"""One process of a replay: its part of the city lives through the year, day by day.

The acts of a day are one transaction, and the steps that follow from them are done in it, as workers would do them
a little later. Then all processes wait for one another, and one of them lets the clocks fire and seals the day.
"""

import heapq
import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from multiprocessing.synchronize import Barrier
from typing import Any

from django.db import transaction
from django.db.models.expressions import RawSQL

from yichuang.base.clock import CITY_ZONE, local
from yichuang.cases import whole
from yichuang.cases.actions import issuing, reckoning
from yichuang.cases.data import Submission
from yichuang.config.replay.lives import City, Life
from yichuang.deadlines import queries as deadlines
from yichuang.deadlines import watching
from yichuang.deadlines.actions import DayRow, set_overrides
from yichuang.deadlines.data import Worked
from yichuang.journey.reactions import REACTIONS
from yichuang.journey.steps import ONCE_AN_ACT, Step, dispatch_to_partner, issue_result
from yichuang.ledger import actions as ledger
from yichuang.ledger import sealing
from yichuang.ledger.models import Entry

#: Who applied in December is answered next year; after this nobody is waited for.
_DAYS_AFTER = 75
#: So many come one after the other in the place of who is sent away.
_TURNS = 5
_OPENS, _MINUTES = time(9), 8 * 60
#: On the evening of this day (month, day) the next is declared a day off, and what runs is reckoned anew.
_STORM_WARNING = (7, 14)


@dataclass(frozen=True)
class Part:
    """What one process is to do: about so many cases of applications received within `year`."""

    rank: int
    cases: int
    year: int
    seed: int
    papers: bool


def live(part: Part, together: Barrier, received: Any, day: Any) -> dict[str, int]:
    """Live through the year; returns how often what was refused. Aborts the others where it fails.

    `received` (cases received, by process) and `day` (its ordinal) are what the waiting may see.
    """
    try:
        ledger.react_to((), task="", queue="")  # what follows is done here, and no job waits for a worker
        return _Year(part, together, received, day).through()
    except BaseException:
        together.abort()
        raise


@dataclass(order=True)
class _Event:
    at: datetime
    serial: int
    life: Life | None = None
    given: Submission | None = None
    cases: int = 0


class _Year:
    def __init__(self, part: Part, together: Barrier, received: Any, day: Any) -> None:
        self.part, self.together, self.received, self.day = part, together, received, day
        self.chance = random.Random(f"{part.seed} {part.rank}")  # noqa: S311 - a play, not a secret
        self.city = City(self.chance, first_person=part.rank * 20_000_000)
        self.days = deadlines.calendar()
        self.serial = 0
        self.ahead: list[_Event] = []

    def through(self) -> dict[str, int]:
        first = date(self.part.year, 1, 1)
        worked = [day for day in _days(first, date(self.part.year, 12, 31)) if self.days.is_working(day)]
        self._expect(worked)
        for day in _days(first, date(self.part.year, 12, 31) + timedelta(days=_DAYS_AFTER)):
            with self._transaction(day):
                self._act_until(datetime.combine(day, time(23, 59), CITY_ZONE))
            self.together.wait()
            if self.part.rank == 0:
                self.day.value = day.toordinal()
                self._end_of(day)
            self.together.wait()
            if (day.month, day.day) == _STORM_WARNING:
                deadlines.forget()
                self.days = deadlines.calendar()
        return dict(self.city.refused)

    def _expect(self, worked: list[date]) -> None:
        """When each applicant will come. Who comes with what is drawn when she is there."""
        expected = 0
        while expected < self.part.cases:
            given, cases = self.city.draw()
            expected += cases
            self._plan(self._within(self.chance.choice(worked)), given=given, cases=cases)

    def _within(self, day: date) -> datetime:
        opens = datetime.combine(day, _OPENS, CITY_ZONE)
        return opens + timedelta(minutes=self.chance.randrange(_MINUTES))

    def _plan(
        self, at: datetime, life: Life | None = None, given: Submission | None = None, cases: int = 0
    ) -> None:
        self.serial += 1
        heapq.heappush(self.ahead, _Event(at, self.serial, life, given, cases))

    def _act_until(self, end: datetime) -> None:
        while self.ahead and self.ahead[0].at <= end:
            event = heapq.heappop(self.ahead)
            life = event.life or self._receive(event)
            following = self.city.visit(life, event.at) if life and event.life else self._later(event.at)
            if life is not None and following is not None:
                self._plan(self._when_open(following), life)

    def _receive(self, event: _Event) -> Life | None:
        """Who is sent away (no mandate, not in force) goes, and somebody else comes in her place."""
        given, cases = event.given, event.cases
        for _turn in range(_TURNS):
            life = self.city.receive(given, event.at) if given else None
            if life is not None:
                self.received[self.part.rank] += cases
                return life
            given, cases = self.city.draw()
        return None

    def _later(self, moment: datetime) -> datetime:
        """When somebody first looks at what was just received."""
        return moment + timedelta(hours=self.chance.choice([1, 4, 24, 72]))

    def _when_open(self, moment: datetime) -> datetime:
        day = local(moment).date()
        if self.days.is_working(day) and moment.astimezone(CITY_ZONE).hour < 18:
            return moment
        day += timedelta(days=1)
        while not self.days.is_working(day):
            day += timedelta(days=1)
        return self._within(day)

    def _end_of(self, day: date) -> None:
        evening = datetime.combine(day, time(23, 59, 59), CITY_ZONE)
        with self._transaction(day):
            while watching.fire_due(now=evening):
                pass
            if (day.month, day.day) == _STORM_WARNING:
                _close_the_offices(day + timedelta(days=1), evening)
        sealing.seal(evening)

    @contextmanager
    def _transaction(self, day: date) -> Iterator[None]:
        """The acts within are one transaction, with what follows from them."""
        transaction.set_autocommit(False)
        try:
            yield
            self._follow(datetime.combine(day, time(23, 59, 59), CITY_ZONE))
            transaction.commit()
        finally:
            transaction.rollback()
            transaction.set_autocommit(True)

    def _follow(self, now: datetime) -> None:
        own = Entry.objects.filter(xid=RawSQL("pg_current_xact_id()::text::bigint", [])).order_by("id")
        last, act, done = 0, None, set[Step]()
        while entries := list(own.filter(id__gt=last)):
            last = entries[-1].id
            for entry in entries:
                if (entry.verb, entry.at) != act:
                    act, done = (entry.verb, entry.at), set()
                for step in REACTIONS.get(entry.verb, ()):
                    if step not in done & ONCE_AN_ACT:
                        done.add(step)
                        self._do(step, entry, now)

    def _do(self, step: Step, entry: Entry, now: datetime) -> None:
        if step is dispatch_to_partner:
            return
        if self.part.papers or not step.__name__.startswith(("issue_", "tell_")):
            step(entry, now)
        elif step is issue_result:
            for case in whole.let_out(case_id=entry.subject_id, since=entry.at, now=now):
                issuing.issue(case_id=case.id, notice_id=0, licence_id=None, now=now)


def _close_the_offices(day: date, now: datetime) -> None:
    storm: DayRow = {"region": "", "date": day, "worked": Worked.NONE, "name": "台风", "provisional": False}
    set_overrides([storm], actor_kind="system", actor_id=0, now=now)
    list(reckoning.reckon(why="calendar.changed", now=now))


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
