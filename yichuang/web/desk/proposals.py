"""What waits for approval, as the desk shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from yichuang.base.clock import local
from yichuang.base.errors import Forbidden
from yichuang.cases import rules
from yichuang.cases.actions.approval import approval_of
from yichuang.cases.data import CaseRow
from yichuang.cases.reading import HistoryRow
from yichuang.cases.states import OUTCOME_NAMES, PROPOSAL_NAMES, WORKED, Outcome, Proposal, Verb
from yichuang.catalogue.tables import limit_text
from yichuang.deadlines.data import Limit, Unit
from yichuang.identity import queries as identity_queries
from yichuang.identity.data import Actor


@dataclass(frozen=True, slots=True)
class Proposed:
    """What is proposed, by whom, and why; `refusal`: why this officer may not approve it, "" where she may."""

    what: str
    text: str
    who: str
    is_own: bool
    refusal: str


def proposal_of(actor: Actor, case: CaseRow, history: Sequence[HistoryRow], now: datetime) -> Proposed | None:
    """What waits for approval in a case; None where nothing does."""
    if not case.proposed or case.stage not in WORKED:
        return None
    entry = next(entry for entry in reversed(history) if entry.verb == Verb.PROPOSE)
    refusal = ""
    try:
        heads = identity_queries.heads_stood_in_for(actor, local(now).date())
        rules.check_may_approve(actor, case.proposed_by, approval_of(case), heads)
    except Forbidden as forbidden:
        refusal = str(forbidden)
    return Proposed(
        what=_what(entry),
        text=entry.text,
        who=identity_queries.staff_name(case.proposed_by),
        is_own=case.proposed_by == actor.id,
        refusal=refusal,
    )


def _what(entry: HistoryRow) -> str:
    name = PROPOSAL_NAMES[Proposal(entry.facts["proposed"])]
    if "proposes" in entry.facts:
        return f"{name}：{OUTCOME_NAMES[Outcome(entry.facts['proposes'])]}"
    return f"{name}：{limit_text(Limit(entry.facts['limit'], Unit(entry.facts['unit'])))}"
