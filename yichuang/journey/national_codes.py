"""What others call it: the codes of national and provincial interfaces, all in this one place and read both ways.

Stored are words of ours, because interfaces number the same thing differently, and twice in opposite directions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from yichuang.base.errors import Invalid
from yichuang.cases.states import ENDED, Outcome, Stage, Verb
from yichuang.catalogue.data import ItemKind
from yichuang.feedback.data import Grade

Word = TypeVar("Word")


@dataclass(frozen=True, slots=True)
class Codes(Generic[Word]):
    """The codes of one interface. Where it knows fewer differences than we do, one code stands for several words."""

    source: str
    codes: Mapping[Word, str]

    def code(self, word: Word) -> str:
        """Their code for a word of ours."""
        return self.codes[word]

    def words(self, code: str) -> frozenset[Word]:
        """What of ours their code may stand for. Raises `Invalid` for a code that they do not have."""
        found = frozenset(word for word, known in self.codes.items() if known == code)
        if not found:
            raise Invalid(f"{code!r} is no code of {self.source}", code="unknown_code")
        return found


# ── Acts as events (办理状态) ────────────────────────────────────────────────────────────────────

#: The exchange of engineering projects numbers fifteen events, which serve for every case.
EVENTS: Mapping[str, str] = {
    "1": "已接件",
    "2": "已撤件",
    "3": "已受理",
    "4": "不受理",
    "5": "不予受理",
    "6": "补正（开始）",
    "7": "补正（结束）",
    "8": "部门开始办理",
    "9": "特别程序（开始）",
    "10": "特别程序（结束）",
    "11": "办结（通过）",
    "12": "办结（容缺通过）",
    "13": "办结（不通过）",
    "14": "撤回",
    "15": "撤销",
}


class Result(StrEnum):
    """What a result is to those who only know passed, passed with a gap, and not passed."""

    PASSED = "passed"
    PASSED_WITH_GAP = "passed_with_gap"
    NOT_PASSED = "not_passed"


@dataclass(frozen=True, slots=True)
class Told:
    """An act is told as this event: from these stages only, or with this result only, where any is named."""

    code: str
    verb: Verb
    origins: frozenset[Stage] = frozenset()
    result: Result | None = None


#: The list names its events and does not say when they are told; where that leaves a choice, it is told here.
TOLD: tuple[Told, ...] = (
    Told("1", Verb.RECEIVE),
    # Taken back before acceptance (已撤件) and after it (撤回): why else would the list have both.
    Told("2", Verb.WITHDRAW, frozenset({Stage.RECEIVED, Stage.CORRECTING})),
    Told("2", Verb.DEEM_WITHDRAWN),
    Told("3", Verb.ACCEPT),
    Told("3", Verb.ACCEPT_WITH_GAPS),
    Told("3", Verb.DEEM_ACCEPTED),
    Told("5", Verb.DECLINE),
    Told("6", Verb.ASK_CORRECTION),
    Told("7", Verb.CORRECT),
    Told("8", Verb.CLAIM, frozenset({Stage.ACCEPTED})),
    Told("8", Verb.BEGIN_REVIEW),
    Told("9", Verb.BEGIN_PROCEDURE),
    Told("10", Verb.END_PROCEDURE),
    Told("10", Verb.STRIKE_PAUSE, frozenset({Stage.SUSPENDED})),  # later it moves a date and is no event
    # Not with the decision: one that a bundle withholds is none for the applicant. Its paper makes it one.
    Told("11", Verb.ISSUE, result=Result.PASSED),
    Told("12", Verb.ISSUE, result=Result.PASSED_WITH_GAP),
    Told("13", Verb.ISSUE, result=Result.NOT_PASSED),
    Told(
        "14",
        Verb.WITHDRAW,
        frozenset({Stage.ACCEPTED, Stage.IN_REVIEW, Stage.SUSPENDED, Stage.PREDECIDED, Stage.DECIDED}),
    ),
    Told("15", Verb.REVOKE_ACCEPTANCE),
    Told("15", Verb.RESCIND),
)
#: Acts that are no event to others, each with its reason.
UNTOLD: Mapping[Verb, str] = {
    Verb.AMEND: "the list knows no event for what is put right on the spot",
    Verb.ALLOW_CORRECTION: "a release inside the centre; what follows from it is told as 6",
    Verb.CURE_GAP: "the list knows no event for a gap that was cured",
    Verb.RELEASE: "it was told as accepted; when the clock of a branch starts is the platform's own",
    Verb.HAND_ON: "the department's own way of working",
    Verb.UNCLAIM: "the department's own way of working",
    Verb.TELL_HEARING: "the list knows no event for it; the hearing itself is told as 9 and 10",
    Verb.ANSWER_HEARING: "the list knows no event for it; the hearing itself is told as 9 and 10",
    Verb.ASK_OPINIONS: "departments among themselves; the clock runs on, so that nothing changes for the applicant",
    Verb.GIVE_OPINION: "departments among themselves",
    Verb.CLOSE_OPINIONS: "departments among themselves; the decision that follows is told",
    Verb.PROPOSE: "the department's own way of working; what is approved is told",
    Verb.RETURN_PROPOSAL: "the department's own way of working",
    Verb.EXTEND: "the list knows no event for it; the table of special procedures has a kind (延长审批)",
    Verb.REOPEN: "the list knows no event for a decision that was annulled",
    Verb.RECKON: "a date, not an event; the limit itself has not changed",
    Verb.PREDECIDE: "no decision yet: what is expected may still come otherwise",
    Verb.FORMALISE: "told when the paper of the decision exists, as 11, 12 or 13",
    Verb.REOPEN_REVIEW: "the review goes on that was told as begun; the list knows no pre-decision",
    Verb.DECIDE: "told when the paper of the decision exists, as 11, 12 or 13",
    Verb.TERMINATE: "the list knows no end because of a sister; the ending tells it (2 作废办结)",
    Verb.WITHHOLD: "was never told as passed; the ending tells it (2 作废办结)",
    Verb.INSPECT: "supervision after the decision; what takes the decision back is told as 15",
    Verb.DELIVER: "a companion field tells it (已出件), not an event",
    Verb.CLOSE: "what it closes was told as 11, 12 or 13",
}
#: Events that no act of ours is, each with its reason.
UNUSED: Mapping[str, str] = {
    "4": "both cases of 行政许可法 32(1)(2) are declined by one act with one paper, told as 5",
}


def event_of(verb: Verb, *, origin: Stage | None = None, result: Result | None = None) -> str:
    """The event that an act is told as, done from the stage `origin` and with `result`; "" where it is none."""
    return next(
        (
            told.code
            for told in TOLD
            if told.verb is verb
            and (not told.origins or origin in told.origins)
            and (told.result is None or told.result is result)
        ),
        "",
    )


def acts_of(code: str) -> frozenset[Verb]:
    """The acts of ours that an event may stand for; none where it has no counterpart. Raises `Invalid`."""
    if code not in EVENTS:
        raise Invalid(f"{code!r} is no event", code="unknown_code")
    return frozenset(told.verb for told in TOLD if told.code == code)


def result_of(outcome: str, *, with_gap: bool) -> Result:
    """What a decided case is to them; `with_gap`: a gap is still open when its result is issued."""
    if outcome == Outcome.REFUSED:
        return Result.NOT_PASSED
    return Result.PASSED_WITH_GAP if with_gap else Result.PASSED


# ── Ends (办结结果) ──────────────────────────────────────────────────────────────────────────────


class Ending(StrEnum):
    """How a case ended, as far as anybody's codes tell it apart."""

    LICENCE = "licence"
    GRANTED = "granted"
    REFUSED = "refused"
    RETURNED = "returned"
    NOT_CORRECTED = "not_corrected"
    VOID = "void"
    FORWARDED = "forwarded"
    DELETED = "deleted"


#: 办结结果 of the report `up_pro_result`.
ENDINGS = Codes(
    "up_pro_result",
    {
        Ending.LICENCE: "0",  # 出证办结
        Ending.RETURNED: "1",  # 退回办结
        Ending.VOID: "2",  # 作废办结
        Ending.DELETED: "3",  # 删除办结
        Ending.FORWARDED: "4",  # 转报办结
        Ending.NOT_CORRECTED: "5",  # 补正不来办结
        Ending.GRANTED: "6",  # 办结
        Ending.REFUSED: "6",
    },
)
#: The variant that tells a refusal apart: 6 准予许可, 7 不予许可.
ENDINGS_BY_DECISION = Codes("up_pro_result, by decision", {**ENDINGS.codes, Ending.REFUSED: "7"})
#: Every end but the closed case, whose decision tells it. Five ends are five (domain trap 13); the codes know fewer.
_ENDS: Mapping[Stage, Ending] = {
    Stage.DECLINED: Ending.RETURNED,
    Stage.WITHDRAWN: Ending.RETURNED,
    Stage.DEEMED_WITHDRAWN: Ending.NOT_CORRECTED,
    Stage.REVOKED: Ending.VOID,
    Stage.TERMINATED: Ending.VOID,
    Stage.RESCINDED: Ending.VOID,
}
#: Endings that no case of ours comes to, each with its reason.
NEVER: Mapping[Ending, str] = {
    Ending.FORWARDED: "no act hands a case up to a higher level yet",
    Ending.DELETED: "no case is ever deleted",
}


def ending_of(stage: str, outcome: str, *, has_licence: bool) -> Ending | None:
    """How a case ended; None while it has not."""
    if stage not in ENDED:
        return None
    if stage != Stage.CLOSED:
        return _ENDS[Stage(stage)]
    if outcome == Outcome.REFUSED:
        return Ending.REFUSED
    return Ending.LICENCE if has_licence else Ending.GRANTED


def stages_of(ending: Ending) -> frozenset[Stage]:
    """The stages that an ending may stand for."""
    if ending in {Ending.LICENCE, Ending.GRANTED, Ending.REFUSED}:
        return frozenset({Stage.CLOSED})
    return frozenset(stage for stage, known in _ENDS.items() if known is ending)


# ── Satisfaction and kinds: the same digits, in opposite directions (domain trap 1) ──────────────

_BEST_FIRST = (Grade.VERY_GOOD, Grade.GOOD, Grade.FAIR, Grade.BAD, Grade.VERY_BAD)


def _numbered(words: tuple[Word, ...]) -> dict[Word, str]:
    return {word: str(number) for number, word in enumerate(words, start=1)}


#: 满意度: 1 非常满意 … 5 非常不满意.
GRADES = Codes("GB/T 39046-2020 A.8", _numbered(_BEST_FIRST))
#: 满意度 of the provincial report: 1 非常不满意 … 5 非常满意.
GRADES_OF_THE_PROVINCE = Codes("浙江省好差评", _numbered(_BEST_FIRST[::-1]))
#: 办件类型: 1 即办件, 2 承诺件.
KINDS = Codes("GB/T 39046-2020 A.6", _numbered((ItemKind.INSTANT, ItemKind.PROMISED)))
#: 办件类型 of the evaluation of Ningbo: 1 承诺件, 2 即办件.
KINDS_OF_EVALUATION = Codes("宁波好差评", _numbered((ItemKind.PROMISED, ItemKind.INSTANT)))
