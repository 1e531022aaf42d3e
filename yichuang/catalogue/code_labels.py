"""What the codes of the catalogue's fields are called, where a field holds a code and no vocabulary of `words.py`."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yichuang.catalogue import bundles, data, lists

#: 服务对象, GB/T 39046 A.4.
SUBJECTS: Mapping[str, Promise] = {
    "1": _("自然人"),
    "2": _("企业法人"),
    "3": _("事业法人"),
    "4": _("社会组织法人"),
    "5": _("行政机关"),
    "6": _("其他组织"),
}
#: (class, field) → code → word.
CODES: Mapping[tuple[type, str], Mapping[str, Promise]] = {
    (data.Element, "type"): {
        "text": _("文字"),
        "date": _("日期"),
        "number": _("数字"),
        "choice": _("选择"),
        "phone": _("手机号"),
        "citizen_number": _("公民身份号码"),
        "organisation_code": _("统一社会信用代码"),
        "address": _("地址"),
    },
    (data.Item, "type"): {  # GB/T 39046 A.1, on application
        "01": _("行政许可"),
        "05": _("行政给付"),
        "07": _("行政确认"),
        "08": _("行政奖励"),
        "09": _("行政裁决"),
        "10": _("其他行政权力"),
        "20": _("公共服务"),
    },
    (data.Item, "level"): {  # A.2
        "1": _("国家级"),
        "2": _("省级"),
        "3": _("市级"),
        "4": _("县级"),
        "5": _("镇级"),
        "6": _("村级"),
        "7": _("分级管理"),
    },
    (data.Item, "subjects"): SUBJECTS,  # A.4
    (bundles.Member, "obligatory_for"): SUBJECTS,
    (lists.StandardItem, "subjects"): SUBJECTS,
    (data.Item, "channels"): {  # A.5
        "counter": _("窗口"),
        "web": _("网上"),
        "mobile": _("掌上"),
        "courier": _("快递"),
    },
    (data.Item, "depth"): {"1": _("Ⅰ级"), "2": _("Ⅱ级"), "3": _("Ⅲ级"), "4": _("Ⅳ级")},
    (data.Step, "role"): {
        "clerk": _("窗口人员"),
        "officer": _("审批人员"),
        "chief_officer": _("首席代表"),
    },
}
