"""The standard list (目录清单) and what implements it: locked elements say below what they say above."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from yichuang.catalogue.data import Catalogue, Item
from yichuang.catalogue.differences import Difference, differences, names_of
from yichuang.catalogue.facts import MaterialKind
from yichuang.catalogue.lists import StandardItem
from yichuang.catalogue.rules.notes import Notes

#: What an entry may lock: elements that it and an item both have.
LOCKABLE = ("name", "catalog_code", "type", "subjects", "legal_bases", "statutory_limit", "result_name")


@dataclass(frozen=True, slots=True)
class Deviation:
    """A locked element in which an implementation says something else than the standard list.

    In `difference`, what the list says stands before, what the item says after.
    """

    item: Item
    standard: StandardItem
    difference: Difference

    def is_due(self, today: date) -> bool:
        """Whether the implementation must say the same by now."""
        return self.standard.adopt_by is None or self.standard.adopt_by <= today


def deviations(catalogue: Catalogue) -> Iterator[Deviation]:
    """Where implementations deviate from the standard list, item by item."""
    names = names_of(catalogue)
    for item in catalogue.items.values():
        standard = catalogue.standards.get(item.standard)
        if standard is not None:
            for difference in differences(_as_locked(item, standard), item, names):
                yield Deviation(item, standard, difference)


def _as_locked(item: Item, standard: StandardItem) -> Item:
    """The item as it would be if its locked elements said what the list says; a variant keeps its own name."""
    fixed = {name for name in standard.locked if name in LOCKABLE} - ({"name"} if item.variant else set())
    return replace(item, **{name: getattr(standard, name) for name in fixed})


def check_standards(notes: Notes) -> None:
    """The lists are sound in themselves, and no implementation changes what is locked above it."""
    catalogue = notes.folder.catalogue
    for key, standard in catalogue.standards.items():
        _check_entry(notes.at("standards", key), standard, catalogue.standards)
    for key, proof in catalogue.proofs.items():
        of_proof = notes.at("proofs", key)
        known = of_proof.refer(("material",), "materials", key, catalogue.materials)
        if known and catalogue.materials[key].kind is not MaterialKind.PROOF:
            problem = _("材料“%(key)s”不是证明，不用列入证明清单") % {"key": key}
            of_proof.fault((), problem, _("把材料的kind改为proof，或从清单中删去"))
        for position, item_key in enumerate(proof.items):
            of_proof.refer(("items", position), "items", item_key, catalogue.items)
    for item in catalogue.items.values():
        if item.standard:
            notes.refer(("items", item.key, "standard"), "standards", item.standard, catalogue.standards)
    for found in deviations(catalogue):
        if found.is_due(notes.today):
            said = found.difference
            facts = {"standard": found.standard.name, "label": said.label}
            facts |= {"above": said.before or "-", "below": said.after or "-"}
            problem = _("%(label)s：目录清单“%(standard)s”规定“%(above)s”，这里写的是“%(below)s”") % facts
            remedy = _("照目录清单改正；要改清单，请向它的制定机关提出")
            notes.fault(("items", found.item.key, *said.path), problem, remedy)


def _check_entry(notes: Notes, standard: StandardItem, standards: Mapping[str, StandardItem]) -> None:
    for position, element in enumerate(standard.locked):
        notes.refer(("locked", position), "locked", element, LOCKABLE)
    known = bool(standard.parent) and notes.refer(("parent",), "standards", standard.parent, standards)
    if known and standards[standard.parent].parent:
        problem = _("“%(parent)s”自己就是子项，不能再有子项") % {"parent": standard.parent}
        notes.fault(("parent",), problem, _("parent写主项；子项之下用事项的variant区分办理项"))
    if standard.visits < 1:
        notes.fault(("visits",), _("清单允许的到现场次数至少是1"), _("不在例外清单内的写1，或者不写"))
