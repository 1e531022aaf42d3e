"""What the fields of bundles are called (part of `labels.FIELDS`)."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yichuang.catalogue import bundles

OF_BUNDLES: Mapping[type, Mapping[str, Promise]] = {
    bundles.Member: {
        "item": _("事项"),
        "when": _("适用条件"),
        "after": _("等待决定"),
        "result_of": _("以其结果为材料"),
        "simulate": _("模拟审批"),
        "optional": _("可不办"),
        "obligatory_for": _("必须办理的对象"),
        "if_refused": _("不予许可时"),
        "if_returned": _("补正时"),
        "if_late": _("逾期时"),
        "undo": _("撤回方式"),
    },
    bundles.Bundle: {
        "key": _("一件事标识"),
        "name": _("一件事名称"),
        "lead": _("牵头部门"),
        "board": _("板块"),
        "members": _("成员事项"),
        "outcome": _("结果规则"),
        "ask_within": _("征询申请人时限"),
        "promised_limit": _("整体承诺时限"),
        "joint_limit": _("联合办理时限"),
        "joint_extension": _("联合办理延长"),
        "aliases": _("别名"),
        "summary": _("说明"),
        "applicant": _("申请人取自"),
        "situations": _("情形"),
        "version": _("版本"),
    },
}
