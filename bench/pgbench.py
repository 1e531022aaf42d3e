"""PostgreSQL alone, writing the rows of a submission: the yardstick for the submission over HTTP.

The script is made from an application that was just submitted: the same columns, the same lengths, the same
constraints, triggers and indexes. pgbench sends it statement by statement over the same socket, prepared.
"""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from django.db import connection

_PARTY = """
INSERT INTO identity_party (kind, number_index, number, name, phone, phone_index, assurance, created_at)
VALUES ('person', sha256(int8send(:person)), {number}, {name}, {phone}, {phone_index}, 'stated', now())
ON CONFLICT (kind, number_index) DO UPDATE SET name = EXCLUDED.name, phone = EXCLUDED.phone,
  phone_index = EXCLUDED.phone_index RETURNING id AS party \\gset
"""
_APPLICATION = """
INSERT INTO cases_application (number, key, target, target_name, release, party_id, agent_id, centre_id, counter_id,
  channel, form, query_code, received_at)
VALUES (lpad(nextval('cases_number_seq')::text, 12, '0'), uuidv7(), {target}, {target_name}, {release}, :party, NULL,
  {centre_id}, {counter_id}, {channel}, {form}, {query_code}, now())
ON CONFLICT (key) DO NOTHING RETURNING id AS application, number \\gset
"""
_CASES = """
WITH new AS (
  INSERT INTO cases_case (application_id, number, item_version_id, item_key, item_name, department_id, partner,
    waits_for, stage, outcome, waiting)
  SELECT :application, :number || suffix, item_version_id, item_key, item_name, department_id, partner, waits_for,
    'received', '', waiting
  FROM (VALUES {rows}) AS new (suffix, item_version_id, item_key, item_name, department_id, partner, waits_for, waiting)
  RETURNING id)
SELECT array_agg(id) AS cases FROM new \\gset
"""
_MATERIALS = """
INSERT INTO cases_material
  (application_id, material, items, necessity, source, reference, evidence_id, file_id, checked)
SELECT :application, new.* FROM (VALUES {rows})
  AS new (material, items, necessity, source, reference, evidence_id, file_id, checked);
"""
_ENTRIES = """
WITH new AS (
  INSERT INTO ledger_entry (at, verb, actor_kind, actor_id, subject_kind, subject_id, facts)
  SELECT now(), verb, 'staff', 1, subject_kind, coalesce((:cases::bigint[])[place], :application::bigint), facts
  FROM (VALUES {rows}) AS new (verb, subject_kind, place, facts) RETURNING id)
SELECT min(id) AS entry FROM new \\gset
"""
_JOB = """
SELECT procrastinate_defer_jobs_v1(ARRAY[ROW({queue}, {task}, {priority}, NULL, NULL,
  jsonb_build_object('entry_ids', jsonb_build_array(:entry::bigint)), NULL)]::procrastinate_job_to_defer_v1[])
  AS job \\gset
"""


def write_script(path: Path, application: str) -> None:
    """Write the script that writes what the application of this number wrote."""
    path.write_text("\n".join(submission(application)), encoding="utf-8")


def run(script: Path, sockets: Path, *, clients: int, seconds: float) -> float:
    """Transactions a second of `script` with so many clients."""
    from yichuang.config import cluster

    command = [
        str(cluster.program("pgbench")), "--no-vacuum", "--protocol=prepared", f"--client={clients}",
        f"--jobs={min(clients, 2)}", f"--time={round(seconds)}", f"--file={script}",
        f"--host={sockets}", "--port=5432", "--username=yichuang", "yichuang",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    found = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
    if done.returncode != 0 or found is None:
        raise RuntimeError(f"pgbench: {done.stderr}")
    return float(found[1])


def submission(number: str, *, with_job: bool = True) -> list[str]:
    """The statements that write what the submission of this application wrote, as one transaction."""
    application = _row("SELECT * FROM cases_application WHERE number = %s", number)
    party = _row("SELECT * FROM identity_party WHERE id = %s", application["party_id"])
    cases = rows("SELECT * FROM cases_case WHERE application_id = %s ORDER BY id", application["id"])
    materials = rows("SELECT * FROM cases_material WHERE application_id = %s ORDER BY id", application["id"])
    entries = entries_of(application["id"], [case["id"] for case in cases])
    job = _row(
        "SELECT * FROM procrastinate_jobs "
        "WHERE task_name = 'journey:react' AND args->'entry_ids' @> to_jsonb(%s::bigint)",
        entries[0]["id"],
    )
    places = {case["id"]: place for place, case in enumerate(cases, start=1)}
    statements = [
        "\\set person random(1, 9000000000000000)",
        "BEGIN;",
        _filled(_PARTY, party),
        _filled(_APPLICATION, application),
        _CASES.format(
            rows=values(
                (
                    case["number"][12:], case["item_version_id"], case["item_key"], case["item_name"],
                    case["department_id"], case["partner"], case["waits_for"], case["waiting"],
                )
                for case in cases
            )
        ),
        _MATERIALS.format(
            rows=values(
                (
                    row["material"], row["items"], row["necessity"], row["source"], row["reference"],
                    row["evidence_id"], row["file_id"], row["checked"],
                )
                for row in materials
            )
        ),
        _ENTRIES.format(
            rows=values(
                (
                    entry["verb"],
                    entry["subject_kind"],
                    places[entry["subject_id"]] if entry["subject_kind"] == "case" else 0,
                    entry["facts"],
                )
                for entry in entries
            )
        ),
    ]  # fmt: skip
    if with_job:
        named = {name: literal(job[name]) for name in ("queue_name", "task_name", "priority")}
        statements.append(
            _JOB.format(queue=named["queue_name"], task=named["task_name"], priority=named["priority"])
        )
    return [*statements, "COMMIT;"]


def entries_of(application_id: int, case_ids: list[int]) -> list[dict[str, Any]]:
    """The entries of an application, its cases and their hand-over, the oldest first."""
    found = rows(
        "SELECT id, xid, verb, actor_kind, actor_id, subject_kind, subject_id, facts::text AS facts FROM ledger_entry "
        "WHERE subject_kind = 'application' AND subject_id = %s OR subject_kind = 'case' AND subject_id = ANY(%s) "
        "OR subject_kind = 'hand_over' AND (facts->>'application')::bigint = %s ORDER BY id",
        application_id,
        case_ids,
        application_id,
    )
    return [{**entry, "facts": json.loads(entry["facts"])} for entry in found]


def _filled(template: str, row: dict[str, Any]) -> str:
    return template.format(**{name: literal(value) for name, value in row.items()})


def values(lines: Any) -> str:
    """Rows of a VALUES list."""
    return ", ".join(f"({', '.join(literal(value) for value in line)})" for line in lines)


def literal(value: Any) -> str:  # noqa: PLR0911 - one line for each type
    """`value` as PostgreSQL reads it. pgbench takes `:name` for a variable even inside quotes, so none is left."""
    match value:
        case None:
            return "NULL::bigint"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case bytes() | memoryview():
            return f"'\\x{bytes(value).hex()}'::bytea"
        case list():
            return f"ARRAY[{', '.join(literal(entry) for entry in value)}]::varchar[]"
        case dict():
            return f"'{json.dumps(value)}'::jsonb"  # with a blank after every colon
    quoted = str(value).replace("'", "''").replace(":", "' || chr(58) || '")
    return f"'{quoted}'"


def rows(query: str, *parameters: Any) -> list[dict[str, Any]]:
    """What a query finds, column by column."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _row(query: str, *parameters: Any) -> dict[str, Any]:
    return rows(query, *parameters)[0]
