"""Writing the record. `ledger` knows no one above it: who reacts to a verb is told to it at start-up."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from yichuang.base.arrays import array

#: The part of a statement that writes entries, with the job that follows from them, for the rows of `new_entry`
#: (verb, subject_kind, subject_id, facts, position). Its parameters are `entry_parameters`.
WRITE_ENTRIES = """
entry AS (
  INSERT INTO ledger_entry (at, verb, actor_kind, actor_id, subject_kind, subject_id, facts)
  SELECT %(now)s, verb, %(actor_kind)s, %(actor_id)s, subject_kind, subject_id, facts
  FROM new_entry ORDER BY position
  RETURNING id, verb
), job AS (
  INSERT INTO procrastinate_jobs (queue_name, task_name, args)
  SELECT %(queue)s, %(task)s, jsonb_build_object('entry_ids', jsonb_agg(id ORDER BY id))
  FROM entry WHERE verb = ANY(%(reacting)s::text[]) HAVING count(*) > 0
)
"""
_RECORD = f"""
WITH new_entry AS (
  SELECT * FROM unnest(%(verbs)s::text[], %(subject_kinds)s::text[], %(subject_ids)s::bigint[], %(facts)s::jsonb[])
  WITH ORDINALITY AS new (verb, subject_kind, subject_id, facts, position)
), {WRITE_ENTRIES}
SELECT id FROM entry ORDER BY id
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class Record:
    """One entry to be written. `facts` are numbers and codes: never a name, an ID number or free text."""

    verb: str
    subject_kind: str
    subject_id: int
    facts: Mapping[str, Any] = field(default_factory=dict)


class _Reactions:
    """The verbs that something follows from, and the name and queue of the one job that starts it."""

    verbs = array(())
    task = ""
    queue = ""


def react_to(verbs: Iterable[str], *, task: str, queue: str) -> None:
    """Called once at start-up by the layer that knows what happens next; the job is told the entries' ids."""
    _Reactions.verbs, _Reactions.task, _Reactions.queue = array(sorted(verbs)), task, queue


def record(records: Sequence[Record], *, actor_kind: str, actor_id: int, now: datetime) -> list[int]:
    """Write the entries of one act, in order, in the caller's transaction, and return their ids.

    Where a verb has reactions, one job is deferred in the same transaction for all of them together.
    """
    given = {
        "verbs": array(entry.verb for entry in records),
        "subject_kinds": array(entry.subject_kind for entry in records),
        "subject_ids": array(entry.subject_id for entry in records),
        "facts": array(json.dumps(entry.facts, separators=(",", ":")) for entry in records),
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, given | entry_parameters(actor_kind=actor_kind, actor_id=actor_id, now=now))
        return [row[0] for row in cursor.fetchall()]


def entry_parameters(*, actor_kind: str, actor_id: int, now: datetime) -> dict[str, Any]:
    """What `WRITE_ENTRIES` is told beside its rows."""
    return {
        "now": now,
        "actor_kind": actor_kind,
        "actor_id": actor_id,
        "queue": _Reactions.queue,
        "task": _Reactions.task,
        "reacting": _Reactions.verbs,
    }
