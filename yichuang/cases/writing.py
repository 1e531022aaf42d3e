"""The only writer of case rows: fold, update and record in one go, for one case or for many."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from django.db import connection
from django.utils.translation import gettext as _

from yichuang.base.errors import Overtaken
from yichuang.cases import branches, opinion_drafts, whole
from yichuang.cases.fold import COLUMNS, CaseState, Unlawful, fold
from yichuang.cases.models import Case
from yichuang.cases.states import ENDED, STAGE_NAMES, Outcome, Stage, Verb
from yichuang.identity.data import Actor
from yichuang.ledger.actions import Record, record

log = structlog.get_logger(__name__)

_TYPES = {
    "stage": "text",
    "outcome": "text",
    "pre_outcome": "text",
    "waiting": "smallint",
    "started_at": "timestamptz",
    "due_at": "timestamptz",
    "blue_at": "timestamptz",
    "yellow_at": "timestamptz",
    "abnormal_at": "timestamptz",
    "statutory_due_at": "timestamptz",
    "correct_until": "date",
    "corrections_left": "smallint",
    "gap_until": "date",
    "claimed_by": "bigint",
    "claimed_until": "timestamptz",
    "extensions_left": "smallint",
    "hearing": "text",
    "hearing_until": "date",
    "proposed": "text",
    "proposed_by": "bigint",
    "decided_at": "timestamptz",
    "licence_id": "bigint",
    "inspection": "text",
}
_OUTCOMES = ("outcome", "pre_outcome")
_UPDATE = (
    f"UPDATE cases_case SET {', '.join(f'{name} = new.{name}' for name in COLUMNS)} "  # noqa: S608 - constants only
    f"FROM unnest(%s::bigint[], {', '.join(f'%s::{_TYPES[name]}[]' for name in COLUMNS)}) "
    f"AS new (id, {', '.join(COLUMNS)}) WHERE cases_case.id = new.id"
)


def state_of(case: Case) -> CaseState:
    """The changing part of a row."""
    values = {name: getattr(case, name) for name in COLUMNS}
    values["stage"] = Stage(case.stage)
    for name in _OUTCOMES:
        values[name] = Outcome(values[name]) if values[name] else None
    return CaseState(**values)


def column_value(state: CaseState, name: str) -> Any:
    """The value of a column for a state (an undecided outcome is stored as an empty text)."""
    value = getattr(state, name)
    return "" if name in _OUTCOMES and value is None else value


def change(
    cases: Sequence[Case], verb: Verb, facts: Sequence[Mapping[str, Any]], *, actor: Actor, now: datetime
) -> list[int]:
    """Apply an act to locked rows: the new states, the rows and the entries, in the caller's transaction.

    `facts` stands parallel to `cases`. The rows given are brought up to date. Raises `Overtaken` where the
    act is not allowed any more, because somebody else was first.
    """
    states = []
    for case, case_facts in zip(cases, facts, strict=True):
        try:
            states.append(fold(state_of(case), verb, case_facts))
        except Unlawful as error:
            stage = STAGE_NAMES[Stage(case.stage)]
            sentence = _("“%(item)s”现在是“%(stage)s”，不能再做这一步。请刷新页面查看最新进展。")
            raise Overtaken(sentence % {"item": case.item_name, "stage": stage}) from error
    columns = [[column_value(state, name) for state in states] for name in COLUMNS]
    turned = {
        case.application_id
        for case, state in zip(cases, states, strict=True)
        if branches.stands_still(case) is not branches.stands_still(state)
    }
    settled = [case.id for case, state in zip(cases, states, strict=True) if _settles(case, state)]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, [[case.id for case in cases], *columns])
    if settled:
        opinion_drafts.forget(settled)
    for application_id in sorted(turned):
        whole.follow(application_id, now=now)
    for case, state in zip(cases, states, strict=True):
        for name in COLUMNS:
            setattr(case, name, column_value(state, name))
    entries = [
        Record(verb, "case", case.id, case_facts) for case, case_facts in zip(cases, facts, strict=True)
    ]
    return record(entries, actor_kind=actor.kind, actor_id=actor.id, now=now)


def _settles(case: Case, state: CaseState) -> bool:
    """The act decides the case, or ends it without a decision: no opinion is written on it any more."""
    return case.decided_at is None and (state.decided_at is not None or state.stage in ENDED)
