"""Questions (情形) and the conditions that refer to them."""

from collections.abc import Collection, Iterable, Mapping

from django.utils.translation import gettext as _

from yichuang.catalogue import conditions
from yichuang.catalogue.data import Situation
from yichuang.catalogue.folder import Place
from yichuang.catalogue.rules.notes import Notes


def check_conditions(notes: Notes) -> None:
    """Every condition compiles and refers to questions and options that are there when it is asked."""
    catalogue = notes.folder.catalogue
    told = {element for resource in catalogue.resources.values() for element in resource.answers.values()}
    defined: dict[str, tuple[Situation, str]] = {}
    for item in catalogue.items.values():
        of_item = notes.at("items", item.key)
        asked = _check_questions(of_item, item.situations, defined, told)
        for position, field in enumerate(item.elements):
            _check(of_item, ("elements", position, "when"), field.when, asked)
        for position, entry in enumerate(item.materials):
            _check(of_item, ("materials", position, "when"), entry.when, asked)
    for key, bundle in catalogue.bundles.items():
        of_bundle = notes.at("bundles", key)
        asked = _check_questions(of_bundle, bundle.situations, defined, told)
        for position, member in enumerate(bundle.members):
            _check(of_bundle, ("members", position, "when"), member.when, asked)


def _check_questions(
    notes: Notes,
    situations: Iterable[Situation],
    defined: dict[str, tuple[Situation, str]],
    told: Collection[str],
) -> dict[str, Situation]:
    """The questions of one item or bundle, by key; the same key means the same question everywhere.

    `told`: the elements that some register answers.
    """
    asked: dict[str, Situation] = {}
    for position, situation in enumerate(situations):
        place: Place = ("situations", position)
        _check(notes, (*place, "when"), situation.when, asked)
        if situation.key in asked:
            problem = _("问题“%(key)s”写了两次") % {"key": situation.key}
            notes.fault(place, problem, _("删去重复的一个"))
        asked[situation.key] = situation
        first, where = defined.setdefault(situation.key, (situation, ".".join(map(str, notes.base))))
        if first != situation:
            problem = _("问题“%(key)s”与%(where)s中的同名问题不同") % {"key": situation.key, "where": where}
            notes.fault(place, problem, _("改用situations.yaml中的公用问题，或换一个key"))
        elif where == ".".join(map(str, notes.base)):
            _check_question(notes, place, situation, told)
    return asked


def _check_question(notes: Notes, place: Place, situation: Situation, told: Collection[str]) -> None:
    if not situation.key.isidentifier():
        problem = _("key“%(key)s”含有不能用的字符") % {"key": situation.key}
        notes.fault(place, problem, _("只用小写字母、数字和下划线，以字母开头"))
    if len(situation.options) < 2:
        problem = _("问题“%(key)s”至少要有两个选项") % {"key": situation.key}
        notes.fault((*place, "options"), problem, _("补上options(代码: 名称)"))
    if situation.default and situation.default not in situation.options:
        problem = _("默认答案“%(code)s”不在选项中") % {"code": situation.default}
        remedy = _("可选：%(choices)s") % {"choices": " | ".join(situation.options)}
        notes.fault((*place, "default"), problem, remedy)
    for code, expression in situation.known.items():
        if code not in situation.options:
            problem = _("known中的“%(code)s”不在选项中") % {"code": code}
            remedy = _("可选：%(choices)s") % {"choices": " | ".join(situation.options)}
            notes.fault((*place, "known"), problem, remedy)
        if _compiles(notes, (*place, "known"), expression):
            for name in conditions.names_in(expression):
                notes.refer((*place, "known"), "resources", name, told)


def _compiles(notes: Notes, place: Place, expression: str) -> bool:
    told = conditions.fault_in(expression)
    if told:
        problem = _("条件“%(when)s”有误：%(told)s") % {"when": expression, "told": told}
        notes.fault(place, problem, _("写成 问题 == '选项' and 问题 in ['选项', '选项'] 的形式"))
    return not told


def _check(notes: Notes, place: Place, expression: str, asked: Mapping[str, Situation]) -> None:
    if not expression or not _compiles(notes, place, expression):
        return
    for name in conditions.names_in(expression):
        notes.refer(place, "situations", name, asked)
    for name, code in conditions.answers_in(expression):
        if name in asked and code not in asked[name].options:
            problem = _("问题“%(key)s”没有选项“%(code)s”") % {"key": name, "code": code}
            remedy = _("可选：%(choices)s") % {"choices": " | ".join(asked[name].options)}
            notes.fault(place, problem, remedy)
