"""Monthly partitions of the ledger, made ahead of time; a default partition catches what none was made for."""

from datetime import date, datetime

from django.db import connection

#: How many months ahead a partition exists.
MONTHS_AHEAD = 3


def month_after(month: date, count: int = 1) -> date:
    """The first day of the month `count` months later."""
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def ensure_partitions(now: datetime) -> list[str]:
    """Make the partitions of this month and the next three, where missing; returns the names of the new ones.

    A month whose entries already stand in the default partition keeps them there: attaching would have to
    move rows, and rows of the ledger are never touched.
    """
    made = []
    with connection.cursor() as cursor:
        for ahead in range(MONTHS_AHEAD + 1):
            first = month_after(now.date().replace(day=1), ahead)
            name = f"ledger_entry_{first:%Y_%m}"
            cursor.execute("SELECT to_regclass(%s)", [name])
            if cursor.fetchone()[0] is not None:
                continue
            cursor.execute(
                "SELECT EXISTS (SELECT FROM ledger_entry_default WHERE at >= %s AND at < %s)",
                [first, month_after(first)],
            )
            if cursor.fetchone()[0]:
                continue
            bounds = f"FROM ('{first} 00:00+00') TO ('{month_after(first)} 00:00+00')"
            cursor.execute(f"CREATE TABLE {name} PARTITION OF ledger_entry FOR VALUES {bounds}")
            made.append(name)
    return made
