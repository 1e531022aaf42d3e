"""What the form of a proposal is made of: components for values, rows of lists, and sections."""

from dataclasses import dataclass
from typing import Any

from yichuang.web.authoring.choices import Options

#: A row of more fields is folded to its title.
_LONG_ROW = 5


@dataclass(frozen=True, slots=True)
class Component:
    """A field of the form.

    `form`: text, area, select, day, whole, flag, ticks, named, pairs, fixed, rows, record, more (folded).
    """

    name: str
    label: str
    form: str
    value: Any = ""
    options: Options = ()
    error: str = ""
    theirs: str = ""  # what another person typed at the same time
    hint: str = ""
    required: bool = True
    width: str = "40"
    suggestions: str = ""  # the list of names to choose from
    is_focused: bool = False
    parts: tuple["Component", ...] = ()
    rows: tuple["Row", ...] = ()

    @property
    def is_noticed(self) -> bool:
        """Whether a fault, another's words or the cursor is in it."""
        if self.error or self.theirs or self.is_focused:
            return True
        return any(part.is_noticed for part in self.parts) or any(row.is_open for row in self.rows)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list. `title`: what it is called in the list."""

    name: str
    title: str
    parts: tuple[Component, ...]
    error: str = ""

    @property
    def is_open(self) -> bool:
        """Whether there is something to be seen in it: a fault, another's words, the cursor, or nothing yet."""
        return not self.title or any(part.is_noticed for part in self.parts)

    @property
    def is_long(self) -> bool:
        """Whether it is folded to its title."""
        return len(self.parts) > _LONG_ROW or any(part.form == "more" for part in self.parts)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form. `wrong`: how many faults stand in it."""

    id: str
    title: str
    components: tuple[Component, ...]
    wrong: int
