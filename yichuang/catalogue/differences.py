"""What differs between two items, two bundles, or two whole catalogues (差异): pure, in words that people read."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from yichuang.catalogue.code_labels import CODES
from yichuang.catalogue.data import Catalogue, Fee
from yichuang.catalogue.folder import Folder
from yichuang.catalogue.labels import FIELDS, LISTS, REFERENCES
from yichuang.catalogue.tables import limit_text, money_text
from yichuang.catalogue.words import word
from yichuang.deadlines.data import Limit

#: (list of the catalogue, key) → what people call it.
Names = Mapping[tuple[str, str], str]


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """One place where two values differ.

    `path`: field names and the keys of list entries; `label`: the same in words (申请材料 › 结婚证 › 必要性);
    `before`, `after`: the values in words, empty where there is none.
    """

    path: tuple[str, ...]
    label: str
    before: str
    after: str


class Fate(StrEnum):
    """What becomes of an entry of the catalogue."""

    ADDED = "added"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """An entry that differs between two catalogues. `kind`: a list of `labels.LISTS`; `key`: the entry's in it."""

    kind: str
    key: str
    name: str
    fate: Fate
    differences: tuple[Difference, ...] = ()  # none where the entry is new or gone


def differences(before: Any, after: Any, names: Names) -> tuple[Difference, ...]:
    """Where two values of the same dataclass differ, in the order of its fields; version numbers do not count."""
    return tuple(_of_fields(_Place((), ()), before, after, names))


def changes(before: Folder | None, after: Folder) -> tuple[Change, ...]:
    """What publishing `after` over `before` (None: nothing was published yet) would change, list by list."""
    names = {**(names_of(before.catalogue) if before else {}), **names_of(after.catalogue)}
    found = []
    for kind in LISTS:
        olds, news = _rows(before, kind) if before else {}, _rows(after, kind)
        for key in {**olds, **news}:
            old, new = olds.get(key), news.get(key)
            if _same(old, new):
                continue
            fate = Fate.ADDED if old is None else Fate.WITHDRAWN if new is None else Fate.CHANGED
            told = _told(kind, old, new, names) if fate is Fate.CHANGED else ()
            found.append(Change(kind, key, _name(kind, key, new or old, names), fate, told))
    return tuple(found)


def _told(kind: str, old: Any, new: Any, names: Names) -> tuple[Difference, ...]:
    if kind == "templates":
        return tuple(_of_lines(old.splitlines(), new.splitlines()))
    return () if kind == "tables" else differences(old, new, names)


def _of_lines(before: list[str], after: list[str]) -> Iterator[Difference]:
    """Where two texts differ, by the lines of the older one."""
    for tag, start, end, new_start, new_end in SequenceMatcher(None, before, after, False).get_opcodes():
        if tag != "equal":
            label = _("第%(line)d行") % {"line": start + 1}
            old, new = "\n".join(before[start:end]), "\n".join(after[new_start:new_end])
            yield Difference((str(start + 1),), label, old, new)


def names_of(catalogue: Catalogue) -> dict[tuple[str, str], str]:
    """What people call the entries of a catalogue."""
    names = {("departments", key): name for key, name in catalogue.department_names.items()}
    for kind in ("items", "bundles", "materials", "licence_types", "resources", "partners"):
        names.update({(kind, key): row.name for key, row in getattr(catalogue, kind).items()})
    names.update({("elements", key): element.label for key, element in catalogue.elements.items()})
    return names


@dataclasses.dataclass(frozen=True, slots=True)
class _Place:
    path: tuple[str, ...]
    labels: tuple[str, ...]

    def inside(self, step: str, label: str) -> "_Place":
        return _Place((*self.path, step), (*self.labels, label))

    def difference(self, before: str, after: str) -> Difference:
        return Difference(self.path, " › ".join(self.labels), before, after)


def _of_fields(place: _Place, before: Any, after: Any, names: Names) -> Iterator[Difference]:
    kind = type(before)
    for field in dataclasses.fields(kind):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if _same(old, new) or field.name == "version":
            continue
        inside = place.inside(field.name, str(FIELDS[kind][field.name]))
        if isinstance(old, (tuple, Mapping)):
            yield from _of_entries(inside, (kind, field.name), old, new, names)
        elif _is_record(old) and _is_record(new) and not isinstance(old, Limit):
            yield from _of_fields(inside, old, new, names)
        else:
            text = _text_of(kind, field.name, names)
            yield inside.difference(text(old), text(new))


def _of_entries(
    place: _Place, field: tuple[type, str], before: Any, after: Any, names: Names
) -> Iterator[Difference]:
    """Entries are matched by their key, so that one put in at the front is one difference and not many."""
    text = _text_of(*field, names)
    olds, news = _entries(before), _entries(after)
    for key in {**olds, **news}:
        old, new = olds.get(key), news.get(key)
        if _same(old, new):
            continue
        entry = new if old is None else old
        inside = place.inside(key, _called(entry, names) if _is_record(entry) else key)
        if _is_record(entry) and old is not None and new is not None:
            yield from _of_fields(inside, old, new, names)
        elif _is_record(entry) or isinstance(before, Mapping) or isinstance(entry, tuple):
            yield inside.difference("" if old is None else text(old), "" if new is None else text(new))
        else:
            yield place.difference("" if old is None else text(old), "" if new is None else text(new))
    common = [key for key in olds if key in news]
    if common != [key for key in news if key in olds]:
        texts = ["、".join(_called(entries[key], names, key) for key in entries) for entries in (olds, news)]
        yield place.inside("", _("顺序")).difference(*texts)


def _entries(value: Any) -> dict[str, Any]:
    """The entries of a list or mapping by key; a key that stands there twice is told apart by its number."""
    if isinstance(value, Mapping):
        return dict(value)
    found: dict[str, Any] = {}
    for entry in value:
        key = _key(entry)
        number = 1 + sum(known == key or known.startswith(f"{key} #") for known in found)
        found[key if number == 1 else f"{key} #{number}"] = entry
    return found


def _is_record(value: Any) -> bool:
    """Whether the value has fields."""
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


def _says_itself(record: Any) -> bool:
    """A record that has words of its own for what it is (a legal basis: law and article)."""
    return "__str__" in vars(type(record))


def _key(entry: Any) -> str:
    if _is_record(entry) and not _says_itself(entry):
        return str(getattr(entry, dataclasses.fields(entry)[0].name))
    return str(entry[0]) if isinstance(entry, tuple) else str(entry)


def _same(before: Any, after: Any) -> bool:
    """Equal, and also in the same order: the order of a mapping's options is what people see."""
    return before == after and repr(before) == repr(after)


def _called(entry: Any, names: Names, key: str = "") -> str:
    if not _is_record(entry):
        return key
    if _says_itself(entry):
        return str(entry)
    first = dataclasses.fields(entry)[0].name
    return _text_of(type(entry), first, names)(getattr(entry, first))


def _text_of(kind: type, name: str, names: Names) -> Callable[[Any], str]:
    """How a value of this field, or one entry of it, is said in words."""
    words, listed = CODES.get((kind, name), {}), REFERENCES.get((kind, name), "")

    def text(value: Any) -> str:
        if isinstance(value, bool):
            return _("是") if value else _("否")
        if isinstance(value, StrEnum):
            return word(value)
        if isinstance(value, Limit):
            remarks = "，".join(filter(None, (value.basis, value.explanation)))
            return limit_text(value) + (f"（{remarks}）" if remarks else "")
        if _is_record(value):
            return _record_text(value, names)
        if kind is Fee and name == "amount":
            return money_text(value)
        said = str(value[-1] if isinstance(value, tuple) else value)  # of a pair, the label says the question
        return "" if value is None else str(words.get(said, names.get((listed, said), said)))

    return text


def _record_text(value: Any, names: Names) -> str:
    """All that an entry says beside its key and what every entry says unless told otherwise."""
    kind, told = type(value), []
    first, *others = dataclasses.fields(value)
    for field in [first, *others]:
        said = getattr(value, field.name)
        if field is not first and (said == field.default or said in ("", (), None)):
            continue
        text = _text_of(kind, field.name, names)
        if isinstance(said, Mapping):
            words = "、".join(f"{key}={entry}" for key, entry in said.items())
        else:
            words = "、".join(map(text, said)) if isinstance(said, tuple) else text(said)
        told.append(words if field is first else f"{FIELDS[kind][field.name]}：{words}")
    return "；".join(told)


def _rows(folder: Folder, kind: str) -> dict[str, Any]:
    if kind == "city":
        return {"": folder.city}
    rows = folder.entries(kind)
    if kind == "grants":
        rows = {f"{grant.resource} {grant.item} {grant.purpose}": grant for grant in rows}
    return _entries(rows)


def _name(kind: str, key: str, row: Any, names: Names) -> str:
    if kind == "grants":
        resource, item = names.get(("resources", row.resource)), names.get(("items", row.item))
        return f"{resource or row.resource} → {item or row.item}"
    name = names.get((kind, key)) or getattr(row, "name", key)
    return f"{key} {name}" if kind in {"overrides", "regions"} else str(name)
