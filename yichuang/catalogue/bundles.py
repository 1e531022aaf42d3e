"""Bundles (一件事) as values: several items handled as one, their order, and what one's fate means for the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from yichuang.catalogue.facts import Situation
from yichuang.deadlines.data import Limit


class OutcomePolicy(StrEnum):
    """结果规则 of a bundle: what one member's refusal means for the others."""

    INDEPENDENT = "independent"  # 各自成败: each member stands or falls alone
    ALL_OR_NOTHING = "all_or_nothing"  # 同成同败: one refusal undoes the others, each as its `undo` says
    ASK_APPLICANT = "ask_applicant"  # 由申请人选择: go on with the rest, or withdraw it


class Undo(StrEnum):
    """What becomes of a member's favourable decision where another refusal undoes the bundle."""

    WITHHOLD = "withhold"  # its result is not issued before all are decided, and then not at all
    REVOKE = "revoke"  # it took effect at once and is revoked by a written decision
    KEEP = "keep"  # it cannot be undone, or need not be: it stays


class Course(StrEnum):
    """What happens to the members that wait for one that is refused, returned for correction, or late."""

    CONTINUE = "continue"  # they go on without it
    HOLD = "hold"  # they wait on
    END = "end"  # they end


@dataclass(frozen=True, slots=True)
class Member:
    """An item of a bundle. `when`: only if true. `after`: members whose decision it waits for.

    `result_of`: members whose licence is this one's material. `simulate` (模拟审批): members on whose expected
    decision its review may begin already. Both imply waiting. `optional`: the applicant may leave it out, except
    those subjects (服务对象, A.4) that are named in `obligatory_for`.
    """

    item: str
    when: str = ""
    after: tuple[str, ...] = ()
    result_of: tuple[str, ...] = ()
    simulate: tuple[str, ...] = ()
    optional: bool = False
    obligatory_for: tuple[str, ...] = ()
    if_refused: Course = Course.END
    if_returned: Course = Course.HOLD
    if_late: Course = Course.HOLD
    undo: Undo | None = None  # said by each member of an all-or-nothing bundle, and by no other


@dataclass(frozen=True, slots=True)
class Bundle:
    """一件事: several items handled as one. A bundle is data: members, order, outcome policy.

    `joint_limit` and `joint_extension` bind the organs together where the law sets a limit for handling jointly
    (行政许可法 art. 42: 45 days, extended once by 15); they override what the members' own limits add up to.
    """

    key: str
    name: str
    lead: str  # department key
    board: str
    members: tuple[Member, ...]
    outcome: OutcomePolicy = OutcomePolicy.INDEPENDENT
    ask_within: Limit | None = None  # until when the applicant is asked; else each `if_refused` applies
    promised_limit: Limit | None = None  # declared promise for the whole; else from the critical path
    joint_limit: Limit | None = None
    joint_extension: Limit | None = None
    aliases: tuple[str, ...] = ()
    summary: str = ""
    applicant: Mapping[str, str] = field(default_factory=dict)  # number | name | phone → element key
    situations: tuple[Situation, ...] = ()  # what a member's `when` refers to
    version: int = 0
