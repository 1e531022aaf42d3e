"""Writing what search finds: one row an item or bundle, brought up to date in the act that publishes.

Most publications change few rows, and only those are written. A row says in `tier` how early it is looked
at where a word is common: a province has 200,000 items, and nobody reads 60,000 hits for 登记. The first
tier holds all bundles and as many items as a large city has, so that there every hit is ranked.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from zlib import crc32

from django.db import connection, transaction

from yichuang.catalogue import queries, stored
from yichuang.catalogue.bundles import Bundle
from yichuang.catalogue.data import Catalogue, Item
from yichuang.catalogue.finding.guided import meant
from yichuang.catalogue.finding.lexemes import Field, Text, department, lexemes, named, normal, quoted
from yichuang.catalogue.models import Release, SearchEntry

#: Any number that nothing else locks.
_LOCK = 0x79630002
#: Changed whenever the same entry makes another row: all rows are written again at the next start.
_FORM = 1
#: Entries of the first tier, and of the first two.
_TIERS = (2_000, 20_000)
_COLUMNS = ("kind", "key", "name", "department", "department_key", "board", "code", "tier", "rank", "texts",
            "words", "digest")  # fmt: skip
_TABLE = SearchEntry._meta.db_table
_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Findable:
    """An item or bundle with everything by which it is found. `kind`: bundle | item."""

    kind: str
    key: str
    name: str
    department_key: str
    department: str
    department_short: str
    board: str
    aliases: tuple[str, ...]
    everyday: tuple[str, ...]
    codes: tuple[str, ...]  # the 基本编码 first


def refresh() -> None:
    """Make search find the release in force, if there is one: a newer program may write other rows."""
    with transaction.atomic():
        _lock()
        queries.forget()
        if Release.objects.exists():
            write(findables(queries.current()))


def write(entries: Iterable[Findable]) -> int:
    """Make search find exactly `entries`; how many rows were written or removed."""
    ordered = sorted(entries, key=lambda entry: (entry.kind != "bundle", crc32(entry.key.encode())))
    wanted = {(entry.kind, entry.key): (entry, _tier(place)) for place, entry in enumerate(ordered)}
    digests = {identity: _digest(entry, tier) for identity, (entry, tier) in wanted.items()}
    with transaction.atomic():
        _lock()
        stale, kept = [], set()
        for row_id, kind, key, digest in SearchEntry.objects.values_list("id", "kind", "key", "digest"):
            if digests.get((kind, key)) == digest:
                kept.add((kind, key))
            else:
                stale.append(row_id)
        fresh = [
            (entry, tier, digests[identity])
            for identity, (entry, tier) in wanted.items()
            if identity not in kept
        ]
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {_TABLE} WHERE id = ANY(%s)", [stale])  # noqa: S608
        for start in range(0, len(fresh), _ROWS):
            _write(fresh[start : start + _ROWS])
    return len(stale) + len(fresh)


def findables(catalogue: Catalogue) -> Iterator[Findable]:
    """What a catalogue publishes, with the everyday words that mean each of it."""
    everyday: dict[tuple[str, str], list[str]] = {}
    for word in catalogue.words.values():
        for named_so in meant(catalogue, word.means):
            everyday.setdefault((_kind(named_so), named_so.key), []).append(word.word)
    targets: list[Item | Bundle] = [*catalogue.bundles.values(), *catalogue.items.values()]
    for target in targets:
        kind = _kind(target)
        organ = target.department if isinstance(target, Item) else target.lead
        yield Findable(
            kind=kind,
            key=target.key,
            name=target.name,
            department_key=organ,
            department=catalogue.department_names.get(organ, organ),
            department_short=catalogue.department_short_names.get(organ, ""),
            board=target.board,
            aliases=target.aliases,
            everyday=tuple(everyday.get((kind, target.key), ())),
            codes=(target.catalog_code, target.task_code) if isinstance(target, Item) else (),
        )


def _lock() -> None:
    """Two that write wait for each other, to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _kind(target: Item | Bundle) -> str:
    return "item" if isinstance(target, Item) else "bundle"


def _tier(place: int) -> int:
    return sum(place >= size for size in _TIERS)


def _digest(entry: Findable, tier: int) -> str:
    return stored.digest(json.dumps([_FORM, tier, stored.to_plain(entry)], ensure_ascii=False))


def _texts(entry: Findable) -> list[Text]:
    texts = [*named(Field.NAME, entry.name), Text(Field.KEY, normal(entry.key))]
    for alias in entry.aliases:
        texts += named(Field.ALIAS, alias)
    for word in entry.everyday:
        texts += named(Field.EVERYDAY, word)
    texts += [Text(Field.CODE, normal(code)) for code in entry.codes if code]
    texts += department(entry.department, entry.department_short)
    return list(dict.fromkeys([*texts, Text(Field.BOARD, normal(entry.board))]))


def _write(rows: Iterable[tuple[Findable, int, str]]) -> None:
    copy = f"COPY {_TABLE} ({', '.join(_COLUMNS)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(copy) as writer:
        for entry, tier, digest in rows:
            values = {**_row(entry), "tier": tier, "digest": digest}
            writer.write_row([values[column] for column in _COLUMNS])


def _row(entry: Findable) -> Mapping[str, object]:
    texts = _texts(entry)
    return {
        "kind": entry.kind,
        "key": entry.key,
        "name": entry.name,
        "department": entry.department,
        "department_key": entry.department_key,
        "board": entry.board,
        "code": entry.codes[0] if entry.codes else "",
        "rank": len(entry.name) + (0 if entry.kind == "bundle" else 1000),
        "texts": stored.to_text([[each.field.value, each.text] for each in texts]),
        "words": " ".join(quoted(lexeme) for lexeme in sorted(lexemes(texts))),
    }
