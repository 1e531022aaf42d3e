"""Handing cases to departments' own systems: send, ask after, take answers in.

A call is made outside any transaction. Before it, the row says *unknown*, so that a process that dies in the
middle leaves the truth behind; after it, the outcome is recorded in one transaction. *Unknown* is ended only
by the partner's word (architecture §7, the contract in docs/connecting-a-department.md).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base import circuit
from yichuang.base.crypto import decrypt_json, encrypt_json
from yichuang.base.errors import Invalid, NotVisible, Overtaken, Refused
from yichuang.base.ids import new_key
from yichuang.catalogue.data import Partner
from yichuang.departments import messages, rules, signing
from yichuang.departments.contract import Message, NeverHeard, NotSent, Unanswered, adapter
from yichuang.departments.data import Receipt
from yichuang.departments.models import Dispatch, InboundEvent, PartnerLine
from yichuang.departments.partners import partner, partner_keys, speaker
from yichuang.departments.recording import PAYLOAD, Taking, leave_unknown, lock, put_back, take
from yichuang.departments.states import State
from yichuang.ledger.actions import Record, record

log = structlog.get_logger(__name__)

#: So many dispatches of one partner are chased at a time; the next run goes on.
_BATCH = 100


class Unsigned(Refused):
    """The call does not bear the partner's signature, or not a fresh one."""

    code = "unsigned"
    status = 401


def queue_of(partner_key: str) -> str:
    """The queue of a partner's jobs: what waits for one partner never stands before another's."""
    return f"partner.{partner_key}"


def dispatch(
    *,
    case_number: str,
    case_id: int,
    partner_key: str,
    payload: Mapping[str, Any],
    now: datetime,
    kind: str = "case",
) -> int:
    """Write down that a case is to be handed over, in the caller's transaction, and return the dispatch's id.

    Called again for the same case it returns the same id and changes nothing. Raises `NotVisible` for a
    partner that the catalogue does not name.
    """
    partner(partner_key)
    row = Dispatch(
        transaction_id=new_key(),
        partner_key=partner_key,
        kind=kind,
        case_id=case_id,
        case_number=case_number,
        state=State.WAITING,
        payload=encrypt_json(dict(payload), PAYLOAD),
        next_attempt_at=now,
        created_at=now,
    )
    Dispatch.objects.bulk_create([row], ignore_conflicts=True)
    return Dispatch.objects.values_list("id", flat=True).get(
        case_number=case_number, partner_key=partner_key, kind=kind
    )


def send(dispatch_id: int, *, now: datetime) -> State:
    """Make the call, once, and record what came of it; what is known afterwards.

    Safe to repeat: only a dispatch that waits is sent, and of two callers one sends.
    """
    row = Dispatch.objects.get(id=dispatch_id)
    if row.state != State.WAITING:
        return State(row.state)
    to = partner(row.partner_key)
    secret, carrier = signing.secret_of(to), adapter(to.adapter)
    if not circuit.passing(PartnerLine, [to.key], now):
        _wait_for_line(row, now)
        return State.WAITING
    attempt = _claim(dispatch_id, now)
    if attempt is None:
        return State(Dispatch.objects.values_list("state", flat=True).get(id=dispatch_id))
    message = Message(row.transaction_id, row.case_number, decrypt_json(row.payload, PAYLOAD))
    try:
        outcome = carrier.send(to, secret, message)
    except NotSent as error:
        circuit.note(PartnerLine, failed=[to.key], now=now)
        return put_back(dispatch_id, attempt=attempt, code=str(error), now=now)
    except Unanswered as error:
        circuit.note(PartnerLine, failed=[to.key], now=now)
        return leave_unknown(dispatch_id, str(error), now=now)
    circuit.note(PartnerLine, succeeded=[to.key], now=now)
    with transaction.atomic(durable=True):
        locked = lock(dispatch_id)
        take(locked, outcome, now=now)
        return State(locked.state)


def chase(*, now: datetime, partner_key: str = "") -> int:
    """Send what waits and ask after what is unknown or overdue, by transaction id; how many were tried.

    With `partner_key` for one partner only, so that each has its own job in its own queue. A partner that
    fails, or cannot be called, never keeps the others from their turn.
    """
    tried = 0
    for key in [partner_key] if partner_key else partner_keys():
        try:
            tried += _chase_partner(key, now)
        except Exception:
            log.exception("partner_not_chased", partner=key)
            if partner_key:
                raise
    return tried


def receive(partner_key: str, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Receipt:
    """Take a signed call-back in. The same one delivered again changes nothing and is taken as well.

    Raises `Unsigned` (401), `Invalid` for what is not of the contract's form (422), `NotVisible` for a partner
    or a transaction that is not known (404), `Overtaken` for what contradicts the final answer or uses an
    event id for a second answer (409).
    """
    sender = partner(partner_key)
    try:
        signing.check(signing.secret_of(sender), headers, body, now)
    except signing.BadSignature as error:
        log.warning("call_back_unsigned", partner=partner_key, code=str(error))
        sentence = _("签名不符或时间戳超出五分钟，请检查共享密钥和服务器时钟。")
        raise Unsigned(sentence, code=f"signature_{error}") from error
    try:
        answered = messages.read_answered(body)
        transaction_id = UUID(answered.transaction)
    except ValueError as error:
        sentence = _("报文不符合约定的格式，出错之处：%(place)s。") % {"place": error}
        raise Invalid(sentence, code="malformed") from error
    taking, state = _take_in(partner_key, transaction_id, answered, now)
    if taking is Taking.CONTRADICTORY:
        log.warning("call_back_contradictory", partner=partner_key, transaction=answered.transaction)
        raise Overtaken(_("此前已收到不同的最终答复，以先到的为准。请与平台核对。"), code="contradictory")
    return Receipt(state, duplicate=taking is Taking.DUPLICATE)


def _take_in(
    partner_key: str, transaction_id: UUID, answered: messages.Answered, now: datetime
) -> tuple[Taking, State]:
    digest = messages.digest(answered.outcome)
    with transaction.atomic(durable=True):
        row = (
            Dispatch.objects.select_for_update(of=("self",), no_key=True)
            .filter(transaction_id=transaction_id, partner_key=partner_key)
            .first()
        )
        if row is None:
            log.warning("call_back_unknown_transaction", partner=partner_key, transaction=str(transaction_id))
            raise NotVisible(_("没有这个事务编号，请核对后再发送。"), code="unknown_transaction")
        earlier = InboundEvent.objects.filter(partner_key=partner_key, event_id=answered.event_id).first()
        if earlier is not None:
            same = bytes(earlier.digest) == digest and earlier.dispatch_id == row.id
            agreed = same and earlier.outcome != Taking.CONTRADICTORY
            return (Taking.DUPLICATE if agreed else Taking.CONTRADICTORY), State(row.state)
        taking = take(row, answered.outcome, now=now)
        InboundEvent.objects.create(
            partner_key=partner_key,
            event_id=answered.event_id,
            dispatch=row,
            digest=digest,
            outcome=taking,
            received_at=now,
        )
        if taking is Taking.CONTRADICTORY:
            _record_contradiction(row, now)
        return taking, State(row.state)


def _record_contradiction(row: Dispatch, now: datetime) -> None:
    """Nothing changes, but somebody must look: the two sides no longer agree about a decided case."""
    facts = {"case_id": row.case_id, "partner": row.partner_key, "transaction": str(row.transaction_id)}
    entry = Record("dispatch.contradicted", "dispatch", row.id, facts)
    actor = speaker(row.partner_key)
    record([entry], actor_kind=actor.kind, actor_id=actor.id, now=now)


def _claim(dispatch_id: int, now: datetime) -> int | None:
    """Take a waiting dispatch to send it; the number of this attempt, or None where somebody else has it."""
    with transaction.atomic(durable=True):
        row = lock(dispatch_id)
        if row.state != State.WAITING:
            return None
        row.state, row.code = State.UNKNOWN, "in_flight"
        row.attempts += 1
        row.questions = 0
        row.sent_at, row.next_attempt_at = now, now + rules.IN_FLIGHT
        row.save(update_fields=["state", "code", "attempts", "questions", "sent_at", "next_attempt_at"])
        return row.attempts


def _wait_for_line(row: Dispatch, now: datetime) -> None:
    """The partner is left alone for now: wait at least as long."""
    closed_until = (
        PartnerLine.objects.filter(key=row.partner_key).values_list("open_until", flat=True).first()
    )
    Dispatch.objects.filter(id=row.id, state=State.WAITING).update(
        next_attempt_at=max(closed_until or now, now), code="line_closed"
    )


def _chase_partner(partner_key: str, now: datetime) -> int:
    to = partner(partner_key)
    due = list(
        Dispatch.objects.filter(
            partner_key=partner_key,
            state__in=[State.WAITING, State.UNKNOWN, State.LATER],
            next_attempt_at__lte=now,
        )
        .order_by("next_attempt_at", "id")
        .values_list("id", "state")[:_BATCH]
    )
    for tried, (dispatch_id, state) in enumerate(due):
        if PartnerLine.objects.filter(key=partner_key, open_until__gt=now).exists():
            return tried
        if state == State.WAITING or _ask_after(to, dispatch_id, now) is State.WAITING:
            send(dispatch_id, now=now)
    return len(due)


def _ask_after(to: Partner, dispatch_id: int, now: datetime) -> State:
    """Ask the partner what became of a transaction, and record its word."""
    with transaction.atomic(durable=True):
        row = lock(dispatch_id)
        state = State(row.state)
        if state not in {State.UNKNOWN, State.LATER}:
            return state
        row.questions += 1
        row.next_attempt_at = rules.next_attempt(state, row.questions, now)
        row.save(update_fields=["questions", "next_attempt_at"])
    if not circuit.passing(PartnerLine, [to.key], now):
        return state
    try:
        outcome = adapter(to.adapter).ask(to, signing.secret_of(to), row.transaction_id)
    except (NotSent, Unanswered) as error:
        circuit.note(PartnerLine, failed=[to.key], now=now)
        log.warning("partner_does_not_answer", partner=to.key, dispatch=dispatch_id, code=str(error))
        return state
    circuit.note(PartnerLine, succeeded=[to.key], now=now)
    if isinstance(outcome, NeverHeard):
        return put_back(dispatch_id, attempt=row.attempts, code="never_heard", now=now)
    with transaction.atomic(durable=True):
        locked = lock(dispatch_id)
        take(locked, outcome, now=now)
        return State(locked.state)
