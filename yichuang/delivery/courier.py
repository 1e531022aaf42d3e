"""邮寄送达: the applicant asks for it, a clerk gives the parcel to a courier, and its proof is the delivery.

Until the proof is here nothing counts as delivered, and 颁发送达期限 runs on (行政许可法 art. 44). A parcel that comes
back leaves the results where they were: at the counter.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.codes import check_phone
from yichuang.base.crypto import decrypt_json, encrypt, encrypt_json
from yichuang.base.errors import Invalid, Overtaken, Refused
from yichuang.cases.actions.acceptance import check_power, mandates_of
from yichuang.cases.actions.issuing import deliver
from yichuang.cases.locking import lock_cases_of
from yichuang.cases.models import Application, Case
from yichuang.cases.rules import check_clerk
from yichuang.cases.states import ENDED, Stage
from yichuang.catalogue import queries as catalogue_queries
from yichuang.delivery.actions import check_not_on_its_way, ready_of
from yichuang.delivery.models import HandOver, Parcel, ParcelState
from yichuang.identity.data import Actor, ActorKind, Power
from yichuang.ledger.actions import Record, record

RECIPIENT_CONTEXT = "delivery_parcel.recipient"
SIGNED_CONTEXT = "delivery_parcel.signed_by"
_LONGEST = {"name": 80, "address": 200, "carrier": 40, "waybill": 40, "signed_by": 80}
_OPEN = (ParcelState.ASKED, ParcelState.SENT)


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom and where a parcel goes."""

    name: str
    phone: str
    address: str


def ask_for_courier(*, actor: Actor, application_id: int, to: Recipient, now: datetime) -> int:
    """Keep the applicant's wish to have the results sent; asked again before it is sent, the new address counts.

    Raises `Invalid` for an address that is none, `Refused` where no item of the application can be sent, it is sent
    already, or nothing is left to be sent.
    """
    if actor.kind is not ActorKind.APPLICANT:
        check_clerk(actor)
    clean = Recipient(
        _text(to.name, "name", _("收件人姓名")),
        check_phone(to.phone, field="phone"),
        _text(to.address, "address", _("详细地址")),
    )
    with transaction.atomic(durable=True):
        application, cases = lock_cases_of(actor, application_id)
        check_not_on_its_way(application_id)
        left = [case for case in cases if case.stage not in {*ENDED, Stage.DELIVERED}]
        if not left:
            raise Overtaken(_("结果都已经领取，没有要寄的了。"), code="nothing_left")
        items = [catalogue_queries.item_version(case.item_version_id) for case in left]
        if not any(item.service.express for item in items):
            raise Refused(_("这些事项不提供邮寄，请到窗口或网上领取。"), code="not_offered")
        row, _created = Parcel.objects.update_or_create(
            application=application,
            state=ParcelState.ASKED,
            defaults={"recipient": encrypt_json(asdict(clean), RECIPIENT_CONTEXT), "asked_at": now},
        )
        entry = Record("parcel.asked", "parcel", row.id, _facts(row))
        record([entry], actor_kind=actor.kind, actor_id=actor.id, now=now)
        return row.id


def send_by_courier(*, actor: Actor, application_id: int, carrier: str, waybill: str, now: datetime) -> int:
    """Give everything that is ready to the courier, under a waybill (运单号).

    Raises `Invalid` without carrier or waybill, or for one that is known; `Refused` where the applicant did not ask
    for it; `Overtaken`, `Refused` and `Forbidden` as `hand_over`.
    """
    check_clerk(actor)
    by, number = _text(carrier, "carrier", _("快递公司")), _text(waybill, "waybill", _("运单号"))
    scope = mandates_of(actor, Power.DELIVER, now)
    with transaction.atomic(durable=True):
        _application, cases = lock_cases_of(actor, application_id)
        check_not_on_its_way(application_id)
        row = Parcel.objects.filter(application_id=application_id, state=ParcelState.ASKED).first()
        if row is None:
            raise Refused(_("申请人没有选择邮寄，请先登记收件地址。"), code="not_asked")
        ready = ready_of(cases)
        check_power(scope, ready)
        if Parcel.objects.filter(carrier=by, waybill=number).exists():
            sentence = _("运单号%(waybill)s已经用过，请核对。")
            raise Invalid(sentence % {"waybill": number}, code="waybill_known", field="waybill")
        row.state, row.carrier, row.waybill, row.sent_at = ParcelState.SENT, by, number, now
        row.case_ids = [case.id for case in ready]
        row.save(update_fields=["state", "carrier", "waybill", "sent_at", "case_ids"])
        entry = Record("parcel.sent", "parcel", row.id, _facts(row))
        record([entry], actor_kind=actor.kind, actor_id=actor.id, now=now)
        return row.id


def record_proof(
    *, actor: Actor, application_id: int, outcome: str, signed_by: str, at: datetime, now: datetime
) -> None:
    """Record what the courier says: who signed and when (送达回证), or that it was refused or could not be delivered.

    Signed for, its cases are delivered and their limit stops. Raises `Invalid` for an outcome that is none, a time
    before it was sent or in the future, and without a name; `Overtaken` where nothing is on its way (any more).
    """
    check_clerk(actor)
    if outcome not in {ParcelState.SIGNED, ParcelState.REFUSED, ParcelState.RETURNED}:
        raise Invalid(_("请选择签收、拒收或退回。"), code="no_outcome", field="outcome")
    who = _text(signed_by, "signed_by", _("签收人")) if outcome == ParcelState.SIGNED else ""
    with transaction.atomic(durable=True):
        application, cases = lock_cases_of(actor, application_id)
        row = Parcel.objects.filter(application_id=application_id, state=ParcelState.SENT).first()
        if row is None or row.sent_at is None:
            raise Overtaken(_("没有在途的邮件：可能已经登记签收或退回。请刷新页面查看。"), code="not_sent")
        if not row.sent_at <= at <= now:
            raise Invalid(_("时间应在寄出之后、现在之前，请核对。"), code="time", field="at")
        row.state, row.ended_at = outcome, at
        row.signed_by = encrypt(who, SIGNED_CONTEXT) if who else None
        row.save(update_fields=["state", "ended_at", "signed_by"])
        if outcome == ParcelState.SIGNED:
            left = [case for case in cases if case.id in set(row.case_ids) and case.stage == Stage.ISSUED]
            entries = [Record("parcel.signed", "parcel", row.id, _facts(row))]
            if left:
                entries.append(_deliver(row, application, left, actor, now))
        else:
            entries = [Record("parcel.returned", "parcel", row.id, _facts(row))]
        record(entries, actor_kind=actor.kind, actor_id=actor.id, now=now)


def _deliver(
    row: Parcel, application: Application, left: Sequence[Case], actor: Actor, now: datetime
) -> Record:
    """What was in the parcel is handed over, at the time that its proof says."""
    row.hand_over = HandOver.objects.create(
        application=application,
        channel="courier",
        receiver_id=application.party_id,
        case_ids=[case.id for case in left],
        handed_over_at=row.ended_at or now,
    )
    row.save(update_fields=["hand_over"])
    deliver(left, hand_over_id=row.hand_over.id, actor=actor, now=now)
    facts = {"application": application.id, "channel": "courier", "cases": row.hand_over.case_ids}
    return Record("hand_over.done", "hand_over", row.hand_over.id, facts)


def parcels_of(application_id: int) -> list[Parcel]:
    """The parcels of an application that the caller may see, oldest first."""
    return list(Parcel.objects.filter(application_id=application_id).order_by("id"))


def open_recipient(*, actor: Actor, parcel: Parcel, now: datetime) -> Recipient:
    """Name, phone and address of a parcel that the caller may see, recorded as read."""
    entry = Record("parcel.read", "parcel", parcel.id, _facts(parcel))
    record([entry], actor_kind=actor.kind, actor_id=actor.id, now=now)
    return Recipient(**decrypt_json(parcel.recipient, RECIPIENT_CONTEXT))


def _text(typed: str, field: str, what: str) -> str:
    text = " ".join(typed.split())
    if not text:
        raise Invalid(_("请填写%(what)s。") % {"what": what}, code="missing", field=field)
    if len(text) > _LONGEST[field]:
        sentence = _("%(what)s最多%(most)d个字，请精简。") % {"what": what, "most": _LONGEST[field]}
        raise Invalid(sentence, code="too_long", field=field)
    return text


def _facts(row: Parcel) -> dict[str, Any]:
    return {"application": row.application_id, "state": row.state, "cases": row.case_ids}
