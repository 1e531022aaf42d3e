"""The application as a whole: what its bundle declares, what of it is let out, and the one clock of its promise.

The clock (一件事整体时限) starts when the first member is accepted and stops when the last is decided or has ended; a
member without time to spare that stands still lets it stand still (docs/decisions/0012). A single item has none.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from yichuang.base.errors import Invalid
from yichuang.cases import branches, clocks
from yichuang.cases.branches import Bonds
from yichuang.cases.locking import lock_sisters
from yichuang.cases.models import Case, Inquiry
from yichuang.cases.states import Stage, may_cure
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.bundles import OutcomePolicy
from yichuang.catalogue.promising import Leg, critical, promise
from yichuang.deadlines import keeping
from yichuang.deadlines.data import ClockKind, Limit
from yichuang.deadlines.keeping import NewClock
from yichuang.deadlines.queries import Running, running
from yichuang.identity import queries as identity_queries
from yichuang.ledger.models import Entry

SUBJECT = "application"
#: Why the clock of a whole stands still.
PAUSE_REASON = "critical_member"
#: What the ledger says of a whole whose limit was extended.
EXTENDED = "application.extended"
#: A plain statement, as every branch of every application asks this.
_BEGUN_UNDER = "SELECT target, release FROM cases_application WHERE id = %s"


def bonds_of(application_id: int) -> Bonds:
    """What the bundle declares under which an application was received."""
    with connection.cursor() as cursor:
        cursor.execute(_BEGUN_UNDER, [application_id])
        target, release = cursor.fetchone()
    bundle = catalogue_queries.bundle_under(target, release)
    if bundle is None or bundle.outcome is not OutcomePolicy.ASK_APPLICANT:
        return Bonds(bundle)
    asked = Inquiry.objects.filter(application_id=application_id).order_by("id")
    return Bonds(bundle, dict(asked.values_list("case_id", "answer")))


def expected_results(case: Case, now: datetime) -> list[Case]:
    """The sisters whose results are still expected (模拟审批). `join` finds what comes meanwhile."""
    if not case.waits_for:
        return []
    bonds = bonds_of(case.application_id)
    if not bonds.member(case).simulate:
        return []
    sisters = list(Case.objects.filter(application_id=case.application_id).order_by("id"))
    return branches.expected(case, sisters, bonds, now)


def begin(cases: Sequence[Case], bonds: Bonds, *, now: datetime) -> None:
    """Start the clock of the whole, in the caller's transaction; where it runs already it goes on as it is.

    `cases` are all of the application, in the order of its plan.
    """
    if bonds.bundle is None or len(cases) == 1:
        return
    limit, _because = promise(bonds.bundle, _legs(cases, bonds))
    lead = identity_queries.departments().get(bonds.bundle.lead)
    region = lead.region if lead else ""
    application_id = cases[0].application_id
    keeping.start([NewClock(ClockKind.BUNDLE, SUBJECT, application_id, limit, region)], now=now)
    follow(application_id, now=now)


def follow(application_id: int, *, now: datetime) -> None:
    """Let the clock of the whole stand still or go on, as its members without time to spare do.

    In the transaction of the act that changed a member. The clock is locked first: of two such acts the second sees
    what the first has done.
    """
    stands_still = keeping.stands_still(SUBJECT, application_id, ClockKind.BUNDLE)
    if stands_still is None:
        return
    cases = list(Case.objects.filter(application_id=application_id).order_by("id"))
    held = _held_up(cases, bonds_of(application_id))
    if held and not stands_still:
        keeping.pause(SUBJECT, application_id, reason=PAUSE_REASON, now=now)
    elif stands_still and not held:
        keeping.resume(SUBJECT, application_id, now=now)


def clock_of(application_id: int, *, now: datetime) -> Running | None:
    """The running clock of a whole; None where it has none, not yet or no longer."""
    return running(ClockKind.BUNDLE, SUBJECT, [application_id], now=now).get(application_id)


def check_extension(application_id: int, *, now: datetime) -> tuple[Limit, Running]:
    """联合办理延长 (行政许可法 art. 42): by how much the limit of the whole may be extended, and its clock.

    Raises `Invalid` where the bundle knows no extension, it was extended already, stands still, or is over.
    """
    bundle = bonds_of(application_id).bundle
    clock = clock_of(application_id, now=now)
    entries = Entry.objects.filter(subject_kind=SUBJECT, subject_id=application_id, verb=EXTENDED)
    by = bundle.joint_extension if bundle else None
    if by is None:
        sentence = _("这件申办没有联合办理的延长期限，不能延长。")
    elif clock is None:
        sentence = _("整体时限没有开始，或者已经停止，不用延长。")
    elif entries.exists():
        sentence = _("整体时限已经延长过一次，不能再延长。请在期限内办结。")
    elif clock.due_at is None:
        sentence = _("整体时限现在暂停，恢复之后才能延长。")
    elif clock.due_at < now:
        sentence = _("期限已过，不能再延长。请尽快作出决定。")
    else:
        return by, clock
    raise Invalid(sentence, code="no_extension", field="grounds")


def finish(cases: Sequence[Case], *, now: datetime) -> None:
    """Stop the clock of the whole once nothing is left to decide: with the last decision, however late this is told."""
    if not any(branches.is_open(case) for case in cases):
        decided = [case.decided_at for case in cases if case.decided_at is not None]
        keeping.stop(SUBJECT, [cases[0].application_id], [ClockKind.BUNDLE], now=max(decided, default=now))


def let_out(*, case_id: int, since: datetime, now: datetime) -> list[Case]:
    """The decided cases whose results are to be made now that `case_id` is decided: its own, or the whole bundle's.

    From the decision that lets them out, `since`, their limit for handing over runs (颁发送达期限, 行政许可法 art. 44);
    what waits for the applicant to cure a gap is awaited from its cure. Safe to repeat.
    """
    with transaction.atomic(durable=True):
        going_out = _not_withheld(case_id, lock_sisters(case_id), now)
        held = [one for one in going_out if one.gap_until is not None and may_cure(one.stage, one.outcome)]
        clocks.await_delivery([one for one in going_out if one not in held], since=since)
        return [one for one in going_out if one.stage == Stage.DECIDED]


def _not_withheld(case_id: int, sisters: Sequence[Case], now: datetime) -> list[Case]:
    """Of the decided cases that are not handed over those that `case_id` concerns and that nothing withholds."""
    bonds = bonds_of(sisters[0].application_id)
    together = bonds.policy is OutcomePolicy.ALL_OR_NOTHING
    return [
        one
        for one in sisters
        if one.stage in {Stage.DECIDED, Stage.ISSUED}
        and (together or one.id == case_id)
        and not branches.is_withheld(one, sisters, bonds, now)
    ]


def _held_up(cases: Sequence[Case], bonds: Bonds) -> bool:
    standing = {
        case.item_key
        for case in cases
        if branches.stands_still(case) or branches.awaits_answer(case, cases, bonds)
    }
    return bool(
        standing and bonds.bundle and not standing.isdisjoint(critical(bonds.bundle, _legs(cases, bonds)))
    )


def _legs(cases: Sequence[Case], bonds: Bonds) -> list[Leg]:
    legs = []
    for case in cases:
        item = catalogue_queries.item_version(case.item_version_id)
        simulates = tuple(key for key in case.waits_for if key in bonds.member(case).simulate)
        legs.append(Leg(case.item_key, case.item_name, item.promised_limit, tuple(case.waits_for), simulates))
    return legs
