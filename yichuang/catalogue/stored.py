"""The catalogue's values as JSON and back, by their annotations.

A field that a stored version does not have takes its default, a field that the program no longer has is
left out, a text that has become a record since is the record's first field: a version that was published
years ago still opens.
"""

import dataclasses
import hashlib
import json
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, time
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from yichuang.catalogue.bundles import Bundle
from yichuang.catalogue.data import Catalogue, Item
from yichuang.catalogue.folder import Folder

Made = TypeVar("Made")

#: What a release keeps of a folder beside the catalogue and the templates. The accounts of a trial are not
#: published: a release can never be deleted, so it names no person.
_ESTABLISHMENT = (
    "region",
    "regions",
    "departments",
    "counters",
    "mandates",
    "overrides",
    "office_hours",
    "rungs",
)


def to_plain(value: Any) -> Any:
    """`value` as what JSON knows; enums as their values, dates as 2026-03-09, tuples as lists."""
    if dataclasses.is_dataclass(value):
        return {
            field.name: to_plain(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.init
        }
    if isinstance(value, Mapping):
        return {key: to_plain(entry) for key, entry in value.items()}
    if isinstance(value, (tuple, list)):
        return [to_plain(entry) for entry in value]
    if isinstance(value, date | time):
        return value.isoformat()
    return value.value if isinstance(value, StrEnum) else value


def from_plain(kind: type[Made], plain: Mapping[str, Any]) -> Made:
    """A dataclass from what `to_plain` made of it."""
    return kind(**_fields(kind, plain))


def to_text(plain: Any) -> str:
    """Plain data as JSON, in the order in which it was written: the order of options is what people see."""
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def digest(text: str) -> str:
    """SHA-256 of a text, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def split(catalogue: Catalogue) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The catalogue as a release stores it: (the rest, items by key, bundles by key), without version numbers.

    In the order of the keys, as a folder is read, so that the same content has the same digest wherever it was made.
    """
    rest = to_plain(dataclasses.replace(catalogue, items={}, bundles={}))
    del rest["items"], rest["bundles"], rest["release"]
    items = {key: _unversioned(item) for key, item in sorted(catalogue.items.items())}
    return rest, items, {key: _unversioned(bundle) for key, bundle in sorted(catalogue.bundles.items())}


def split_establishment(folder: Folder) -> dict[str, Any]:
    """What a release stores of the folder beside the catalogue and the templates."""
    return {name: to_plain(getattr(folder, name)) for name in _ESTABLISHMENT}


def join(catalogue: Catalogue, establishment: Mapping[str, Any], templates: Mapping[str, str]) -> Folder:
    """The folder that was published, as if it had just been read: no version numbers, and no places in files."""
    read = dataclasses.replace(
        catalogue,
        release=0,
        items={key: dataclasses.replace(item, version=0) for key, item in catalogue.items.items()},
        bundles={key: dataclasses.replace(bundle, version=0) for key, bundle in catalogue.bundles.items()},
    )
    return Folder(catalogue=read, staff=(), templates=templates, places={}, **_fields(Folder, establishment))


def _fields(kind: type[Any], plain: Mapping[str, Any]) -> dict[str, Any]:
    makers = _makers(typing.cast(Any, kind))
    return {name: makers[name](value) for name, value in plain.items() if name in makers}


def _unversioned(value: Item | Bundle) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain(value)
    del plain["version"]
    return plain


@cache
def _makers(kind: Any) -> dict[str, Callable[[Any], Any]]:
    hints = typing.get_type_hints(kind)
    return {field.name: _maker(hints[field.name]) for field in dataclasses.fields(kind) if field.init}


def _maker(wanted: Any) -> Callable[[Any], Any]:
    """How one annotation is made from plain data."""
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in {types.UnionType, typing.Union}:
        inner = _maker(next(kind for kind in arguments if kind is not type(None)))
        return lambda plain: None if plain is None else inner(plain)
    if origin in {tuple, frozenset}:
        each = _maker(arguments[0])
        return lambda plain: origin(each(entry) for entry in plain)
    if origin is not None:
        entry_maker = _maker(arguments[1])
        return lambda plain: {key: entry_maker(entry) for key, entry in plain.items()}
    if dataclasses.is_dataclass(wanted):
        kind = typing.cast(type, wanted)
        return lambda plain: kind(plain) if isinstance(plain, str) else from_plain(kind, plain)
    if wanted in {date, time}:
        return wanted.fromisoformat  # type: ignore[no-any-return]
    return wanted if isinstance(wanted, type) and issubclass(wanted, StrEnum) else lambda plain: plain
