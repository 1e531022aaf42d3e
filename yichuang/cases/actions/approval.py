"""报批: what an officer proposes and another person approves or returns. Nobody approves his own.

决定: where the item says so the head of the department or a second officer approves it (行政许可法 art. 34, 38).
延长期限 (行政许可法 art. 42; domain trap 8): once, by so much as the procedural law allows, the reason told in writing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.clock import local
from yichuang.base.errors import Overtaken
from yichuang.cases import clocks, expecting, remarks, rules
from yichuang.cases.actions.review import check_not_elsewhere, check_ripe, lock_for_review, settle
from yichuang.cases.data import CaseRow
from yichuang.cases.fold import FREED, to_facts
from yichuang.cases.locking import lock_cases
from yichuang.cases.models import Case
from yichuang.cases.states import Outcome, Proposal, Verb
from yichuang.cases.writing import change
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.facts import Approval
from yichuang.deadlines import keeping
from yichuang.deadlines.data import Limit, Unit
from yichuang.identity import queries as identity_queries
from yichuang.identity.data import Actor, Role
from yichuang.ledger.models import Entry


def propose_extension(*, actor: Actor, case_id: int, by: Limit, reason: str, now: datetime) -> None:
    """Propose to extend the limit by `by`, with the reason that the applicant will be told.

    Raises `Invalid` without a reason and where the law does not allow it (any more); else as `decide`.
    """
    text = rules.check_remark(reason, what=_("延长期限的理由"), field="why")
    with transaction.atomic(durable=True):
        case = lock_for_review(actor, case_id, now)
        check_not_elsewhere(case)
        _check_extension(case, by, now)
        facts = {
            **FREED,
            "limit": by.value,
            "unit": by.unit,
            "remark": remarks.write(case_id, "proposal", text, actor=actor, now=now),
            **to_facts(proposed=Proposal.EXTENSION, proposed_by=actor.id),
        }
        change([case], Verb.PROPOSE, [facts], actor=actor, now=now)


def propose_decision(
    *,
    actor: Actor,
    case_id: int,
    outcome: Outcome,
    opinion: str,
    granted: Mapping[str, str] | None = None,
    now: datetime,
) -> None:
    """Propose to grant or refuse, where the item has the decision approved; the rest is as with `decide`."""
    text = rules.check_opinion(outcome, opinion)
    with transaction.atomic(durable=True):
        case = lock_for_review(actor, case_id, now)
        check_not_elsewhere(case)
        check_ripe(case, outcome, now)
        facts: dict[str, Any] = {
            **FREED,
            "proposes": outcome,
            "remark": remarks.write(case_id, "decision", text, actor=actor, now=now),
            **to_facts(proposed=Proposal.DECISION, proposed_by=actor.id),
        }
        if granted and outcome is Outcome.GRANTED:
            facts["granted"] = expecting.write_granted(case, granted, actor=actor, now=now)
        change([case], Verb.PROPOSE, [facts], actor=actor, now=now)


def approve(*, actor: Actor, case_id: int, now: datetime) -> None:
    """Approve what is proposed: it is done.

    Who acts for the head on leave (代班) approves in her place; the entry names both.
    Raises `Forbidden` for who may not approve it, above all who proposed it; `Overtaken` where nothing is proposed
    (any more); `Invalid` where the law does not allow it any more.
    """
    with transaction.atomic(durable=True):
        case = _lock_proposed(actor, case_id)
        acting_for = _check_may_approve(case, actor, now)
        entries = Entry.objects.filter(subject_kind="case", subject_id=case_id, verb=Verb.PROPOSE)
        proposed = entries.latest("id")
        if case.proposed == Proposal.EXTENSION:
            _extend(case, proposed, acting_for, actor, now)
        else:
            _decide(case, proposed, acting_for, actor, now)


def return_proposal(*, actor: Actor, case_id: int, remark: str, now: datetime) -> None:
    """Return what is proposed, with what is to be thought of; who proposed it takes it back the same way.

    Raises as `approve`, and `Invalid` without a remark.
    """
    text = rules.check_remark(remark, what=_("退回的意见"), field="remark", is_told=False)
    with transaction.atomic(durable=True):
        case = _lock_proposed(actor, case_id)
        facts: dict[str, Any] = dict(FREED)
        if actor.id != case.proposed_by:
            facts |= _check_may_approve(case, actor, now)
        facts["remark"] = remarks.write(case_id, "proposal", text, actor=actor, now=now)
        change([case], Verb.RETURN_PROPOSAL, [facts], actor=actor, now=now)


def approval_of(case: Case | CaseRow) -> Approval:
    """Who approves what is proposed: an extension always the head of the department."""
    if case.proposed == Proposal.EXTENSION:
        return Approval.CHIEF
    return catalogue_queries.item_version(case.item_version_id).authority.approval


def _lock_proposed(actor: Actor, case_id: int) -> Case:
    case = lock_cases(actor, [case_id])[0]
    rules.check_officer(actor, case.department_id)
    if not case.proposed:
        raise Overtaken(
            _("没有等待批准的事：可能已经批准、退回或收回。请刷新页面查看。"), code="not_proposed"
        )
    return case


def _check_may_approve(case: Case, actor: Actor, now: datetime) -> dict[str, int]:
    """Raises `Forbidden`; for which head on leave the actor approves, as facts."""
    heads = identity_queries.heads_stood_in_for(actor, local(now).date())
    approval = approval_of(case)
    rules.check_may_approve(actor, case.proposed_by, approval, heads)
    if approval is Approval.CHIEF and not actor.has(Role.CHIEF_OFFICER):
        return {"for": min(heads)}
    return {}


def _check_extension(case: Case, by: Limit, now: datetime) -> None:
    item = catalogue_queries.item_version(case.item_version_id)
    last = case.statutory_due_at or case.due_at
    regime = catalogue_queries.regime(item)
    rules.check_extension(item, regime, by, left=case.extensions_left, last=last, now=now)


def _extend(case: Case, proposed: Entry, acting_for: Mapping[str, int], actor: Actor, now: datetime) -> None:
    by = Limit(proposed.facts["limit"], Unit(proposed.facts["unit"]))
    _check_extension(case, by, now)
    before = case.due_at
    moved = keeping.extend(clocks.SUBJECT, case.id, clocks.DUE, by)
    facts = {
        **FREED,
        **acting_for,
        "limit": by.value,
        "unit": by.unit,
        "remark": proposed.facts["remark"],
        "extensions_left": case.extensions_left - 1,
        **to_facts(due_before=before),
        **clocks.moved_facts(moved),
    }
    change([case], Verb.EXTEND, [facts], actor=actor, now=now)


def _decide(case: Case, proposed: Entry, acting_for: Mapping[str, int], actor: Actor, now: datetime) -> None:
    outcome = Outcome(proposed.facts["proposes"])
    check_ripe(case, outcome, now)
    said = {name: proposed.facts[name] for name in ("remark", "granted") if name in proposed.facts}
    settle(case, outcome, {"proposal": proposed.id, **acting_for, **said}, actor=actor, now=now)
