"""What the vocabularies of the catalogue are called: one table per vocabulary, in the order in which people choose."""

from collections.abc import Mapping
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yichuang.catalogue.bundles import Course, OutcomePolicy, Undo
from yichuang.catalogue.data import ItemKind, Necessity
from yichuang.catalogue.facts import (
    ActorNature,
    Approval,
    HandlingMode,
    JoinRule,
    MaterialForm,
    MaterialKind,
    NoAnswer,
    Origin,
    PowerSource,
    ResultKind,
    ReviewKind,
    Scope,
    SpecialKind,
    StepGroup,
)
from yichuang.catalogue.regimes import GapsHold, Silence
from yichuang.deadlines.data import ClockKind, Light, RungAct, Unit, Worked
from yichuang.identity.data import Power, Role

#: vocabulary → value → its name
WORDS: Mapping[type[StrEnum], Mapping[str, str | Promise]] = {
    ItemKind: {ItemKind.INSTANT: _("即办件"), ItemKind.PROMISED: _("承诺件")},
    Necessity: {
        Necessity.REQUIRED: _("必要"),
        Necessity.OPTIONAL: _("非必要"),
        Necessity.SUPPLY_LATER: _("可容缺后补"),
    },
    ActorNature: {
        ActorNature.STATUTORY: _("法定机关"),
        ActorNature.AUTHORISED: _("授权组织"),
        ActorNature.ENTRUSTED: _("受委托组织"),
        ActorNature.OTHER: _("其他"),
    },
    PowerSource: {
        PowerSource.OWN: _("法定本级行使"),
        PowerSource.HANDED_DOWN: _("上级下放"),
        PowerSource.AUTHORISED_ABOVE: _("上级授权"),
        PowerSource.AUTHORISED_BESIDE: _("同级授权"),
        PowerSource.ENTRUSTED_ABOVE: _("上级委托"),
        PowerSource.ENTRUSTED_BESIDE: _("同级委托"),
    },
    HandlingMode: {
        HandlingMode.ALONE: _("自办件"),
        HandlingMode.FIRST_REVIEW: _("初审件"),
        HandlingMode.JOINT: _("联办件"),
        HandlingMode.PASSED_ON: _("转报件"),
    },
    JoinRule: {
        JoinRule.ALL_AGREE: _("全部同意"),
        JoinRule.MAJORITY: _("过半数同意"),
        JoinRule.NONE_OBJECTS: _("无人反对"),
    },
    NoAnswer: {
        NoAnswer.AGREES: _("视为同意"),
        NoAnswer.STAYS_OPEN: _("继续等待答复"),
    },
    Approval: {
        Approval.OFFICER: _("审批人员决定"),
        Approval.TWO_PERSONS: _("两人审批"),
        Approval.CHIEF: _("首席代表批准"),
    },
    ReviewKind: {ReviewKind.AT_ONCE: _("即审即办"), ReviewKind.BEHIND: _("前审后批")},
    ResultKind: {
        ResultKind.LICENCE: _("证照"),
        ResultKind.PROOF: _("证明文件"),
        ResultKind.APPROVAL: _("批文批复"),
        ResultKind.DOCUMENT: _("其他公文"),
        ResultKind.REPORT: _("鉴定报告"),
        ResultKind.OTHER: _("其他"),
        ResultKind.NONE: _("无"),
    },
    Scope: {
        Scope.LOCAL: _("本地办理"),
        Scope.COUNTIES: _("跨县通办"),
        Scope.CITIES: _("跨市通办"),
        Scope.PROVINCES: _("跨省通办"),
        Scope.NATION: _("全国通办"),
    },
    StepGroup: {
        StepGroup.APPLY: _("申请与受理"),
        StepGroup.REVIEW: _("审查与决定"),
        StepGroup.DELIVER: _("颁证与送达"),
    },
    SpecialKind: {SpecialKind.EXTENSION: _("延长审批"), SpecialKind.OTHER: _("其他特别程序")},
    MaterialKind: {
        MaterialKind.CERTIFICATE: _("证件证书"),
        MaterialKind.PROOF: _("证明"),
        MaterialKind.FORM: _("申请表格文书"),
        MaterialKind.OTHER: _("其他"),
    },
    MaterialForm: {
        MaterialForm.PAPER: _("纸质"),
        MaterialForm.ELECTRONIC: _("电子"),
        MaterialForm.BOTH: _("纸质或者电子"),
    },
    Origin: {
        Origin.OWN: _("申请人自备"),
        Origin.GOVERNMENT: _("政府部门核发"),
        Origin.OTHER: _("其他"),
    },
    OutcomePolicy: {
        OutcomePolicy.INDEPENDENT: _("各自成败"),
        OutcomePolicy.ALL_OR_NOTHING: _("同成同败"),
        OutcomePolicy.ASK_APPLICANT: _("由申请人选择"),
    },
    Undo: {
        Undo.WITHHOLD: _("结果暂不发出"),
        Undo.REVOKE: _("撤销决定"),
        Undo.KEEP: _("保留"),
    },
    Course: {
        Course.CONTINUE: _("后面的照办"),
        Course.HOLD: _("后面的等待"),
        Course.END: _("后面的终止"),
    },
    Unit: {
        Unit.WORKING_DAYS: _("工作日"),
        Unit.CALENDAR_DAYS: _("自然日"),
        Unit.MINUTES: _("分钟"),
    },
    Silence: {Silence.ACCEPTED: _("视为受理"), Silence.NOTHING: _("不产生效力")},
    GapsHold: {GapsHold.DECISION: _("作出决定"), GapsHold.DELIVERY: _("领取结果")},
    Worked: {
        Worked.NONE: _("不上班"),
        Worked.MORNING: _("只上上午班"),
        Worked.AFTERNOON: _("只上下午班"),
        Worked.FULL: _("上班"),
    },
    ClockKind: {
        ClockKind.ACCEPTANCE: _("受理期限"),
        ClockKind.CORRECTION: _("补正期限"),
        ClockKind.PROMISED: _("承诺时限"),
        ClockKind.STATUTORY: _("法定时限"),
        ClockKind.STEP: _("环节时限"),
        ClockKind.BUNDLE: _("一件事整体时限"),
        ClockKind.GAP: _("容缺补交期限"),
        ClockKind.ANSWER: _("征询答复期限"),
        ClockKind.PROCEDURE: _("特别程序预计用时"),
        ClockKind.DELIVERY: _("颁发送达期限"),
        ClockKind.INSPECTION: _("承诺核查期限"),
        ClockKind.RECTIFICATION: _("责令改正期限"),
        ClockKind.OPINIONS: _("征求意见答复期限"),
    },
    Light: {
        Light.GREEN: _("绿灯"),
        Light.BLUE: _("蓝灯"),
        Light.YELLOW: _("黄灯"),
        Light.RED: _("红灯"),
        Light.PURPLE: _("紫灯"),
    },
    RungAct: {
        RungAct.REMIND: _("提醒办理人"),
        RungAct.ALERT: _("报告首席代表和中心"),
        RungAct.DEEM_ACCEPTED: _("视为受理"),
        RungAct.DEEM_WITHDRAWN: _("视为撤回"),
        RungAct.REVOKE_ACCEPTANCE: _("撤销受理"),
        RungAct.TAKE_SILENCE: _("逾期未答复，按结果规则处理"),
        RungAct.CLOSE_OPINIONS: _("结束征求意见"),
    },
    Power: {Power.RECEIVE: _("收件"), Power.ACCEPT: _("受理"), Power.DELIVER: _("送达")},
    Role: {
        Role.CLERK: _("窗口人员"),
        Role.OFFICER: _("审批人员"),
        Role.CHIEF_OFFICER: _("首席代表"),
        Role.MANAGER: _("中心管理员"),
        Role.SUPERVISOR: _("督查人员"),
        Role.ADMINISTRATOR: _("系统管理员"),
    },
}


def word(value: StrEnum) -> str:
    """The name of a value of one of the vocabularies, in the language of the reader."""
    return str(WORDS[type(value)][value])
