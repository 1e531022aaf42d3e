"""The life of a case: its stages, the acts that move it, and whose turn it is.

Everything keyed by stage or by verb stands side by side here. Stored values: add, never change.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Stage(StrEnum):
    """Where a case stands (办件状态)."""

    RECEIVED = "received"  # 已收件
    CORRECTING = "correcting"  # 补正
    DECLINED = "declined"  # 不予受理
    WITHDRAWN = "withdrawn"  # 撤回: by the applicant
    DEEMED_WITHDRAWN = "deemed_withdrawn"  # 视为撤回: not corrected in time
    REVOKED = "revoked"  # 撤销受理: a gap was not cured in time
    TERMINATED = "terminated"  # 终止办理: because of a sister, as its bundle declares
    RESCINDED = "rescinded"  # 撤销决定: a decision already in force was taken back in writing
    ACCEPTED = "accepted"  # 已受理
    IN_REVIEW = "in_review"  # 审查
    SUSPENDED = "suspended"  # 特别程序: what the law does not count is going on
    PREDECIDED = (
        "predecided"  # 预审意见: decided on the expected result of a sister (模拟审批), not yet a decision
    )
    DECIDED = "decided"  # 已决定: granted or refused
    ISSUED = "issued"  # 制证
    DELIVERED = "delivered"  # 送达
    CLOSED = "closed"  # 办结


class Outcome(StrEnum):
    """How a case was decided."""

    GRANTED = "granted"  # 准予
    REFUSED = "refused"  # 不予许可


class Proposal(StrEnum):
    """What an officer proposes and somebody else has to approve (报批)."""

    EXTENSION = "extension"  # 延长期限
    DECISION = "decision"  # 决定


class Hearing(StrEnum):
    """How far a hearing (听证) is that the law lets the applicant ask for before the decision (行政许可法 art. 47)."""

    TOLD = "told"  # of the right to one; may be asked for until a day
    ASKED = "asked"  # asked for: nothing is decided before it was held
    CALLED = "called"  # its day and place are told


class Inspection(StrEnum):
    """How it stands with what was granted on a commitment (告知承诺核查)."""

    DUE = "due"  # 待核查
    ORDERED = "ordered"  # 责令改正: it was not as promised, and is to be put right by a date
    KEPT = "kept"  # 符合承诺
    BROKEN = "broken"  # 违反承诺: the head of the department decides whether the decision is taken back


class Answer(StrEnum):
    """What another department answers that is asked for its opinion (征求意见)."""

    AGREES = "agrees"  # 同意
    AGREES_IF = "agrees_if"  # 附条件同意
    OBJECTS = "objects"  # 不同意
    NOT_OURS = "not_ours"  # 不属于本部门职责


class Support(StrEnum):
    """How a round of opinions ends."""

    SUPPORTED = "supported"  # 通过
    NOT_SUPPORTED = "not_supported"  # 未通过


class Verb(StrEnum):
    """The acts on a case; also the verbs of its ledger entries."""

    RECEIVE = "case.received"
    AMEND = "case.amended"
    ASK_CORRECTION = "case.correction_asked"
    CORRECT = "case.corrected"
    ALLOW_CORRECTION = "case.correction_allowed"
    DECLINE = "case.declined"
    WITHDRAW = "case.withdrawn"
    DEEM_WITHDRAWN = "case.deemed_withdrawn"
    ACCEPT = "case.accepted"
    ACCEPT_WITH_GAPS = "case.accepted_with_gaps"
    DEEM_ACCEPTED = "case.deemed_accepted"
    CURE_GAP = "case.gap_cured"
    REVOKE_ACCEPTANCE = "case.acceptance_revoked"
    RELEASE = "case.released"
    TERMINATE = "case.terminated"
    WITHHOLD = "case.withheld"
    RESCIND = "case.rescinded"
    CLAIM = "case.claimed"
    UNCLAIM = "case.unclaimed"
    HAND_ON = "case.handed_on"
    BEGIN_REVIEW = "case.review_begun"
    BEGIN_PROCEDURE = "case.procedure_begun"
    END_PROCEDURE = "case.procedure_ended"
    TELL_HEARING = "case.hearing_told"
    ANSWER_HEARING = "case.hearing_answered"
    STRIKE_PAUSE = "case.pause_struck"
    ASK_OPINIONS = "case.opinions_asked"
    GIVE_OPINION = "case.opinion_given"
    CLOSE_OPINIONS = "case.opinions_closed"
    PROPOSE = "case.proposed"
    RETURN_PROPOSAL = "case.proposal_returned"
    EXTEND = "case.extended"
    RECKON = "case.reckoned"
    REOPEN = "case.reopened"
    PREDECIDE = "case.predecided"
    FORMALISE = "case.formalised"
    REOPEN_REVIEW = "case.review_reopened"
    DECIDE = "case.decided"
    ISSUE = "case.issued"
    INSPECT = "case.inspected"
    DELIVER = "case.delivered"
    CLOSE = "case.closed"


@dataclass(frozen=True, slots=True)
class Move:
    """From which stages an act may be done, which stage it leads to (None: it stays), and what says so."""

    origins: frozenset[Stage]
    to: Stage | None
    source: str


def _move(*origins: Stage, to: Stage | None, source: str) -> Move:
    return Move(frozenset(origins), to, source)


#: The only allowed moves. `RECEIVE` is the birth of a case and has no origin.
MOVES: dict[Verb, Move] = {
    Verb.RECEIVE: _move(to=Stage.RECEIVED, source="行政许可法 32; 浙江规定 11"),
    Verb.AMEND: _move(Stage.RECEIVED, Stage.CORRECTING, to=None, source="行政许可法 32(3)"),
    Verb.ASK_CORRECTION: _move(Stage.RECEIVED, to=Stage.CORRECTING, source="行政许可法 32(4); 浙江规定 11"),
    Verb.CORRECT: _move(Stage.CORRECTING, to=Stage.RECEIVED, source="行政许可法 32(5)"),
    Verb.ALLOW_CORRECTION: _move(Stage.RECEIVED, to=None, source="行政许可法 32(4)"),
    Verb.DECLINE: _move(Stage.RECEIVED, to=Stage.DECLINED, source="行政许可法 32(1)(2)"),
    Verb.WITHDRAW: _move(
        Stage.RECEIVED,
        Stage.CORRECTING,
        Stage.ACCEPTED,
        Stage.IN_REVIEW,
        Stage.SUSPENDED,
        Stage.PREDECIDED,
        Stage.DECIDED,
        to=Stage.WITHDRAWN,
        source="不动产登记暂行条例 15; 浙江规定 11",
    ),
    Verb.DEEM_WITHDRAWN: _move(Stage.CORRECTING, to=Stage.DEEMED_WITHDRAWN, source="浙江规定 11"),
    Verb.ACCEPT: _move(Stage.RECEIVED, to=Stage.ACCEPTED, source="行政许可法 32(5); 浙江规定 11"),
    Verb.ACCEPT_WITH_GAPS: _move(Stage.RECEIVED, to=Stage.ACCEPTED, source="浙江规定 11"),
    Verb.DEEM_ACCEPTED: _move(Stage.RECEIVED, to=Stage.ACCEPTED, source="行政许可法 32(4)"),
    Verb.CURE_GAP: _move(
        Stage.ACCEPTED,
        Stage.IN_REVIEW,
        Stage.SUSPENDED,
        Stage.PREDECIDED,
        Stage.DECIDED,
        Stage.ISSUED,
        to=None,
        source="浙江规定 11",
    ),
    Verb.REVOKE_ACCEPTANCE: _move(
        Stage.ACCEPTED,
        Stage.IN_REVIEW,
        Stage.SUSPENDED,
        Stage.PREDECIDED,
        Stage.DECIDED,
        Stage.ISSUED,
        to=Stage.REVOKED,
        source="浙江规定 11",
    ),
    Verb.RELEASE: _move(Stage.ACCEPTED, to=None, source="浙江规定 5"),
    Verb.TERMINATE: _move(
        Stage.RECEIVED,
        Stage.CORRECTING,
        Stage.ACCEPTED,
        Stage.IN_REVIEW,
        Stage.SUSPENDED,
        Stage.PREDECIDED,
        to=Stage.TERMINATED,
        source="一件事的结果规则",
    ),
    Verb.WITHHOLD: _move(Stage.DECIDED, to=Stage.TERMINATED, source="一件事的结果规则"),
    Verb.RESCIND: _move(
        Stage.DECIDED,
        Stage.ISSUED,
        Stage.DELIVERED,
        Stage.CLOSED,
        to=Stage.RESCINDED,
        source="行政许可法 69; 一件事的结果规则",
    ),
    Verb.CLAIM: _move(Stage.ACCEPTED, Stage.IN_REVIEW, to=Stage.IN_REVIEW, source="行政许可法 34"),
    Verb.UNCLAIM: _move(Stage.IN_REVIEW, to=None, source="行政许可法 34"),
    Verb.HAND_ON: _move(Stage.ACCEPTED, Stage.IN_REVIEW, to=Stage.IN_REVIEW, source="行政许可法 34"),
    Verb.BEGIN_REVIEW: _move(Stage.ACCEPTED, to=Stage.IN_REVIEW, source="行政许可法 34"),
    Verb.BEGIN_PROCEDURE: _move(
        Stage.ACCEPTED, Stage.IN_REVIEW, to=Stage.SUSPENDED, source="行政许可法 45; 浙江规定 28"
    ),
    Verb.END_PROCEDURE: _move(Stage.SUSPENDED, to=Stage.IN_REVIEW, source="行政许可法 45"),
    Verb.TELL_HEARING: _move(
        Stage.ACCEPTED, Stage.IN_REVIEW, Stage.SUSPENDED, to=None, source="行政许可法 46, 47"
    ),
    Verb.ANSWER_HEARING: _move(
        Stage.ACCEPTED, Stage.IN_REVIEW, Stage.SUSPENDED, to=None, source="行政许可法 47"
    ),
    Verb.STRIKE_PAUSE: _move(
        Stage.SUSPENDED, Stage.IN_REVIEW, to=Stage.IN_REVIEW, source="行政许可法 45, 60"
    ),
    Verb.ASK_OPINIONS: _move(
        Stage.ACCEPTED, Stage.IN_REVIEW, to=Stage.IN_REVIEW, source="行政许可法 26; 浙江规定 5"
    ),
    Verb.GIVE_OPINION: _move(
        Stage.IN_REVIEW,
        Stage.SUSPENDED,
        Stage.PREDECIDED,
        Stage.DECIDED,
        Stage.ISSUED,
        Stage.DELIVERED,
        Stage.CLOSED,
        to=None,
        source="行政许可法 26; 浙江规定 5",
    ),
    Verb.CLOSE_OPINIONS: _move(
        Stage.IN_REVIEW, Stage.SUSPENDED, to=None, source="征求意见规则（行政许可法 26）"
    ),
    Verb.PROPOSE: _move(Stage.ACCEPTED, Stage.IN_REVIEW, to=Stage.IN_REVIEW, source="行政许可法 34, 38, 42"),
    Verb.RETURN_PROPOSAL: _move(Stage.IN_REVIEW, to=None, source="行政许可法 34, 38, 42"),
    Verb.EXTEND: _move(Stage.IN_REVIEW, to=None, source="行政许可法 42"),
    Verb.REOPEN: _move(
        Stage.ISSUED,
        Stage.DELIVERED,
        Stage.CLOSED,
        Stage.RESCINDED,
        to=Stage.IN_REVIEW,
        source="行政复议法; 行政诉讼法",
    ),
    Verb.RECKON: _move(Stage.ACCEPTED, Stage.IN_REVIEW, to=None, source="行政许可法 82"),
    Verb.PREDECIDE: _move(
        Stage.ACCEPTED, Stage.IN_REVIEW, to=Stage.PREDECIDED, source="一件事的办理次序（模拟审批）"
    ),
    Verb.FORMALISE: _move(Stage.PREDECIDED, to=Stage.DECIDED, source="一件事的办理次序（模拟审批）"),
    Verb.REOPEN_REVIEW: _move(Stage.PREDECIDED, to=Stage.IN_REVIEW, source="一件事的办理次序（模拟审批）"),
    Verb.DECIDE: _move(Stage.ACCEPTED, Stage.IN_REVIEW, to=Stage.DECIDED, source="行政许可法 34, 38, 42"),
    Verb.ISSUE: _move(Stage.DECIDED, to=Stage.ISSUED, source="行政许可法 38, 39"),
    Verb.INSPECT: _move(
        Stage.DECIDED, Stage.ISSUED, Stage.DELIVERED, Stage.CLOSED, to=None, source="浙江规定 14"
    ),
    Verb.DELIVER: _move(Stage.ISSUED, to=Stage.DELIVERED, source="行政许可法 44"),
    Verb.CLOSE: _move(Stage.DELIVERED, to=Stage.CLOSED, source="GB/T 39046 T7"),
}

#: What people read.
STAGE_NAMES: dict[Stage, Promise] = {
    Stage.RECEIVED: _("已收件"),
    Stage.CORRECTING: _("待补正"),
    Stage.DECLINED: _("不予受理"),
    Stage.WITHDRAWN: _("已撤回"),
    Stage.DEEMED_WITHDRAWN: _("视为撤回"),
    Stage.REVOKED: _("撤销受理"),
    Stage.TERMINATED: _("终止办理"),
    Stage.RESCINDED: _("决定已撤销"),
    Stage.ACCEPTED: _("已受理"),
    Stage.IN_REVIEW: _("审查中"),
    Stage.SUSPENDED: _("特别程序中"),
    Stage.PREDECIDED: _("预审意见（未生效）"),
    Stage.DECIDED: _("已决定"),
    Stage.ISSUED: _("待领取"),
    Stage.DELIVERED: _("已送达"),
    Stage.CLOSED: _("已办结"),
}

PROPOSAL_NAMES: dict[Proposal, Promise] = {
    Proposal.EXTENSION: _("延长期限"),
    Proposal.DECISION: _("决定"),
}

ANSWER_NAMES: dict[Answer, Promise] = {
    Answer.AGREES: _("同意"),
    Answer.AGREES_IF: _("附条件同意"),
    Answer.OBJECTS: _("不同意"),
    Answer.NOT_OURS: _("不属于本部门职责"),
}
SUPPORT_NAMES: dict[Support, Promise] = {Support.SUPPORTED: _("通过"), Support.NOT_SUPPORTED: _("未通过")}

OUTCOME_NAMES: dict[Outcome, Promise] = {Outcome.GRANTED: _("准予"), Outcome.REFUSED: _("不予许可")}


INSPECTION_NAMES: dict[Inspection, Promise] = {
    Inspection.DUE: _("待核查"),
    Inspection.ORDERED: _("责令改正"),
    Inspection.KEPT: _("符合承诺"),
    Inspection.BROKEN: _("违反承诺"),
}
#: What an officer still has to look at; and what the department has not done with yet.
TO_INSPECT = frozenset({Inspection.DUE, Inspection.ORDERED})
NOT_DONE = frozenset({*TO_INSPECT, Inspection.BROKEN})


#: In which stages an inspection is still of interest.
INSPECTED_IN = MOVES[Verb.INSPECT].origins


class Turn(StrEnum):
    """Whose turn it is."""

    COUNTER = "counter"
    APPLICANT = "applicant"
    DEPARTMENT = "department"
    PLATFORM = "platform"
    NOBODY = "nobody"


#: Every stage has exactly one whose turn it is.
TURNS: dict[Stage, Turn] = {
    Stage.RECEIVED: Turn.COUNTER,
    Stage.CORRECTING: Turn.APPLICANT,
    Stage.DECLINED: Turn.NOBODY,
    Stage.WITHDRAWN: Turn.NOBODY,
    Stage.DEEMED_WITHDRAWN: Turn.NOBODY,
    Stage.REVOKED: Turn.NOBODY,
    Stage.TERMINATED: Turn.NOBODY,
    Stage.RESCINDED: Turn.NOBODY,
    Stage.ACCEPTED: Turn.DEPARTMENT,
    Stage.IN_REVIEW: Turn.DEPARTMENT,
    Stage.SUSPENDED: Turn.DEPARTMENT,
    Stage.PREDECIDED: Turn.PLATFORM,
    Stage.DECIDED: Turn.PLATFORM,
    Stage.ISSUED: Turn.APPLICANT,
    Stage.DELIVERED: Turn.PLATFORM,
    Stage.CLOSED: Turn.NOBODY,
}

#: Ends without a decision; each has its own paper and is counted apart (domain trap 13).
UNDECIDED_ENDS = frozenset(
    {Stage.DECLINED, Stage.WITHDRAWN, Stage.DEEMED_WITHDRAWN, Stage.REVOKED, Stage.TERMINATED}
)
#: Ends that leave the applicant without what was applied for, whatever had been decided before.
LOST = frozenset({*UNDECIDED_ENDS, Stage.RESCINDED})
#: Stages that the applicant need not wait for any more: nothing will be decided after them.
SETTLED = frozenset({*LOST, Stage.ISSUED, Stage.DELIVERED, Stage.CLOSED})
#: Stages in which the department's clock runs (unless the case still waits for a sister).
WORKED = frozenset({Stage.ACCEPTED, Stage.IN_REVIEW})
#: Stages in which nothing will happen any more.
ENDED = frozenset({*LOST, Stage.CLOSED})


def may_cure(stage: str, outcome: str) -> bool:
    """Whether gaps (容缺) of a case in this stage can still be cured; of a refused one nobody wants it any more."""
    return stage in MOVES[Verb.CURE_GAP].origins and outcome != Outcome.REFUSED
