"""Values that cross the border of departments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from yichuang.departments.states import State


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a call-back came to. `duplicate`: it said nothing new and changed nothing."""

    state: State
    duplicate: bool


@dataclass(frozen=True, slots=True)
class PartnerAnswer:
    """The final answer, decrypted for the step that applies it.

    `decision` is `granted` or `refused`; it is empty where the partner rejected the message (`code` says why).
    """

    state: State
    decision: str
    reason: str
    result: Mapping[str, Any]
    code: str = ""


@dataclass(frozen=True, slots=True)
class DispatchRow:
    """A dispatch as pages show it; no personal data."""

    id: int
    transaction_id: str
    partner_key: str
    case_id: int
    case_number: str
    state: State
    state_name: str
    code: str
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    next_attempt_at: datetime | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two books differ. `kind`: missing_there, missing_here, state or answer."""

    kind: str
    transaction_id: str
    case_number: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class ReconciliationRow:
    """The comparison of one day."""

    day: date
    ours: int
    theirs: int
    differences: tuple[Difference, ...]
    made_at: datetime


@dataclass(frozen=True, slots=True)
class PartnerBoard:
    """How it stands with one partner. `open` are the dispatches without a final answer, the most urgent first."""

    key: str
    name: str
    department: str
    closed_until: datetime | None  # left alone until then, because it did not answer
    counts: Mapping[State, int]  # the open ones; of the final ones those of today
    open: tuple[DispatchRow, ...]
    refused: tuple[DispatchRow, ...]
    contradictions: int  # call-backs of the last thirty days that said the opposite of a final answer
    reconciliation: ReconciliationRow | None
