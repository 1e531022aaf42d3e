"""Reading what somebody hands in as a spreadsheet: by its content, in bounded memory, and nothing but plain values.

What Excel computes, joins or rounds is a fault with its cell: the catalogue takes what is written, never a guess.
"""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from yichuang.base.errors import Invalid
from yichuang.catalogue.exchange.progress import nobody, part
from yichuang.catalogue.folder import Fault
from yichuang.catalogue.loading import Told

#: Rows of one sheet that are taken in at once: some thousand items with their materials.
MOST_ROWS = 50_000
#: Cells of one file with something in them: some thousand items with all their parts.
MOST_CELLS = 1_000_000
_MOST_COLUMNS = 200
_MOST_BYTES = 400_000_000  # unpacked
#: Excel keeps 15 digits of a number.
_EXACT = 10**15
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')


@dataclass(slots=True)
class Table:
    """A sheet as it was read: row number → its cells. `faults`: what stands in the way of taking it."""

    title: str
    rows: dict[int, list[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    cells: int = 0  # with something in them

    def add(self, number: int, texts: list[str]) -> None:
        """Keep a row, up to its last cell with something in it; none where there is none."""
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            self.rows[number] = texts
            self.cells += sum(map(bool, texts))

    def fault(self, row: int, column: str, problem: str, remedy: str) -> None:
        """Note a fault at a cell, a column (its letter or heading) or the sheet."""
        self.faults.append(Fault(self.title, row, column, problem, remedy))


def read(content: bytes, told: Told = nobody) -> tuple[list[Table], list[str]]:
    """The sheets of an .xlsx or .csv file, and remarks for the person. `told` hears how far it is.

    Raises `Invalid` for what is no such file, asks for a password, or is too large.
    """
    if content[:8] == _OLE:
        raise Invalid(_ole_sentence(content), code="spreadsheet_unreadable", field="file")
    if content[:2] == b"PK":
        return _workbook(content, told), []
    return _text_table(content)


def _ole_sentence(content: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return _("这个表格设了打开密码，读不出来。请在Excel里取消密码后重新上传。")
    return _("这是旧版的Excel文件(.xls)。请在Excel里“另存为”.xlsx后重新上传。")


def _workbook(content: bytes, told: Told) -> list[Table]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MOST_BYTES:
                raise Invalid(
                    _("表格解压后太大，请分成几份导入。"), code="spreadsheet_too_large", field="file"
                )
            book = load_workbook(io.BytesIO(content), read_only=True)
            try:
                tables: list[Table] = []
                all_pages = len(book.worksheets)
                for number, page in enumerate(book.worksheets):
                    left = MOST_CELLS - sum(table.cells for table in tables)
                    shares = 100 * number // all_pages, 100 * (number + 1) // all_pages
                    tables.append(_table(page, archive, left, part(told, *shares)))
                return tables
            finally:
                book.close()
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError, SyntaxError) as error:
        sentence = _("这个文件不是完好的Excel表格(.xlsx)。请用Excel打开、另存为.xlsx后重新上传。")
        raise Invalid(sentence, code="spreadsheet_unreadable", field="file") from error


def _table(page: Any, archive: zipfile.ZipFile, most_cells: int, told: Told) -> Table:
    table = Table(page.title)
    declared = page.max_row or 1
    page.reset_dimensions()  # what the file says of its size need not be so
    for number, cells in enumerate(page.iter_rows(), start=1):
        if number > MOST_ROWS + 1:
            _too_long(table)
            return table
        texts = [
            _text(table, number, column, cell) for column, cell in enumerate(cells[:_MOST_COLUMNS], start=1)
        ]
        table.add(number, texts)
        if table.cells > most_cells:
            raise _too_many_cells()
        told(min(number, declared), declared)
    for left, top, right, bottom in _merged(archive, page._worksheet_path):
        place, ranged = f"{left}{top}", f"{left}{top}:{right}{bottom}"
        problem = _("单元格%(range)s是合并的") % {"range": ranged}
        table.fault(int(top), place, problem, _("在Excel里“取消单元格合并”，每一格都写上值"))
    return table


def _too_many_cells() -> Invalid:
    sentence = _("表格里有内容的格子超过%(most)d个，没有读完。请按部门分成几份，一份一份导入。")
    return Invalid(sentence % {"most": MOST_CELLS}, code="spreadsheet_too_large", field="file")


def _too_long(table: Table) -> None:
    problem = _("超过%(most)d行") % {"most": MOST_ROWS}
    table.rows.clear()
    table.fault(MOST_ROWS + 1, "-", problem, _("删去空行，或按部门分成几份，一份一份导入"))


def _text(table: Table, row: int, column: int, cell: Any) -> str:
    """What is written in a cell. Cells that a person did not write are faults."""
    if cell.value is None:
        return ""
    value, place = cell.value, f"{get_column_letter(column)}{row}"
    if cell.data_type in {"f", "e"}:
        problem = _("这一格是公式，不是值") if cell.data_type == "f" else _("这一格是Excel的错误值")
        table.fault(row, place, problem, _("改成值：复制后用“选择性粘贴—数值”贴回来"))
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, int | float) and abs(value) >= _EXACT:
        remedy = _("把这一列设为“文本”格式，重新输入完整的号码")
        table.fault(row, place, _("长数字已被Excel改成近似值"), remedy)
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("_x000D_", "").replace("\r\n", "\n").strip()


def _merged(archive: zipfile.ZipFile, path: str) -> Iterator[tuple[str, str, str, str]]:
    """The merged ranges of a sheet; they stand after its rows, which are not kept in memory for it."""
    rest = b""
    with archive.open(path.lstrip("/")) as stream:
        while chunk := stream.read(1 << 20):
            found = list(_MERGED.finditer(text := rest + chunk))
            for match in found:
                left, top, right, bottom = (part.decode() for part in match.groups())
                yield left, top, right, bottom
            rest = text[max(found[-1].end() if found else 0, len(text) - 200) :]


def _text_table(content: bytes) -> tuple[list[Table], list[str]]:
    text, remarks = _decoded(content)
    table = Table(_("CSV"))
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
            if number > MOST_ROWS + 1:
                _too_long(table)
                break
            table.add(number, [cell.strip() for cell in cells[:_MOST_COLUMNS]])
            if table.cells > MOST_CELLS:
                raise _too_many_cells()
    except csv.Error as error:
        raise _no_table() from error
    if not any(len(cells) > 1 for cells in table.rows.values()) and not table.faults:
        raise _no_table()
    return [table], remarks


def _decoded(content: bytes) -> tuple[str, list[str]]:
    """The text of a CSV file: UTF-8, or what Chinese Windows writes (GBK), which is told."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_written_by_people(text):
            gbk = _("文件是GBK编码，已按GBK读取。请核对下面的文字有没有乱码。")
            return text, [gbk] if encoding == "gb18030" else []
    raise _no_table()


def _is_written_by_people(text: str) -> bool:
    """No control characters and nothing unassigned: bytes of another kind of file decode to these."""
    return not any(unicodedata.category(character) in {"Cc", "Cn", "Co", "Cs"} for character in _rare(text))


def _rare(text: str) -> Iterable[str]:
    return set(text) - set("\r\n\t")


def _no_table() -> Invalid:
    sentence = _("这个文件不是表格，或者编码认不出来。请上传.xlsx，或UTF-8、GBK编码的.csv。")
    return Invalid(sentence, code="spreadsheet_unreadable", field="file")
