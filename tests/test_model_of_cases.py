"""A model of what may happen to cases: random bundles, acts, times and crashes, beside an independent reckoning.

hypothesis draws applications and acts on them from all verbs, lawful or not, lets time pass, declares days off, and
lets workers die halfway through a step. After every rule the cases are what the moves allow; at the end everything that
waits is done, and then: every case folds, every end has its paper, no act is lost or doubled, and every clock runs out
on the day that a slow count of the calendar gives.

`YICHUANG_EXAMPLES` draws more.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Model
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.factories import NOW
from tests.scenes import (
    AHEAD,
    AHEAD_WITH_GAP,
    ALONE,
    FIRST_OF_ALL,
    FOLLOWER,
    WAYS,
    WITH_GAP,
    WITHHELD,
    Scene,
    check_folds,
    let_every_item_be_heard,
    let_gaps_wait_for_the_hand_over,
)
from yichuang.base.clock import CITY_ZONE, local
from yichuang.base.errors import Refused
from yichuang.cases.models import ApplicationMaterial, Case, Gap, Remark
from yichuang.cases.states import ENDED, MOVES, Stage, Verb
from yichuang.deadlines import watching
from yichuang.deadlines.calendar import Calendar
from yichuang.deadlines.data import ClockKind, Unit
from yichuang.deadlines.keeping import PAUSABLE
from yichuang.deadlines.models import Clock, ClockPause
from yichuang.deadlines.queries import calendar, forget
from yichuang.delivery.models import HandOver
from yichuang.journey.runner import react
from yichuang.journey.steps import STEPS
from yichuang.ledger.models import Entry
from yichuang.ledger.queries import entries
from yichuang.notices.data import NoticeKind
from yichuang.notices.models import Notice

#: How many applications' lives are drawn; each is some dozen acts with what follows.
_EXAMPLES = int(os.environ.get("YICHUANG_EXAMPLES", "0"))
_SETTINGS = settings(
    max_examples=_EXAMPLES or 12,
    stateful_step_count=30 if _EXAMPLES else 20,
    derandomize=not _EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
_SCENES = (ALONE, WITH_GAP, FOLLOWER, FIRST_OF_ALL, WITHHELD, AHEAD, AHEAD_WITH_GAP)
#: What was told in writing: a day off that is declared later moves none of these.
_TOLD = frozenset({ClockKind.CORRECTION, ClockKind.GAP, ClockKind.PROCEDURE})
#: Each of these ways is one act: refused, or died halfway, it leaves nothing behind; done, it leaves one entry.
_ONE_ACT = frozenset(
    {
        Verb.ASK_CORRECTION, Verb.CORRECT, Verb.ALLOW_CORRECTION, Verb.DECLINE, Verb.WITHDRAW, Verb.CURE_GAP,
        Verb.CLAIM, Verb.UNCLAIM, Verb.BEGIN_PROCEDURE, Verb.END_PROCEDURE, Verb.ASK_OPINIONS,
        Verb.DELIVER,
    }
)  # fmt: skip
#: So many acts are tried in a row that are not lawful.
_TRIES = 4
#: The papers of which every end has one.
_PAPERS: dict[Stage, frozenset[str]] = {
    Stage.DECLINED: frozenset({NoticeKind.DECLINE}),
    Stage.WITHDRAWN: frozenset({NoticeKind.WITHDRAWAL}),
    Stage.DEEMED_WITHDRAWN: frozenset({NoticeKind.DEEMED_WITHDRAWAL}),
    Stage.REVOKED: frozenset({NoticeKind.REVOCATION}),
    Stage.TERMINATED: frozenset({NoticeKind.TERMINATION}),
    Stage.RESCINDED: frozenset({NoticeKind.RESCISSION}),
    Stage.CLOSED: frozenset({NoticeKind.GRANT, NoticeKind.REFUSAL}),
}


#: After how many statements somebody dies; mostly nobody does.
_CRASHES = st.sampled_from([None, None, None, None, 1, 4, 9, 20])
#: What an act may write of an application beside entries, and where the row says whose it is.
_WRITTEN: dict[type[Model], str] = {
    Case: "application",
    ApplicationMaterial: "application",
    HandOver: "application",
    Gap: "case__application",
    Remark: "case__application",
}


def _issue(scene: Scene, now: datetime) -> None:
    """A second worker believes the job to be its own: it makes the result once more, with the paper of its decision."""
    deciding = Entry.objects.filter(subject_kind="case", subject_id=scene.case().id, verb__in=_DECIDING)
    if found := deciding.order_by("id").last():
        STEPS["issue_result"](entries([found.id])[0], now)


_DECIDING = (Verb.DECIDE, Verb.FORMALISE)
_ACTS = {**WAYS, Verb.ISSUE: _issue}


class Crash(Exception):  # noqa: N818
    """A process dies at this statement."""


@contextmanager
def dying_after(statements: int) -> Iterator[None]:
    """Whoever talks to the database within dies with the statement after so many; what undoes it is no statement."""
    left = [statements]

    def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.split(None, 1)[0] not in {"SAVEPOINT", "RELEASE", "ROLLBACK"}:
            left[0] -= 1
            if left[0] == -1:
                raise Crash
        return run(sql, params, many, context)

    try:
        with connection.execute_wrapper(execute):
            yield
    except Crash:
        transaction.set_rollback(
            False
        )  # the statement was never sent: the transaction around the test goes on
        raise


class LivesOfCases(RuleBasedStateMachine):
    """Applications under way, in one transaction that is undone at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.now = NOW
        self.scenes: list[Scene] = []
        self.days_off = 0

    # ── What people do ───────────────────────────────────────────────────────────────────────────

    @initialize(scene=st.sampled_from(_SCENES))
    def somebody_applies(self, scene: Scene) -> None:
        self.scenes.append(scene.begin(self.now))

    @precondition(lambda self: len(self.scenes) < 3)
    @rule(scene=st.sampled_from(_SCENES))
    def somebody_else_applies(self, scene: Scene) -> None:
        self.scenes.append(scene.begin(self.now))

    @rule(place=st.integers(0, 2), first=st.integers(0, 50), crash=_CRASHES)
    def somebody_tries(self, place: int, first: int, crash: int | None) -> None:
        """What the moves do not allow where the case stands: a handful of acts, one after the other."""
        scene = self.scenes[place % len(self.scenes)]
        for turn in range(_TRIES):
            stage = Stage(scene.case().stage)
            barred = [verb for verb in Verb if stage not in MOVES[verb].origins]
            self.act(scene, barred[(first + turn) % len(barred)], crash)

    @rule(place=st.integers(0, 2), pick=st.integers(0, 50), crash=_CRASHES)
    def somebody_acts(self, place: int, pick: int, crash: int | None) -> None:
        """Something that the moves allow where the case stands, so that lives get somewhere."""
        scene = self.scenes[place % len(self.scenes)]
        stage = scene.case().stage
        lawful = [verb for verb in Verb if stage in MOVES[verb].origins]
        lasting = [verb for verb in lawful if MOVES[verb].to not in ENDED or verb is Verb.CLOSE]
        if wanted := lawful if pick % 7 == 6 else lasting:
            self.act(scene, wanted[pick % len(wanted)], crash)

    def act(self, scene: Scene, verb: Verb, crash: int | None) -> None:
        """An act is done wholly or not at all, and only from a stage that the moves name."""
        origin, before, rows = scene.case().stage, self.entries_of(scene), self.rows_of(scene)
        self.now += timedelta(minutes=1)
        undone = transaction.savepoint()
        try:
            if crash is None:
                _ACTS[verb](scene, self.now)
            else:
                with dying_after(crash):
                    _ACTS[verb](scene, self.now)
        except (Refused, Crash):
            left = (self.entries_of(scene), self.rows_of(scene))
            transaction.savepoint_rollback(undone)
            forget()  # a day that was declared, and is no day off after all
            if verb in _ONE_ACT and left != (before, rows):
                raise AssertionError(f"{verb} in {origin} was not done and left something behind") from None
            return
        self.days_off += verb is Verb.RECKON
        done = self.entries_of(scene) - before
        lawful = origin in MOVES[verb].origins
        assert lawful or not done[scene.case().id, verb], f"{verb} was done in {origin}"
        if verb in _ONE_ACT:
            assert done[scene.case().id, verb] == 1

    @rule(hours=st.sampled_from([1, 1, 5, 24, 72, 24 * 8, 24 * 25]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        while watching.fire_due(now=self.now):
            pass

    # ── What workers do ──────────────────────────────────────────────────────────────────────────

    @rule(jobs=st.integers(1, 6), crash=_CRASHES)
    def a_worker_works(self, jobs: int, crash: int | None) -> None:
        """So many jobs; a worker that dies halfway has them done again by another from the beginning."""
        for _turn in range(jobs):
            job = ProcrastinateJob.objects.filter(status="todo").order_by("id").first()
            if job is None:
                return
            if crash is not None:
                undone = transaction.savepoint() if job.task_name == "journey:react" else ""
                try:
                    with dying_after(crash):
                        self.do(job)
                except Crash:
                    if undone:
                        transaction.savepoint_rollback(undone)
            self.do(job)
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.id])

    def do(self, job: ProcrastinateJob) -> None:
        if job.task_name == "journey:react":
            if not ProcrastinateJob.objects.filter(id=job.id).exists():
                return
            react.func(**job.args)
        elif job.args["step"] != "dispatch_to_partner":
            STEPS[job.args["step"]](entries([job.args["entry_id"]])[0], self.now)

    # ── What holds, always and in the end ────────────────────────────────────────────────────────

    @invariant()
    def every_case_is_what_lawful_entries_say(self) -> None:
        for scene in self.scenes:
            check_folds(scene.application_id)

    @invariant()
    def every_clock_runs_out_when_a_slow_count_says(self) -> None:
        for scene in self.scenes:
            for case in Case.objects.filter(application_id=scene.application_id):
                check_clocks(case, told=not self.days_off)

    def teardown(self) -> None:
        try:
            while ProcrastinateJob.objects.filter(status="todo").exists():
                self.a_worker_works(20, None)
            self.every_case_is_what_lawful_entries_say()
            self.every_clock_runs_out_when_a_slow_count_says()
            for scene in self.scenes:
                for case in Case.objects.filter(application_id=scene.application_id, stage__in=ENDED):
                    check_paper(case)
        finally:
            transaction.savepoint_rollback(self.savepoint)
            forget()

    def entries_of(self, scene: Scene) -> Counter[tuple[int, str]]:
        ids = Case.objects.filter(application_id=scene.application_id).values("id")
        found = Entry.objects.filter(subject_kind="case", subject_id__in=ids)
        return Counter(found.values_list("subject_id", "verb"))

    def rows_of(self, scene: Scene) -> list[list[dict[str, Any]]]:
        ids = list(Case.objects.filter(application_id=scene.application_id).values_list("id", flat=True))
        kept = [model._default_manager.filter(**{of: scene.application_id}) for model, of in _WRITTEN.items()]
        kept += [
            model._default_manager.filter(subject_kind="case", subject_id__in=ids)
            for model in (Clock, ClockPause)
        ]
        return [list(rows.order_by("id").values()) for rows in kept]


def check_paper(case: Case) -> None:
    """An end has its paper, once."""
    found = Notice.objects.filter(case_number=case.number, kind__in=_PAPERS[Stage(case.stage)])
    assert found.exclude(file=None).count() == 1, (case.stage, case.number)


def check_clocks(case: Case, *, told: bool) -> None:
    """Every running clock of the case is due when counting day by day, or minute by minute, says so.

    `told`: also those whose end was told in writing.
    """
    pauses = list(ClockPause.objects.filter(subject_kind="case", subject_id=case.id))
    running = Clock.objects.filter(subject_kind="case", subject_id=case.id, stopped_at=None)
    for clock in running if told else running.exclude(kind__in=_TOLD):
        held = [one for one in pauses if clock.kind in PAUSABLE]
        if any(one.ended_at is None for one in held):
            assert clock.due_at is None, clock
            continue
        since = [one for one in held if one.ended_at and one.ended_at >= clock.started_at]
        assert clock.due_at == slowly(clock, since), (clock.kind, clock.started_at, since)
        if clock.kind == ClockKind.PROMISED:
            assert case.due_at == clock.due_at


def slowly(clock: Clock, pauses: list[ClockPause]) -> datetime:
    """When a clock runs out, counted one by one. The day on which a pause begins counts, that on which it ends not."""
    days, left = calendar(clock.region), clock.limit_value
    if clock.limit_unit == Unit.MINUTES:
        return minute_by_minute(days, clock.started_at, left, pauses)
    day = local(clock.started_at).date()
    while left:
        day += timedelta(days=1)
        counts = days.is_working(day) or clock.limit_unit == Unit.CALENDAR_DAYS
        if counts and not any(stands_still(day, one) for one in pauses):
            left -= 1
    while clock.limit_unit == Unit.CALENDAR_DAYS and not days.is_working(day):
        day += timedelta(days=1)
    return datetime.combine(day, time(23, 59, 59), CITY_ZONE)


def stands_still(day: date, pause: ClockPause) -> bool:
    assert pause.ended_at is not None
    return local(pause.started_at).date() < day <= local(pause.ended_at).date()


def minute_by_minute(days: Calendar, start: datetime, minutes: int, pauses: list[ClockPause]) -> datetime:
    moment, left = start, minutes
    while left:
        is_open = any(begin <= moment < end for begin, end in days.sessions(local(moment).date()))
        paused = any(one.started_at <= moment < (one.ended_at or moment) for one in pauses)
        left -= is_open and not paused
        moment += timedelta(minutes=1)
    return moment


@pytest.mark.django_db
def test_no_life_of_a_case_leaves_the_law_the_calendar_or_the_record(own_catalogue: None) -> None:
    let_gaps_wait_for_the_hand_over()
    let_every_item_be_heard()
    run_state_machine_as_test(LivesOfCases, settings=_SETTINGS)


def test_every_end_has_a_paper_to_be_looked_for() -> None:
    assert set(_PAPERS) == ENDED
