"""Watching clocks (电子监察): what is due to shine, fired once and only once.

The index on `next_at` holds only rungs that are to come, so looking costs what is due and not what is open.
Any number of workers may look at once: a clock is locked while its rung fires, and the row of the fired rung is
the claim. After a day of down-time every rung that was passed fires, in order.
"""

from datetime import datetime, timedelta

import structlog
from django.db import transaction

from yichuang.deadlines import clocks
from yichuang.deadlines.data import ClockKind, Limit, Pause, Unit
from yichuang.deadlines.models import Clock, FiredRung
from yichuang.deadlines.queries import calendar, ladder, pauses
from yichuang.ledger.actions import Record, record

#: How many clocks are looked at in one transaction.
BATCH = 200
#: A clock that cannot be reckoned is looked at again after this; it holds up no other.
LATER = timedelta(hours=1)

log = structlog.get_logger(__name__)


def fire_due(*, now: datetime, most: int = BATCH) -> int:
    """Fire every rung that the next `most` clocks have reached by `now`; how many fired. Call until it is 0.

    One transaction. Each fired rung is an entry `clock.rung` with the clock's kind, its subject and the rung.
    A clock whose data is broken is put off by an hour, and the log says which.
    """
    with transaction.atomic(durable=True):
        due = Clock.objects.filter(next_at__lte=now).select_for_update(skip_locked=True, no_key=True)
        rows = list(due.order_by("next_at")[:most])
        held = {
            kind: pauses(kind, [row.subject_id for row in rows if row.subject_kind == kind])
            for kind in {row.subject_kind for row in rows}
        }
        done: dict[int, set[str]] = {row.id: set() for row in rows}
        for clock_id, rung in FiredRung.objects.filter(clock__in=rows).values_list("clock_id", "rung"):
            done[clock_id].add(rung)
        fired: list[FiredRung] = []
        for row in rows:
            try:
                fired += _reached(row, held[row.subject_kind][row.subject_id], done[row.id], now)
            except Exception:
                log.exception(
                    "clock cannot be reckoned", clock=row.id, subject=f"{row.subject_kind}:{row.subject_id}"
                )
                row.next_at = now + LATER
        Clock.objects.bulk_update(rows, ["next_at"])
        FiredRung.objects.bulk_create(fired)
        entries = [Record("clock.rung", "clock", one.clock_id, _facts(one.clock, one.rung)) for one in fired]
        if entries:
            record(entries, actor_kind="system", actor_id=0, now=now)
    return len(fired)


def _reached(row: Clock, held: list[Pause], done: set[str], now: datetime) -> list[FiredRung]:
    """The rungs that this clock has passed and that have not fired, the earliest first; sets when the next is due."""
    rungs = ladder(ClockKind(row.kind))
    limit = Limit(row.limit_value, Unit(row.limit_unit))
    since = [pause for pause in held if pause.end is not None and pause.end >= row.started_at]
    moments = clocks.moments(calendar(row.region), row.started_at, limit, since, rungs)
    ahead = sorted(
        (moment, position) for position, moment in enumerate(moments) if rungs[position].key not in done
    )
    passed = [(moment, position) for moment, position in ahead if moment <= now]
    row.next_at = min((moment for moment, _position in ahead if moment > now), default=None)
    return [
        FiredRung(clock=row, rung=rungs[position].key, reached_at=moment, fired_at=now)
        for moment, position in passed
    ]


def _facts(clock: Clock, rung: str) -> dict[str, str | int]:
    return {
        "clock": clock.kind,
        "rung": rung,
        "of": clock.subject_kind,
        "of_id": clock.subject_id,
    }
