"""Whole lives by the acts in two processes beside pgbench writing what they wrote with two clients, in turns."""

import statistics
import time
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from bench import material, pgbench
from bench.installation import Installation
from bench.living import live, submissions
from bench.pgbench import entries_of, literal, rows
from bench.report import Figure, at_least
from bench.specimens import officers
from yichuang.base import clock
from yichuang.cases.fold import COLUMNS, CaseState, fold
from yichuang.cases.models import Case
from yichuang.cases.states import Stage, Verb
from yichuang.cases.writing import column_value

_PROCESSES = 2
#: What a process takes to get ready, at most.
_STARTING = 6.0
_LEAST_RATIO = 0.5
_LOCK = "SELECT id FROM cases_case WHERE application_id = :application ORDER BY id FOR NO KEY UPDATE;"
_REMARK = """
INSERT INTO cases_remark (case_id, kind, text, author_kind, author_id, written_at)
VALUES ({case}, {kind}, {text}, {author_kind}, {author_id}, now());
"""
_HAND_OVER = """
INSERT INTO delivery_hand_over (application_id, channel, receiver_id, counter_id, case_ids, handed_over_at)
VALUES (:application, {channel}, :party, {counter_id}, :cases::bigint[], now()) RETURNING id AS hand_over \\gset
"""
_CLOCK = """
INSERT INTO deadlines_clock
  (kind, subject_kind, subject_id, region, limit_value, limit_unit, started_at, due_at, next_at)
VALUES ({kind}, 'case', {case}, {region}, {limit_value}, {limit_unit}, now(), {due_at}, {due_at});
"""
_CLOCKS = "SELECT * FROM deadlines_clock WHERE subject_kind = 'case' AND subject_id = %s"
_STOP = """
UPDATE deadlines_clock SET stopped_at = now(), next_at = NULL
WHERE subject_kind = 'case' AND subject_id = {case} AND stopped_at IS NULL;
"""
_ENTRIES = """
INSERT INTO ledger_entry (at, verb, actor_kind, actor_id, subject_kind, subject_id, facts)
SELECT now(), * FROM (VALUES {rows}) AS new (verb, actor_kind, actor_id, subject_kind, subject_id, facts);
"""


def measure(installation: Installation, *, seconds: float, turns: int) -> list[Figure]:
    """Lives ended a second without papers, the same rows by pgbench, and the ratio."""
    number = live(material.staff("clerk1"), officers(), next(submissions(70_000_000)), clock.now())
    script = installation.home / "life.sql"
    write_script(script, number)
    acts, written = [], []
    for turn in range(turns):
        acts.append(_by_acts(installation, seconds, first=71_000_000 + turn * 1_000_000))
        written.append(pgbench.run(script, installation.sockets, clients=_PROCESSES, seconds=seconds))
    ours, yardstick = statistics.median(acts), statistics.median(written)
    return [
        at_least("whole lives by the acts alone, two processes", ours, "a second", turns=acts),
        at_least("  pgbench writing the same rows, 2 clients", yardstick, "a second", turns=written),
        at_least("  ratio of whole lives", ours / yardstick, "", _LEAST_RATIO),
    ]


def _by_acts(installation: Installation, seconds: float, first: int) -> float:
    begin = time.time() + _STARTING
    running = [
        installation.start("bench.living", str(begin), str(begin + seconds), str(first + place * 100_000))
        for place in range(_PROCESSES)
    ]
    time.sleep(max(begin - time.time(), 0))
    before, began = _closed(), time.time()
    for process in running:
        process.wait(seconds + 60)
        installation.stop(process)
    return (_closed() - before) / (max(time.time(), began + seconds) - began)


def _closed() -> float:
    """Lives that have ended."""
    return Case.objects.filter(stage=Stage.CLOSED).count() / 5


# ── The script ───────────────────────────────────────────────────────────────────────────────────


def write_script(path: Path, number: str) -> None:
    """Write what the acts of this application wrote, one transaction for each act, as hand-written SQL would."""
    application = rows("SELECT id FROM cases_application WHERE number = %s", number)[0]["id"]
    case_ids = [
        row["id"]
        for row in rows("SELECT id FROM cases_case WHERE application_id = %s ORDER BY id", application)
    ]
    entries = entries_of(application, case_ids)
    submission, *acts = [list(group) for _xid, group in groupby(entries, key=lambda entry: entry["xid"])]
    states: dict[int, CaseState | None] = {}
    _follow(states, submission)
    places = {case_id: f"(:cases::bigint[])[{place}]" for place, case_id in enumerate(case_ids, start=1)}
    lines = pgbench.submission(number, with_job=False)
    for act in acts:
        lines += [
            "BEGIN;",
            _LOCK,
            *_texts(act, places),
            *_updates(states, act, places),
            _recorded(act, places),
            "COMMIT;",
        ]
    path.write_text("\n".join(lines), encoding="utf-8")


def _follow(states: dict[int, CaseState | None], act: list[dict[str, Any]]) -> list[int]:
    """Fold the act's entries into the states; the cases that it changed."""
    changed = [entry for entry in act if entry["subject_kind"] == "case"]
    for entry in changed:
        states[entry["subject_id"]] = fold(
            states.get(entry["subject_id"]), Verb(entry["verb"]), entry["facts"]
        )
    return [entry["subject_id"] for entry in changed]


def _texts(act: list[dict[str, Any]], places: dict[int, str]) -> list[str]:
    """What an act writes beside cases and entries: an opinion, clocks, a hand-over."""
    made = []
    for entry in act:
        if "remark" in entry["facts"]:
            row = rows("SELECT * FROM cases_remark WHERE id = %s", entry["facts"]["remark"])[0]
            filled = {name: literal(row[name]) for name in ("kind", "text", "author_kind", "author_id")}
            made.append(_REMARK.format(case=places[row["case_id"]], **filled))
        if "started_at" in entry["facts"]:
            for row in rows(_CLOCKS, entry["subject_id"]):
                filled = {
                    name: _value(row[name])
                    for name in ("kind", "region", "limit_value", "limit_unit", "due_at")
                }
                made.append(_CLOCK.format(case=places[entry["subject_id"]], **filled))
        if entry["verb"] == Verb.DECIDE:
            made.append(_STOP.format(case=places[entry["subject_id"]]))
        if entry["subject_kind"] == "hand_over":
            row = rows("SELECT * FROM delivery_hand_over WHERE id = %s", entry["subject_id"])[0]
            made.append(
                _HAND_OVER.format(channel=literal(row["channel"]), counter_id=literal(row["counter_id"]))
            )
    return made


def _updates(
    states: dict[int, CaseState | None], act: list[dict[str, Any]], places: dict[int, str]
) -> list[str]:
    """One update for all the cases that come to the same."""
    alike: dict[str, list[str]] = {}
    for case_id in _follow(states, act):
        state = states[case_id]
        assert state is not None  # noqa: S101 - just folded
        assigned = ", ".join(f"{name} = {_value(column_value(state, name))}" for name in COLUMNS)
        alike.setdefault(assigned, []).append(places[case_id])
    return [
        f"UPDATE cases_case SET {assigned} WHERE id = ANY(ARRAY[{', '.join(cases)}]);"  # noqa: S608 - own values
        for assigned, cases in alike.items()
    ]


def _value(value: Any) -> str:
    kinds = {datetime: "timestamptz", date: "date"}
    if type(value) in kinds:
        return f"({literal(value)})::{kinds[type(value)]}"
    return "NULL" if value is None else literal(value)


def _recorded(act: list[dict[str, Any]], places: dict[int, str]) -> str:
    subjects = {"hand_over": ":hand_over::bigint", "application": ":application::bigint"}
    lines = []
    for entry in act:
        subject = (
            places[entry["subject_id"]]
            if entry["subject_kind"] == "case"
            else subjects[entry["subject_kind"]]
        )
        who = [literal(entry[name]) for name in ("verb", "actor_kind", "actor_id", "subject_kind")]
        lines.append(f"({', '.join((*who, subject, literal(entry['facts'])))})")
    return _ENTRIES.format(rows=", ".join(lines))
