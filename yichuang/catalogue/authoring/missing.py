"""What is still to be filled in (还没有填): told all at once, although what cannot be read yet cannot be checked."""

from collections.abc import Iterable, Mapping
from typing import Any

from yichuang.catalogue.authoring import typed
from yichuang.catalogue.authoring.kinds import SHEETS
from yichuang.catalogue.authoring.typed import Content, Form, Shape


def is_missing(content: Mapping[str, Any], place: str) -> bool:
    """Whether nothing is typed at a place of the form."""
    found = _at(content, place)
    return found is not None and typed.is_empty(found)


def text_at(content: Mapping[str, Any], place: str) -> str | None:
    """What is typed in a single field; None where the place is no single field."""
    found = _at(content, place)
    return found if isinstance(found, str) else None


def _at(content: Mapping[str, Any], place: str) -> Any:
    found: Any = content
    for part in place.split("-"):
        if isinstance(found, Mapping) and part in found:
            found = found[part]
        elif isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        else:
            return None
    return found


def with_stopgaps(kind: str, content: Content, places: Iterable[str]) -> Content:
    """The content with something that can be read at each of the places, so that the rest can be checked already."""
    for place in places:
        try:
            content = _filled(SHEETS[kind], content, place.split("-"))
        except (LookupError, ValueError):
            continue  # a place that is no single field
    return content


def _filled(kind: type, content: Mapping[str, Any], path: list[str]) -> Content:
    name, *rest = path
    shape, value = typed.shapes(kind)[name], content[name]
    if not rest:
        value = _stopgap(shape)
    elif shape.form is Form.ROWS:
        number = int(rest[0])
        row = _filled(shape.kind, value[number], rest[1:])
        value = [*value[:number], row, *value[number + 1 :]]
    else:
        value = _filled(shape.kind, value, rest)
    return {**content, name: value}


def _stopgap(shape: Shape) -> str:
    if shape.form is Form.CHOICE:
        return str(list(shape.kind)[-1])
    return {Form.WHOLE: "0", Form.FLAG: "false", Form.DAY: "2000-01-01", Form.TEXT: "…"}[shape.form]
