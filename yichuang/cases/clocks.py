"""The clocks of a case (时限): what runs from when, as facts of the act that starts, moves or stops it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from yichuang.base.clock import local
from yichuang.cases.fold import FREED, to_facts
from yichuang.cases.models import Case
from yichuang.cases.states import WORKED, Outcome, Stage
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.regimes import Regime
from yichuang.deadlines import keeping
from yichuang.deadlines.clocks import due
from yichuang.deadlines.data import ClockKind, Light, Limit
from yichuang.deadlines.keeping import NewClock, Started
from yichuang.deadlines.models import Clock
from yichuang.deadlines.queries import Running, calendar, running
from yichuang.identity import queries as identity_queries

SUBJECT = "case"
#: Why a clock stands still during a special procedure (特别程序).
PROCEDURE = "procedure"
#: What an act says of a case whose clocks stand still: nobody knows when it is due.
STILL: Mapping[str, None] = dict.fromkeys(("due_at", "blue_at", "yellow_at", "statutory_due_at"))
#: The clocks whose limit the procedural law sets, and which.
_OF_REGIME: Mapping[ClockKind, Callable[[Regime], Limit | None]] = {
    ClockKind.ACCEPTANCE: lambda regime: regime.accept_within,
    ClockKind.DELIVERY: lambda regime: regime.deliver_within,
    ClockKind.INSPECTION: lambda regime: regime.inspect_within,
}
#: The clocks by which a case is due.
DUE = (ClockKind.PROMISED, ClockKind.STATUTORY)
#: The clocks of what was promised (告知承诺), which run on when the case is closed.
OF_INSPECTION = (ClockKind.INSPECTION, ClockKind.RECTIFICATION)


def start(cases: Sequence[Case], *, now: datetime) -> dict[int, dict[str, Any]]:
    """Start the promised and statutory clocks of accepted cases, in the caller's transaction.

    Returns the facts of each case: when its department's clock started, when it is due, when its lights change.
    The limits are those of the item version under which the case was received.
    """
    regions = _regions()
    new = []
    for case in cases:
        item = catalogue_queries.item_version(case.item_version_id)
        limits = {ClockKind.PROMISED: item.promised_limit, ClockKind.STATUTORY: item.statutory_limit}
        new += [
            NewClock(kind, SUBJECT, case.id, limit, regions.get(case.department_id, ""))
            for kind, limit in limits.items()
            if limit is not None
        ]
    due = _by_case(keeping.start(new, now=now))
    return {case.id: {**to_facts(started_at=now), **due_facts(due.get(case.id, {}))} for case in cases}


def await_acceptance(cases: Iterable[Case], *, since: datetime) -> None:
    """Start the limit for accepting (受理期限) of cases that were received, or received again, at `since`."""
    new = []
    for case in cases:
        item = catalogue_queries.item_version(case.item_version_id)
        limit = catalogue_queries.regime(item).accept_within
        if limit is not None:
            new.append(NewClock(ClockKind.ACCEPTANCE, SUBJECT, case.id, limit))
    keeping.start(new, now=since)


def await_acceptance_of(application_id: int, *, since: datetime) -> None:
    """The same for what of an application still waits to be accepted. A step of its own: receipt does not pay for it.

    Whatever was accepted in the meantime has no limit for accepting any more. Safe to repeat.
    """
    with transaction.atomic():
        waiting = Case.objects.filter(application_id=application_id, stage=Stage.RECEIVED)
        await_acceptance(waiting.select_for_update(no_key=True).order_by("id"), since=since)


def await_delivery(cases: Iterable[Case], *, since: datetime) -> None:
    """Start the limit for handing over (颁发送达期限) what was decided, in the caller's transaction."""
    regions = _regions()
    new = []
    for case in cases:
        limit = catalogue_queries.regime(catalogue_queries.item_version(case.item_version_id)).deliver_within
        if limit is not None:
            region = regions.get(case.department_id, "")
            new.append(NewClock(ClockKind.DELIVERY, SUBJECT, case.id, limit, region))
    keeping.start(new, now=since)


def await_inspection(case: Case, *, since: datetime) -> None:
    """Start the limit for inspecting what was promised (告知承诺核查期限), in the caller's transaction."""
    limit = catalogue_queries.regime(catalogue_queries.item_version(case.item_version_id)).inspect_within
    region = _regions().get(case.department_id, "")
    keeping.start([NewClock(ClockKind.INSPECTION, SUBJECT, case.id, limit, region)], now=since)


def stand_still(case: Case, *, reason: str, now: datetime) -> dict[str, Any]:
    """Let the clocks of a case stand still that run, in the caller's transaction: what changes, as facts."""
    if case.due_at is None:
        return {}
    keeping.pause(SUBJECT, case.id, reason=reason, now=now)
    return dict(STILL)


def suspend(case: Case, expected: Limit, *, now: datetime) -> dict[str, Any]:
    """Let the clocks stand still for a special procedure that one of its own watches: what changes, as facts."""
    keeping.pause(SUBJECT, case.id, reason=PROCEDURE, now=now)
    keeping.start([NewClock(ClockKind.PROCEDURE, SUBJECT, case.id, expected)], now=now)
    return {"limit": expected.value, "unit": expected.unit, **FREED, **STILL}


def with_limits_of_today(rows: Sequence[Clock]) -> Sequence[Clock]:
    """The clocks whose limits a regime sets (受理, 送达) with those that it sets today; the others as they are."""
    of_regime = [row for row in rows if row.subject_kind == SUBJECT and row.kind in _OF_REGIME]
    versions = dict(
        Case.objects.filter(id__in=[row.subject_id for row in of_regime])
        .order_by("id")
        .values_list("id", "item_version_id")
    )
    for row in of_regime:
        regime = catalogue_queries.regime(catalogue_queries.item_version(versions[row.subject_id]))
        limit = _OF_REGIME[ClockKind(row.kind)](regime)
        if limit is not None:
            row.limit_value, row.limit_unit = limit.value, limit.unit
    return rows


def last_day(now: datetime, limit: Limit) -> date:
    """The day on which a limit that begins now ends."""
    return local(due(calendar(), now, limit).at).date()


def moved_facts(moved: Sequence[Started]) -> dict[str, Any]:
    """When one case is due after its clocks were moved, as facts."""
    return due_facts({one.kind: one for one in moved})


def stop(case_ids: Sequence[int], *, now: datetime) -> None:
    """Stop every clock of these cases, and what they stood still for: nothing is waited for any more."""
    keeping.stop(SUBJECT, case_ids, now=now)
    keeping.end_pauses(SUBJECT, case_ids, now=now)


def stop_decided(case: Case, outcome: Outcome, *, now: datetime) -> None:
    """Stop what a decision ends: of what is granted the limit for curing a gap (容缺) runs on until the hand-over."""
    kept = {ClockKind.GAP} if outcome is Outcome.GRANTED else set()
    keeping.stop(SUBJECT, [case.id], [kind for kind in ClockKind if kind not in kept], now=now)
    keeping.end_pauses(SUBJECT, [case.id], now=now)


def stop_delivered(case_ids: Sequence[int], *, now: datetime) -> None:
    """Stop what a hand-over ends: all but the clocks of what was promised."""
    keeping.stop(SUBJECT, case_ids, [kind for kind in ClockKind if kind not in OF_INSPECTION], now=now)
    keeping.end_pauses(SUBJECT, case_ids, now=now)


def due_facts(started: Mapping[ClockKind, Started]) -> dict[str, Any]:
    """When a case is due and its lights change, as facts: of the clocks that are named."""
    facts: dict[str, Any] = {}
    promised = started.get(ClockKind.PROMISED)
    if promised is not None:
        facts |= to_facts(
            due_at=promised.due_at,
            blue_at=promised.lights.get(Light.BLUE),
            yellow_at=promised.lights.get(Light.YELLOW),
        )
    statutory = started.get(ClockKind.STATUTORY)
    if statutory is not None:
        facts |= to_facts(statutory_due_at=statutory.due_at)
    return facts


def hand_overs_of(case_ids: Sequence[int], *, now: datetime) -> dict[int, Running]:
    """Until when the results of these cases are to be handed over, where that is under way; by case id."""
    return running(ClockKind.DELIVERY, SUBJECT, case_ids, now=now)


def inspections_of(case_ids: Sequence[int], *, now: datetime) -> dict[int, Running]:
    """Until when what was promised is to be inspected, or put right; by case id. Two queries."""
    due, ordered = (running(kind, SUBJECT, case_ids, now=now) for kind in OF_INSPECTION)
    return due | ordered


def light_of(case: Case, now: datetime) -> Light | None:
    """The light of a case; None where its department's clock does not run and nothing is wrong."""
    if case.abnormal_at is not None and case.abnormal_at < now:
        return Light.PURPLE
    if case.stage not in WORKED or case.due_at is None:
        return None
    shines_from = ((case.due_at, Light.RED), (case.yellow_at, Light.YELLOW), (case.blue_at, Light.BLUE))
    return next((light for moment, light in shines_from if moment is not None and moment < now), Light.GREEN)


def _regions() -> dict[int, str]:
    """By whose calendar a department's clocks run."""
    return {facts.id: facts.region for facts in identity_queries.departments().values()}


def _by_case(started: Sequence[Started]) -> dict[int, dict[ClockKind, Started]]:
    found: dict[int, dict[ClockKind, Started]] = {}
    for one in started:
        found.setdefault(one.subject_id, {})[one.kind] = one
    return found
