"""Plain-text tables whose columns stand in line although Chinese characters are two columns wide; and short words."""

import unicodedata
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yichuang.catalogue.data import SourceKind
from yichuang.catalogue.planned import Measure
from yichuang.deadlines.data import Limit, Unit


def width(text: str) -> int:
    """Columns that `text` takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table, two blanks between columns; nothing where there is no row."""
    body = [list(row) for row in rows]
    if not body:
        return []
    widths = [max(width(row[column]) for row in [head, *body]) for column in range(len(head))]
    rule = ["-" * columns for columns in widths]
    return [
        "  ".join(_padded(cell, columns) for cell, columns in zip(row, widths, strict=True)).rstrip()
        for row in [head, rule, *body]
    ]


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


def limit_text(limit: Limit) -> str:
    """A limit in words."""
    value = limit.value
    words = {
        Unit.WORKING_DAYS: ngettext("%(value)d个工作日", "%(value)d个工作日", value),
        Unit.CALENDAR_DAYS: ngettext("%(value)d日", "%(value)d日", value),
        Unit.MINUTES: ngettext("%(value)d分钟", "%(value)d分钟", value),
    }
    return words[limit.unit] % {"value": value} if value else _("当场")


def money_text(fen: int) -> str:
    """An amount in yuan."""
    return _("%(yuan)d.%(fen)02d元") % {"yuan": fen // 100, "fen": fen % 100}


def number_text(number: float) -> str:
    """A count without needless digits: 8, 0.5, 4.3."""
    return f"{round(number, 1):g}"


def measure_text(measure: Measure) -> str:
    """What is compared, in words."""
    words = {
        Measure.VISITS: _("跑动次数"),
        Measure.MATERIALS: _("材料"),
        Measure.WORKING_DAYS: _("工作日"),
        Measure.STEPS: _("环节"),
        Measure.FORMS: _("表单"),
        Measure.DEPARTMENTS: _("部门"),
    }
    return words[measure]


def source_text(source: SourceKind) -> str:
    """Where a material comes from, in words."""
    words = {
        SourceKind.LICENCE: _("电子证照"),
        SourceKind.SHARED: _("数据共享"),
        SourceKind.SISTER: _("同办事项产生"),
        SourceKind.COMMITMENT: _("告知承诺"),
        SourceKind.EARLIER: _("以前提交"),
        SourceKind.UPLOAD: _("上传"),
        SourceKind.PAPER: _("带原件"),
    }
    return words[source]
