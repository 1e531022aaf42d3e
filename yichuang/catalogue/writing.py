"""Writing a city's folder: values to the YAML files that `loading.py` reads, laid out as people write them.

Reading what was written gives the same values, and writing them again the same bytes. What a file may leave out
is left out; what several items ask alike stands once, in `situations.yaml`.
"""

import dataclasses
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from enum import StrEnum
from itertools import groupby
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from yichuang.catalogue.bundles import Bundle
from yichuang.catalogue.code_schemes import without_codes
from yichuang.catalogue.data import Grant, Item
from yichuang.catalogue.facts import Situation
from yichuang.catalogue.folder import Folder
from yichuang.catalogue.layout import DEFAULTS, FILES, FOLDERS, HIDDEN, TEXTS, GrantRow
from yichuang.catalogue.regimes import DEFAULT_REGIMES
from yichuang.catalogue.tables import width
from yichuang.deadlines.data import Limit
from yichuang.deadlines.ladders import DEFAULT_RUNGS

#: Columns up to which a list or a record stands on one line.
_COLUMNS = 110
#: What a reader of YAML may take for something else than text: `- a`, `330800`, `3.5`, `no`, `2026-01-01`, `~`.
_AMBIGUOUS = re.compile(
    r"[-?:,\[\]{}#&*!|>'\"%@`].*|[-+.]?\d[\d_.:,]*(e[-+]?\d+)?|0[xo][\da-f]+|\d{4}-\d{1,2}-\d{1,2}([t ].*)?"
    r"|~|null|true|false|yes|no|on|off|y|n",
    re.IGNORECASE | re.DOTALL,
)
#: Line breaks that a YAML file only keeps where they are escaped, and what nobody sees.
_ESCAPED = re.compile("[^\n -~\u00a0-\u2027\u202a-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_TAG = "tag:yaml.org,2002:"


def folder_files(folder: Folder) -> dict[str, str]:
    """Path → text of all files of the folder that hold text."""
    shared = _shared_situations(folder)
    files = {"city.yaml": _text(_record(folder.city, {}))}
    for name, lists in FILES.items():
        rows = {key: _rows(folder, key, shared) for key in lists}
        if any(rows.values()) or not name.endswith("?"):
            pairs = [(key, _block(_record(row, {}) for row in rows[key])) for key in lists if rows[key]]
            files[name.rstrip("?")] = _text(_mapping(pairs))
    for name in FOLDERS:
        for key, value in folder.entries(name).items():
            files[f"{name}/{key}.yaml"] = entry_file(value, folder, shared)
    for name, (place, suffix) in TEXTS.items():
        files.update({f"{place}/{key}{suffix}": text for key, text in folder.entries(name).items()})
    return files


def entry_file(value: Item | Bundle, folder: Folder, shared: Mapping[str, Situation] | None = None) -> str:
    """The file of one item or bundle. Questions of `shared` are named by their key, others are written whole."""
    if isinstance(value, Item):
        value = without_codes(value, folder)
    return _text(_record(value, shared or {}))


_AS_EVERYWHERE: Mapping[str, Any] = {"rungs": DEFAULT_RUNGS, "regimes": DEFAULT_REGIMES}


def _rows(folder: Folder, name: str, shared: Mapping[str, Situation]) -> list[Any]:
    if name == "situations":
        return list(shared.values())
    rows = folder.entries(name)
    if rows == _AS_EVERYWHERE.get(name):  # no file of its own
        return []
    if name == "grants":
        return [
            GrantRow(resource, tuple(grant.item for grant in alike), purpose, fields)
            for (resource, purpose, fields), alike in groupby(rows, _of_grant)
        ]
    return list(rows.values() if isinstance(rows, Mapping) else rows)


def _of_grant(grant: Grant) -> tuple[str, str, tuple[str, ...]]:
    return grant.resource, grant.purpose, grant.fields


def _shared_situations(folder: Folder) -> dict[str, Situation]:
    """The questions that several items or bundles ask in the same words."""
    asked: dict[str, list[Situation]] = {}
    for name in FOLDERS:
        for value in folder.entries(name).values():
            for situation in value.situations:
                asked.setdefault(situation.key, []).append(situation)
    return {
        key: alike[0]
        for key, alike in sorted(asked.items())
        if len(alike) > 1 and all(repr(other) == repr(alike[0]) for other in alike)
    }


def _record(value: Any, shared: Mapping[str, Situation]) -> MappingNode:
    """A record without what may be left out."""
    may_lack = DEFAULTS.get(type(value), {})
    pairs = []
    for field in dataclasses.fields(value):
        said = getattr(value, field.name)
        default = field.default
        if field.default_factory is not dataclasses.MISSING:
            default = field.default_factory()
        if field.name not in HIDDEN and repr(said) != repr(may_lack.get(field.name, default)):
            pairs.append((field.name, _node(said, shared)))
    return _mapping(pairs)


def _entry(value: Any, shared: Mapping[str, Situation]) -> Node:
    """An entry of a list: where a record says its first field alone, that is the entry."""
    if isinstance(value, Situation) and value.key in shared:
        return _scalar(value.key)
    node = _node(value, shared)
    if isinstance(node, MappingNode) and len(node.value) == 1 and not isinstance(value, Limit):
        key, only = node.value[0]
        first, *others = dataclasses.fields(value)
        bare = isinstance(only, ScalarNode) and key.value == first.name and all(map(_may_lack, others))
        return only if bare else node
    return node


def _may_lack(field: "dataclasses.Field[Any]") -> bool:
    return field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING


def _node(value: Any, shared: Mapping[str, Situation]) -> Node:
    if isinstance(value, Limit):
        return _limit(value)
    if dataclasses.is_dataclass(value):
        return _record(value, shared)
    if isinstance(value, Mapping):
        return _mapping([(key, _scalar(entry)) for key, entry in value.items()])
    if isinstance(value, tuple):
        if value and isinstance(value[0], tuple):  # pairs of texts are written as a mapping
            return _mapping([(key, _scalar(entry)) for key, entry in value])
        return _sequence([_entry(entry, shared) for entry in value])
    return _scalar(value)


def _limit(limit: Limit) -> Node:
    if not limit.basis and not limit.explanation:
        return _scalar(f"{limit.value} {limit.unit.value}")
    parts = [
        ("value", limit.value),
        ("unit", limit.unit),
        ("basis", limit.basis),
        ("explanation", limit.explanation),
    ]
    return _mapping([(name, _scalar(part)) for name, part in parts if part != ""])


def _scalar(value: Any) -> ScalarNode:
    """Text is quoted only where it must be, or where another program would not take it for text."""
    if value is None:
        return ScalarNode(f"{_TAG}null", "null")
    if isinstance(value, bool):
        return ScalarNode(f"{_TAG}bool", str(value).lower())
    if isinstance(value, int):
        return ScalarNode(f"{_TAG}int", str(value))
    if isinstance(value, date):
        return ScalarNode(f"{_TAG}timestamp", value.isoformat())
    if isinstance(value, time):
        return ScalarNode(f"{_TAG}str", value.isoformat("auto" if value.second else "minutes"), style='"')
    text = value.value if isinstance(value, StrEnum) else str(value)
    return ScalarNode(f"{_TAG}str", text, style=_style(text))


def _style(text: str) -> str | None:
    if not text or _AMBIGUOUS.fullmatch(text) or _ESCAPED.search(text):
        return '"'
    return "|" if "\n" in text else None


def _mapping(pairs: Iterable[tuple[str, Node]]) -> MappingNode:
    node = MappingNode(f"{_TAG}map", [(_scalar(key), entry) for key, entry in pairs])
    node.flow_style = _fits([part for pair in node.value for part in pair])
    return node


def _sequence(entries: Sequence[Node]) -> SequenceNode:
    node = SequenceNode(f"{_TAG}seq", list(entries))
    node.flow_style = _fits(entries) and not any(isinstance(entry, MappingNode) for entry in entries)
    return node


def _block(entries: Iterable[Node]) -> SequenceNode:
    return SequenceNode(f"{_TAG}seq", list(entries), flow_style=False)


def _fits(parts: Sequence[Node]) -> bool:
    """Whether the parts stand on one line together: short, and none of them in several lines."""
    in_one = (
        part.flow_style if isinstance(part, CollectionNode) else "\n" not in part.value for part in parts
    )
    return all(in_one) and sum(map(_columns, parts)) <= _COLUMNS


def _columns(node: Node) -> int:
    if isinstance(node, ScalarNode):
        return width(node.value) + 2
    parts = node.value if isinstance(node, SequenceNode) else [part for pair in node.value for part in pair]
    return 2 + sum(map(_columns, parts))


def _text(node: CollectionNode) -> str:
    node.flow_style = False
    yaml = YAML(typ="safe", pure=True)
    yaml.width = 1_000_000  # what belongs on one line stays there
    yaml.sequence_indent, yaml.sequence_dash_offset = 4, 2
    stream = io.StringIO()
    yaml.serialize(node, stream)
    return stream.getvalue()
