"""A database of any size: specimens copied with new ids, numbers, people and days, so that every case folds.

Rows go in by COPY. What is the same in all copies (encrypted forms, remarks, the licence) they share; papers
and files are not copied. Closed applications lie in the past three years, open ones in the past days.
"""

import json
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection

from bench.specimens import Specimen
from yichuang.base import ids
from yichuang.cases.models import Case
from yichuang.ledger.partitions import ensure_partitions, month_after

_YEARS_DAYS, _OPEN_DAYS = 3 * 365, 8
_BATCH = 4000  # applications
#: From so many new cases on, indexes are taken away while the rows go in.
_MANY = 100_000
_TABLES = (
    "cases_application",
    "cases_case",
    "cases_material",
    "cases_remark",
    "delivery_hand_over",
    "ledger_entry",
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?=[T ]\d{2}:)")


@dataclass(frozen=True, slots=True)
class Mould:
    """A specimen as text with holes: table → the lines of one copy, as COPY reads them."""

    is_open: bool
    weight: int
    lines: dict[str, str]
    days: tuple[str, ...]
    counts: dict[str, int]  # how many ids of each table a copy takes


def fill(specimens: Sequence[Specimen], cases: int, *, open_cases: int, now: datetime) -> float:
    """Add applications until there are about so many cases, of them so many open; the seconds that it took."""
    began = time.perf_counter()
    missing = cases - Case.objects.count()
    moulds = [_mould(specimen) for specimen in specimens]
    open_now = Case.objects.exclude(stage__in=["closed", "declined"]).count()
    _make_months(now)
    rebuild = _without_indexes() if missing >= _MANY else lambda: None
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            cursor.execute("SET session_replication_role = replica")  # no foreign key is looked up a row
    writer = _Writer(_people(max(missing // 20, 10), now))
    draw = random.Random(missing)  # noqa: S311 - the same database at every run
    for is_open, wanted in ((False, missing - (open_cases - open_now)), (True, open_cases - open_now)):
        writer.write(_copies([mould for mould in moulds if mould.is_open is is_open], wanted, draw))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = DEFAULT")
    rebuild()
    _settle_down()
    return time.perf_counter() - began


# ── Moulds ───────────────────────────────────────────────────────────────────────────────────────


def _mould(specimen: Specimen) -> Mould:
    """Read a specimen's rows and cut holes where a copy has its own: ids, numbers, people, days."""
    rows = _rows_of(specimen.application_id)
    number, party = rows["cases_application"][0]["number"], rows["cases_application"][0]["party_id"]
    places = {
        table: {row["id"]: place for place, row in enumerate(rows[table])}
        for table in ("cases_application", "cases_case", "cases_remark", "delivery_hand_over", "ledger_entry")
    }
    subjects = {"application": "cases_application", "case": "cases_case", "hand_over": "delivery_hand_over"}

    def hole(table: str, value: int) -> str:
        return f"%({table}{places[table][value]})d"

    def cell(table: str, row: dict[str, Any], column: str) -> str:
        value = row[column]
        if column == "facts":
            return _escaped(json.dumps(_Holes(hole).facts(value), ensure_ascii=False, separators=(",", ":")))
        if column == "case_ids":
            return "{" + ",".join(hole("cases_case", case_id) for case_id in value) + "}"
        special: dict[str, Callable[[], str]] = {
            "id": lambda: hole(table, value),
            "application_id": lambda: hole("cases_application", value),
            "case_id": lambda: hole("cases_case", value),
            "subject_id": lambda: hole(subjects[row["subject_kind"]], value),
            "number": lambda: "%(number)s" + value.removeprefix(number),
            "key": lambda: "%(key)s",
        }
        if column in special:
            return special[column]()
        return (
            "%(party)d"
            if column in {"party_id", "receiver_id"} and value == party
            else _escaped(_text(value))
        )

    lines = {
        table: "".join(
            "\t".join(
                cell(table, row, column) for column in row if (column, table) != ("id", "cases_material")
            )
            + "\n"
            for row in rows[table]
        )
        for table in _TABLES
    }
    days = sorted(set(_DAY.findall("".join(lines.values()))))
    lines = {table: _DAY.sub(r"%(\g<0>)s", text) for table, text in lines.items()}
    counts = {table: len(found) for table, found in places.items()}
    return Mould(specimen.is_open, specimen.weight, lines, tuple(days), counts)


@dataclass(frozen=True, slots=True)
class _Holes:
    """Holes in the facts of an entry: facts that are ids of copied rows."""

    hole: Callable[[str, int], str]

    def facts(self, value: dict[str, Any]) -> "_Unquoted":
        return _Unquoted({name: self._fact(name, fact) for name, fact in value.items()})

    def _fact(self, name: str, value: Any) -> Any:
        table = {
            "cases": "cases_case", "remark": "cases_remark", "hand_over": "delivery_hand_over",
            "application": "cases_application",
        }.get(name)  # fmt: skip
        if table is None or value is None:
            return value
        return (
            [self.hole(table, one) for one in value] if isinstance(value, list) else self.hole(table, value)
        )


class _Unquoted(dict[str, Any]):
    """Facts whose holes are texts for now; `_escaped` takes the quotes around them away."""


def _rows_of(application_id: int) -> dict[str, list[dict[str, Any]]]:
    of_cases = "SELECT id FROM cases_case WHERE application_id = %(id)s"
    hand_overs = "SELECT id FROM delivery_hand_over WHERE application_id = %(id)s"
    conditions = {
        "cases_application": "id = %(id)s",
        "cases_case": "application_id = %(id)s",
        "cases_material": "application_id = %(id)s",
        "cases_remark": f"case_id IN ({of_cases})",
        "delivery_hand_over": "application_id = %(id)s",
        "ledger_entry": f"subject_kind = 'application' AND subject_id = %(id)s OR subject_kind = 'case' "
        f"AND subject_id IN ({of_cases}) OR subject_kind = 'hand_over' AND subject_id IN ({hand_overs})",
    }
    found = {}
    with connection.cursor() as cursor:
        for table, condition in conditions.items():
            cursor.execute(f"SELECT * FROM {table} WHERE {condition} ORDER BY id", {"id": application_id})  # noqa: S608
            names = [column.name for column in cursor.description]
            found[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in found["ledger_entry"]:
        del row["xid"]  # the writing transaction: the database's own word
        row["facts"] = json.loads(row["facts"]) if isinstance(row["facts"], str) else row["facts"]
    return found


def _text(value: Any) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return "t" if value else "f"
        case bytes() | memoryview():
            return "\\x" + bytes(value).hex()
        case datetime():
            return value.astimezone(UTC).isoformat(sep=" ")
        case list():
            return "{" + ",".join(str(one) for one in value) + "}"
    return str(value)


def _escaped(text: str | None) -> str:
    """A value as COPY reads it, ready for `%`; quotes around holes are taken away."""
    if text is None:
        return "\\N"
    text = text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
    return re.sub(r'"(%\(\w+\)d)"', r"\1", re.sub(r"%(?!\(\w+\)d)", "%%", text))


# ── Copies ───────────────────────────────────────────────────────────────────────────────────────


def _copies(moulds: Sequence[Mould], cases: int, draw: random.Random) -> Iterator[Mould]:
    weights = [mould.weight for mould in moulds]
    while cases > 0:
        (mould,) = draw.choices(moulds, weights)
        cases -= mould.counts["cases_case"]
        yield mould


@lru_cache(maxsize=200_000)
def _day(day: str, days: int) -> str:
    return (date.fromisoformat(day) - timedelta(days=days)).isoformat()


class _Writer:
    """Numbers copies on from where each table stands, and writes them batch by batch."""

    def __init__(self, people: range) -> None:
        self._people = people
        self._draw = random.Random(1)  # noqa: S311
        self._sequences = {
            table: "ledger_entry_id_seq" if table == "ledger_entry" else f"{table}_id_seq"
            for table in _TABLES
        }
        with connection.cursor() as cursor:
            cursor.execute("SELECT " + ", ".join(f"nextval('{name}')" for name in self._sequences.values()))
            self._next = dict(zip(_TABLES, cursor.fetchone(), strict=True))
            cursor.execute("SELECT nextval('cases_number_seq')")
            self._serial = cursor.fetchone()[0]

    def write(self, copies: Iterator[Mould]) -> None:
        """Write them all."""
        lines: dict[str, list[str]] = {table: [] for table in _TABLES}
        for mould in copies:
            values = self._values(mould)
            for table, text in mould.lines.items():
                lines[table].append(text % values)
            if len(lines["cases_application"]) >= _BATCH:
                self._flush(lines)
        self._flush(lines)

    def _values(self, mould: Mould) -> dict[str, Any]:
        ago = (
            self._draw.randrange(_OPEN_DAYS)
            if mould.is_open
            else self._draw.randrange(_OPEN_DAYS, _YEARS_DAYS)
        )
        received = date.fromisoformat(mould.days[0]) - timedelta(days=ago)
        self._serial += 1
        values: dict[str, Any] = {
            "number": ids.public_number(received, self._serial),
            "key": ids.new_key(),
            "party": self._draw.choice(self._people),
        }
        for table, count in mould.counts.items():
            first = self._next[table]
            self._next[table] = first + count
            for place in range(count):
                values[f"{table}{place}"] = first + place
        for day in mould.days:
            values[day] = _day(day, ago)
        return values

    def _flush(self, lines: dict[str, list[str]]) -> None:
        with connection.cursor() as cursor:
            for table, texts in lines.items():
                columns = ", ".join(_columns(table))
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    copy.write("".join(texts))
                texts.clear()
            for table, name in self._sequences.items():
                if table != "cases_material":
                    cursor.execute("SELECT setval(%s, %s, false)", [name, self._next[table]])
            cursor.execute("SELECT setval('cases_number_seq', %s)", [self._serial])


@lru_cache
def _columns(table: str) -> tuple[str, ...]:
    """The columns that a mould of the table has, in its order."""
    left_out = {("ledger_entry", "xid"), ("cases_material", "id")}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} LIMIT 0")  # noqa: S608
        return tuple(column.name for column in cursor.description if (table, column.name) not in left_out)


def _people(count: int, now: datetime) -> range:
    """Applicants who share one encrypted name and number but not the index by which they are found."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO identity_party (kind, number_index, number, name, phone, phone_index, assurance, created_at) "
            "SELECT 'person', sha256(int8send(n)), number, name, phone, sha256(int8send(-n)), 'stated', %s "
            "FROM (SELECT * FROM identity_party WHERE phone IS NOT NULL LIMIT 1) AS one, "
            "generate_series((SELECT max(id) FROM identity_party) + 1, (SELECT max(id) FROM identity_party) + %s) AS n "
            "RETURNING id",
            [now, count],
        )
        made = [row[0] for row in cursor.fetchall()]
    return range(min(made), max(made) + 1)


# ── Around the filling ───────────────────────────────────────────────────────────────────────────


def _make_months(now: datetime) -> None:
    """The ledger's partitions of the past years, as they would be there had the platform been running."""
    month = (now - timedelta(days=_YEARS_DAYS + 31)).date().replace(day=1)
    while month <= now.date():
        ensure_partitions(datetime(month.year, month.month, 1, tzinfo=UTC))
        month = month_after(month)


def _without_indexes() -> Callable[[], None]:
    """Drop the indexes that no constraint needs; what is returned makes them again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND schemaname = current_schema() "
            "AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname)",
            [list(_TABLES)],
        )
        found: list[tuple[str, str]] = cursor.fetchall()
        for name, _definition in found:
            cursor.execute(f'DROP INDEX "{name}"')

    def rebuild() -> None:
        with connection.cursor() as cursor:
            for _name, definition in found:
                cursor.execute(definition.replace(" ON ONLY ", " ON "))

    return rebuild


def _settle_down() -> None:
    """What autovacuum does in the night after: statistics and the map of pages that all may see."""
    with connection.cursor() as cursor:
        for table in (*_TABLES, "identity_party"):
            cursor.execute(f"{'ANALYZE' if connection.in_atomic_block else 'VACUUM (ANALYZE)'} {table}")
