"""Running the reactions: one job looks up what follows, one job per step does it.

Jobs are rows of the same database, deferred in the transaction of the act, so none can be lost and none
can run for an act that was undone. A job may run twice (a worker died after the work, before the tick):
steps are safe to repeat. What goes to one partner waits in that partner's own queue.
"""

from collections import defaultdict
from contextlib import suppress
from datetime import timedelta

import structlog
from procrastinate import App, Blueprint, RetryStrategy
from procrastinate.contrib.django import app as current_app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.types import JSONDict

from yichuang.base import clock
from yichuang.departments import actions as departments
from yichuang.departments import reconciliation
from yichuang.departments.partners import partner_keys
from yichuang.departments.queries import partners_with_work
from yichuang.journey import failures
from yichuang.journey.reactions import REACTIONS
from yichuang.journey.steps import STEP_QUEUE, STEPS, queue_of
from yichuang.ledger import partitions, sealing
from yichuang.ledger.queries import entries

REACT_QUEUE = "journey"
#: A worker that has not shown itself for this long is dead; its jobs are taken up by others.
STALLED_SECONDS = 30
#: Ten tries over about two hours; what fails then stays on the list of failed steps, with a button.
STEP_RETRY = RetryStrategy(max_attempts=10, exponential_wait=3)
REACT_RETRY = RetryStrategy(max_attempts=20, linear_wait=5)

log = structlog.get_logger(__name__)
jobs = Blueprint()


def register(app: App) -> None:
    """Called by procrastinate once Django is ready."""
    app.add_tasks_from(jobs, namespace="journey")


def defer_reaction(entry_ids: list[int]) -> None:
    """Defer the one job of an act, in the act's transaction."""
    current_app.configure_task("journey:react", queue=REACT_QUEUE).defer(entry_ids=[*entry_ids])


@jobs.task(name="react", queue=REACT_QUEUE, retry=REACT_RETRY)
def react(entry_ids: list[int]) -> None:
    """Defer the steps that follow from these entries, in one batch per queue."""
    waiting: dict[str, list[JSONDict]] = defaultdict(list)
    for entry in entries(entry_ids):
        for step in REACTIONS[entry.verb]:
            waiting[queue_of(step, entry)].append({"step": step.__name__, "entry_id": entry.id})
    for queue, steps in waiting.items():
        # One at a time to each partner: a slow one takes one place of a worker, never all of them.
        lock = None if queue == STEP_QUEUE else queue
        current_app.configure_task("journey:step", queue=queue, lock=lock).batch_defer(*steps)


@jobs.task(name="step", retry=STEP_RETRY)
def step(step: str, entry_id: int) -> None:
    """Do one step for one entry."""
    entry = entries([entry_id])[0]
    with structlog.contextvars.bound_contextvars(
        step=step, entry=entry_id, subject=f"{entry.subject_kind}:{entry.subject_id}"
    ):
        try:
            STEPS[step](entry, clock.now())
        except Exception as error:
            failures.note(step, entry_id, error, now=clock.now())
            raise
        log.info("step done")


@jobs.periodic(cron="* * * * *")
@jobs.task(name="seal", queue="upkeep", queueing_lock="seal")
def seal(timestamp: int) -> None:
    """Seal the ledger up to now."""
    made = sealing.seal(clock.now())
    if made is not None:
        log.info("ledger sealed", seal=made.id, entries=made.entry_count)


@jobs.periodic(cron="7 3 * * *")
@jobs.task(name="partitions", queue="upkeep", queueing_lock="partitions")
def make_partitions(timestamp: int) -> None:
    """Make the ledger's partitions of the coming months."""
    for name in partitions.ensure_partitions(clock.now()):
        log.info("ledger partition made", partition=name)


@jobs.periodic(cron="* * * * * */20")
@jobs.task(name="chase", queue="upkeep", queueing_lock="chase")
def chase(timestamp: int) -> None:
    """One job for each partner that has something to be sent or asked after, in the partner's own queue."""
    for partner in partners_with_work(clock.now()):
        _defer_to_partner("journey:chase_partner", partner)


@jobs.task(name="chase_partner")
def chase_partner(partner: str) -> None:
    """Send what waits for this partner, ask after what is unknown or overdue."""
    departments.chase(now=clock.now(), partner_key=partner)


@jobs.periodic(cron="40 2 * * *")
@jobs.task(name="reconcile", queue="upkeep", queueing_lock="reconcile")
def reconcile(timestamp: int) -> None:
    """Every night one job for each partner: both sides' books of the day before are compared."""
    for partner in partner_keys():
        _defer_to_partner("journey:reconcile_partner", partner)


@jobs.task(name="reconcile_partner", retry=REACT_RETRY)
def reconcile_partner(partner: str) -> None:
    """Compare yesterday's book with this partner's; differences stand on the partners' board."""
    yesterday = clock.local(clock.now()).date() - timedelta(days=1)
    reconciliation.reconcile(partner, yesterday, now=clock.now())


def _defer_to_partner(task: str, partner: str) -> None:
    """One job of a kind at a time in the partner's own queue: a slow partner heaps nothing up."""
    queue = departments.queue_of(partner)
    with suppress(AlreadyEnqueued):
        job = current_app.configure_task(task, queue=queue, lock=queue, queueing_lock=f"{task}:{partner}")
        job.defer(partner=partner)


@jobs.periodic(cron="* * * * * */15")
@jobs.task(name="rescue", queue="upkeep", queueing_lock="rescue")
async def rescue(timestamp: int) -> None:
    """Give the jobs of dead workers to living ones."""
    manager = current_app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        log.warning("job of a dead worker taken up again", job=job.id, task=job.task_name)
        await manager.retry_job(job)
    await manager.prune_stalled_workers(STALLED_SECONDS)
