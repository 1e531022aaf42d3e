"""The history of cases as people read it: who did what when, with the text that goes with it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yichuang.cases.reading import HistoryRow
from yichuang.cases.states import (
    ANSWER_NAMES,
    INSPECTION_NAMES,
    OUTCOME_NAMES,
    SUPPORT_NAMES,
    Answer,
    Inspection,
    Outcome,
    Support,
    Verb,
)
from yichuang.identity import queries as identity_queries
from yichuang.identity.data import ActorKind

#: What the history says of each act.
DEEDS: dict[Verb, Promise] = {
    Verb.RECEIVE: _("收件"),
    Verb.AMEND: _("当场更正"),
    Verb.ASK_CORRECTION: _("告知补正"),
    Verb.CORRECT: _("收到补正"),
    Verb.ALLOW_CORRECTION: _("放行再次告知补正"),
    Verb.DECLINE: _("不予受理"),
    Verb.WITHDRAW: _("撤回申请"),
    Verb.DEEM_WITHDRAWN: _("没有按期补正，视为撤回"),
    Verb.ACCEPT: _("受理"),
    Verb.ACCEPT_WITH_GAPS: _("容缺受理"),
    Verb.DEEM_ACCEPTED: _("超过受理期限未告知，视为受理"),
    Verb.CURE_GAP: _("收到补交的容缺材料"),
    Verb.REVOKE_ACCEPTANCE: _("容缺材料没有按期补交，撤销受理"),
    Verb.RELEASE: _("开始计时"),
    Verb.TERMINATE: _("终止办理"),
    Verb.WITHHOLD: _("结果不予发放"),
    Verb.RESCIND: _("撤销决定"),
    Verb.CLAIM: _("认领"),
    Verb.UNCLAIM: _("放开认领"),
    Verb.HAND_ON: _("转交"),
    Verb.BEGIN_REVIEW: _("部门系统开始审查"),
    Verb.BEGIN_PROCEDURE: _("开始特别程序"),
    Verb.END_PROCEDURE: _("特别程序结束"),
    Verb.TELL_HEARING: _("告知听证权利"),
    Verb.ANSWER_HEARING: _("答复听证告知"),
    Verb.STRIKE_PAUSE: _("督查认定暂停不合法，时间重新计入"),
    Verb.ASK_OPINIONS: _("征求意见"),
    Verb.GIVE_OPINION: _("答复意见"),
    Verb.CLOSE_OPINIONS: _("征求意见结束"),
    Verb.PROPOSE: _("报批"),
    Verb.RETURN_PROPOSAL: _("报批退回"),
    Verb.EXTEND: _("批准延长期限"),
    Verb.REOPEN: _("原决定被复议或者法院撤销，重新审查"),
    Verb.RECKON: _("工作日历或办理规则变化，重新计算期限"),
    Verb.PREDECIDE: _("作出预审意见（模拟审批，未生效）"),
    Verb.FORMALISE: _("预期结果到达且一致，预审意见转为正式决定"),
    Verb.REOPEN_REVIEW: _("实际结果与预期不一致，恢复审查"),
    Verb.DECIDE: _("作出决定"),
    Verb.ISSUE: _("制证完成"),
    Verb.INSPECT: _("核查告知承诺"),
    Verb.DELIVER: _("送达"),
    Verb.CLOSE: _("办结"),
}
#: Acts that are the department's own way of working.
INNER = frozenset(
    {
        Verb.CLAIM, Verb.UNCLAIM, Verb.HAND_ON, Verb.ASK_OPINIONS, Verb.GIVE_OPINION, Verb.CLOSE_OPINIONS,
        Verb.PROPOSE, Verb.RETURN_PROPOSAL,
    }
)  # fmt: skip
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
_ACTORS: dict[str, Promise] = {
    ActorKind.PARTNER: _("部门系统"),
    ActorKind.SYSTEM: _("平台"),
    ActorKind.APPLICANT: _("申请人"),
    ActorKind.ANONYMOUS: _("访客"),
}


def _departments(ids: Iterable[int]) -> str:
    names = {facts.id: facts.short_name for facts in identity_queries.departments().values()}
    return "、".join(names.get(one, "") for one in ids)


#: What a round of opinions adds to its acts: who was asked, who answered what, how it ended.
_OF_OPINIONS: Mapping[Verb, Callable[[Mapping[str, Any]], str]] = {
    Verb.ASK_OPINIONS: lambda facts: _departments(facts["departments"]),
    Verb.GIVE_OPINION: lambda facts: (
        f"{_departments([facts['department']])}{ANSWER_NAMES[Answer(facts['answer'])]}"
        + (gettext("（逾期）") if facts["late"] else "")
    ),
    Verb.CLOSE_OPINIONS: lambda facts: str(SUPPORT_NAMES[Support(facts["support"])]),
}


@dataclass(frozen=True, slots=True)
class Deed:
    """An act; the same act on several cases at one moment is one. `items`: on which, unless it is all of them."""

    at: datetime
    what: str
    who: str
    items: tuple[str, ...]
    text: str
    is_bad: bool


def deeds(entries: Iterable[HistoryRow], names: Mapping[str, str], *, inner: bool = False) -> list[Deed]:
    """The acts, newest first. `names`: case number → item. `inner`: with the department's own way of working."""
    shown = [entry for entry in entries if entry.verb in DEEDS and (inner or entry.verb not in INNER)]
    acting = {entry.actor_id for entry in shown if entry.actor_kind == ActorKind.STAFF}
    receiving = {entry.facts["claimed_by"] for entry in shown if entry.verb == Verb.HAND_ON}
    absent = {entry.facts["for"] for entry in shown if "for" in entry.facts}
    staff = identity_queries.staff_names(acting | receiving | absent)
    numbers = {entry.case_number for entry in shown}
    grouped: dict[tuple[datetime, str, str, str, bool], list[str]] = {}
    for entry in shown:
        who = staff.get(entry.actor_id, "") if entry.actor_kind == ActorKind.STAFF else ""
        who = who or str(_ACTORS.get(entry.actor_kind, ""))
        is_bad = entry.verb in _BAD or entry.facts.get("outcome") == Outcome.REFUSED
        key = (entry.at, _what(entry, staff), who, entry.text, is_bad)
        grouped.setdefault(key, []).append(names[entry.case_number])
    found = [
        Deed(at, what, who, () if len(items) == len(numbers) else tuple(items), text, is_bad)
        for (at, what, who, text, is_bad), items in grouped.items()
    ]
    return found[::-1]


def _what(entry: HistoryRow, staff: Mapping[int, str]) -> str:
    """The act in words: to whom it was handed on, how a decision fell, which special procedure it was."""
    verb = Verb(entry.verb)
    if verb is Verb.HAND_ON:
        return gettext("转交给%(name)s") % {"name": staff.get(entry.facts["claimed_by"], "")}
    if "for" in entry.facts:
        words = {"what": _plainly(entry), "name": staff.get(entry.facts["for"], "")}
        return gettext("%(what)s，代%(name)s") % words
    return _plainly(entry)


def _plainly(entry: HistoryRow) -> str:
    verb = Verb(entry.verb)
    if verb is Verb.INSPECT:
        return f"{DEEDS[verb]}：{INSPECTION_NAMES[Inspection(entry.facts['inspection'])]}"
    outcome = entry.facts.get("outcome") or entry.facts.get("pre_outcome")
    if outcome:
        return f"{DEEDS[verb]}：{OUTCOME_NAMES[Outcome(outcome)]}"
    if "asks" in entry.facts:
        return gettext("要求听证") if entry.facts["asks"] else gettext("不要求听证")
    if verb in _OF_OPINIONS:
        return f"{DEEDS[verb]}：{_OF_OPINIONS[verb](entry.facts)}"
    procedure = entry.facts.get("procedure")
    return f"{DEEDS[verb]}：{procedure}" if procedure else str(DEEDS[verb])
