"""Writing the record. `ledger` knows no one above it: who reacts to a verb is told to it at start-up."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

_INSERT = """
INSERT INTO ledger_entry (at, verb, actor_kind, actor_id, subject_kind, subject_id, facts)
SELECT %s, verb, %s, %s, subject_kind, subject_id, facts
FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::jsonb[])
     WITH ORDINALITY AS entry (verb, subject_kind, subject_id, facts, position)
ORDER BY position
RETURNING id, verb
"""


@dataclass(frozen=True, slots=True)
class Record:
    """One entry to be written. `facts` are numbers and codes: never a name, an ID number or free text."""

    verb: str
    subject_kind: str
    subject_id: int
    facts: Mapping[str, Any] = field(default_factory=dict)


class _Reactions:
    """The verbs that something follows from, and how to defer the one job that starts it."""

    verbs: frozenset[str] = frozenset()
    defer: Callable[[list[int]], None] | None = None


def react_to(verbs: frozenset[str], defer: Callable[[list[int]], None]) -> None:
    """Called once at start-up by the layer that knows what happens next."""
    _Reactions.verbs, _Reactions.defer = verbs, defer


def record(records: Sequence[Record], *, actor_kind: str, actor_id: int, now: datetime) -> list[int]:
    """Write the entries of one act, in order, in the caller's transaction, and return their ids.

    Where a verb has reactions, one job is deferred in the same transaction for all of them together.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                now,
                actor_kind,
                actor_id,
                [entry.verb for entry in records],
                [entry.subject_kind for entry in records],
                [entry.subject_id for entry in records],
                [json.dumps(entry.facts, separators=(",", ":")) for entry in records],
            ],
        )
        written: list[tuple[int, str]] = cursor.fetchall()
    awaited = [entry_id for entry_id, verb in written if verb in _Reactions.verbs]
    if awaited and _Reactions.defer is not None:
        _Reactions.defer(awaited)
    return [entry_id for entry_id, _verb in written]
