"""The form of a proposal, made from the fields of the classes and what is typed: one component per form of value.

Names of inputs are places (`item-steps-0-days`), so that a fault of the check, and what another person typed, find
their component by themselves.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yichuang.catalogue import condition_words
from yichuang.catalogue.authoring import typed
from yichuang.catalogue.authoring.keys import with_keys
from yichuang.catalogue.authoring.kinds import SHEETS, SUBJECTS, ItemSheet
from yichuang.catalogue.authoring.typed import Content, Form, Shape
from yichuang.catalogue.folder import Folder
from yichuang.catalogue.labels import FIELDS
from yichuang.web.authoring import choices
from yichuang.web.authoring.choices import FIXED, Lists
from yichuang.web.authoring.faults import Told, labels_of, told_at_the_top, with_stray_faults
from yichuang.web.authoring.parts import Component, Row, Section
from yichuang.web.authoring.sections import RARE, SECTIONS

#: Fields of long text.
_LONG = frozenset(
    {"text", "summary", "explanation", "origin_note", "service_note", "division", "exercise", "standard"}
)
#: Whose item it is and its key stand at the head of the page.
_HEAD = frozenset({"key", "department", "lead"})
_WIDTHS = {Form.WHOLE: "8", Form.DAY: "20"}
#: Fields whose words need an example.
_HINTS: Mapping[str, Promise] = {
    "when": gettext_lazy("空着就是一直适用。点开选一个回答；几个条件用“，并且”或“，或者”连起来"),
    "key": gettext_lazy("空着由名称的拼音组成"),
    "amount": gettext_lazy("单位：分"),
    "stands_in": gettext_lazy("每行一个：licence:证照类型、resource:数据资源 或 item:事项"),
    "task_code": gettext_lazy("空着由部门代码、行使层级和基本编码组成"),
}

#: What the two texts of a pair are called.
_PAIR_LABELS: Mapping[str, tuple[Promise, Promise]] = {
    "questions": (gettext_lazy("问"), gettext_lazy("答")),
    "known": (gettext_lazy("选项代码"), gettext_lazy("什么时候是")),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole form."""

    sections: tuple[Section, ...]
    errors: tuple[Told, ...]
    suggestions: tuple[tuple[str, tuple[str, ...]], ...]  # (id of the list, names)

    @property
    def missing(self) -> list[Told]:
        """What is not filled in yet."""
        return [each for each in self.errors if each.is_missing]

    @property
    def wrong(self) -> list[Told]:
        """What is filled in and cannot stay so."""
        return [each for each in self.errors if not each.is_missing]


@dataclass(slots=True)
class _Work:
    lists: Lists
    faults: dict[str, list[str]]
    theirs: Mapping[str, Any]
    at: str  # where the cursor is to stand; "" once it does

    def is_at(self, name: str) -> bool:
        """Whether the cursor stands here: in the first input of the place."""
        found = bool(self.at) and f"{name}-".startswith(f"{self.at}-")
        self.at = "" if found else self.at
        return found

    def error(self, name: str) -> str:
        return " ".join(self.faults.get(name, ()))


def sheet_of(
    folder: Folder,
    kind: str,
    content: Content,
    faults: Iterable[tuple[str, str, str]] = (),
    *,
    theirs: Mapping[str, Any] | None = None,
    at: str = "",
) -> Sheet:
    """The form with what is typed, each fault at its field, and what another person typed beside it.

    `at`: the place in which the cursor stands.
    """
    placed: dict[str, list[str]] = {}
    for place, problem, remedy in faults:
        placed.setdefault(place, []).append(f"{problem}。{remedy}。")
    keyed = with_keys(folder, kind, content)
    lists = Lists(folder, kind, keyed)
    work = _Work(lists, placed, theirs or {}, at)
    sections = tuple(_sections(work, kind, content))
    labels = labels_of(sections)
    return Sheet(
        sections=tuple(with_stray_faults(section, placed, labels) for section in sections),
        errors=told_at_the_top(labels, placed, content),
        suggestions=(
            *((name, tuple(lists.suggestions(name))) for name in choices.LONG),
            ("boards", lists.boards),
            ("conditions", tuple(condition_words.every_answer(lists.asked))),
        ),
    )


def _sections(work: _Work, kind: str, content: Content) -> Iterable[Section]:
    subject, _owner = SUBJECTS[kind]
    shape = typed.shapes(SHEETS[kind])[subject]
    left = [name for name in content[subject] if name not in _HEAD]
    named = {name for _id, _title, fields, _lists in SECTIONS[kind] for name in fields}
    for number, (section, title, fields, lists) in enumerate(SECTIONS[kind], start=1):
        shown = [name for name in fields if name in left]
        if number == len(SECTIONS[kind]):
            shown += [name for name in left if name not in named]
        components = [
            _component(work, shape.kind, name, content[subject][name], f"{subject}-{name}") for name in shown
        ]
        components += [_new_rows(work, name, content[name]) for name in lists]
        found = tuple(component for component in components if component is not None)
        yield Section(section, str(title), _folded(shape.kind, content[subject], found, section), 0)


def _new_rows(work: _Work, name: str, rows: list[Content]) -> Component | None:
    component = _field(work, typed.shapes(ItemSheet)[name], (ItemSheet, name), rows, name)
    label = {"elements": _("目录里还没有的数据元"), "materials": _("目录里还没有的材料")}[name]
    return component and replace(component, label=label)


def _component(work: _Work, kind: type, name: str, value: Any, place: str) -> Component | None:
    return _field(work, typed.shapes(kind)[name], (kind, name), value, place)


def _field(work: _Work, shape: Shape, of: tuple[type, str], value: Any, place: str) -> Component | None:
    kind, name = of
    known = FIELDS.get(kind, {})
    base = Component(
        name=place,
        label=str(known.get(name, name)),
        form="text",
        value=value,
        options=choices.options(kind, name, shape.kind, work.lists),
        error=work.error(place),
        theirs=_in_words(work.theirs[place]) if place in work.theirs else "",
        hint=str(_HINTS.get(name, "")),
        required=name in typed.required(kind),
        width=_WIDTHS.get(shape.form, "40"),
    )
    changes: dict[str, Any]
    match shape.form:
        case Form.RECORD:
            changes = {"form": "record", "parts": _parts(work, shape.kind, value, place)}
        case Form.ROWS:
            changes = {"form": "rows", "rows": tuple(_rows(work, shape.kind, value, place))}
        case Form.PAIRS:
            rows = tuple(_pairs(work, of, value, place))
            changes = {"form": "fixed" if name in FIXED else "pairs", "rows": rows}
        case Form.LINES if base.options:
            changes = {"form": "ticks"}
        case Form.LINES:
            changes = {"form": "area", "value": "\n".join(_called(work, of, line) for line in value)}
        case Form.FLAG:
            changes = {"form": "flag", "value": value == "true"}
        case Form.OTHER:
            return None
        case _:
            return _simple(work, base, shape, of)
    return replace(base, **changes)


def _simple(work: _Work, base: Component, shape: Shape, of: tuple[type, str]) -> Component:
    name = of[1]
    base = replace(base, is_focused=work.is_at(base.name))
    if base.options:
        return replace(base, form="select", width="20")
    if shape.form is Form.DAY:
        return replace(base, form="day")
    if listed := choices.reference(*of):
        return replace(base, form="named", value=work.lists.name(listed, base.value), suggestions=listed)
    if name == "board":
        return replace(base, form="named", suggestions="boards")
    if name == "when":
        words = condition_words.in_words(base.value, work.lists.asked)
        return replace(base, form="named", value=words, suggestions="conditions")
    return replace(base, form="area" if name in _LONG else "whole" if shape.form is Form.WHOLE else "text")


def _parts(work: _Work, kind: type, content: Content, place: str) -> tuple[Component, ...]:
    parts = (_component(work, kind, name, content[name], f"{place}-{name}") for name in typed.shapes(kind))
    return _folded(kind, content, tuple(part for part in parts if part is not None), place)


def _folded(kind: type, content: Content, parts: tuple[Component, ...], place: str) -> tuple[Component, ...]:
    """The parts that few people fill in behind those that all do, folded, with how many of them are filled in."""
    rare = {part.name: name for part in parts if (name := part.name.rpartition("-")[2]) in RARE.get(kind, ())}
    if not rare:
        return parts
    usual = typed.blank(kind)
    filled = sum(content[name] != usual[name] and not typed.is_empty(content[name]) for name in rare.values())
    folded = tuple(part for part in parts if part.name in rare)
    more = Component(f"{place}-more", _("更多（选填）"), "more", filled, parts=folded)
    return (*(part for part in parts if part.name not in rare), more)


def _rows(work: _Work, kind: type, rows: list[Content], place: str) -> Iterable[Row]:
    for number, content in enumerate(rows):
        name = f"{place}-{number}"
        parts = _parts(work, kind, content, name)
        yield Row(name, _title(content, parts), parts, work.error(name))


def _title(content: Content, parts: tuple[Component, ...]) -> str:
    """What a row is called: by its words rather than by its key."""
    words = (content[name] for name in ("question", "label", "name") if name in content)
    return next(words, None) or next((part.value for part in parts if part.form == "named"), "")


def _pairs(work: _Work, of: tuple[type, str], pairs: list[list[str]], place: str) -> Iterable[Row]:
    """Two texts each; where the keys are always the same, they are labels."""
    if of[1] in FIXED:
        filled: dict[str, str] = {pair[0]: pair[1] for pair in pairs}
        for key, label in FIXED[of[1]]:
            name = f"{place}-{key}"
            value = work.lists.name("elements", filled.get(key, ""))
            yield Row(
                name,
                "",
                (
                    Component(
                        name, str(label), "named", value, error=work.error(name), suggestions="elements"
                    ),
                ),
            )
        return
    labels = _PAIR_LABELS.get(of[1], (gettext_lazy("代码（可空）"), gettext_lazy("名称")))
    first = 0 if of[1] in _PAIR_LABELS else 1  # nobody thinks of a code before there is a name
    for number, pair in enumerate(pairs):
        (key, text), name = pair, f"{place}-{number}"
        forms = ("text", "area" if of[1] == "questions" else "text")
        yield Row(
            name,
            text,
            tuple(
                Component(
                    f"{name}-{part}",
                    str(labels[part]),
                    forms[part],
                    pair[part],
                    width="40" if part else "12",
                    is_focused=work.is_at(name) and part == first,
                )
                for part in (first, 1 - first)
            ),
            work.error(f"{place}-{key}"),
        )


def _called(work: _Work, of: tuple[type, str], line: str) -> str:
    listed = choices.reference(*of)
    return work.lists.name(listed, line) if listed else line


def _in_words(theirs: Any) -> str:
    if isinstance(theirs, Mapping):
        return "，".join(_in_words(part) for part in theirs.values() if part)
    if isinstance(theirs, list):
        return "；".join(_in_words(part) for part in theirs)
    return str(theirs) or _("（空）")
