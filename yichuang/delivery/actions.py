"""Handing over everything that is ready, at any counter or by download."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.errors import Forbidden, Overtaken, Refused
from yichuang.cases.actions.acceptance import check_power, mandates_of
from yichuang.cases.actions.issuing import deliver
from yichuang.cases.locking import lock_cases_of
from yichuang.cases.models import Application, Case
from yichuang.cases.rules import check_clerk
from yichuang.cases.states import Stage, may_cure
from yichuang.delivery.models import HandOver, Parcel, ParcelState
from yichuang.identity.data import Actor, ActorKind, Power
from yichuang.ledger.actions import Record, record


def hand_over(*, actor: Actor, application_id: int, to_agent: bool = False, now: datetime) -> int:
    """Hand over every issued case of the application in one act; returns the hand-over's id.

    A clerk hands over at the counter to the applicant or, `to_agent`, to the agent; the applicant hands over to
    herself by downloading. Papers of refusal are handed over too. Raises `Overtaken` where nothing is ready
    (also the second time), `Refused` where all that is ready waits for a gap to be cured or is with the courier,
    `Forbidden` without a mandate to deliver.
    """
    scope = None
    if actor.kind is not ActorKind.APPLICANT:
        check_clerk(actor)
        scope = mandates_of(actor, Power.DELIVER, now)
    with transaction.atomic(durable=True):
        application, cases = lock_cases_of(actor, application_id)
        if actor.kind is not ActorKind.APPLICANT:
            check_not_on_its_way(application_id)
        ready = ready_of(cases)
        if scope is not None:
            check_power(scope, ready)
        row = HandOver.objects.create(
            application=application,
            channel="download" if actor.kind is ActorKind.APPLICANT else "counter",
            receiver_id=_receiver(application, to_agent=to_agent),
            counter_id=actor.counter_id,
            case_ids=[case.id for case in ready],
            handed_over_at=now,
        )
        deliver(ready, hand_over_id=row.id, actor=actor, now=now)
        facts = {"application": application.id, "channel": row.channel, "cases": row.case_ids}
        record(
            [Record("hand_over.done", "hand_over", row.id, facts)],
            actor_kind=actor.kind,
            actor_id=actor.id,
            now=now,
        )
        return row.id


def ready_of(cases: Sequence[Case]) -> list[Case]:
    """Those of an application's cases whose results can go out now. Raises `Overtaken` and `Refused` where none can."""
    issued = [case for case in cases if case.stage == Stage.ISSUED]
    held = [case for case in issued if case.gap_until is not None and may_cure(case.stage, case.outcome)]
    ready = [case for case in issued if case not in held]
    if held and not ready:
        sentence = _("“%(item)s”还有容缺材料没有补交，补齐后才能领取结果。请先收取材料。")
        raise Refused(sentence % {"item": held[0].item_name}, code="gap_open")
    if not ready:
        raise Overtaken(
            _("没有待领取的结果：可能已经领取，或还在办理。请刷新页面查看。"), code="nothing_ready"
        )
    return ready


def check_not_on_its_way(application_id: int) -> None:
    """Nothing of the application is with the courier. Raises `Refused` naming the waybill."""
    sent = Parcel.objects.filter(application_id=application_id, state=ParcelState.SENT).first()
    if sent is not None:
        sentence = _("结果已由%(carrier)s寄出（运单号%(waybill)s），签收或退回之后才能再办。")
        raise Refused(sentence % {"carrier": sent.carrier, "waybill": sent.waybill}, code="on_its_way")


def _receiver(application: Application, *, to_agent: bool) -> int:
    if not to_agent:
        return application.party_id
    if application.agent_id is None:
        raise Forbidden(_("这件申办没有登记代办人，结果只能交给申请人本人。"), code="no_agent")
    return application.agent_id
