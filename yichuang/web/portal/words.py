"""What the applicant reads of a case: where it stands, who has it, what was done. No names of staff."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yichuang.base.clock import local
from yichuang.cases.data import CaseRow
from yichuang.cases.reading import HistoryRow
from yichuang.cases.states import INSPECTION_NAMES, Inspection, Outcome, Stage, Verb
from yichuang.identity.data import ActorKind

_GRANTED: dict[Stage, Promise] = {
    Stage.RECEIVED: gettext_lazy("窗口收下了材料，正在核对"),
    Stage.CORRECTING: gettext_lazy("还缺东西，请您补来"),
    Stage.DECLINED: gettext_lazy("没有受理，理由在决定书里"),
    Stage.WITHDRAWN: gettext_lazy("您撤回了申请"),
    Stage.DEEMED_WITHDRAWN: gettext_lazy("没有按期补来，视为撤回"),
    Stage.REVOKED: gettext_lazy("缺的材料没有按期补交，受理已撤销"),
    Stage.TERMINATED: gettext_lazy("因为同一申办的其他事项没有办成，不再办理"),
    Stage.RESCINDED: gettext_lazy("原来的决定已经书面撤销"),
    Stage.ACCEPTED: gettext_lazy("已经受理，等着审查"),
    Stage.IN_REVIEW: gettext_lazy("正在审查"),
    Stage.SUSPENDED: gettext_lazy("正在进行听证、检测、评审等特别程序，时间不计入办理时限"),
    Stage.PREDECIDED: gettext_lazy("有了预审意见，还不是正式决定：等的事项办好并且一致，就自动生效"),
    Stage.DECIDED: gettext_lazy("已经批准，正在制作结果"),
    Stage.ISSUED: gettext_lazy("办好了，等您领取"),
    Stage.DELIVERED: gettext_lazy("结果已经交给您"),
    Stage.CLOSED: gettext_lazy("办完了，结果已经交给您"),
}
#: What is added while a promise (告知承诺) is inspected.
_INSPECTED: dict[Inspection, Promise] = {
    Inspection.DUE: gettext_lazy("您作了承诺，部门以后会来核查"),
    Inspection.ORDERED: gettext_lazy("核查发现与承诺不符，请按责令改正通知书改正"),
    Inspection.KEPT: gettext_lazy("核查过了，符合承诺"),
    Inspection.BROKEN: gettext_lazy("核查认定违反了承诺"),
}
_REFUSED: dict[Stage, Promise] = {
    Stage.DECIDED: gettext_lazy("没有批准，正在制作决定书"),
    Stage.ISSUED: gettext_lazy("没有批准，决定书等您领取"),
    Stage.DELIVERED: gettext_lazy("没有批准，决定书已经交给您"),
    Stage.CLOSED: gettext_lazy("没有批准，决定书已经交给您"),
}

#: What the history says of each act; what a department does with a case among its own people is left out.
_DEEDS: dict[Verb, Promise] = {
    Verb.RECEIVE: gettext_lazy("窗口收件"),
    Verb.AMEND: gettext_lazy("按您说的当场更正了申请表"),
    Verb.ASK_CORRECTION: gettext_lazy("一次告知需要补的东西"),
    Verb.CORRECT: gettext_lazy("收到补来的东西"),
    Verb.DECLINE: gettext_lazy("不予受理"),
    Verb.WITHDRAW: gettext_lazy("撤回申请"),
    Verb.DEEM_WITHDRAWN: gettext_lazy("没有按期补正，视为撤回"),
    Verb.ACCEPT: gettext_lazy("受理"),
    Verb.ACCEPT_WITH_GAPS: gettext_lazy("容缺受理，缺的材料约定后补"),
    Verb.DEEM_ACCEPTED: gettext_lazy("超过受理期限未告知，视为受理"),
    Verb.CURE_GAP: gettext_lazy("收到后补的材料"),
    Verb.REVOKE_ACCEPTANCE: gettext_lazy("没有按期补交，撤销受理"),
    Verb.RELEASE: gettext_lazy("前面的事项办好了，开始计时"),
    Verb.TERMINATE: gettext_lazy("其他事项没有办成，随之终止"),
    Verb.WITHHOLD: gettext_lazy("其他事项没有办成，结果不再发放"),
    Verb.RESCIND: gettext_lazy("撤销原来的决定"),
    Verb.BEGIN_REVIEW: gettext_lazy("部门系统已经收到，开始审查"),
    Verb.BEGIN_PROCEDURE: gettext_lazy("开始特别程序，另有书面告知"),
    Verb.END_PROCEDURE: gettext_lazy("特别程序结束，继续计时"),
    Verb.TELL_HEARING: gettext_lazy("告知您可以要求听证，另有书面告知"),
    Verb.ANSWER_HEARING: gettext_lazy("收到您对听证的答复"),
    Verb.STRIKE_PAUSE: gettext_lazy("更正计时：特别程序的时间重新计入办理时限"),
    Verb.EXTEND: gettext_lazy("经批准延长办理期限"),
    Verb.REOPEN: gettext_lazy("原来的决定被复议或者法院撤销，重新审查"),
    Verb.RECKON: gettext_lazy("工作日历变化，重新计算了期限"),
    Verb.PREDECIDE: gettext_lazy("作出预审意见，还不是正式决定"),
    Verb.FORMALISE: gettext_lazy("等的结果到了并且一致，预审意见成为正式决定"),
    Verb.REOPEN_REVIEW: gettext_lazy("等的结果和预期不一样，恢复审查"),
    Verb.DECIDE: gettext_lazy("作出决定：准予"),
    Verb.ISSUE: gettext_lazy("结果制作完成"),
    Verb.INSPECT: gettext_lazy("核查您的承诺"),
    Verb.DELIVER: gettext_lazy("结果交给您"),
    Verb.CLOSE: gettext_lazy("办结"),
}
_REFUSAL = gettext_lazy("作出决定：不予许可")
#: Acts of the counter; the others are the department's or the platform's.
_AT_THE_COUNTER = frozenset(
    {
        Verb.RECEIVE,
        Verb.AMEND,
        Verb.ASK_CORRECTION,
        Verb.CORRECT,
        Verb.DECLINE,
        Verb.ACCEPT,
        Verb.ACCEPT_WITH_GAPS,
        Verb.CURE_GAP,
    }
)
#: Acts that the applicant had hoped to be spared.
_BAD = frozenset(
    {
        Verb.DECLINE,
        Verb.ASK_CORRECTION,
        Verb.DEEM_WITHDRAWN,
        Verb.REVOKE_ACCEPTANCE,
        Verb.TERMINATE,
        Verb.WITHHOLD,
        Verb.RESCIND,
        Verb.REOPEN_REVIEW,
    }
)
_WEEKDAYS: tuple[Promise, ...] = (
    gettext_lazy("星期一"),
    gettext_lazy("星期二"),
    gettext_lazy("星期三"),
    gettext_lazy("星期四"),
    gettext_lazy("星期五"),
    gettext_lazy("星期六"),
    gettext_lazy("星期日"),
)


@dataclass(frozen=True, slots=True)
class Deed:
    """An act of the history; the same act on several cases at one moment is one line."""

    at: datetime
    what: str
    who: str
    items: tuple[str, ...]  # none: all of the application
    text: str
    is_bad: bool


def state_of(case: CaseRow) -> str:
    """Where a case stands, in a sentence."""
    stage = Stage(case.stage)
    if case.waiting and stage is Stage.ACCEPTED:
        return _("已经受理，排在后面")
    refused = case.outcome == Outcome.REFUSED and stage in _REFUSED
    sentence = str(_REFUSED[stage] if refused else _GRANTED[stage])
    if not case.inspection:
        return sentence
    words = {"state": sentence, "inspection": _INSPECTED[Inspection(case.inspection)]}
    return _("%(state)s；%(inspection)s") % words


def last_moment(due_at: datetime) -> str:
    """“3月10日（星期二）”, with the time where the limit is one of minutes and the day does not say enough."""
    moment = local(due_at)
    if moment.time().replace(microsecond=0) >= time(23, 59, 59):
        return day_text(moment.date())
    return f"{day_text(moment.date())} {moment:%H:%M}"


def day_text(day: date) -> str:
    """“3月10日（星期二）”."""
    return _("%(month)d月%(day)d日（%(weekday)s）") % {
        "month": day.month,
        "day": day.day,
        "weekday": _WEEKDAYS[day.weekday()],
    }


def deeds(entries: Iterable[HistoryRow], cases: Mapping[str, CaseRow], centre: str) -> list[Deed]:
    """The history as the applicant reads it, newest first. `cases`: by number."""
    grouped: dict[tuple[datetime, str, str, str, bool], list[str]] = {}
    for entry in entries:
        if entry.verb not in _DEEDS:
            continue
        verb = Verb(entry.verb)
        refused = verb is Verb.DECIDE and entry.facts.get("outcome") == Outcome.REFUSED
        what = str(_REFUSAL if refused else _DEEDS[verb])
        if verb is Verb.INSPECT:
            what = f"{what}：{INSPECTION_NAMES[Inspection(entry.facts['inspection'])]}"
        who = _who(entry, verb, cases[entry.case_number], centre)
        is_bad = refused or verb in _BAD
        key = (entry.at, what, who, entry.text, is_bad)
        grouped.setdefault(key, []).append(cases[entry.case_number].item_name)
    return [
        Deed(at, what, who, () if len(items) == len(cases) > 1 else tuple(items), text, is_bad)
        for (at, what, who, text, is_bad), items in reversed(grouped.items())
    ]


def _who(entry: HistoryRow, verb: Verb, case: CaseRow, centre: str) -> str:
    if entry.actor_kind == ActorKind.APPLICANT:
        return _("您")
    if entry.actor_kind == ActorKind.SYSTEM:
        return ""
    return centre if verb in _AT_THE_COUNTER or verb is Verb.DELIVER else case.department_name
