"""What the fields of calendar, lights, numbers, regimes and rounds of opinions are called (part of `labels.FIELDS`)."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yichuang.catalogue import facts, folder, numbering, regimes
from yichuang.deadlines.data import Rung

OF_PROCEDURE: Mapping[type, Mapping[str, Promise]] = {
    folder.DayOverride: {
        "date": _("日期"),
        "worked": _("上班情况"),
        "name": _("名称"),
        "provisional": _("是否暂定"),
        "region": _("区划"),
    },
    folder.OfficeHoursEntry: {
        "valid_from": _("起始日"),
        "morning_start": _("上午上班"),
        "morning_end": _("上午下班"),
        "afternoon_start": _("下午上班"),
        "afternoon_end": _("下午下班"),
        "region": _("区划"),
    },
    Rung: {
        "key": _("键"),
        "clock": _("时限"),
        "light": _("灯"),
        "left": _("剩余百分比"),
        "least": _("至少剩余"),
        "over": _("超期"),
        "acts": _("动作"),
    },
    numbering.NumberScheme: {
        "key": _("标识"),
        "form": _("格式"),
        "papers": _("文书"),
        "departments": _("部门"),
        "gaps": _("可以跳号"),
    },
    facts.OpinionRules: {
        "join": _("合议规则"),
        "no_answer": _("逾期未答复"),
        "within": _("答复期限"),
        "binding": _("征求期间不得作出决定"),
    },
    regimes.Regime: {
        "key": _("标识"),
        "name": _("名称"),
        "basis": _("依据"),
        "accept_within": _("受理期限"),
        "silence": _("受理期限届满未告知"),
        "corrections": _("可以告知补正"),
        "correct_within": _("补正期限"),
        "gap_within": _("容缺补交期限"),
        "gap_pauses": _("容缺期间停止计时"),
        "gaps_hold": _("容缺未补齐时不得"),
        "extend_by": _("可以延长"),
        "ask_hearing_within": _("要求听证的期限"),
        "hold_hearing_within": _("举行听证的期限"),
        "call_hearing_before": _("听证提前通知"),
        "deliver_within": _("颁发送达期限"),
        "inspect_within": _("承诺核查期限"),
        "rectify_within": _("责令改正期限"),
        "bar_months": _("失信后不适用告知承诺的月数"),
        "reconsider_within": _("行政复议期限"),
        "sue_within": _("行政诉讼期限"),
    },
}
