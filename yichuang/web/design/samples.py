"""Made-up values for the design page. No row of the database is read."""

from typing import Any

from django.utils.translation import gettext as _

from yichuang.cases.states import Stage
from yichuang.catalogue.data import SourceKind

COLOURS = (
    "paper surface sunken ink ink-2 line line-strong primary primary-strong primary-tint "
    "seal seal-tint ok ok-tint warn warn-tint warn-lamp focus"
)


def _cases() -> list[dict[str, Any]]:
    return [
        {
            "number": "QZ26-7K4P-2M-01",
            "item": _("出生一件事：户口登记"),
            "who": _("陈**"),
            "stage": Stage.IN_REVIEW,
            "light": "yellow",
            "left": _("还剩 1 个工作日"),
            "at": "11-20 09:12",
        },
        {
            "number": "QZ26-9D2X-8R-03",
            "item": _("企业开办：印章备案"),
            "who": _("衢州**贸易有限公司"),
            "stage": Stage.ACCEPTED,
            "light": "red",
            "left": _("超期 2 个工作日"),
            "at": "11-18 15:40",
        },
        {
            "number": "QZ26-5B8T-1C-02",
            "item": _("不动产转移登记：契税申报"),
            "who": _("王*"),
            "stage": Stage.CORRECTING,
            "light": "",
            "left": _("计时暂停"),
            "at": "11-21 10:05",
        },
        {
            "number": "QZ26-3F6H-4W-01",
            "item": _("出具房改核查证明"),
            "who": _("李**"),
            "stage": Stage.ISSUED,
            "light": "green",
            "left": _("提前 3 个工作日"),
            "at": "11-19 08:31",
        },
    ]


def components() -> dict[str, Any]:
    """Everything that `/design` shows."""
    return {
        "colours": COLOURS.split(),
        "stages": list(Stage),
        "sources": [*SourceKind, "applicant", "down"],
        "cases": _cases(),
        "home": [(_("首页"), "/")],
        "errors": [
            ("sample-number-bad", _("身份证号码最后一位校验不对，请对照证件重新填写")),
            ("sample-phone-bad", _("手机号码应有 11 位，现在是 10 位")),
        ],
        "hukou": [("father", _("随父亲")), ("mother", _("随母亲"))],
        "married": [
            ("yes", _("已婚"), _("婚姻登记信息由民政部门共享，不用带结婚证")),
            ("no", _("未婚"), _("需要父亲到场或提供亲子鉴定")),
        ],
        "results": [
            ("hukou", _("户口簿"), _("公安")),
            ("medical", _("医保参保登记"), _("医保")),
            ("card", _("社会保障·市民卡"), _("人社")),
        ],
        "ticked": ["hukou", "medical"],
        "bars": [
            {
                "label": _("审查中"),
                "number": 36,
                "width": 100,
                "part": 20,
                "note": _("超期7"),
                "tone": "going",
            },
            {"label": _("待补正"), "number": 9, "width": 25, "tone": "wait"},
            {"label": _("待领取"), "number": 4, "width": 11, "tone": "good"},
        ],
        "verify_url": "https://example.invalid/verify/7K4P2M9D",
    }


def work_list() -> dict[str, Any]:
    """A work list for the staff's frame."""
    return {"cases": _cases(), "crumbs": [(_("界面样式"), "/design")]}
