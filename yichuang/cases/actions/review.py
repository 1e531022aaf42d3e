"""The department's part: claim, begin, decide."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.clock import local
from yichuang.base.errors import Invalid, Overtaken
from yichuang.cases import clocks, commitments, expecting, hearing_rules, opinions, remarks, rules
from yichuang.cases.fold import FREED, to_facts
from yichuang.cases.locking import lock_case, lock_cases
from yichuang.cases.models import Case
from yichuang.cases.states import WORKED, Outcome, Stage, Verb
from yichuang.cases.whole import expected_results
from yichuang.cases.writing import change
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.regimes import GapsHold
from yichuang.identity import queries as identity_queries
from yichuang.identity.data import Actor, ActorKind

#: How long a claim holds without a further act.
CLAIM_HOURS = 2


def claim(*, actor: Actor, case_id: int, now: datetime) -> None:
    """Take a case for two hours; claiming one's own again renews it, and so does one who acts for its holder (代班).

    Raises `Overtaken` naming who holds it."""
    with transaction.atomic(durable=True):
        absent = identity_queries.stood_in_for(actor, local(now).date())
        case = lock_for_review(actor, case_id, now, over=absent)
        facts = to_facts(claimed_by=actor.id, claimed_until=now + timedelta(hours=CLAIM_HOURS))
        if case.claimed_by in absent:
            facts["for"] = case.claimed_by
        change([case], Verb.CLAIM, [facts], actor=actor, now=now)


def unclaim(*, actor: Actor, case_id: int, now: datetime) -> None:
    """Give a claimed case back to the department's list. Raises `Overtaken` where somebody else holds it."""
    with transaction.atomic(durable=True):
        case = lock_for_review(actor, case_id, now)
        change([case], Verb.UNCLAIM, [{"claimed_by": None, "claimed_until": None}], actor=actor, now=now)


def decide(
    *,
    actor: Actor,
    case_id: int,
    outcome: Outcome,
    opinion: str,
    granted: Mapping[str, str] | None = None,
    now: datetime,
) -> bool:
    """Grant or refuse with an opinion; a refusal's reasons go to the applicant (行政许可法 art. 38).

    `granted`: element → what is granted where that is not what was applied for. True: it is decided. False: what
    it is reviewed on is still expected (模拟审批), so that this is a pre-decision, which `joining.join` makes formal.
    Raises `Overtaken` where another officer holds the case or it is decided already, `Invalid` without reasons,
    `Forbidden` for an officer of another department, and for an item whose decision another person has to approve.
    """
    text = rules.check_opinion(outcome, opinion)
    with transaction.atomic(durable=True):
        case = lock_for_review(actor, case_id, now)
        check_not_elsewhere(case)
        rules.check_decides_alone(catalogue_queries.item_version(case.item_version_id))
        check_ripe(case, outcome, now)
        remark = remarks.write(case_id, "decision", text, actor=actor, now=now)
        facts: dict[str, Any] = {"remark": remark}
        if granted and outcome is Outcome.GRANTED:
            facts["granted"] = expecting.write_granted(case, granted, actor=actor, now=now)
        return settle(case, outcome, facts, actor=actor, now=now)


def begin_review_elsewhere(*, case_id: int, partner_id: int, now: datetime) -> None:
    """The department's own system has taken the case: it is in review there. Safe to repeat."""
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        if case.stage == Stage.ACCEPTED:
            partner = Actor(ActorKind.PARTNER, partner_id)
            change([case], Verb.BEGIN_REVIEW, [{}], actor=partner, now=now)


def decide_elsewhere(
    *, case_id: int, partner_id: int, outcome: Outcome, reason: str, facts: Mapping[str, Any], now: datetime
) -> None:
    """Take over the decision of the department's own system. Safe to repeat: a decided case stays as it is.

    `facts` are codes for the entry (the partner's transaction), never personal data.
    """
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        if case.stage not in WORKED:
            return
        partner = Actor(ActorKind.PARTNER, partner_id)
        text = reason.strip() or _("部门业务系统反馈：准予。")
        remark = remarks.write(case_id, "decision", text, actor=partner, now=now)
        settle(case, outcome, {**facts, "remark": remark}, actor=partner, now=now)


def lock_for_review(actor: Actor, case_id: int, now: datetime, *, over: Collection[int] = ()) -> Case:
    """The case, locked for an act of an officer: of the department, on a case that waits for nothing and nobody else.

    Raises `Forbidden`, `Invalid` or `Overtaken`; not for the claim of a colleague in `over`.
    """
    case = lock_cases(actor, [case_id])[0]
    rules.check_officer(actor, case.department_id)
    if case.waiting:
        raise Invalid(_("这件还在等同一申办中其他事项的决定，轮到时会出现在待办里。"), code="waiting")
    rules.check_nothing_proposed(case.proposed)
    if case.stage == Stage.PREDECIDED:
        raise Overtaken(
            _("这件已有预审意见，等预期结果到达后自动转为正式决定，不一致时恢复审查。"), code="predecided"
        )
    if case.claimed_by not in {None, actor.id, *over}:
        rules.check_claim(
            actor,
            case.claimed_by,
            case.claimed_until,
            holder=identity_queries.staff_name(case.claimed_by),
            now=now,
        )
    return case


def check_not_elsewhere(case: Case) -> None:
    """The case is handled here. Raises `Overtaken` where the department's own system has it."""
    if case.partner:
        raise Overtaken(_("这件由部门业务系统办理，结果会自动返回，请勿在平台上重复决定。"), code="elsewhere")


def check_ripe(case: Case, outcome: Outcome, now: datetime) -> None:
    """Nothing is decided before a hearing that may be asked for or a binding opinion, nor granted over an open gap."""
    hearing_rules.check_none_open(case.hearing, case.hearing_until, local(now).date())
    opinions.check_no_round(case.id)
    if case.gap_until is None or outcome is not Outcome.GRANTED:
        return
    regime = catalogue_queries.regime(catalogue_queries.item_version(case.item_version_id))
    if regime.gaps_hold is GapsHold.DECISION:
        sentence = _("还有容缺材料没有补交（期限%(until)s），补齐后才能作出准予决定。")
        raise Invalid(sentence % {"until": case.gap_until.isoformat()}, code="gap_open")


def settle(case: Case, outcome: Outcome, facts: Mapping[str, Any], *, actor: Actor, now: datetime) -> bool:
    """Decide, or where a sister's result is still expected pre-decide: then the clock stands still until it comes."""
    expected = expected_results(case, now)
    if not expected:
        clocks.stop_decided(case, outcome, now=now)
        whole = {**facts, **FREED, **to_facts(outcome=outcome, decided_at=now)}
        whole |= commitments.begin_inspection(case, outcome, now=now)
        change([case], Verb.DECIDE, [whole], actor=actor, now=now)
        return True
    whole = {**facts, **FREED, **to_facts(pre_outcome=outcome), "expects": [one.id for one in expected]}
    whole |= clocks.stand_still(case, reason="predecided", now=now)
    change([case], Verb.PREDECIDE, [whole], actor=actor, now=now)
    return False
