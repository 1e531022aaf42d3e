"""What a folder says anew (文件的改动), taken over what is in force: files and editor undo nothing of each other.

The base is what the folder said when it was last published: an entry that the folder has not changed since stays as
the editor published it, one that the editor has not changed becomes what the folder says.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from yichuang.catalogue.bundles import Bundle
from yichuang.catalogue.data import Item
from yichuang.catalogue.folder import Fault, Folder
from yichuang.catalogue.yaml_values import describe

Row = TypeVar("Row")

#: The lists that proposals change, beside the templates; all others are the folder's alone.
_SHARED = ("elements", "materials", "items", "bundles")


def take_over(folder: Folder, *, base: Folder, in_force: Folder) -> tuple[Folder, tuple[Fault, ...]]:
    """What is to be published, and a fault for every entry that folder and editor both changed differently. Pure."""
    faults: list[Fault] = []
    lists: dict[str, Any] = {}
    for name in _SHARED:
        files, before, now = (getattr(each.catalogue, name) for each in (folder, base, in_force))
        lists[name] = dict(_rows(name, folder, (_bare(files), _bare(before), _bare(now)), faults))
    templates = dict(
        _rows("templates", folder, (folder.templates, base.templates, in_force.templates), faults)
    )
    gone = base.catalogue.items.keys() - in_force.catalogue.items.keys()
    grants = tuple(
        grant for grant in folder.catalogue.grants if grant.item in lists["items"] or grant.item not in gone
    )
    catalogue = replace(folder.catalogue, grants=grants, **lists)
    return replace(folder, catalogue=catalogue, templates=templates), tuple(faults)


def _rows(
    name: str,
    folder: Folder,
    sides: tuple[Mapping[str, Any], ...],
    faults: list[Fault],
) -> Iterator[tuple[str, Any]]:
    files, before, now = sides
    for key in dict.fromkeys([*files, *now]):
        file, base, editor = files.get(key), before.get(key), now.get(key)
        if file not in (base, editor) and editor != base:
            path, line = folder.where((name, key))
            problem = _("“%(key)s”在文件里改了，在编辑器里也改了（现行的是编辑器发布的），两份不同") % {
                "key": key
            }
            remedy = _("把编辑器里的改动写进文件，或在编辑器里照文件改好、发布之后再发布文件夹")
            faults.append(Fault(path, line, describe((name, key)), problem, remedy))
        chosen = editor if file == base else file
        if chosen is not None:
            yield key, chosen


def _bare(rows: Mapping[str, Row]) -> dict[str, Any]:
    """Without version numbers, which publication gives."""
    return {
        key: replace(row, version=0) if isinstance(row, (Item, Bundle)) else row for key, row in rows.items()
    }
