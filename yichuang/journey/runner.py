"""Running the reactions: one job looks up what follows, one job per step does it.

Jobs are rows of the same database, deferred in the transaction of the act, so none can be lost and none
can run for an act that was undone. A job may run twice (a worker died after the work, before the tick):
steps are safe to repeat. What goes to one partner waits in that partner's own queue.
"""

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db import transaction
from procrastinate import App, BaseRetryStrategy, Blueprint, RetryDecision
from procrastinate.contrib.django import app as current_app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.types import JSONDict

from yichuang.base import clock
from yichuang.catalogue.actions import importing, reviewing
from yichuang.deadlines import watching
from yichuang.departments import actions as departments
from yichuang.departments import reconciliation
from yichuang.departments.partners import partner_keys
from yichuang.departments.queries import partners_with_work
from yichuang.identity import sessions
from yichuang.journey import failures
from yichuang.journey.reactions import REACTIONS
from yichuang.journey.steps import ONCE_AN_ACT, STEP_QUEUE, STEPS, Step, queue_of
from yichuang.ledger import partitions, sealing
from yichuang.ledger.queries import entries
from yichuang.notices import messages

REACT_QUEUE = "journey"
#: Messages wait in a queue of their own: a dead gateway holds up nothing else.
MESSAGE_QUEUE = "messages"
#: A worker shows itself this often; one that has not for so long is dead, and others take up its jobs.
HEARTBEAT_SECONDS, STALLED_SECONDS = 3, 15
#: What keeps everything else going is done before what waits, however much that is.
_UPKEEP_FIRST = 10


@dataclass(frozen=True)
class _Patience(BaseRetryStrategy):
    """So many tries, with pauses that grow from three seconds to the longest.

    In the queue a job stands before later ones of its lock even while it pauses. So with the first failure it
    leaves the lock of its partner: one case that cannot be sent holds up no other.
    """

    tries: int
    longest: int

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to try again; None: never."""
        if job.attempts + 1 >= self.tries:
            return None
        pause = min(3 ** (job.attempts + 1), self.longest)
        own_lock = f"{job.queue}.{job.id}" if job.lock else None
        return RetryDecision(retry_in={"seconds": pause}, lock=own_lock)


#: Over about two hours; what fails then stays on the list of failed steps, with a button.
STEP_RETRY = _Patience(tries=10, longest=1800)
#: Over about a quarter of an hour.
REACT_RETRY = _Patience(tries=20, longest=60)

log = structlog.get_logger(__name__)
jobs = Blueprint()
#: Defers over Django's own connection, so in the transaction of the act, in web processes and workers alike. The
#: app of a running worker has connections of its own: a job deferred there is seen, and may run, before the act
#: that it follows from is committed.
_deferring = App(connector=DjangoConnector())


def register(app: App) -> None:
    """Called by procrastinate once Django is ready."""
    app.add_tasks_from(jobs, namespace="journey")


@jobs.task(name="react", queue=REACT_QUEUE, retry=REACT_RETRY)
def react(entry_ids: list[int]) -> None:
    """Defer the steps that follow from these entries, in one batch per queue. Raises LookupError without entries."""
    found = entries(entry_ids)
    if len(found) < len(entry_ids):
        raise LookupError(f"of the entries {entry_ids} only {len(found)} are there")
    waiting: dict[str, list[JSONDict]] = defaultdict(list)
    planned: set[Step] = set()
    for entry in found:
        for step in REACTIONS[entry.verb]:
            if step in planned & ONCE_AN_ACT:
                continue
            planned.add(step)
            waiting[queue_of(step, entry)].append({"step": step.__name__, "entry_id": entry.id})
    with transaction.atomic():
        for queue, steps in waiting.items():
            # One at a time to each partner: a slow one takes one place of a worker, never all of them.
            lock = None if queue == STEP_QUEUE else queue
            _deferring.configure_task("journey:step", queue=queue, lock=lock).batch_defer(*steps)


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


def _upkeep(name: str, cron: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Do this periodically. A failure is in the log, and the next turn tries again: no failed job is left behind."""

    def register_work(work: Callable[[], None]) -> Callable[[], None]:
        def run(timestamp: int) -> None:
            try:
                work()
            except Exception:
                log.exception("upkeep failed", task=name)

        task = jobs.task(name=name, queue="upkeep", queueing_lock=name, priority=_UPKEEP_FIRST)(run)
        jobs.periodic(cron=cron)(task)
        return work

    return register_work


@_upkeep("seal", "* * * * *")
def seal() -> None:
    """Seal the ledger up to now."""
    made = sealing.seal(clock.now())
    if made is not None:
        log.info("ledger sealed", seal=made.id, entries=made.entry_count)


@_upkeep("partitions", "7 3 * * *")
def make_partitions() -> None:
    """Make the ledger's partitions of the coming months."""
    for name in partitions.ensure_partitions(clock.now()):
        log.info("ledger partition made", partition=name)


@_upkeep("watch", "* * * * * */2")
def watch() -> None:
    """Fire the rungs that clocks have reached, until none is due."""
    while watching.fire_due(now=clock.now()):
        pass


@_upkeep("sessions", "17 3 * * *")
def forget_sessions() -> None:
    """Delete the sessions that have ended."""
    sessions.forget_ended()


@_upkeep("imports", "27 3 * * *")
def forget_imports() -> None:
    """Delete old imports with their files."""
    if number := importing.forget_old(now=clock.now()):
        log.info("imports forgotten", imports=number)


@_upkeep("chase", "* * * * * */10")
def chase() -> None:
    """One job for each partner that has something to be sent or asked after, in the partner's own queue."""
    for partner in partners_with_work(clock.now()):
        _defer_to_partner("journey:chase_partner", partner)


@jobs.task(name="chase_partner")
def chase_partner(partner: str) -> None:
    """Send what waits for this partner, ask after what is unknown or overdue. A failure is chased again soon."""
    try:
        departments.chase(now=clock.now(), partner_key=partner)
    except Exception:
        log.exception("upkeep failed", task="chase_partner", partner=partner)


@_upkeep("due_messages", "* * * * * */5")
def due_messages() -> None:
    """One job for all messages that are to be sent, or sent again."""
    if messages.something_is_due(clock.now()):
        _defer_alone("journey:send_messages", MESSAGE_QUEUE)


@jobs.task(name="send_messages")
def send_messages() -> None:
    """Send what waits. A failure is tried again soon."""
    try:
        messages.send_due(now=clock.now())
    except Exception:
        log.exception("upkeep failed", task="send_messages")


@_upkeep("publish_due", "* * * * *")
def publish_due() -> None:
    """Publish the approved proposals whose day has come."""
    for proposal in reviewing.publish_due(now=clock.now()):
        log.info("proposal published", proposal=proposal)


@_upkeep("reconcile", "40 2 * * *")
def reconcile() -> None:
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
    _defer_alone(task, departments.queue_of(partner), partner=partner)


def _defer_alone(task: str, queue: str, **arguments: str) -> None:
    """One job at a time in a queue, and at most one of a kind that waits."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        job = _deferring.configure_task(task, queue=queue, lock=queue, queueing_lock=f"{task}:{queue}")
        job.defer(**arguments)


@jobs.periodic(cron="* * * * * */5")
@jobs.task(name="rescue", queue="upkeep", queueing_lock="rescue", priority=_UPKEEP_FIRST)
async def rescue(timestamp: int) -> None:
    """Give the jobs of dead workers to living ones."""
    try:
        stalled = await current_app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS)
        for job in stalled:
            await _take_up(job)
        await current_app.job_manager.prune_stalled_workers(STALLED_SECONDS)
    except ConnectorException:
        log.exception("upkeep failed", task="rescue")


async def _take_up(job: Job) -> None:
    manager = current_app.job_manager
    log.warning("job of a dead worker taken up again", job=job.id, task=job.task_name)
    try:
        await manager.retry_job(job)
    except UniqueViolation:
        # It was done periodically, and its next turn waits already.
        await manager.finish_job(job, Status.ABORTED, delete_job=True)
    except ConnectorException as error:
        log.info("another worker was first", job=job.id, error=str(error))
