"""Transaction numbers of a server that a dump was read into: they go on where the old server's ended.

Seals of the ledger cover ranges of transaction numbers (`ledger/sealing.py`). A new server counts from a few
hundred, so new entries would get numbers that are sealed already.
"""

from collections.abc import Callable

from django.db import connection

_BEHIND = """
SELECT greatest((SELECT max(xid) FROM ledger_entry), (SELECT max(to_xid) FROM ledger_seal), 0)
       - pg_snapshot_xmax(pg_current_snapshot())::text::bigint + 1
"""
#: Each turn of the loop is a subtransaction that writes, and so takes a number of its own.
_COUNT_ON = """
DO $$ BEGIN
    FOR step IN 1..%d LOOP
        BEGIN INSERT INTO passed_by DEFAULT VALUES; EXCEPTION WHEN unique_violation THEN NULL; END;
    END LOOP;
    TRUNCATE passed_by;
END $$
"""


def count_on(report: Callable[[str], None]) -> None:
    """Let the server's count of transactions pass the last one that the ledger knows, where it is behind.

    About half a million numbers pass by in a second; a server that is not behind answers one query.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BEHIND)
        behind: int = cursor.fetchone()[0]
        if behind <= 0:
            return
        report(f"延续事务编号({behind})… continuing the count of transactions")
        cursor.execute("CREATE TEMPORARY TABLE passed_by ()")
        while behind > 0:
            cursor.execute(_COUNT_ON % min(behind, 200_000))
            cursor.execute(_BEHIND)
            behind = cursor.fetchone()[0]
        cursor.execute("DROP TABLE passed_by")
