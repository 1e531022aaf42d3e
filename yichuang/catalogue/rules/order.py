"""The order of a bundle's members: who waits for whom and for what; and what is declared of their ends."""

from graphlib import CycleError, TopologicalSorter

from django.utils.translation import gettext as _

from yichuang.catalogue.bundles import Bundle, Course, Member, OutcomePolicy
from yichuang.catalogue.code_labels import SUBJECTS
from yichuang.catalogue.data import Item
from yichuang.catalogue.figures import shorter
from yichuang.catalogue.rules.notes import Notes
from yichuang.catalogue.settling import makers

#: The fields of a member that name others: what it waits for.
WAITS = ("after", "result_of", "simulate")


def check_order(notes: Notes) -> None:
    """Members once each, waiting only for members, never in a circle, never for an output that nothing needs."""
    for key, bundle in notes.folder.catalogue.bundles.items():
        of_bundle = notes.at("bundles", key)
        _check_members(of_bundle, bundle)
        _check_union(of_bundle, bundle)
        _check_outcome(of_bundle, bundle)
        _check_limits(of_bundle, bundle)


def _check_members(notes: Notes, bundle: Bundle) -> None:
    catalogue = notes.folder.catalogue
    keys = [member.item for member in bundle.members]
    items = [catalogue.items[key] for key in keys if key in catalogue.items]
    if len(keys) < 2:
        notes.fault(("members",), _("一件事至少要有两个事项"), _("补上members;只有一个事项时不用一件事"))
    waits: dict[str, set[str]] = {key: set() for key in keys}
    for position, member in enumerate(bundle.members):
        of_member = notes.at("members", position)
        if member.item in keys[:position]:
            of_member.fault((), _("事项“%(item)s”写了两次") % {"item": member.item}, _("删去重复的一个"))
        for name in WAITS:
            for other in getattr(member, name):
                if other == member.item or other not in keys:
                    problem = _("“%(item)s”等待的“%(other)s”不是本一件事的其他事项")
                    facts = {"item": member.item, "other": other}
                    of_member.fault((name,), problem % facts, _("改正，或把它加到members"))
                else:
                    waits[member.item].add(other)
        for other in set(member.result_of) & set(keys):
            _check_supply(of_member, member.item, other)
        _check_choice(of_member, member)
    _check_circle(notes, waits, items)


def _check_supply(notes: Notes, needing: str, making: str) -> None:
    """`making` really makes something that `needing` asks for; where one is not there, another rule says so."""
    catalogue = notes.folder.catalogue
    if needing not in catalogue.items or making not in catalogue.items:
        return
    asked = {entry.material for entry in catalogue.items[needing].materials} & catalogue.materials.keys()
    maker = catalogue.items[making]
    if not any(makers(catalogue.materials[key], {needing}, [maker]) for key in asked):
        facts = {"item": needing, "other": making}
        problem = _("“%(item)s”没有一种材料可以由“%(other)s”的结果替代") % facts
        remedy = _("在该材料的stands_in中写 item:%(other)s，或把result_of改为after") % facts
        notes.fault(("result_of",), problem, remedy)


def _check_choice(notes: Notes, member: Member) -> None:
    for code in member.obligatory_for:
        notes.refer(("obligatory_for",), "subjects", code, SUBJECTS)
    if member.obligatory_for and not member.optional:
        problem = _("“%(item)s”本来就必须办理，不用再写obligatory_for") % {"item": member.item}
        notes.fault(("obligatory_for",), problem, _("删去它；申请人可以不选的，写 optional: true"))


def _check_union(notes: Notes, bundle: Bundle) -> None:
    """One form and one set of materials: what bears one name is one element, or one material."""
    catalogue = notes.folder.catalogue
    met: dict[str, tuple[str, str]] = {}
    for position, member in enumerate(bundle.members):
        item = catalogue.items.get(member.item)
        if item is None:
            continue
        asked = [(entry.element, catalogue.elements.get(entry.element)) for entry in item.elements]
        labels = {key: element.label for key, element in asked if element is not None}
        shown = [(entry.material, catalogue.materials.get(entry.material)) for entry in item.materials]
        labels |= {key: material.name for key, material in shown if material is not None}
        for key, label in labels.items():
            first, other = met.setdefault(label, (key, item.key))
            if first != key and other != item.key:
                facts = {"label": label, "key": key, "item": item.key, "first": first, "other": other}
                problem = _("“%(label)s”在%(other)s中是%(first)s，在%(item)s中是%(key)s，会问两次") % facts
                notes.fault(
                    ("members", position), problem, _("两个事项改用同一个数据元或材料，或把名称写出区别")
                )


def _check_circle(notes: Notes, waits: dict[str, set[str]], items: list[Item]) -> None:
    """Waiting also follows from a material that a sister makes. A simulated approval waits for its formal end."""
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
        notes.fault(("members",), problem, _("去掉其中一个after、result_of或simulate，或材料的item:来源"))


def _check_outcome(notes: Notes, bundle: Bundle) -> None:
    together = bundle.outcome is OutcomePolicy.ALL_OR_NOTHING
    for position, member in enumerate(bundle.members):
        of_member, facts = notes.at("members", position), {"item": member.item}
        if together and member.undo is None:
            problem = _("同成同败的一件事没有说明“%(item)s”已经准予后怎样收回") % facts
            of_member.fault(("undo",), problem, _("写 undo: withhold(暂不发放) | revoke(撤销) | keep(保留)"))
        if together and member.if_refused is not Course.END:
            problem = _("同成同败的一件事中，“%(item)s”不予许可时其他事项不能继续") % facts
            of_member.fault(("if_refused",), problem, _("删去if_refused，或改outcome"))
        if not together and member.undo is not None:
            problem = _("只有同成同败的一件事才收回“%(item)s”的结果") % facts
            of_member.fault(("undo",), problem, _("删去undo，或写 outcome: all_or_nothing"))
    if (bundle.outcome is OutcomePolicy.ASK_APPLICANT) != (bundle.ask_within is not None):
        problem = _("由申请人选择时要写明等多久，其他结果规则不写")
        place = ("outcome",) if bundle.ask_within is None else ("ask_within",)
        notes.fault(place, problem, _("写 ask_within: 5 working_days，或删去它"))


def _check_limits(notes: Notes, bundle: Bundle) -> None:
    if bundle.joint_extension is not None and bundle.joint_limit is None:
        problem = _("有联合办理的延长期限，却没有联合办理时限")
        notes.fault(("joint_extension",), problem, _("补上joint_limit，例如 45 working_days"))
    for name in ("joint_limit", "joint_extension"):
        limit = getattr(bundle, name)
        if limit is not None and not limit.basis:
            problem = _("联合办理时限没有写法律依据")
            notes.fault(
                (name,), problem, _("写成 {value: 45, unit: working_days, basis: 行政许可法第四十二条}")
            )
    promised, joint = bundle.promised_limit, bundle.joint_limit
    if promised is not None and joint is not None and shorter(joint, promised):
        problem = _("整体承诺时限长于联合办理时限")
        notes.fault(("promised_limit",), problem, _("缩短promised_limit(行政许可法第四十二条)"))
