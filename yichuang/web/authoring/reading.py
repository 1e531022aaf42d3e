"""What was typed into the form of a proposal, read as it stands, by the shapes of the classes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from yichuang.catalogue.authoring import typed
from yichuang.catalogue.authoring.kinds import SHEETS
from yichuang.catalogue.authoring.typed import Content, Form, Shape
from yichuang.web.authoring import choices
from yichuang.web.authoring.choices import FIXED, Lists

#: Buttons of lists: `add:<place>`, `drop:<place>-<number>`, `up:<place>-<number>`.
ADD, DROP, UP = "add", "drop", "up"


def read_sheet(sent: QueryDict, kind: str, known: Content, lists: Lists) -> Content:
    """The sheet as it was sent; fields that the page did not show are as they were. Empty rows are left out."""
    return _Reader(sent, lists).record(SHEETS[kind], "", known)


def changed_rows(content: Content, act: str) -> tuple[Content, str]:
    """The sheet after the button of a list, and the place that the cursor goes to."""
    what, _colon, place = act.partition(":")
    path: list[Any] = [int(part) if part.isdecimal() else part for part in place.split("-")]
    try:
        if what == ADD:
            added = _at(content, path, lambda rows: [*rows, _new_row(content, path)])
            return added, f"{place}-{len(_get(content, path))}"
        *above, number = path
        if what == DROP:
            return _at(content, above, lambda rows: rows[:number] + rows[number + 1 :]), _place(above)
        if what == UP and number > 0:
            return _at(content, above, lambda rows: _raised(rows, number)), _place([*above, number - 1])
    except (LookupError, TypeError):
        pass  # the button of a page that is older than what is kept: nothing is done, and nothing is lost
    return content, place


def _place(path: list[Any]) -> str:
    return "-".join(map(str, path))


def _raised(rows: list[Any], number: int) -> list[Any]:
    return [*rows[: number - 1], rows[number], rows[number - 1], *rows[number + 1 :]]


def _get(content: Any, path: list[Any]) -> Any:
    for part in path:
        content = content[part]
    return content


def _at(content: Any, path: list[Any], change: Callable[[list[Any]], list[Any]]) -> Any:
    if not path:
        return change(content)
    if isinstance(content, list):
        return [
            _at(part, path[1:], change) if number == path[0] else part for number, part in enumerate(content)
        ]
    return {**content, path[0]: _at(content[path[0]], path[1:], change)}


def _new_row(content: Content, path: list[Any]) -> Any:
    """An empty row of the list at a place."""
    kind: Any = next(sheet for sheet in SHEETS.values() if typed.shapes(sheet).keys() == content.keys())
    shape: Shape | None = None
    for part in path:
        if isinstance(part, str):
            shape = typed.shapes(kind)[part]
            kind = shape.kind
    return ["", ""] if shape is None or shape.form is Form.PAIRS else typed.blank(shape.kind)


@dataclass(frozen=True, slots=True)
class _Reader:
    sent: QueryDict
    lists: Lists

    def record(self, kind: Any, place: str, known: Content) -> Content:
        start = f"{place}-" if place else ""
        return {
            name: self.value(shape, (kind, name), start + name, known[name])
            for name, shape in typed.shapes(kind).items()
        }

    def value(self, shape: Shape, of: tuple[Any, str], place: str, known: Any) -> Any:
        made: Any = known
        match shape.form:
            case Form.RECORD:
                made = self.record(shape.kind, place, known)
            case Form.ROWS:
                made = self.rows(shape.kind, place)
            case Form.PAIRS:
                made = self.fixed(of[1], place) if of[1] in FIXED else self.pairs(place)
            case Form.LINES:
                made = self.lines(of, place)
            case Form.FLAG:
                made = "true" if self.sent.get(place) else "false"
            case Form.OTHER:
                pass
            case _:
                made = self.named(of, self.text(place, known))
        return made

    def rows(self, kind: Any, place: str) -> list[Content]:
        blank = typed.blank(kind)
        rows = [self.record(kind, row, blank) for row in self.places(place)]
        return [
            row
            for row in rows
            if not all(part == blank[name] or typed.is_empty(part) for name, part in row.items())
        ]

    def pairs(self, place: str) -> list[list[str]]:
        pairs = [[self.text(f"{row}-0"), self.text(f"{row}-1")] for row in self.places(place)]
        return [pair for pair in pairs if any(pair)]

    def fixed(self, name: str, place: str) -> list[list[str]]:
        pairs = [
            [key, self.lists.key("elements", self.text(f"{place}-{key}"))] for key, _label in FIXED[name]
        ]
        return [pair for pair in pairs if pair[1]]

    def lines(self, of: tuple[Any, str], place: str) -> list[str]:
        values = self.sent.getlist(place)
        lines = values[0].splitlines() if len(values) == 1 else values
        return [self.named(of, line.strip()) for line in lines if line.strip()]

    def named(self, of: tuple[Any, str], words: str) -> str:
        listed = choices.reference(*of)
        return self.lists.key(listed, words) if listed else words

    def text(self, place: str, known: str = "") -> str:
        return self.sent.get(place, known).replace("\r\n", "\n").strip()

    def places(self, place: str) -> list[str]:
        """The rows of a list that the page showed, in order."""
        start = f"{place}-"
        numbers = {
            int(number)
            for name in self.sent
            if name.startswith(start) and (number := name.removeprefix(start).partition("-")[0]).isdecimal()
        }
        return [f"{start}{number}" for number in sorted(numbers)]
