"""The catalogue as a spreadsheet (电子表格): which sheets and columns there are, and how a value stands in a cell.

Everything follows from the shapes of `typed.py` and the labels: a field that a class gains has a column without a
line here. A list stands in one cell, an entry a line; a mapping as `code=label` lines; a group of fields in columns.
"""

import io
import re
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from yichuang.catalogue import words
from yichuang.catalogue.authoring import typed
from yichuang.catalogue.authoring.typed import Form, Shape
from yichuang.catalogue.bundles import Bundle
from yichuang.catalogue.code_labels import CODES
from yichuang.catalogue.data import Element, Fee, Item, MaterialType
from yichuang.catalogue.differences import Names, names_of
from yichuang.catalogue.folder import Folder
from yichuang.catalogue.labels import FIELDS, LISTS, REFERENCES
from yichuang.catalogue.tables import width
from yichuang.deadlines.data import Limit

#: The lists that centres keep in spreadsheets.
KINDS: Mapping[str, type] = {"items": Item, "bundles": Bundle, "materials": MaterialType, "elements": Element}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: where its value stands in what is typed, and what it holds."""

    heading: str
    path: tuple[str, ...]
    kind: type
    shape: Shape

    @property
    def field(self) -> tuple[type, str]:
        """The class and field that the column says."""
        return self.kind, self.path[-1]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: the entries of a list, or (`part`) the rows of one field of all its entries."""

    title: str
    kind: str
    part: str
    columns: Mapping[str, Column]  # by heading

    @property
    def owners(self) -> tuple[str, str]:
        """The headings under which a row of a part says whose it is: by key, by name."""
        labels = FIELDS[KINDS[self.kind]]
        return str(labels["key"]), str(labels["name"])

    @property
    def headings(self) -> list[str]:
        """All headings, in order."""
        return [*(self.owners if self.part else ()), *self.columns]

    def heading_of(self, place: str) -> str:
        """The heading of the column that says a place of an entry, or of the first that says a part of it; "": none.

        What has a sheet of its own (申请材料) is called by its label.
        """
        paths = {".".join(column.path): heading for heading, column in self.columns.items()}
        while place and place not in paths:
            group = next((paths[path] for path in paths if path.startswith(f"{place}.")), "")
            label = FIELDS[KINDS[self.kind]].get(place, "") if not self.part else ""
            if group or label:
                return group or str(label)
            place = place[: max(place.rfind("."), place.rfind("["), 0)]
        return paths.get(place, "")


def layout() -> dict[str, Sheet]:
    """Title → sheet, in the language of the reader."""
    sheets = {}
    for kind, record in KINDS.items():
        lists = {name: shape for name, shape in typed.shapes(record).items() if shape.form is Form.ROWS}
        title = str(LISTS[kind])
        sheets[title] = Sheet(title, kind, "", _columns(record))
        for name, shape in lists.items():
            label = str(FIELDS[record][name])
            part = label if kind == "items" else f"{title}{label}"
            sheets[part] = Sheet(part, kind, name, _columns(shape.kind))
    return sheets


def _columns(record: type) -> dict[str, Column]:
    return {column.heading: column for column in _leaves(record, (), "")}


def _leaves(record: type, path: tuple[str, ...], limit: str) -> Iterator[Column]:
    """The fields of a record, those of its groups among them; a limit (`limit`: its label) has several columns."""
    for name, shape in typed.shapes(record).items():
        label = str(FIELDS[record][name])
        if shape.form is Form.RECORD:
            yield from _leaves(shape.kind, (*path, name), label if shape.kind is Limit else "")
        elif shape.form not in {Form.ROWS, Form.OTHER}:
            heading = limit if limit and name == "value" else f"{limit}{label}"
            if (record, name) == _MONEY:
                heading = _("%(label)s(元)") % {"label": label}
            yield Column(heading, (*path, name), record, shape)


_MONEY = (Fee, "amount")


def write(folder: Folder) -> bytes:
    """The lists of the folder as an .xlsx file; reading it again changes nothing."""
    names = {
        place: name for (kind, name), key in keys_of(folder).items() for place in [(kind, key)] if name != key
    }
    book = Workbook(write_only=True)
    for sheet in layout().values():
        page = book.create_sheet(sheet.title)
        page.freeze_panes = "C2" if sheet.part else "B2"
        for number, text in enumerate(sheet.headings, start=1):
            page.column_dimensions[get_column_letter(number)].width = max(width(text) + 4, 12)
        heading, plain = _pattern(page, bold=True), _pattern(page, bold=False)
        page.append([_cell(page, text, heading) for text in sheet.headings])
        for row in _rows(sheet, folder, names):
            page.append([_cell(page, text, plain) for text in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def keys_of(folder: Folder) -> dict[tuple[str, str], str]:
    """(list, name) → key, for the names that only one entry has and that are no other entry's key."""
    found: dict[tuple[str, str], str] = {}
    names = names_of(folder.catalogue)
    doubled = set()
    for (kind, key), name in names.items():
        if (kind, name) in found or (kind, name) in names:
            doubled.add((kind, name))
        found[kind, name] = key
    return {place: key for place, key in found.items() if place not in doubled}


def _cell(page: Any, text: str, like: Any) -> Any:
    """A cell of text, whatever it begins with: `=` is no formula here, and a long number loses no digit."""
    cell = WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub("", text) or None)
    if text:
        cell.data_type, cell._style = "s", copy(like._style)
    return cell


def _pattern(page: Any, *, bold: bool) -> Any:
    """A cell that others take their looks from: looks that are put together once cost nothing for each cell."""
    cell = WriteOnlyCell(page)
    cell.number_format, cell.font = "@", Font(bold=bold)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _rows(sheet: Sheet, folder: Folder, names: Names) -> Iterator[list[str]]:
    for key, value in sorted(folder.entries(sheet.kind).items()):
        content = typed.typed(value)
        for row in content[sheet.part] if sheet.part else [content]:
            cells = [to_cell(column, _at(row, column.path), names) for column in sheet.columns.values()]
            yield [key, value.name, *cells] if sheet.part else cells


def _at(content: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        content = content[step]
    return content


# ── One cell ─────────────────────────────────────────────────────────────────────────────────────


def to_cell(column: Column, said: Any, names: Names) -> str:
    """What is typed as the text of a cell, in words."""
    shape = column.shape
    if shape.form is Form.PAIRS:
        return "\n".join(f"{_escaped(key, '=')}={_escaped(text)}" for key, text in said)
    if shape.form is Form.LINES:
        return "\n".join(_escaped(_word(column, line, names)) for line in said)
    return _word(column, said, names)


def from_cell(column: Column, text: str, keys: Mapping[tuple[str, str], str]) -> Any:
    """The text of a cell as it would be typed; words that are not known stay, for the reader to name them.

    `keys`: (list, name) → key.
    """
    form = column.shape.form
    if form is Form.PAIRS:
        return [[_plain(part) for part in _halves(line)] for line in text.splitlines() if line.strip()]
    if form is Form.LINES:
        return [_code(column, _plain(line.strip()), keys) for line in text.splitlines() if line.strip()]
    return _code(column, text.strip(), keys)


def _word(column: Column, said: str, names: Names) -> str:
    if column.field == _MONEY and said:
        return str(Decimal(said) / 100)
    if column.shape.form is Form.FLAG:
        return _("是") if said == "true" else _("否")
    return words_of(column).get(said) or names.get((REFERENCES.get(column.field, ""), said), said)


def _code(column: Column, text: str, keys: Mapping[tuple[str, str], str]) -> str:
    if column.field == _MONEY:
        return _fen(text)
    if column.shape.form is Form.FLAG:
        return {_("是"): "true", _("否"): "false"}.get(text, text)
    for code, word in words_of(column).items():
        if text == word:
            return code
    return keys.get((REFERENCES.get(column.field, ""), text), text)


def _fen(text: str) -> str:
    try:
        fen = Decimal(text.removesuffix("元")) * 100
    except InvalidOperation:
        return text
    return str(int(fen)) if fen == int(fen) else text


def words_of(column: Column) -> dict[str, str]:
    """Code → word, where the column holds one of a closed list."""
    if column.shape.form is Form.CHOICE:
        return {choice.value: words.word(choice) for choice in column.shape.kind}
    return {code: str(word) for code, word in CODES.get(column.field, {}).items()}


def _escaped(text: str, also: str = "") -> str:
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    return text.replace(also, f"\\{also}") if also else text


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], text)


def _halves(line: str) -> tuple[str, str]:
    found = re.match(r"((?:\\.|[^\\=＝])*)[=＝](.*)", line, re.DOTALL)
    return (found[1].strip(), found[2].strip()) if found else (line.strip(), "")
