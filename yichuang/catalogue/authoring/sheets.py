"""What a proposal's form holds (草案内容): an item with the new elements and materials that it brings, a bundle, or
the template of a paper.

From the catalogue to what is typed, and from what is typed to the catalogue as it would be, with the faults that
`catalogue check` would find, each at the field where it stands.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from pypinyin import Style, lazy_pinyin

from yichuang.catalogue.authoring import typed
from yichuang.catalogue.authoring.sentences import in_labels
from yichuang.catalogue.bundles import Bundle
from yichuang.catalogue.checking import check
from yichuang.catalogue.code_schemes import coded, without_codes
from yichuang.catalogue.data import Element, Item, MaterialType
from yichuang.catalogue.folder import Fault, Folder
from yichuang.catalogue.rules.papers import form_of, licence_type_of, name_of_part
from yichuang.catalogue.yaml_values import describe

_LONGEST_KEY = 60


@dataclass(frozen=True, slots=True)
class ItemSheet:
    """An item, and what it asks that nobody asked before."""

    item: Item
    elements: tuple[Element, ...] = ()
    materials: tuple[MaterialType, ...] = ()


@dataclass(frozen=True, slots=True)
class BundleSheet:
    """A bundle."""

    bundle: Bundle


@dataclass(frozen=True, slots=True)
class PaperTemplate:
    """文书模板: `key` is its name in the folder `documents`; the centre's department is its owner."""

    key: str
    name: str
    department: str
    text: str


@dataclass(frozen=True, slots=True)
class TemplateSheet:
    """A template."""

    template: PaperTemplate


#: Kind of proposal → what its form holds.
SHEETS: Mapping[str, type] = {"items": ItemSheet, "bundles": BundleSheet, "templates": TemplateSheet}
#: The field of a sheet that holds the item or bundle itself, and the field of that which names its department.
SUBJECTS: Mapping[str, tuple[str, str]] = {
    "items": ("item", "department"),
    "bundles": ("bundle", "lead"),
    "templates": ("template", "department"),
}


@dataclass(frozen=True, slots=True)
class Proposed:
    """The catalogue as it would be. `faults`: (place in the form, problem, remedy); places are joined by `-`."""

    folder: Folder
    faults: tuple[tuple[str, str, str], ...]


#: What a new item does not take over from the one that it is written like: it is another item.
_OWN = (
    "aliases",
    "catalog_code",
    "task_code",
    "local_catalog_code",
    "local_task_code",
    "standard",
    "variant",
)


def new_content(
    folder: Folder, kind: str, key: str, name: str, department: str, *, like: str = ""
) -> typed.Content:
    """A form in which only the name is typed yet, or what it has in common with one in force."""
    field, owner = SUBJECTS[kind]
    if like:
        content = content_of(folder, kind, like)
    else:
        content = typed.blank(SHEETS[kind])
        content[field] = typed.blank(typed.shapes(SHEETS[kind])[field].kind)
    subject = content[field]
    emptied = {part: type(subject[part])() for part in _OWN if part in subject}
    content[field] = {**subject, **emptied, "key": key, "name": name, owner: department}
    return content


def content_of(folder: Folder, kind: str, key: str) -> typed.Content:
    """The form of what is in force."""
    content = typed.blank(SHEETS[kind])
    if kind == "templates":
        content["template"] = typed.typed(template_of(folder, key))
        return content
    if kind == "bundles":
        content["bundle"] = typed.typed(folder.catalogue.bundles[key])
        return content
    item = folder.catalogue.items[key]
    content["item"] = typed.typed(without_codes(item, folder))
    return content


def template_of(folder: Folder, key: str) -> PaperTemplate:
    """A template of the folder as its form has it. Raises KeyError where there is none."""
    form, kind = form_of(key), licence_type_of(folder, key)
    name = form.title if form is not None else kind.name if kind is not None else name_of_part(folder, key)
    centre = next(key for key, department in folder.departments.items() if department.is_centre)
    return PaperTemplate(key, name, centre, folder.templates[key])


def applied(folder: Folder, kind: str, content: Mapping[str, Any]) -> Proposed:
    """`folder` with what is typed, checked whole. Faults that `folder` has anyway are not the proposal's."""
    if kind == "templates":
        return _with_template(folder, content["template"])
    found: list[Fault] = []
    after = _with_sheet(folder, kind, content, found)
    if after is None:
        return Proposed(folder, _placed(kind, content, found))
    own = f"{kind}.{content[SUBJECTS[kind][0]]['key']}"
    return Proposed(after, _placed(kind, content, [*found, *_new_faults(folder, after, own)]))


def _with_template(folder: Folder, template: Mapping[str, Any]) -> Proposed:
    """The place of a fault is its line in the text; of one in another template that imports this one there is none."""
    key = template["key"]
    after = replace(folder, templates={**folder.templates, key: template["text"]})
    place = f"templates.{key}"
    found = _new_faults(folder, after, place)
    return Proposed(
        after,
        tuple(
            (str(fault.line), fault.problem, fault.remedy)
            if fault.place == place
            else ("", f"{fault.path}:{fault.line}: {fault.problem}", fault.remedy)
            for fault in found
        ),
    )


def without(folder: Folder, kind: str, key: str) -> Proposed:
    """`folder` without an item or bundle (停用): grants for it end too."""
    catalogue = folder.catalogue
    left: dict[str, Any] = {name: row for name, row in getattr(catalogue, kind).items() if name != key}
    grants = tuple(grant for grant in catalogue.grants if kind != "items" or grant.item != key)
    after = _with_lists(folder, {kind: left, "grants": grants})
    faults = _new_faults(folder, after, f"{kind}.{key}")
    return Proposed(after, _said(("", fault) for fault in faults))


def with_keys(kind: str, content: Mapping[str, Any], taken: Callable[[str], bool]) -> typed.Content:
    """What is typed, with keys for rows and codes for options that have only words yet: their pinyin."""
    filled = dict(content)
    for field, words in (("elements", "label"), ("materials", "name")):
        filled[field] = [
            row if row["key"] else {**row, "key": key_of(row[words], taken)} for row in filled.get(field, [])
        ]
    field, _owner = SUBJECTS[kind]
    subject = filled[field]
    if "situations" in subject:
        filled[field] = {**subject, "situations": [_with_codes(row) for row in subject["situations"]]}
    return {name: filled[name] for name in content}


def key_of(words: str, taken: Callable[[str], bool]) -> str:
    """A key that nobody has yet, from the pinyin of a name."""
    pinyin = "_".join(lazy_pinyin(words, errors=lambda other: "_".join(re.findall(r"[A-Za-z0-9]+", other))))
    key = re.sub(r"[^a-z0-9_]+", "_", pinyin.lower()).strip("_")[:_LONGEST_KEY].rstrip("_")
    if not key or key[0].isdigit():
        key = f"k_{key}".rstrip("_")
    return _free(key, taken)


def _with_codes(situation: Mapping[str, Any]) -> typed.Content:
    key = situation["key"] or (_initials(situation["question"]) if situation["question"] else "")
    options: list[list[str]] = []
    for code, label in situation["options"]:
        codes = {known for known, _label in situation["options"] if known} | {
            known for known, _label in options
        }
        options.append([code or _free(_initials(label), codes.__contains__), label])
    return {**situation, "key": key, "options": options}


def _initials(words: str) -> str:
    letters = "".join(
        lazy_pinyin(
            words, style=Style.FIRST_LETTER, errors=lambda other: "".join(re.findall(r"[A-Za-z0-9]", other))
        )
    )
    found = re.sub(r"[^a-z0-9]", "", letters.lower())[:12]
    return found if found and not found[0].isdigit() else f"q{found}"


def _free(key: str, taken: Callable[[str], bool]) -> str:
    number, free = 1, key
    while taken(free):
        number += 1
        free = f"{key}_{number}"
    return free


def _with_sheet(folder: Folder, kind: str, content: Mapping[str, Any], found: list[Fault]) -> Folder | None:
    """The folder with the sheet's values; None where the item or bundle itself cannot be read."""
    field, _owner = SUBJECTS[kind]
    subject_kind: Any = typed.shapes(SHEETS[kind])[field].kind
    subject = typed.read(subject_kind, content[field], (kind, content[field]["key"]), found)
    lists: dict[str, Any] = {}
    broken = set(folder.broken)
    for name, row_kind in (("elements", Element), ("materials", MaterialType)):
        lists[name] = rows = dict(getattr(folder.catalogue, name))
        for position, row in enumerate(content.get(name, [])):
            made: Any = typed.read(row_kind, row, (name, position), found)
            if made is None:
                broken.add((name, row["key"]))
            elif rows.setdefault(made.key, made) != made:
                problem = _("“%(key)s”已经有了，内容不同") % {"key": made.key}
                remedy = _("从已有的里面选，或换一个key")
                found.append(Fault("", 0, describe((name, position, "key")), problem, remedy))
    if subject is None:
        return None
    if isinstance(subject, Item):
        subject = coded(subject, folder)
    lists[kind] = {**getattr(folder.catalogue, kind), subject.key: subject}
    return replace(_with_lists(folder, lists), broken=frozenset(broken))


def _with_lists(folder: Folder, lists: dict[str, Any]) -> Folder:
    return replace(folder, catalogue=replace(folder.catalogue, **lists))


def _new_faults(before: Folder, after: Folder, own: str) -> list[Fault]:
    """The faults of `after`, without those that `before` has anyway, as long as they are not in the `own` place."""
    found = check(after)
    if all(fault.place.startswith(own) for fault in found):
        return list(found)
    known = {(fault.place, fault.problem) for fault in check(before) if not fault.place.startswith(own)}
    return [fault for fault in found if (fault.place, fault.problem) not in known]


def _placed(
    kind: str, content: Mapping[str, Any], faults: Iterable[Fault]
) -> tuple[tuple[str, str, str], ...]:
    """The faults with their places in the form: `items.<key>.steps[2].days` is `item-steps-1-days` there."""
    field, _owner = SUBJECTS[kind]
    starts = {f"{kind}.{content[field]['key']}": field}
    for name in ("elements", "materials"):
        for position, row in enumerate(content.get(name, [])):
            starts[f"{name}.{row['key']}"] = starts[f"{name}[{position + 1}]"] = f"{name}-{position}"
    return _said((_form_place(fault.place, starts), fault) for fault in faults)


def _said(faults: Iterable[tuple[str, Fault]]) -> tuple[tuple[str, str, str], ...]:
    """(place, problem, remedy) of each fault once, in the words of the form."""
    return tuple(
        dict.fromkeys((place, in_labels(fault.problem), in_labels(fault.remedy)) for place, fault in faults)
    )


def _form_place(place: str, starts: Mapping[str, str]) -> str:
    for start, name in starts.items():
        rest = place.removeprefix(start)
        if place.startswith(start) and (not rest or rest[0] in ".["):
            numbered = re.sub(r"\[(\d+)\]", lambda match: f".{int(match[1]) - 1}", rest)
            return name + numbered.replace(".", "-")
    return ""
