"""What may be chosen in a field, and names in place of keys: nobody types `applicant_number`."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from yichuang.catalogue.authoring.keys import asked_in
from yichuang.catalogue.authoring.kinds import SUBJECTS
from yichuang.catalogue.authoring.typed import Content
from yichuang.catalogue.code_labels import CODES
from yichuang.catalogue.folder import Folder
from yichuang.catalogue.labels import REFERENCES
from yichuang.catalogue.words import WORDS

Options = tuple[tuple[str, str], ...]

#: Lists that are too long for a select: their entries are typed by name, with suggestions.
LONG = ("items", "elements", "materials")
#: Pairs whose keys are always the same.
FIXED = {"applicant": (("number", _("证件号码")), ("name", _("姓名或名称")), ("phone", _("手机号")))}


class Lists:
    """The entries that fields refer to by key, by what people call them; those that the sheet brings included."""

    def __init__(self, folder: Folder, kind: str, content: Content) -> None:
        catalogue = folder.catalogue
        self.asked = asked_in(folder, kind, content[SUBJECTS[kind][0]])
        self.rows: dict[str, dict[str, str]] = {
            name: _named(getattr(catalogue, name, None) or getattr(folder, name, ())) | _new(content, name)
            for name in {*REFERENCES.values(), *LONG}
        }
        self.boards = tuple(dict.fromkeys(item.board for item in catalogue.items.values()))
        self._keys = {name: _keys(rows) for name, rows in self.rows.items()}

    def name(self, name: str, key: str) -> str:
        """What an entry is called; its key where two are called the same, or what is typed where there is none."""
        called = self.rows[name].get(key, key)
        return called if self._keys[name].get(called, key) == key else key

    def key(self, name: str, typed: str) -> str:
        """The key of the entry that is called so; else what is typed."""
        words = typed.strip()
        return words if words in self.rows[name] else self._keys[name].get(words, words)

    def suggestions(self, name: str) -> list[str]:
        """The names to choose from."""
        return [self.name(name, key) for key in self.rows[name]]


def reference(kind: type, field: str) -> str:
    """The list whose entries a field names; "" where it names none."""
    return REFERENCES.get((kind, field), "")


def options(kind: type, field: str, choice: Any, lists: Lists) -> Options:
    """The values that a field may have, with their words; none where anything may be typed."""
    if isinstance(choice, type) and issubclass(choice, StrEnum):
        return tuple((value.value, str(words)) for value, words in _words(choice).items())
    if (kind, field) in CODES:
        return tuple((code, f"{words}") for code, words in CODES[kind, field].items())
    name = reference(kind, field)
    return tuple(lists.rows[name].items()) if name and name not in LONG else ()


def _words(choice: type[StrEnum]) -> Mapping[Any, Any]:
    return WORDS.get(choice) or {value: value.value for value in choice}


def _named(rows: Any) -> dict[str, str]:
    """Key → name of the entries of a list of the catalogue or the folder."""
    entries = rows.values() if isinstance(rows, Mapping) else rows
    keys = [(getattr(entry, fields(entry)[0].name), entry) for entry in entries if is_dataclass(entry)]
    return {key: getattr(entry, "name", "") or getattr(entry, "label", "") or key for key, entry in keys}


def _new(content: Content, name: str) -> dict[str, str]:
    """The entries that the sheet brings."""
    words = "label" if name == "elements" else "name"
    rows = content.get(name, []) if name in LONG else []
    return {row["key"]: row[words] for row in rows if row["key"] and row[words]}


def _keys(rows: Mapping[str, str]) -> dict[str, str]:
    """Name → key, of names that only one entry has."""
    found: dict[str, str] = {}
    for key, name in rows.items():
        found[name] = "" if name in found else key
    return {name: key for name, key in found.items() if key}
