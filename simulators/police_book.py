"""The police system's own book: what it took, what it answered, and whether that was delivered."""

import hashlib
import json
import sqlite3
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

_TABLE = """
CREATE TABLE IF NOT EXISTS entry (
    transaction_id TEXT PRIMARY KEY,
    case_number TEXT NOT NULL,
    digest TEXT NOT NULL,
    data TEXT NOT NULL,
    received_at REAL NOT NULL,
    due_at REAL NOT NULL,
    event_id TEXT NOT NULL,
    answer TEXT,
    delivered INTEGER NOT NULL DEFAULT 0
)
"""
_BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Entry:
    """One transaction. `answer` is None until the department has decided; times are seconds since 1970."""

    transaction_id: str
    case_number: str
    digest: str
    data: dict[str, Any]
    received_at: float
    due_at: float
    event_id: str
    answer: dict[str, Any] | None
    delivered: bool

    def state(self) -> dict[str, Any]:
        """What the book says of it, in the words of the contract."""
        received = datetime.fromtimestamp(self.received_at, UTC).isoformat(timespec="milliseconds")
        answer = self.answer or {"answer": "later"}
        return {
            "transaction": self.transaction_id,
            "case": self.case_number,
            "received_at": received,
            **answer,
        }


class Book:
    """The entries, in an SQLite file or, without one, in memory. One lock: a department clerk works alone."""

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._database.row_factory = sqlite3.Row
        self._database.execute(_TABLE)

    def take(self, data: dict[str, Any], *, now: float, delay: float) -> Entry | None:
        """Enter a message once, due after `delay` seconds. None where its id stands for another message."""
        content = json.dumps(data, ensure_ascii=False, sort_keys=True)
        digest = hashlib.sha256(content.encode()).hexdigest()
        row = (data["transaction"], data["case"], digest, content, now, now + delay, str(uuid4()))
        with self._lock:
            self._database.execute(
                "INSERT OR IGNORE INTO entry (transaction_id, case_number, digest, data, received_at,"
                " due_at, event_id) VALUES (?, ?, ?, ?, ?, ?, ?)",
                row,
            )
        entry = self.find(data["transaction"])
        return entry if entry is not None and entry.digest == digest else None

    def decide(self, transaction_id: str, answer: dict[str, Any]) -> None:
        """Enter the decision; a decision that stands is not changed."""
        with self._lock:
            self._database.execute(
                "UPDATE entry SET answer = ? WHERE transaction_id = ? AND answer IS NULL",
                (json.dumps(answer, ensure_ascii=False), transaction_id),
            )

    def delivered(self, transaction_id: str) -> None:
        """The other side has taken the answer."""
        with self._lock:
            self._database.execute(
                "UPDATE entry SET delivered = 1 WHERE transaction_id = ?", (transaction_id,)
            )

    def postpone(self, transaction_id: str, until: float) -> None:
        """The other side did not take the answer: it is due again at `until`."""
        with self._lock:
            self._database.execute(
                "UPDATE entry SET due_at = ? WHERE transaction_id = ?", (until, transaction_id)
            )

    def find(self, transaction_id: str) -> Entry | None:
        """The entry with this id."""
        found = self._select("transaction_id = ?", transaction_id)
        return found[0] if found else None

    def due(self, now: float) -> list[Entry]:
        """What is to be decided or delivered by `now`, oldest first."""
        return self._select("delivered = 0 AND due_at <= ?", now)

    def of_day(self, day: str) -> list[Entry]:
        """What was received on a day (YYYY-MM-DD, Beijing time)."""
        start = datetime.fromisoformat(day).replace(tzinfo=_BEIJING)
        end = start + timedelta(days=1)
        return self._select("received_at >= ? AND received_at < ?", start.timestamp(), end.timestamp())

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._database.execute("DELETE FROM entry")

    def all(self) -> list[Entry]:
        """The whole book."""
        return self._select("1 = 1")

    def _select(self, condition: str, *values: Any) -> list[Entry]:
        statement = f"SELECT * FROM entry WHERE {condition} ORDER BY received_at, transaction_id"  # noqa: S608
        with self._lock:
            rows = self._database.execute(statement, values).fetchall()
        return [_entry(row) for row in rows]


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        transaction_id=row["transaction_id"],
        case_number=row["case_number"],
        digest=row["digest"],
        data=json.loads(row["data"]),
        received_at=row["received_at"],
        due_at=row["due_at"],
        event_id=row["event_id"],
        answer=json.loads(row["answer"]) if row["answer"] else None,
        delivered=bool(row["delivered"]),
    )
