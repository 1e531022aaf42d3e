"""What a proposal's form holds (草案内容): an item with the new elements and materials that it brings, a bundle, or
the template of a paper.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from yichuang.catalogue.bundles import Bundle
from yichuang.catalogue.data import Element, Item, MaterialType


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
