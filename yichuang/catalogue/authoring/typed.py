"""Values as they are typed (录入): texts, rows and pairs, kept whatever they say, and read by the rules of the files.

A form cannot promise numbers where numbers belong, nor keys that differ. So what is typed is plain data with a
text in every leaf and pairs in place of mappings; `read` makes values of it through the very reader of the
folder (`yaml_values.py`), which names every fault by its place. The shapes follow from the annotations: a field
that a class gains is typed, kept and read without a line here.
"""

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from ruamel.yaml.error import StringMark
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from yichuang.catalogue import layout, loading, stored, yaml_values
from yichuang.catalogue.folder import Fault, Place
from yichuang.catalogue.yaml_values import Broken

Made = TypeVar("Made")

#: What one place is filled with: texts by field name, lists and pairs.
Content = dict[str, Any]

_MARK = StringMark("", 0, 0, 0, None, None)


class Form(StrEnum):
    """The form that a value takes when it is typed."""

    TEXT = "text"
    WHOLE = "whole"
    FLAG = "flag"
    DAY = "day"
    CHOICE = "choice"
    RECORD = "record"  # fields of its own
    LINES = "lines"  # texts
    PAIRS = "pairs"  # two texts each
    ROWS = "rows"  # records
    OTHER = "other"  # not typed by hand: kept as it is


@dataclasses.dataclass(frozen=True, slots=True)
class Shape:
    """The form of a field, the class of its record, rows or choice, and whether nothing at all is right too."""

    form: Form
    kind: Any = None
    optional: bool = False


@cache
def shapes(kind: type) -> Mapping[str, Shape]:
    """Field → shape, in the order of the class. The version is given by publication."""
    hints = typing.get_type_hints(kind)
    fields = dataclasses.fields(typing.cast(Any, kind))
    return {
        field.name: _shape(hints[field.name])
        for field in fields
        if field.init and field.name not in layout.HIDDEN
    }


def _shape(wanted: Any) -> Shape:
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in {types.UnionType, typing.Union}:
        inner = next(kind for kind in arguments if kind is not type(None))
        return dataclasses.replace(_shape(inner), optional=True)
    if origin is tuple:
        return _shape_of_list(arguments[0])
    if origin is not None:
        return Shape(Form.PAIRS if arguments == (str, str) else Form.OTHER)
    if dataclasses.is_dataclass(wanted):
        return Shape(Form.RECORD, wanted)
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        return Shape(Form.CHOICE, wanted)
    return Shape({str: Form.TEXT, int: Form.WHOLE, bool: Form.FLAG, date: Form.DAY}.get(wanted, Form.OTHER))


def _shape_of_list(entry: Any) -> Shape:
    if dataclasses.is_dataclass(entry):
        return Shape(Form.ROWS, entry)
    if entry is str:
        return Shape(Form.LINES)
    return Shape(Form.PAIRS if typing.get_args(entry) == (str, str) else Form.OTHER)


@cache
def required(kind: type) -> frozenset[str]:
    """The fields that may not be left empty."""
    left_out = layout.DEFAULTS.get(kind, {})
    return frozenset(
        field.name
        for field in dataclasses.fields(typing.cast(Any, kind))
        if field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
        and field.name not in left_out
        and field.name in shapes(kind)
        and not shapes(kind)[field.name].optional
    )


def blank(kind: type) -> Content:
    """A record in which nothing is typed yet; defaults of the class stand where it has them."""
    content = {}
    for field in dataclasses.fields(typing.cast(Any, kind)):
        shape = shapes(kind).get(field.name)
        if shape is None:
            continue
        default = None if field.default is dataclasses.MISSING else field.default
        if field.default_factory is not dataclasses.MISSING:
            default = field.default_factory()
        content[field.name] = _typed(shape, default)
    return content


def typed(value: Any) -> Content:
    """A value of the catalogue as somebody would have typed it."""
    return {
        name: _typed(shape, getattr(value, name))
        for name, shape in shapes(typing.cast(Any, type(value))).items()
    }


def _typed(shape: Shape, value: Any) -> Any:
    match shape.form:
        case Form.RECORD if value is None:
            return {name: type(part)() for name, part in blank(shape.kind).items()}
        case Form.RECORD:
            made: Any = typed(value)
        case Form.ROWS:
            made = [typed(entry) for entry in value or ()]
        case Form.LINES:
            made = list(value or ())
        case Form.PAIRS:
            made = [[*pair] for pair in (value.items() if isinstance(value, Mapping) else value or ())]
        case Form.FLAG:
            made = "true" if value else "false"
        case Form.OTHER:
            made = stored.to_plain(value)
        case _:
            made = "" if value is None else str(value)
    return made


def completed(kind: type, content: Mapping[str, Any]) -> Content:
    """What is typed, with the fields that the class has gained since it was kept."""
    filled = {**blank(kind), **content}
    for name, shape in shapes(kind).items():
        if shape.form is Form.RECORD:
            filled[name] = completed(shape.kind, filled[name])
        elif shape.form is Form.ROWS:
            filled[name] = [completed(shape.kind, row) for row in filled[name]]
    return {name: filled[name] for name in shapes(kind)}


def is_empty(content: Any) -> bool:
    """Whether nothing is typed anywhere in it; what only a box that is not ticked says is nothing."""
    if isinstance(content, Mapping):
        return all(is_empty(part) for part in content.values())
    if isinstance(content, list):
        return all(is_empty(part) for part in content)
    return content in {"", "false"} or content is None


def read(kind: type[Made], content: Mapping[str, Any], place: Place, faults: list[Fault]) -> Made | None:
    """The value that is typed; None after noting every fault at its place where there is none."""
    source = loading.source("", faults, {})
    try:
        return yaml_values.record(source, _record(kind, content), kind, place)
    except Broken:
        return None


def _record(kind: type, content: Mapping[str, Any]) -> Node:
    pairs = [
        (_scalar(name), _node(shape, content[name]))
        for name, shape in shapes(kind).items()
        if name in content
    ]
    return MappingNode("", pairs, _MARK, _MARK)


def _node(shape: Shape, content: Any) -> Node:
    match shape.form:
        case Form.RECORD:
            return _scalar("") if shape.optional and is_empty(content) else _record(shape.kind, content)
        case Form.ROWS:
            return SequenceNode("", [_record(shape.kind, row) for row in content], _MARK, _MARK)
        case Form.LINES:
            return SequenceNode("", [_scalar(line) for line in content], _MARK, _MARK)
        case Form.PAIRS:
            return MappingNode("", [(_scalar(key), _scalar(text)) for key, text in content], _MARK, _MARK)
    return _plain(content)


def _plain(content: Any) -> Node:
    if isinstance(content, Mapping):
        return MappingNode("", [(_scalar(key), _plain(part)) for key, part in content.items()], _MARK, _MARK)
    if isinstance(content, list):
        return SequenceNode("", [_plain(part) for part in content], _MARK, _MARK)
    if isinstance(content, bool):
        return _scalar("true" if content else "false")
    return _scalar("" if content is None else str(content))


def _scalar(text: str) -> ScalarNode:
    """Nothing typed is nothing written; anything else is a text, also where YAML would read `no` or `~`."""
    return ScalarNode("", text, _MARK, _MARK, style='"' if text.strip() else None)
