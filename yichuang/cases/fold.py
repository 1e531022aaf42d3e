"""How a ledger entry changes a case: pure, so that every row can be rebuilt and compared."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from yichuang.cases.states import MOVES, Outcome, Stage, Verb


class Unlawful(Exception):  # noqa: N818
    """An entry whose act is not allowed in the state that it meets: the record itself is broken."""


@dataclass(frozen=True, slots=True)
class CaseState:
    """What changes in a case's life. The names are the columns of `Case`."""

    stage: Stage
    outcome: Outcome | None = None
    pre_outcome: Outcome | None = None
    waiting: int = 0
    started_at: datetime | None = None
    due_at: datetime | None = None
    blue_at: datetime | None = None
    yellow_at: datetime | None = None
    abnormal_at: datetime | None = None
    statutory_due_at: datetime | None = None
    correct_until: date | None = None
    corrections_left: int = 1
    gap_until: date | None = None
    claimed_by: int | None = None
    claimed_until: datetime | None = None
    extensions_left: int = 1
    hearing: str = ""
    hearing_until: date | None = None
    proposed: str = ""
    proposed_by: int | None = None
    decided_at: datetime | None = None
    licence_id: int | None = None
    inspection: str = ""


#: Which facts of an entry are columns, and how JSON gives the value back.
_READERS: dict[str, Any] = {
    "outcome": Outcome,
    "pre_outcome": Outcome,
    "waiting": int,
    "started_at": datetime.fromisoformat,
    "due_at": datetime.fromisoformat,
    "blue_at": datetime.fromisoformat,
    "yellow_at": datetime.fromisoformat,
    "abnormal_at": datetime.fromisoformat,
    "statutory_due_at": datetime.fromisoformat,
    "correct_until": date.fromisoformat,
    "corrections_left": int,
    "gap_until": date.fromisoformat,
    "claimed_by": int,
    "claimed_until": datetime.fromisoformat,
    "extensions_left": int,
    "hearing": str,
    "hearing_until": date.fromisoformat,
    "proposed": str,
    "proposed_by": int,
    "decided_at": datetime.fromisoformat,
    "licence_id": int,
    "inspection": str,
}
#: What an act says of a case that nobody holds any more and for which nothing is proposed.
FREED: Mapping[str, Any] = {"claimed_by": None, "claimed_until": None, "proposed": "", "proposed_by": None}
COLUMNS: tuple[str, ...] = tuple(column.name for column in fields(CaseState))


def fold(state: CaseState | None, verb: Verb, facts: Mapping[str, Any]) -> CaseState:
    """The state after the entry. Facts that are no columns are left alone. Raises `Unlawful`."""
    move = MOVES[verb]
    changes: dict[str, Any] = {
        name: None if facts[name] is None else read(facts[name])
        for name, read in _READERS.items()
        if name in facts
    }
    if state is None:
        if verb is not Verb.RECEIVE:
            raise Unlawful(f"the first entry is {verb}, not {Verb.RECEIVE}")
        return CaseState(stage=Stage.RECEIVED, **changes)
    if state.stage not in move.origins:
        raise Unlawful(f"{verb} in stage {state.stage}")
    return replace(state, stage=move.to or state.stage, **changes)


def to_facts(**changes: Any) -> dict[str, Any]:
    """Column values as the JSON facts of an entry, the inverse of what `fold` reads."""
    return {
        name: value.isoformat() if isinstance(value, date | datetime) else value
        for name, value in changes.items()
    }
