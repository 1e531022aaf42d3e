"""一并办理: one act on several cases of the same item, each in a transaction of its own.

One that fails stops no other: what is answered says of each case why it was not done, "" where it was.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from yichuang.base.errors import Refused
from yichuang.cases import rules
from yichuang.cases.actions import review
from yichuang.cases.data import CaseRow
from yichuang.cases.states import Outcome
from yichuang.identity.data import Actor


def claim_each(*, actor: Actor, cases: Sequence[CaseRow], now: datetime) -> dict[str, str]:
    """Claim each of the cases. Raises `Invalid` where they are none, or not of the same item."""

    def claim(case: CaseRow) -> None:
        review.claim(actor=actor, case_id=case.id, now=now)

    return _each(cases, claim)


def grant_each(*, actor: Actor, cases: Sequence[CaseRow], opinion: str, now: datetime) -> dict[str, str]:
    """Grant each of the cases as it was applied for, with the same opinion; of promised ones those she has claimed.

    Raises `Invalid` where they are none or not of the same item, and for an opinion that cannot be one.
    """
    text = rules.check_opinion(Outcome.GRANTED, opinion)

    def grant(case: CaseRow) -> None:
        rules.check_in_hand(actor, case.claimed_by, is_instant=case.is_instant)
        review.decide(actor=actor, case_id=case.id, outcome=Outcome.GRANTED, opinion=text, now=now)

    return _each(cases, grant)


def _each(cases: Sequence[CaseRow], act: Callable[[CaseRow], None]) -> dict[str, str]:
    rules.check_same_item({case.item_key for case in cases})
    said = dict.fromkeys((case.number for case in cases), "")
    for case in cases:
        try:
            act(case)
        except Refused as refusal:
            said[case.number] = str(refusal)
    return said
