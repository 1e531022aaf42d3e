"""Codes that the state gives: GB/T 39046 A.1–A.5, the codes of items by the schemes in force, USCC, licence types."""

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from yichuang.base.codes import check_organisation_code
from yichuang.base.errors import Invalid
from yichuang.catalogue.code_labels import CODES
from yichuang.catalogue.code_schemes import FACTS, facts_of, what_is_wrong
from yichuang.catalogue.data import Item
from yichuang.catalogue.lists import CodePart, CodeScheme
from yichuang.catalogue.rules.notes import Notes

_KEY = re.compile(r"[a-z][a-z0-9_]*")


def check_codes(notes: Notes) -> None:
    """Keys, code schemes and the codes of items by them, USCC and licence type codes; no item's code twice."""
    _check_keys(notes)
    schemes = _sound_schemes(notes)
    catalogue = notes.folder.catalogue
    met: dict[tuple[str, str], str] = {}
    for item in catalogue.items.values():
        of_item = notes.at("items", item.key)
        _check_tables(of_item, item)
        _check_item_codes(of_item, item, schemes)
        if item.variant and not re.fullmatch(r"0[1-9]|[1-9]\d", item.variant):
            problem = _("办理项序号应为01至99，这里是“%(variant)s”") % {"variant": item.variant}
            of_item.fault(("variant",), problem, _("写两位数字；没有办理项的删去variant"))
        code = (item.task_code, item.variant)
        if code in met:
            facts = {"code": "".join(code), "other": met[code]}
            problem = _("实施编码%(code)s与事项“%(other)s”重复") % facts
            remedy = _("每个事项的基本编码在同一部门内只能用一次；同一事项的几个办理项用variant区分")
            of_item.fault(("catalog_code",), problem, remedy)
        met[code] = item.key
    for key, department in notes.folder.departments.items():
        _check_uscc(notes.at("departments", key), "uscc", department.uscc)
    for key, licence_type in catalogue.licence_types.items():
        _check_licence_code(notes.at("licence_types", key), licence_type.code)


def _check_keys(notes: Notes) -> None:
    """Keys are small letters, digits and underscores, so that conditions, file names and addresses can carry them."""
    catalogue = notes.folder.catalogue
    lists = {
        "items": catalogue.items,
        "bundles": catalogue.bundles,
        "elements": catalogue.elements,
        "materials": catalogue.materials,
        "licence_types": catalogue.licence_types,
        "resources": catalogue.resources,
        "partners": catalogue.partners,
        "code_schemes": catalogue.code_schemes,
        "topics": catalogue.topics,
        "topic_classes": catalogue.topic_classes,
        "standards": catalogue.standards,
        "departments": notes.folder.departments,
    }
    for name, rows in lists.items():
        for key in rows:
            if not _KEY.fullmatch(key):
                problem = _("key“%(key)s”含有不能用的字符") % {"key": key}
                notes.fault((name, key), problem, _("只用小写字母、数字和下划线，以字母开头"))


def _check_tables(notes: Notes, item: Item) -> None:
    for name in ("type", "level", "subjects", "channels"):
        table, said = CODES[Item, name], getattr(item, name)
        choices = _("可选：%(choices)s") % {
            "choices": "、".join(f"{code} {label}" for code, label in table.items())
        }
        if not said:
            notes.fault((name,), _("不能为空"), choices)
        for code in said if isinstance(said, tuple) else (said,):
            if said and code not in table:
                notes.fault((name,), _("代码“%(code)s”不在标准代码表内") % {"code": code}, choices)


def _check_item_codes(notes: Notes, item: Item, schemes: Iterable[CodeScheme]) -> None:
    """The item's codes fit one of the schemes; told is what keeps them from the one that is nearest.

    Without its department, whose number is in them, nothing can be said of them.
    """
    if item.department not in notes.folder.departments:
        return
    problems = min((_problems(notes, item, scheme) for scheme in schemes), key=len, default=[])
    for name, problem in problems:
        notes.fault((name,), problem, _("对照权力清单和codes.yaml中的编码方案改正，整串加引号"))


def _problems(notes: Notes, item: Item, scheme: CodeScheme) -> list[tuple[str, str]]:
    """(field, sentence that names scheme and part)."""
    facts = facts_of(item, notes.folder.departments[item.department])
    names = {"catalog_code": _("基本编码"), "task_code": _("实施编码"), "handling_code": _("业务办理项编码")}
    found = []
    for field, name in names.items():
        code, parts = getattr(item, field), getattr(scheme, field)
        if not parts or (field == "handling_code" and not item.variant):
            wrong = _("这里不用这个编码") if code else ""
        else:
            wrong = what_is_wrong(code, parts, facts)
        if wrong:
            said = {"name": name, "code": code, "scheme": scheme.name, "wrong": wrong}
            found.append((field, _("%(name)s“%(code)s”不符合编码方案“%(scheme)s”：%(wrong)s") % said))
    return found


def _sound_schemes(notes: Notes) -> list[CodeScheme]:
    """The schemes in force, those that can be used; what is wrong with the others is noted."""
    catalogue = notes.folder.catalogue
    for position, key in enumerate(catalogue.schemes_in_force):
        notes.refer(("city", "code_schemes", position), "code_schemes", key, catalogue.code_schemes)
    sound = []
    for key, scheme in catalogue.code_schemes.items():
        before = len(notes.faults)
        for name in ("catalog_code", "task_code", "handling_code"):
            for position, part in enumerate(getattr(scheme, name)):
                _check_part(notes.at("code_schemes", key, name, position), part)
        if len(notes.faults) == before and key in catalogue.schemes_in_force:
            sound.append(scheme)
    return sound


def _check_part(notes: Notes, part: CodePart) -> None:
    if part.same_as:
        notes.refer(("same_as",), "same_as", part.same_as, FACTS)
    elif not part.text and not 0 <= part.least <= part.length != 0:
        problem = _("编码的一段“%(part)s”没有说明长度") % {"part": part.name}
        notes.fault(("length",), problem, _("写length、text或same_as中的一项"))
    try:
        re.compile(f"[{part.characters}]")
    except re.error:
        problem = _("字符范围“%(characters)s”写得不对") % {"characters": part.characters}
        notes.fault(("characters",), problem, _("写成 0-9、A-Z 或 0-9A-Z 的形式"))


def _check_uscc(notes: Notes, name: str, code: str) -> None:
    try:
        check_organisation_code(code)
    except Invalid as error:
        notes.fault((name,), str(error), _("填写18位统一社会信用代码"))


def _check_licence_code(notes: Notes, code: str) -> None:
    """证照类型代码 (GB/T 36904): the definer's USCC and three digits."""
    if len(code) != 21 or not code[18:].isdigit():
        problem = _("证照类型代码“%(code)s”应为21位：定义机构统一社会信用代码18位、序号3位") % {"code": code}
        notes.fault(("code",), problem, _("对照证照类型目录填写"))
        return
    _check_uscc(notes, "code", code[:18])
