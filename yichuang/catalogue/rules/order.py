"""The order of a bundle's members: who waits for whom, and for what."""

from graphlib import CycleError, TopologicalSorter

from django.utils.translation import gettext as _

from yichuang.catalogue.data import Bundle, Item
from yichuang.catalogue.planning import makers
from yichuang.catalogue.rules.notes import Notes

_INDEPENDENT = "independent"


def check_order(notes: Notes) -> None:
    """Members once each, waiting only for members, never in a circle, never for an output that nothing needs."""
    for key, bundle in notes.folder.catalogue.bundles.items():
        _check_bundle(notes.at("bundles", key), bundle)


def _check_bundle(notes: Notes, bundle: Bundle) -> None:
    catalogue = notes.folder.catalogue
    keys = [member.item for member in bundle.members]
    items = [catalogue.items[key] for key in keys if key in catalogue.items]
    if len(keys) < 2:
        notes.fault(("members",), _("一件事至少要有两个事项"), _("补上members;只有一个事项时不用一件事"))
    if bundle.outcome != _INDEPENDENT:
        problem = _("结果规则“%(outcome)s”不存在") % {"outcome": bundle.outcome}
        notes.fault(("outcome",), problem, _("只能是 independent:各事项各自成败"))
    waits: dict[str, set[str]] = {key: set() for key in keys}
    for position, member in enumerate(bundle.members):
        if member.item in keys[:position]:
            problem = _("事项“%(item)s”写了两次") % {"item": member.item}
            notes.fault(("members", position), problem, _("删去重复的一个"))
        for name in ("after", "result_of"):
            for other in getattr(member, name):
                if other == member.item or other not in keys:
                    problem = _("“%(item)s”等待的“%(other)s”不是本一件事的其他事项")
                    facts = {"item": member.item, "other": other}
                    notes.fault(("members", position, name), problem % facts, _("改正，或把它加到members"))
                    continue
                waits[member.item].add(other)
                if name == "result_of" and not _supplies(notes, member.item, other):
                    problem = _("“%(item)s”没有一种材料可以由“%(other)s”的结果替代")
                    facts = {"item": member.item, "other": other}
                    remedy = _("在该材料的stands_in中写 item:%(other)s，或把result_of改为after") % facts
                    notes.fault(("members", position, name), problem % facts, remedy)
    _check_circle(notes, waits, items)


def _supplies(notes: Notes, needing: str, making: str) -> bool:
    catalogue = notes.folder.catalogue
    if needing not in catalogue.items or making not in catalogue.items:
        return True  # told by the reference rules
    materials = [entry.material for entry in catalogue.items[needing].materials]
    maker = catalogue.items[making]
    return any(
        makers(catalogue.materials[key], {needing}, [maker])
        for key in materials
        if key in catalogue.materials
    )


def _check_circle(notes: Notes, waits: dict[str, set[str]], items: list[Item]) -> None:
    """Waiting also follows from a material that a sister makes."""
    materials = notes.folder.catalogue.materials
    for key in {entry.material for item in items for entry in item.materials} & materials.keys():
        needing = {item.key for item in items if any(entry.material == key for entry in item.materials)}
        for maker in makers(materials[key], needing, items)[:1]:
            for item in needing:
                waits[item].add(maker.key)
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        problem = _("事项互相等待，谁也不能先办：%(circle)s") % {
            "circle": " → ".join(reversed(error.args[1]))
        }
        notes.fault(("members",), problem, _("去掉其中一个after或result_of，或材料的item:来源"))
