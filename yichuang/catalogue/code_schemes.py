"""Putting codes together and taking them apart by schemes that are data: several are in use at once."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from yichuang.catalogue.data import Item
from yichuang.catalogue.folder import Department, Folder
from yichuang.catalogue.lists import CodePart, CodeScheme

#: What a part may repeat.
FACTS = ("type", "level", "variant", "catalog_code", "task_code", "uscc", "region")


def facts_of(item: Item, department: Department | None) -> dict[str, str]:
    """What the parts of the item's codes may repeat; an unknown department knows nothing."""
    return {
        "type": item.type,
        "level": item.level,
        "variant": item.variant,
        "catalog_code": item.catalog_code,
        "task_code": item.task_code,
        "uscc": department.uscc if department else "",
        "region": department.region if department else "",
    }


def in_force(known: Mapping[str, CodeScheme], keys: Iterable[str]) -> tuple[CodeScheme, ...]:
    """The schemes that a city names, those that there are."""
    return tuple(known[key] for key in keys if key in known)


def with_codes(item: Item, schemes: Sequence[CodeScheme], departments: Mapping[str, Department]) -> Item:
    """The item with the codes that its file leaves out, as far as the parts of the first scheme repeat facts."""
    department = departments.get(item.department)
    for scheme in schemes[:1]:
        if not item.task_code:
            item = replace(item, task_code=_composed(scheme.task_code, facts_of(item, department)))
        if item.variant and not item.handling_code:
            item = replace(item, handling_code=_composed(scheme.handling_code, facts_of(item, department)))
    return item


def coded(item: Item, folder: Folder) -> Item:
    """`with_codes` by the schemes in force in the folder."""
    catalogue = folder.catalogue
    schemes = in_force(catalogue.code_schemes, catalogue.schemes_in_force)
    return with_codes(item, schemes, folder.departments)


def without_codes(item: Item, folder: Folder) -> Item:
    """The item without the codes that are put together anyway: they follow its department and the code of the list."""
    bare = replace(item, task_code="", handling_code="")
    return bare if coded(bare, folder) == item else item


def _composed(parts: Sequence[CodePart], facts: Mapping[str, str]) -> str:
    """The code, or nothing where one of its parts is known only to who gives it."""
    wanted = [_wanted(part, facts) for part in parts]
    return "".join(wanted) if all(wanted) else ""


def _wanted(part: CodePart, facts: Mapping[str, str]) -> str:
    """What must stand in this part; nothing where any characters of its kind may."""
    fact = facts.get(part.same_as, "")
    return part.text or (fact[: part.length] if part.length else fact)


def what_is_wrong(code: str, parts: Sequence[CodePart], facts: Mapping[str, str]) -> str:
    """A sentence that names the first part which does not fit and what belongs there; nothing where the code fits."""
    position = 0
    for part in parts:
        wanted = _wanted(part, facts)
        if wanted:
            found = code[position : position + len(wanted)]
            if found != wanted:
                return _("“%(part)s”应为“%(wanted)s”，这里是“%(found)s”") % {
                    "part": part.name,
                    "wanted": wanted,
                    "found": found,
                }
        else:
            least = part.least or part.length
            match = re.compile(f"[{part.characters}]{{{least},{part.length}}}").match(code, position)
            found = match[0] if match else ""
            if match is None:
                length = f"{least}—{part.length}" if part.least else str(part.length)
                return _("“%(part)s”应为%(length)s位（%(characters)s），这里是“%(found)s”") % {
                    "part": part.name,
                    "length": length,
                    "characters": part.characters,
                    "found": code[position : position + part.length],
                }
        position += len(found)
    return _("末尾多出“%(rest)s”") % {"rest": code[position:]} if code[position:] else ""
