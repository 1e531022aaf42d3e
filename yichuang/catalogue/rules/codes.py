"""Codes that the state gives (domain: GB/T 39046 A.1–A.5, national practice of 12 and 31 characters)."""

import re

from django.utils.translation import gettext as _

from yichuang.base.codes import check_organisation_code
from yichuang.base.errors import Invalid
from yichuang.catalogue.data import Item
from yichuang.catalogue.rules.notes import Notes

#: GB/T 39046 A.1, the kinds of items that are performed on application (依申请).
ITEM_TYPES = {
    "01": "行政许可",
    "05": "行政给付",
    "07": "行政确认",
    "08": "行政奖励",
    "09": "行政裁决",
    "10": "其他类别",
    "20": "公共服务",
}
LEVELS = {
    "1": "国家级",
    "2": "省级",
    "3": "市级",
    "4": "县级",
    "5": "镇(乡、街道)级",
    "6": "村(社区)级",
}  # A.2
SUBJECTS = {
    "1": "自然人",
    "2": "企业法人",
    "3": "事业法人",
    "4": "社会组织法人",
    "5": "行政机关",
    "6": "其他组织",
}  # A.4
CHANNELS = {"counter": "窗口", "web": "网上", "mobile": "移动端", "courier": "快递"}  # A.5

_KEY = re.compile(r"[a-z][a-z0-9_]*")
_CATALOG_CODE = re.compile(r"\d{4}[0-9A-Z]{2}\d{6}")


def check_codes(notes: Notes) -> None:
    """Keys, 基本编码, 实施编码, USCC and licence type codes; no task code twice."""
    _check_keys(notes)
    catalogue = notes.folder.catalogue
    met: dict[str, str] = {}
    for item in catalogue.items.values():
        of_item = notes.at("items", item.key)
        _check_tables(of_item, item)
        _check_item_codes(of_item, item)
        if item.task_code in met:
            facts = {"code": item.task_code, "other": met[item.task_code]}
            problem = _("实施编码%(code)s与事项“%(other)s”重复") % facts
            of_item.fault(("catalog_code",), problem, _("每个事项的基本编码在同一部门内只能用一次"))
        met[item.task_code] = item.key
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
        "departments": notes.folder.departments,
    }
    for name, rows in lists.items():
        for key in rows:
            if not _KEY.fullmatch(key):
                problem = _("key“%(key)s”含有不能用的字符") % {"key": key}
                notes.fault((name, key), problem, _("只用小写字母、数字和下划线，以字母开头"))


def _check_tables(notes: Notes, item: Item) -> None:
    tables = [("type", [item.type], ITEM_TYPES), ("level", [item.level], LEVELS)]
    tables += [("subjects", list(item.subjects), SUBJECTS), ("channels", list(item.channels), CHANNELS)]
    for name, codes, table in tables:
        if not codes:
            notes.fault((name,), _("不能为空"), _("可选：%(choices)s") % {"choices": _choices(table)})
        for code in codes:
            if code not in table:
                problem = _("代码“%(code)s”不在标准代码表内") % {"code": code}
                notes.fault((name,), problem, _("可选：%(choices)s") % {"choices": _choices(table)})


def _choices(table: dict[str, str]) -> str:
    return "、".join(f"{code} {label}" for code, label in table.items())


def _check_item_codes(notes: Notes, item: Item) -> None:
    """基本编码: region 2, type 2, department 2, main item 3, sub-item 3; 实施编码: USCC 18, level 1, 基本编码 12."""
    if not _CATALOG_CODE.fullmatch(item.catalog_code):
        problem = _("基本编码“%(code)s”应为12位：区划2位、类型2位、部门2位、主项3位、子项3位") % {
            "code": item.catalog_code
        }
        notes.fault(("catalog_code",), problem, _("对照权力清单填写，整串加引号"))
        return
    if item.catalog_code[2:4] != item.type:
        facts = {"code": item.catalog_code[2:4], "type": item.type}
        problem = _("基本编码第3、4位是%(code)s，与事项类型%(type)s不一致") % facts
        notes.fault(("catalog_code",), problem, _("核对基本编码和type"))
    department = notes.folder.departments.get(item.department)
    if department is not None and item.task_code != department.uscc + item.level + item.catalog_code:
        problem = _("实施编码“%(code)s”应为31位：部门统一社会信用代码、行使层级、基本编码") % {
            "code": item.task_code
        }
        notes.fault(("task_code",), problem, _("删去task_code，由系统拼出"))


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
