"""A circuit breaker per outside party (熔断): one that does not answer is left alone for a while.

The state is a row, so that every process of the installation sees the same. Each app that calls outside has
its own table of this form; the functions take it as `rows`.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import models, transaction

#: So many failures in a row open the circuit.
THRESHOLD = 3
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(minutes=5)
#: While one caller tries whether the other side is back, the others go on waiting this long.
_PROBE = timedelta(seconds=15)


class CircuitRow(models.Model):
    """The state of one party; a party that never failed has no row."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=80, unique=True)
    failures = models.PositiveIntegerField(default=0, help_text="in a row, since the last success")
    open_until = models.DateTimeField(null=True, help_text="not called before; null: closed")

    class Meta:
        abstract = True


def pause(failures: int) -> timedelta | None:
    """How long a party is left alone after so many failures in a row; None: not at all."""
    if failures < THRESHOLD:
        return None
    doubled: timedelta = _FIRST_PAUSE * 2 ** min(failures - THRESHOLD, 10)
    return min(doubled, _LONGEST_PAUSE)


def passing(rows: type[CircuitRow], keys: Collection[str], now: datetime) -> frozenset[str]:
    """Which of the parties may be called now. Of several callers after a pause, one gets through to try."""
    manager = rows._default_manager
    opened = manager.filter(key__in=keys, open_until__isnull=False).values_list("key", "open_until")
    held = {
        key
        for key, until in opened
        if until is None
        or until > now
        or not manager.filter(key=key, open_until=until).update(open_until=now + _PROBE)
    }
    return frozenset(keys) - held


def note(
    rows: type[CircuitRow], *, succeeded: Collection[str] = (), failed: Collection[str] = (), now: datetime
) -> None:
    """Remember how calls went: a success closes the circuit, failures in a row open it ever longer."""
    manager = rows._default_manager
    if succeeded:
        manager.filter(key__in=succeeded, failures__gt=0).update(failures=0, open_until=None)
    if not failed:
        return
    with transaction.atomic():
        manager.bulk_create([rows(key=key) for key in sorted(failed)], ignore_conflicts=True)
        for row in manager.filter(key__in=failed).order_by("key").select_for_update(no_key=True):
            row.failures += 1
            length = pause(row.failures)
            row.open_until = None if length is None else now + length
            row.save(update_fields=["failures", "open_until"])
