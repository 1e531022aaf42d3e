"""From the catalogue to what is typed in a proposal's form, and from that to the catalogue as it would be, with the
faults that `catalogue check` would find, each at the field where it stands.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from yichuang.catalogue.authoring import typed
from yichuang.catalogue.authoring.keys import with_keys
from yichuang.catalogue.authoring.kinds import SHEETS, SUBJECTS, PaperTemplate
from yichuang.catalogue.authoring.missing import is_missing, text_at, with_stopgaps
from yichuang.catalogue.authoring.sentences import in_labels
from yichuang.catalogue.checking import check
from yichuang.catalogue.code_schemes import coded, without_codes
from yichuang.catalogue.data import Element, Item, ItemElement, MaterialType
from yichuang.catalogue.folder import Fault, Folder
from yichuang.catalogue.rules.papers import form_of, licence_type_of, name_of_part
from yichuang.catalogue.yaml_values import describe


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
    """A form in which only what the department's items mostly say is typed yet, or all that one in force says."""
    field, owner = SUBJECTS[kind]
    if like:
        content = content_of(folder, kind, like)
    else:
        content = typed.blank(SHEETS[kind])
        content[field] = typed.blank(typed.shapes(SHEETS[kind])[field].kind) | _usual(
            folder, kind, department
        )
    subject = content[field]
    emptied = {part: type(subject[part])() for part in _OWN if part in subject}
    content[field] = {**subject, **emptied, "key": key, "name": name, owner: department}
    return content


_PERSON = "1"  # 自然人, GB/T 39046 A.4
#: What the items of a department mostly have in common: a new one begins with it.
_USUAL = ("board", "level", "address", "hours", "consult_phone", "complaint_phone", "applicant")


def _usual(folder: Folder, kind: str, department: str) -> typed.Content:
    """What an item of the department mostly says, and the fields that say who applies: persons, where it serves any."""
    items = [item for item in folder.catalogue.items.values() if item.department == department]
    others = [typed.typed(item) for item in items if _PERSON in item.subjects] or list(
        map(typed.typed, items)
    )
    if kind != "items" or not others:
        return {}
    usual = {
        name: max(values, key=values.count) for name in _USUAL for values in [[row[name] for row in others]]
    }
    elements = [{**typed.blank(ItemElement), "element": element} for _fact, element in usual["applicant"]]
    return {**usual, "elements": elements}


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
    content = with_keys(folder, kind, content)
    after = _with_sheet(folder, kind, content, found)
    own = f"{kind}.{content[SUBJECTS[kind][0]]['key']}"
    if after is None:
        return Proposed(folder, _unread(folder, kind, content, found, own))
    return Proposed(after, _placed(kind, content, [*found, *_new_faults(folder, after, own)]))


def _unread(
    folder: Folder, kind: str, content: typed.Content, found: list[Fault], own: str
) -> tuple[tuple[str, str, str], ...]:
    """The faults that keep the sheet from being read, and what else is not filled in: nobody is told bit by bit."""
    told = _placed(kind, content, found)
    broken = {place for place, _problem, _remedy in told}
    after = _with_sheet(folder, kind, with_stopgaps(kind, content, broken), [])
    others = _placed(kind, content, _new_faults(folder, after, own)) if after is not None else ()
    left = broken | {place.rpartition("-")[0] for place in broken} | _optional(kind)
    empty = {place: fault for fault in reversed(others) if is_missing(content, place := fault[0])}
    return *told, *(fault for place, fault in empty.items() if place not in left)


def _optional(kind: str) -> set[str]:
    """The places of the item or bundle that may be left empty: what is wrong there depends on what is not read yet."""
    field, _owner = SUBJECTS[kind]
    subject = typed.shapes(SHEETS[kind])[field].kind
    return {f"{field}-{name}" for name in typed.shapes(subject).keys() - typed.required(subject)}


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
    said = _said((_form_place(fault.place, starts), fault) for fault in faults)
    return tuple(
        (place, _("还没有填"), _("请填好这一项"))
        if text_at(content, place) == "" and "“”" in problem  # what is wrong is that nothing is there
        else (place, problem, remedy)
        for place, problem, remedy in said
    )


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
