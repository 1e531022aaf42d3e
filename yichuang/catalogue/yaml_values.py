"""From YAML nodes to the frozen dataclasses, by their annotations, with every fault named by file and line.

Scalars are taken as they are written (`01` stays `01`, `no` stays `no`) and turned into what the field
asks for, so nothing is quoted for the machine's sake. Nothing here knows what an item is.
"""

import dataclasses
import difflib
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, time
from enum import StrEnum
from functools import cache
from typing import Any

from django.utils.translation import gettext as _
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from yichuang.catalogue.folder import Fault, Place
from yichuang.deadlines.data import Limit, Unit

Made = typing.TypeVar("Made")


class Broken(Exception):  # noqa: N818 - caught inside this package only
    """The value cannot be made; its fault has been noted."""


@dataclasses.dataclass(slots=True)
class Source:
    """The file being read, and where faults and places are noted.

    `defaults` gives fields of a class that may be left out although the class has no default for them;
    `hidden` are fields that the folder may not set; `named` are values that a bare key stands for.
    """

    path: str
    faults: list[Fault]
    places: dict[Place, tuple[str, int]]
    defaults: Mapping[type, Mapping[str, Any]] = dataclasses.field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    named: Mapping[type, Mapping[str, Any]] = dataclasses.field(default_factory=dict)

    def fault(self, node: Node | None, place: Place, problem: str, remedy: str) -> None:
        """Note a fault at `node` (at the first line where there is none)."""
        self.faults.append(Fault(self.path, line_of(node), describe(place), problem, remedy))


def line_of(node: Node | None) -> int:
    """The line of a node, counted from 1."""
    return 1 if node is None else int(node.start_mark.line) + 1


def describe(place: Place) -> str:
    """A place in words: `items.household_birth.materials[2].legal_basis`, positions counted from 1."""
    words = ""
    for part in place:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if words else part
    return words or "-"


def parse(source: Source, content: bytes) -> Node | None:
    """The root node of one YAML document; None where it cannot be read (a fault is noted) or is empty."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = _("文件不是UTF-8编码，第%(line)d行起无法识别") % {"line": line}
        remedy = _("用编辑器“另存为”，编码选UTF-8;Windows记事本默认的ANSI(GBK)不能用")
        source.faults.append(Fault(source.path, line, "-", problem, remedy))
        return None
    try:
        node: Node | None = YAML(typ="safe", pure=True).compose(text)
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problem = _("第%(line)d行有看不见的控制字符") % {"line": line}
        source.faults.append(Fault(source.path, line, "-", problem, _("删去它，把这一行重新输入一遍")))
        return None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = _("YAML写法有误：%(problem)s") % {"problem": error.problem or error.context}
        source.faults.append(
            Fault(source.path, 1 if mark is None else mark.line + 1, "-", problem, _syntax_remedy(error))
        )
        return None
    return node


def _syntax_remedy(error: MarkedYAMLError) -> str:
    problem = str(error.problem or "")
    if "\\t" in problem:
        return _("缩进只能用空格，请把制表符(Tab)换成两个空格")
    if "mapping values are not allowed" in problem:
        return _("检查这一行和上一行：冒号后要有空格；文字里含“: ”时整段加引号；缩进要对齐")
    return _("检查这一行附近的缩进、括号、引号是否成对；含特殊符号的文字加引号")


def is_null(node: Node) -> bool:
    """Whether nothing, `~` or `null` is written."""
    return isinstance(node, ScalarNode) and node.style is None and node.value in {"", "~", "null"}


def entries(source: Source, node: Node, place: Place) -> Iterator[tuple[str, Node, Node]]:
    """The (key, key node, value node) of a mapping. A key written twice is a fault; the first one counts."""
    if not isinstance(node, MappingNode):
        source.fault(node, place, _("应为“键: 值”的形式"), _("每行写一个键，冒号后空一格再写值"))
        raise Broken
    seen: dict[str, int] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value) if isinstance(key_node, ScalarNode) else ""
        if key in seen:
            facts = {"key": key, "line": seen[key]}
            problem = _("“%(key)s”写了两次，第%(line)d行已经有了") % facts
            source.fault(key_node, (*place, key), problem, _("只留下对的那一个"))
            continue
        seen[key] = line_of(key_node)
        yield key, key_node, value_node


def elements(source: Source, node: Node, place: Place) -> list[Node]:
    """The nodes of a list; nothing written is an empty list."""
    if is_null(node):
        return []
    if not isinstance(node, SequenceNode):
        source.fault(node, place, _("应为列表"), _("每项一行，以“- ”开头；或写成 [甲, 乙]"))
        raise Broken
    return list(node.value)


def value(source: Source, node: Node, wanted: Any, place: Place) -> Any:
    """The node as a value of the annotation `wanted`. Raises `Broken` after noting the fault."""
    source.places[place] = (source.path, line_of(node))
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in {types.UnionType, typing.Union}:
        inner = next(kind for kind in arguments if kind is not type(None))
        return None if is_null(node) else value(source, node, inner, place)
    if origin is tuple:
        return _tuple(source, node, arguments[0], place)
    if origin is not None:  # the only other generic in the data is Mapping[str, str]
        return {} if is_null(node) else dict(_pairs(source, node, place))
    if wanted is Limit:
        return _limit(source, node, place)
    if dataclasses.is_dataclass(wanted):
        return record(source, node, typing.cast(type, wanted), place)
    return _scalar(source, node, wanted, place)


def _tuple(source: Source, node: Node, kind: Any, place: Place) -> tuple[Any, ...]:
    if typing.get_origin(kind) is tuple:  # pairs of texts are written as a mapping
        return () if is_null(node) else tuple(_pairs(source, node, place))
    if isinstance(node, ScalarNode) and not is_null(node):  # one entry needs no list
        return (value(source, node, kind, (*place, 0)),)
    made, broken = [], False
    for position, entry in enumerate(elements(source, node, place)):
        try:
            made.append(value(source, entry, kind, (*place, position)))
        except Broken:
            broken = True
    if broken:
        raise Broken
    return tuple(made)


def _pairs(source: Source, node: Node, place: Place) -> Iterable[tuple[str, str]]:
    for key, _key_node, value_node in entries(source, node, place):
        source.places[(*place, key)] = (source.path, line_of(value_node))
        yield key, _scalar(source, value_node, str, (*place, key))


def _scalar(source: Source, node: Node, wanted: Any, place: Place) -> Any:
    if not isinstance(node, ScalarNode):
        source.fault(node, place, _("应为一个值，不是列表或“键: 值”"), _("在冒号后直接写这个值"))
        raise Broken
    text = "" if is_null(node) else str(node.value).strip()
    convert = _CONVERTERS.get(wanted)
    try:
        return convert(text) if convert else _choice(text, wanted)
    except _Unfit as unfit:
        source.fault(node, place, unfit.problem, unfit.remedy)
        raise Broken from None


class _Unfit(Exception):  # noqa: N818 - a problem and its remedy, for `_scalar` only
    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


def _flag(text: str) -> bool:
    if text not in {"true", "false"}:
        raise _Unfit(_("“%(text)s”不是true或false") % {"text": text}, _("是写true，否写false"))
    return text == "true"


def _whole(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]+", text):
        raise _Unfit(_("“%(text)s”不是整数") % {"text": text}, _("只写数字，不带单位"))
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _Unfit(_("“%(text)s”不是日期") % {"text": text}, _("写成 2026-03-09 的形式")) from error


def _hour(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise _Unfit(_("“%(text)s”不是时间") % {"text": text}, _("写成 09:00 的形式")) from error


def _choice(text: str, wanted: type[StrEnum]) -> StrEnum:
    choices = [member.value for member in wanted]
    if text not in choices:
        facts = {"text": text, "hint": did_you_mean(text, choices)}
        remedy = _("只能是：%(choices)s") % {"choices": " | ".join(choices)}
        raise _Unfit(_("“%(text)s”不在可选值内%(hint)s") % facts, remedy)
    return wanted(text)


_CONVERTERS: Mapping[Any, Callable[[str], Any]] = {
    str: str,
    bool: _flag,
    int: _whole,
    date: _day,
    time: _hour,
}


def _limit(source: Source, node: Node, place: Place) -> Limit:
    if isinstance(node, MappingNode):
        made: Limit = record(source, node, Limit, place)
        if all(key.value != "unit" for key, _value in node.value):
            source.fault(
                node, place, _("时限没有写单位"), _("写上 unit: working_days | calendar_days | minutes")
            )
            raise Broken
    else:
        text = str(node.value).strip() if isinstance(node, ScalarNode) else ""
        match = re.fullmatch(r"(\d+)\s+(\w+)", text)
        if match is None or match[2] not in {unit.value for unit in Unit}:
            problem = _("时限“%(text)s”没有写单位") if text.isdecimal() else _("“%(text)s”不是时限")
            problem %= {"text": text}
            remedy = _("写成 20 working_days(工作日)、7 calendar_days(自然日)或 30 minutes(分钟)")
            source.fault(node, place, problem, remedy)
            raise Broken
        made = Limit(int(match[1]), Unit(match[2]))
    if made.value < 0:
        source.fault(node, place, _("时限不能是负数"), _("改为0或正整数"))
        raise Broken
    return made


@cache
def _fields(kind: Any) -> Mapping[str, tuple[Any, bool]]:
    """Field → (annotation, may be left out)."""
    hints = typing.get_type_hints(kind)
    return {
        field.name: (
            hints[field.name],
            field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING,
        )
        for field in dataclasses.fields(kind)
        if field.init
    }


def record(source: Source, node: Node, kind: type[Made], place: Place) -> Made:
    """A mapping as a dataclass. A bare scalar stands for a named value, or for the first field alone."""
    source.places[place] = (source.path, line_of(node))
    if isinstance(node, ScalarNode):
        return _from_scalar(source, node, kind, place)
    every = _fields(typing.cast(Any, kind))
    allowed = {name: facts for name, facts in every.items() if name not in source.hidden}
    made: dict[str, Any] = dict(source.defaults.get(kind, {}))
    missing = {name for name, (_wanted, optional) in allowed.items() if not optional} - made.keys()
    broken = False
    for key, key_node, value_node in entries(source, node, place):
        if key not in allowed:
            facts = {"key": key, "hint": did_you_mean(key, allowed)}
            remedy = _("可用的键：%(keys)s") % {"keys": ", ".join(allowed)}
            source.fault(key_node, (*place, key), _("没有“%(key)s”这个键%(hint)s") % facts, remedy)
            continue
        missing.discard(key)
        wanted, optional = allowed[key]
        try:
            if not (is_null(value_node) and optional):
                made[key] = value(source, value_node, wanted, (*place, key))
        except Broken:
            broken = True
        source.places[*place, key] = (source.path, line_of(key_node))
    for name in sorted(missing):
        source.fault(node, (*place, name), _("缺少“%(key)s”") % {"key": name}, _("补上这个键和它的值"))
    if broken or missing:
        raise Broken
    return kind(**made)


def _from_scalar(source: Source, node: ScalarNode, kind: type[Made], place: Place) -> Made:
    text = str(node.value).strip()
    if kind in source.named:
        named = source.named[kind]
        if text in named:
            return typing.cast(Made, named[text])
        problem = _("没有名为“%(key)s”的公用定义%(hint)s") % {"key": text, "hint": did_you_mean(text, named)}
        source.fault(node, place, problem, _("先在公用文件中定义，或在这里写全"))
        raise Broken
    first, *others = _fields(typing.cast(Any, kind)).items()
    if is_null(node) or not all(optional for _name, (_wanted, optional) in others):
        source.fault(node, place, _("应为“键: 值”的形式"), _("每行写一个键，冒号后空一格再写值"))
        raise Broken
    return kind(**{first[0]: value(source, node, first[1][0], (*place, first[0]))})


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A half-sentence that names the nearest known word, or nothing."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return _("，是不是“%(word)s”？") % {"word": near[0]} if near else ""
