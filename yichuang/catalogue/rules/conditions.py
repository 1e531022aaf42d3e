"""Questions (情形), the conditions that refer to them and to known facts, and decision tables: all tried beforehand."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from yichuang.catalogue import conditions, decisions
from yichuang.catalogue.asking import SUBJECT
from yichuang.catalogue.bundles import Bundle
from yichuang.catalogue.code_labels import SUBJECTS
from yichuang.catalogue.data import Element
from yichuang.catalogue.facts import Situation
from yichuang.catalogue.folder import Place
from yichuang.catalogue.rules.combinations import MOST, Scope
from yichuang.catalogue.rules.notes import Notes

#: The lists of an item whose entries may have a condition.
_CONDITIONAL = ("elements", "materials", "steps", "fees")


def check_conditions(notes: Notes) -> None:
    """Every condition compiles, names what is there, can be true, and has an answer whatever is answered."""
    catalogue = notes.folder.catalogue
    defined: dict[str, tuple[Situation, Place]] = {}
    for item in catalogue.items.values():
        of_item = notes.at("items", item.key)
        scope = _check_questions(of_item, item.situations, _facts(notes, {item.key}), defined)
        for name in _CONDITIONAL:
            for position, entry in enumerate(getattr(item, name)):
                _check(of_item, (name, position, "when"), entry.when, scope)
    for key, bundle in catalogue.bundles.items():
        of_bundle = notes.at("bundles", key)
        facts = _facts(notes, _members(bundle))
        scope = _check_questions(of_bundle, bundle.situations, facts, defined)
        for position, member in enumerate(bundle.members):
            _check(of_bundle, ("members", position, "when"), member.when, scope)


def _members(bundle: Bundle) -> set[str]:
    return {member.item for member in bundle.members}


def _facts(notes: Notes, items: set[str]) -> dict[str, Element]:
    """The elements that some register may tell one of the items, under a grant."""
    catalogue = notes.folder.catalogue
    told = {
        catalogue.resources[resource].answers.get(name, "")
        for item in items
        for resource, names in catalogue.granted.get(item, {}).items()
        if resource in catalogue.resources
        for name in names
    }
    return {key: element for key, element in catalogue.elements.items() if key in told}


# ── Questions ────────────────────────────────────────────────────────────────────────────────────


def _check_questions(
    notes: Notes,
    situations: Iterable[Situation],
    facts: Mapping[str, Element],
    defined: dict[str, tuple[Situation, Place]],
) -> Scope:
    """The questions of one item or bundle, in order; the same key means the same question everywhere."""
    asked: dict[str, Situation] = {}
    scope = Scope(asked, facts, notes.folder.catalogue.tables)
    for position, situation in enumerate(situations):
        place: Place = ("situations", position)
        _check(notes, (*place, "when"), situation.when, scope)
        if situation.key in asked:
            problem = _("问题“%(key)s”写了两次") % {"key": situation.key}
            notes.fault(place, problem, _("删去重复的一个"))
        if situation.table:
            _check_table(notes, place, situation, scope)
        asked[situation.key] = situation
        first, where = defined.setdefault(situation.key, (situation, notes.base))
        if first != situation:
            facts_of = {"key": situation.key, "where": ".".join(map(str, where))}
            problem = _("问题“%(key)s”与%(where)s中的同名问题不同") % facts_of
            notes.fault(place, problem, _("改用situations.yaml中的公用问题，或换一个key"))
        elif where == notes.base:
            _check_question(notes, place, situation)
    return scope


def _check_question(notes: Notes, place: Place, situation: Situation) -> None:
    if not situation.key.isidentifier():
        problem = _("key“%(key)s”含有不能用的字符") % {"key": situation.key}
        notes.fault(place, problem, _("只用小写字母、数字和下划线，以字母开头"))
    if situation.key == SUBJECT or situation.key in notes.folder.catalogue.elements:
        problem = _("问题“%(key)s”与数据元或subject同名，条件里分不清") % {"key": situation.key}
        notes.fault(place, problem, _("换一个key"))
    if len(situation.options) < 2:
        problem = _("问题“%(key)s”至少要有两个选项") % {"key": situation.key}
        notes.fault((*place, "options"), problem, _("补上options(代码: 名称)"))
    codes = " | ".join(situation.options)
    if situation.default and situation.default not in situation.options:
        problem = _("默认答案“%(code)s”不在选项中") % {"code": situation.default}
        notes.fault((*place, "default"), problem, _("可选：%(choices)s") % {"choices": codes})
    resources = notes.folder.catalogue.resources.values()
    told = {element for resource in resources for element in resource.answers.values()}
    for code, expression in situation.known.items():
        if code not in situation.options:
            problem = _("known中的“%(code)s”不在选项中") % {"code": code}
            notes.fault((*place, "known"), problem, _("可选：%(choices)s") % {"choices": codes})
        if _compiles(notes, (*place, "known"), expression) and all(
            notes.refer((*place, "known"), "resources", name, told)
            for name in conditions.names_in(expression)
        ):
            _check_known(notes, (*place, "known"), expression)


def _check_known(notes: Notes, place: Place, expression: str) -> None:
    """Registers' values are texts here, and all that it names are there before it is seen."""
    try:
        answer = conditions.answer_of(expression, dict.fromkeys(conditions.names_in(expression), "1"))
    except conditions.UndefinedError as error:
        answer = error
    if not isinstance(answer, bool):
        facts = {"when": expression, "told": f"→ {answer}"}
        problem = _("条件“%(when)s”有误：%(told)s") % facts
        notes.fault(place, problem, _("写成 问题 == '选项' and 问题 in ['选项', '选项'] 的形式"))


def _check_table(notes: Notes, place: Place, situation: Situation, scope: Scope) -> None:
    """The table answers this question with its options, from what is known when it is asked, in every case."""
    at = (*place, "table")
    if not notes.refer(at, "tables", situation.table, scope.tables):
        return
    text = scope.tables[situation.table]
    of_table = replace(notes, base=("tables", situation.table))
    try:
        table = decisions.read(text)
    except decisions.TableError as error:
        problem = _("不是决策表：%(told)s") % {"told": error}
        of_table.fault((), problem, _("用ZEN编辑器保存只含一张决策表的JSON文件"))
        return
    if table.outputs != (situation.key,):
        facts = {"outputs": "、".join(table.outputs) or "-", "key": situation.key}
        problem = _("决策表的输出是“%(outputs)s”，不是问题“%(key)s”") % facts
        of_table.fault((), problem, _("只留一个输出，名称写成问题的key"))
    for code in table.codes:
        if code.strip("'\"") not in situation.options:
            problem = _("决策表给出的“%(code)s”不是问题“%(key)s”的选项") % {
                "code": code,
                "key": situation.key,
            }
            remedy = _("可选：%(choices)s") % {
                "choices": " | ".join(f"'{code}'" for code in situation.options)
            }
            of_table.fault((), problem, remedy)
    if situation.default or situation.known:
        problem = _("由决策表回答的问题不用default和known")
        notes.fault(place, problem, _("删去default和known"))
    if all(_refer(notes, at, name, scope) for name in table.names):
        _try_table(of_table, situation, table, text, scope)


def _try_table(notes: Notes, situation: Situation, table: decisions.Table, text: str, scope: Scope) -> None:
    """Hit policy `first`: every combination meets a rule, every rule counts somewhere. `collect`: exactly one rule."""
    names = [*table.names, *conditions.names_in(situation.when)]
    counted: set[int] = set()
    for number, context in enumerate(scope.combinations(names, text)):
        if not conditions.holds(situation.when, context):
            continue
        try:
            rows = decisions.met(text, context)
        except RuntimeError as error:
            told = conditions.engine_words(error)
            facts = {"case": _case(context, names), "told": told}
            notes.fault((), _("%(case)s时决策表出错：%(told)s") % facts, _("改正这一格的写法"))
            return
        counted.update(rows[:1])
        if not rows or (table.policy == "collect" and len(rows) > 1):
            problem = _("%(case)s时没有一行适用") if not rows else _("%(case)s时有多行适用")
            remedy = _("补上这种情况") if not rows else _("改窄其中一行，或把hitPolicy改为first")
            notes.fault((), problem % {"case": _case(context, names)}, remedy)
            return
        if number >= MOST:
            return
    if scope.is_finite(names):
        for position in sorted(set(range(len(table.codes))) - counted):
            problem = _("第%(row)d行永远轮不到") % {"row": position + 1}
            notes.fault(("rules", position), problem, _("删去它，或移到更宽的行之前"))


# ── Conditions ───────────────────────────────────────────────────────────────────────────────────


def _compiles(notes: Notes, place: Place, expression: str) -> bool:
    told = conditions.fault_in(expression)
    if told:
        problem = _("条件“%(when)s”有误：%(told)s") % {"when": expression, "told": told}
        notes.fault(place, problem, _("写成 问题 == '选项' and 问题 in ['选项', '选项'] 的形式"))
    return not told


def _check(notes: Notes, place: Place, expression: str, scope: Scope) -> None:
    if not expression or not _compiles(notes, place, expression):
        return
    names = conditions.names_in(expression)
    missing = [name for name in names if not _refer(notes, place, name, scope)]
    sound = not missing
    for name, code in conditions.answers_in(expression):
        options = _options(name, scope)
        if options is not None and code not in options:
            sound = False
            problem = _("问题“%(key)s”没有选项“%(code)s”") % {"key": name, "code": code}
            notes.fault(place, problem, _("可选：%(choices)s") % {"choices": " | ".join(options)})
    if sound:
        _try(notes, place, expression, scope)


def _refer(notes: Notes, place: Place, name: str, scope: Scope) -> bool:
    """Whether a name is there when the condition is seen."""
    if name == SUBJECT or name in scope.facts:
        return True
    if name in notes.folder.catalogue.elements and name not in scope.questions:
        problem = _("没有数据资源获授权向本事项提供“%(name)s”，条件永远不知道它") % {"name": name}
        notes.fault(place, problem, _("在resources.yaml的grants中授权，或改问申请人"))
        return False
    return notes.refer(place, "situations", name, scope.questions)


def _options(name: str, scope: Scope) -> Collection[str] | None:
    """The values that a name can have, where they can be listed."""
    if name == SUBJECT:
        return SUBJECTS
    if name in scope.questions:
        return scope.questions[name].options
    element = scope.facts.get(name)
    return element.choices if element is not None and element.type == "choice" else None


def _try(notes: Notes, place: Place, expression: str, scope: Scope) -> None:
    """The condition in every combination of what it turns on."""
    names = conditions.names_in(expression)
    can_hold, tried = False, 0
    for context in scope.combinations(names, expression):
        tried += 1
        try:
            answer = conditions.answer_of(expression, context)
        except conditions.UndefinedError as error:
            answer = error
        if not isinstance(answer, bool):
            facts = {"when": expression, "case": _case(context, names), "told": answer}
            problem = _("条件“%(when)s”有误：%(case)s时不是真也不是假（%(told)s）") % facts
            notes.fault(place, problem, _("先写 名称 != null and …，或改成比较"))
            return
        can_hold = can_hold or answer
    if can_hold or tried > MOST:
        return
    if scope.is_finite(names):
        problem = _("条件“%(when)s”在任何回答下都不成立") % {"when": expression}
    else:
        facts = {"when": expression, "names": "、".join(names)}
        problem = _("条件“%(when)s”试过的取值都不成立（%(names)s的取值无限，只试了界限上下）") % facts
    notes.fault(place, problem, _("改正条件，或删去这一行"))


def _case(context: Mapping[str, Any], names: Iterable[str]) -> str:
    """The combination in words: `marriage=married、years=null`."""
    return "、".join(f"{name}={context.get(name, 'null')}" for name in dict.fromkeys(names)) or "-"
