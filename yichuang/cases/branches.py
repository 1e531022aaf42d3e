"""分支: what the cases of one application mean for one another, as its bundle declares. Pure.

A case is a branch of its own: it is returned, suspended, late or refused alone. What becomes of its sisters then is
worked out here, anew each time, from where every case stands (docs/decisions/0012).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from yichuang.cases.data import Answer
from yichuang.cases.fold import CaseState
from yichuang.cases.models import Case
from yichuang.cases.states import LOST, UNDECIDED_ENDS, WORKED, Outcome, Stage, Verb
from yichuang.catalogue.bundles import Bundle, Course, Member, OutcomePolicy, Undo

#: Ends without what was applied for that are nobody's wish.
_DENIED = frozenset({Stage.DECLINED, Stage.REVOKED, Stage.RESCINDED})


class Standing(StrEnum):
    """How a case stands for those that wait for it."""

    OPEN = "open"  # nothing is known yet
    GRANTED = "granted"
    FAILED = "failed"  # refused, declined, withdrawn, revoked: what was waited for will not come
    RETURNED = "returned"  # with the applicant, to be corrected
    LATE = "late"  # its promised date has passed


@dataclass(frozen=True, slots=True)
class Ending:
    """A case ends because of a sister: by which act, and whose fate it follows."""

    verb: Verb
    because: Case


class Bonds:
    """The members of the bundle under which an application was received; a single item has none."""

    def __init__(self, bundle: Bundle | None, asked: Mapping[int, str] = MappingProxyType({})) -> None:
        self.bundle = bundle
        self.asked = asked  # case about which the applicant is asked (征询) → her answer, "" while it is open
        self.name = bundle.name if bundle else ""
        self.policy = bundle.outcome if bundle else OutcomePolicy.INDEPENDENT
        self._members: Mapping[str, Member] = {one.item: one for one in bundle.members} if bundle else {}

    def member(self, case: Case) -> Member:
        """What the bundle says of a case's item."""
        return self._members.get(case.item_key) or Member(case.item_key)


def is_open(case: Case) -> bool:
    """Its decision is still to come."""
    return case.decided_at is None and case.stage not in UNDECIDED_ENDS


def stands_still(case: Case | CaseState) -> bool:
    """Its clock stands still: it waits for the applicant, or for what the law does not count (行政许可法 art. 45)."""
    if case.decided_at is not None or case.stage in UNDECIDED_ENDS:
        return False
    if case.stage == Stage.PREDECIDED:  # it waits for a sister, whose own time runs
        return False
    return case.stage == Stage.CORRECTING or (case.started_at is not None and case.due_at is None)


def standing(case: Case, now: datetime) -> Standing:
    """How a case stands for those that wait for it."""
    if case.stage in LOST or case.outcome == Outcome.REFUSED:
        return Standing.FAILED
    if case.outcome == Outcome.GRANTED:
        return Standing.GRANTED
    if case.stage == Stage.CORRECTING:
        return Standing.RETURNED
    if case.stage in WORKED and case.due_at is not None and case.due_at < now:
        return Standing.LATE
    return Standing.OPEN


def course(later: Case, earlier: Case, bonds: Bonds, now: datetime) -> Course:
    """What `later`, which waits for `earlier`, does: waits on, goes on (with its result, or without it), or ends."""
    member = bonds.member(earlier)
    return {
        Standing.OPEN: Course.HOLD,
        Standing.GRANTED: Course.CONTINUE,
        Standing.FAILED: _after_failure(later, earlier, bonds),
        Standing.RETURNED: member.if_returned,
        Standing.LATE: member.if_late,
    }[standing(earlier, now)]


def _after_failure(later: Case, earlier: Case, bonds: Bonds) -> Course:
    """As declared; where the applicant is asked it waits for her answer, and goes on if she says so and it can."""
    declared = bonds.member(earlier).if_refused
    if not _is_asked_about(earlier, bonds):
        return declared
    answer = bonds.asked.get(earlier.id, "")
    if not answer:
        return Course.HOLD
    can_do_without = earlier.item_key not in bonds.member(later).result_of
    return Course.CONTINUE if answer == Answer.GO_ON and can_do_without else declared


def _is_asked_about(case: Case, bonds: Bonds) -> bool:
    """由申请人选择: it was not granted, and that was not the applicant's own doing."""
    was_denied = case.outcome == Outcome.REFUSED or case.stage in _DENIED
    return bonds.policy is OutcomePolicy.ASK_APPLICANT and was_denied


def to_be_asked(cases: Sequence[Case], bonds: Bonds) -> list[Case]:
    """The members that were not granted and about which the applicant has not been asked yet, while some are open."""
    if not any(is_open(one) for one in cases):
        return []
    return [one for one in cases if _is_asked_about(one, bonds) and one.id not in bonds.asked]


def awaits_answer(case: Case, sisters: Sequence[Case], bonds: Bonds) -> bool:
    """It waits for the applicant's answer: its time is with her."""
    asked = {one.item_key for one in sisters if bonds.asked.get(one.id) == ""}
    return is_open(case) and not asked.isdisjoint(case.waits_for)


def prospects(cases: Sequence[Case], bonds: Bonds, answer: Answer, now: datetime) -> dict[int, Course]:
    """What becomes of each open case if the applicant answers so, by case id."""
    answered = Bonds(bonds.bundle, {one: given or answer for one, given in bonds.asked.items()})
    found: dict[int, Course] = {}
    for case in cases:  # in the order of the plan: each after those that it waits for
        if not is_open(case):
            continue
        before = [one for one in cases if one.item_key in case.waits_for]
        courses = {
            course(case, one, answered, now) for one in before if standing(one, now) is Standing.FAILED
        } | {answered.member(one).if_refused for one in before if found.get(one.id) is Course.END}
        found[case.id] = next((one for one in (Course.END, Course.HOLD) if one in courses), Course.CONTINUE)
    return found


def waiting(case: Case, sisters: Sequence[Case], bonds: Bonds, now: datetime) -> int:
    """For how many of its sisters a case still has to wait before its review begins."""
    simulated = bonds.member(case).simulate
    before = [one for one in sisters if one.item_key in case.waits_for and one.item_key not in simulated]
    return sum(course(case, one, bonds, now) is not Course.CONTINUE for one in before)


def expected(case: Case, sisters: Sequence[Case], bonds: Bonds, now: datetime) -> list[Case]:
    """The sisters on whose expected results a case is reviewed (模拟审批): those whose results are still to come."""
    simulated = [one for one in sisters if one.item_key in bonds.member(case).simulate]
    return [one for one in simulated if course(case, one, bonds, now) is not Course.CONTINUE]


def ending(case: Case, sisters: Sequence[Case], bonds: Bonds, now: datetime) -> Ending | None:
    """How a case ends because of a sister; None where it does not."""
    if standing(case, now) is Standing.FAILED:
        return None
    others = [one for one in sisters if one is not case]
    if bonds.policy is OutcomePolicy.ALL_OR_NOTHING:
        failed = [one for one in others if standing(one, now) is Standing.FAILED]
        verb = _undoing(case, bonds) if failed else None
        return Ending(verb, failed[0]) if verb else None
    if not is_open(case):
        return None
    for one in others:
        if one.item_key in case.waits_for and course(case, one, bonds, now) is Course.END:
            return Ending(Verb.TERMINATE, one)
    return None


def is_withheld(case: Case, sisters: Sequence[Case], bonds: Bonds, now: datetime) -> bool:
    """Whether a decided case's result has to wait until every sister is decided as well (全部办成才发)."""
    if bonds.policy is not OutcomePolicy.ALL_OR_NOTHING or bonds.member(case).undo is not Undo.WITHHOLD:
        return False
    return case.outcome == Outcome.GRANTED and any(
        standing(one, now) is not Standing.GRANTED for one in sisters
    )


def _undoing(case: Case, bonds: Bonds) -> Verb | None:
    """What takes a case back where another refusal undoes the bundle."""
    if is_open(case):
        return Verb.TERMINATE
    undo = bonds.member(case).undo
    if undo is Undo.WITHHOLD and case.stage == Stage.DECIDED:
        return Verb.WITHHOLD
    return Verb.RESCIND if undo is Undo.REVOKE else None
