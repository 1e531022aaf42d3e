"""Taking a spreadsheet over what is in force: which entry each row says, and every fault at its cell.

Entries that no row names stay as they are; what a sheet has no column for stays, too. Rows of a part (materials,
steps, fees) are all that their item has of it. Pure: the tables and the folder in, the folder as it would be out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from yichuang.catalogue.authoring import keys, typed
from yichuang.catalogue.checking import check
from yichuang.catalogue.code_schemes import coded
from yichuang.catalogue.data import Item
from yichuang.catalogue.exchange.progress import nobody
from yichuang.catalogue.exchange.spreadsheet_files import Table
from yichuang.catalogue.exchange.spreadsheets import KINDS, Column, Sheet, from_cell, keys_of, layout
from yichuang.catalogue.folder import Fault, Folder, Place
from yichuang.catalogue.labels import FIELDS
from yichuang.catalogue.loading import Told
from yichuang.catalogue.yaml_values import describe, did_you_mean

#: How far down the headings may stand: above them a title, a date, who made the list.
_HEADING_ROWS = 10


@dataclass(frozen=True, slots=True)
class Mapped:
    """A mapping (对照) kept for the next time: what a centre's sheets, headings and words mean here.

    `sheets`: their title → ours; `columns`: our title → their heading → ours, "" for what is not taken;
    `words`: our title → our heading → their word → ours.
    """

    sheets: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)


#: A row's number and its cells by our headings.
_Row = tuple[int, Mapping[str, str]]


@dataclass(slots=True)
class _Taken:
    """A sheet with the rows of a table under our headings."""

    sheet: Sheet
    table: Table
    heads: dict[str, int]  # our heading → position
    first: int  # row number of the first row below the headings

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        for number, cells in self.table.rows.items():
            if number >= self.first:
                yield number, {head: cells[at] if at < len(cells) else "" for head, at in self.heads.items()}


@dataclass(slots=True)
class _Work:
    folder: Folder
    mapped: Mapped
    keys: dict[tuple[str, str], str]
    contents: dict[tuple[str, str], typed.Content] = field(default_factory=dict)
    rows: dict[str, tuple[_Taken, int]] = field(default_factory=dict)  # place of an entry or part → its row
    faults: list[Fault] = field(default_factory=list)

    def content(self, kind: str, key: str) -> typed.Content:
        """What is typed of an entry so far; at first what is in force says."""
        if (kind, key) not in self.contents:
            known = self.folder.entries(kind).get(key)
            self.contents[kind, key] = typed.blank(KINDS[kind]) if known is None else typed.typed(known)
        return self.contents[kind, key]

    def stands(self, place: Place, taken: _Taken, row: int) -> None:
        """Note which row says an entry or one row of its parts."""
        self.rows[describe(place)] = (taken, row)

    def located(self, fault: Fault) -> Fault:
        """The fault at its row and column; what no row says keeps its place in the catalogue."""
        place = fault.place
        while place and place not in self.rows:
            place = place[: max(place.rfind("."), place.rfind("["), 0)]
        if not place:
            return replace(fault, path="", line=0)
        taken, row = self.rows[place]
        heading = taken.sheet.heading_of(fault.place.removeprefix(place).lstrip("."))
        return replace(fault, path=taken.table.title, line=row, place=heading or "-")


def take(
    tables: Sequence[Table], folder: Folder, mapped: Mapped, told: Told = nobody
) -> tuple[Folder, tuple[Fault, ...]]:
    """The folder with what the tables say, and every fault by sheet, row and column. `told` hears how far it is."""
    work = _Work(folder, mapped, keys_of(folder))
    for table in tables:
        work.faults.extend(table.faults)
    taken = [found for table in tables if table.rows and (found := _headed(work, table)) is not None]
    for found in sorted(taken, key=lambda found: bool(found.sheet.part)):
        (_take_rows if found.sheet.part else _take_entries)(work, found)
    made = _made(work, told)
    faults = [*work.faults, *check(made)]
    return made, tuple(
        sorted({work.located(fault) if fault.path in {"", "city.yaml"} else fault for fault in faults})
    )


def _headed(work: _Work, table: Table) -> _Taken | None:
    """The sheet that a table says, by its title and headings; faults where that cannot be told."""
    ours = layout()
    sheet = ours.get(work.mapped.sheets.get(table.title, table.title))
    candidates = [sheet] if sheet else list(ours.values())
    fitting = [
        (len(_heads(work, each, cells)), -row, each)
        for each in candidates
        for row, cells in _first_rows(table)
    ]
    number, row, best = max(fitting, key=lambda fit: fit[:2], default=(0, 0, None))
    if best is None or number < 2:
        remedy = _("可用的工作表：%(names)s；或在对照里指定它是哪一个") % {"names": "、".join(ours)}
        table.fault(1, "-", _("认不出这个工作表%(hint)s") % {"hint": did_you_mean(table.title, ours)}, remedy)
        work.faults.extend(table.faults[-1:])
        return None
    heads = _heads(work, best, table.rows[-row])
    ignored = {their for their, our in work.mapped.columns.get(best.title, {}).items() if not our}
    for heading in table.rows[-row]:
        if heading and heading not in ignored and _ours(work, best, heading) not in best.headings:
            hint = did_you_mean(heading, best.headings)
            work.faults.append(
                Fault(
                    table.title,
                    -row,
                    heading,
                    _("没有这一列%(hint)s") % {"hint": hint},
                    _("改列名，或在对照里指定它对应的列或者不导入"),
                )
            )
    return _Taken(best, table, heads, 1 - row)


def _first_rows(table: Table) -> list[tuple[int, list[str]]]:
    return list(table.rows.items())[:_HEADING_ROWS]


def _heads(work: _Work, sheet: Sheet, cells: Sequence[str]) -> dict[str, int]:
    known = {_ours(work, sheet, cell): position for position, cell in enumerate(cells)}
    return {heading: known[heading] for heading in sheet.headings if heading in known}


def _ours(work: _Work, sheet: Sheet, heading: str) -> str:
    return work.mapped.columns.get(sheet.title, {}).get(heading, heading)


def _take_entries(work: _Work, taken: _Taken) -> None:
    kind = taken.sheet.kind
    rows: dict[str, int] = {}
    for number, cells in taken.rows():
        key = _key_of_entry(work, taken, cells)
        if not key:
            problem = _("这一行没有写明是哪一个")
            heads = "、".join(taken.sheet.owners)
            work.faults.append(Fault(taken.table.title, number, heads, problem, _("填写标识或者名称")))
            continue
        if key in rows:
            facts = {"key": key, "row": rows[key]}
            problem = _("“%(key)s”重复，第%(row)d行已经有了") % facts
            work.faults.append(Fault(taken.table.title, number, "-", problem, _("删去其中一行，或改标识")))
            continue
        rows[key] = number
        content = work.content(kind, key)
        content["key"] = key
        work.stands((kind, key), taken, number)
        _fill(work, taken, (number, cells), content)


def _key_of_entry(work: _Work, taken: _Taken, cells: Mapping[str, str]) -> str:
    """By its key, its code or its name; a new one gets a key from its name."""
    kind = taken.sheet.kind
    by_key, by_name = taken.sheet.owners if kind in {"items", "bundles"} else _owners_of(kind)
    key, name = cells.get(by_key, ""), cells.get(by_name, "")
    code = cells.get(str(FIELDS[Item]["task_code"]), "") if kind == "items" else ""
    known = [entry.key for entry in work.folder.catalogue.items.values() if code and entry.task_code == code]
    found = key or (known[0] if len(known) == 1 else "") or work.keys.get((kind, name), "")
    if not found and name:
        entries = work.folder.entries(kind)
        found = keys.key_of(name, lambda key: key in entries or (kind, key) in work.contents)
        work.keys[kind, name] = found
    return found


def _owners_of(kind: str) -> tuple[str, str]:
    labels = list(FIELDS[KINDS[kind]].values())
    return str(labels[0]), str(labels[1])


def _take_rows(work: _Work, taken: _Taken) -> None:
    kind, part = taken.sheet.kind, taken.sheet.part
    record = typed.shapes(KINDS[kind])[part].kind
    first = next(iter(typed.shapes(record)))
    by_key, by_name = taken.sheet.owners
    entries = work.folder.entries(kind)
    before: dict[str, list[Any]] = {}
    for key in [key for of, key in work.contents if of == kind]:
        before[key], work.contents[kind, key][part] = work.contents[kind, key][part], []
    for number, cells in taken.rows():
        key = cells.get(by_key) or work.keys.get((kind, cells.get(by_name, "")), "")
        if key not in entries and (kind, key) not in work.contents:
            word = cells.get(by_key) or cells.get(by_name, "")
            problem = _("没有“%(key)s”这个%(kind)s") % {"key": word, "kind": by_name}
            remedy = _("写已有的标识或者名称；新的要先写进它自己的工作表")
            work.faults.append(Fault(taken.table.title, number, by_key, problem, remedy))
            continue
        content = work.content(kind, key)
        if key not in before:
            before[key], content[part] = content[part], []
        row = typed.blank(record)
        _fill(work, taken, (number, cells), row)
        like = next((other for other in before[key] if other[first] == row[first]), None)
        if like is not None:  # what the sheet has no column for stays
            row = _copied(like)
            _fill(work, taken, (number, cells), row)
        work.stands((kind, key, part, len(content[part])), taken, number)
        content[part].append(row)


def _copied(content: Any) -> Any:
    if isinstance(content, dict):
        return {name: _copied(part) for name, part in content.items()}
    return [_copied(part) for part in content] if isinstance(content, list) else content


def _fill(work: _Work, taken: _Taken, row: _Row, content: typed.Content) -> None:
    """Write a row's cells into what is typed; an empty cell is nothing typed."""
    number, cells = row
    translated = work.mapped.words.get(taken.sheet.title, {})
    for heading, column in taken.sheet.columns.items():
        if heading not in cells:
            continue
        text = translated.get(heading, {}).get(cells[heading], cells[heading])
        within = content
        for step in column.path[:-1]:
            within = within[step]
        within[column.path[-1]] = from_cell(column, text, work.keys)
        _mind_unit(work, column, within, taken.table, number)


def _mind_unit(work: _Work, column: Column, limit: typed.Content, table: Table, row: int) -> None:
    """20 what? A limit without its unit would count as working days unseen."""
    if column.field[1] == "unit" and limit.get("value") and not limit["unit"]:
        problem = _("有时限，没有写单位")
        work.faults.append(Fault(table.title, row, column.heading, problem, _("写工作日、自然日或者分钟")))


def _made(work: _Work, told: Told) -> Folder:
    lists: dict[str, Any] = {kind: dict(work.folder.entries(kind)) for kind in KINDS}
    broken = set()
    for done, ((kind, key), content) in enumerate(work.contents.items()):
        told(done, len(work.contents))
        value: Any = typed.read(KINDS[kind], content, (kind, key), work.faults)
        if value is None:
            broken.add((kind, key))
        elif isinstance(value, Item):
            lists[kind][key] = coded(value, work.folder)
        else:
            lists[kind][key] = value
    catalogue = replace(work.folder.catalogue, **lists)
    return replace(work.folder, catalogue=catalogue, broken=frozenset(broken))
