"""Messages to applicants (短信): queued in the act's transaction, sent afterwards, each once.

Queueing only writes a row. Rows are sent by `send_due`, which the journey runs in a queue of its own, so that
a dead gateway holds up nothing else. A call is made outside any transaction: before it the row says *unknown*,
so that a process that dies in the middle leaves the truth behind. What is unknown goes out again under the
same id, which the gateway takes once.
"""

from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from yichuang.base import circuit
from yichuang.base.clock import local
from yichuang.base.crypto import decrypt_text, encrypt, mask_phone
from yichuang.base.ids import new_key
from yichuang.identity.data import SYSTEM, Actor
from yichuang.ledger.actions import Record, record
from yichuang.notices import rules
from yichuang.notices.contract import NotSent, Outgoing, Rejected, Unanswered, channel
from yichuang.notices.data import MessageFacts, MessageKind, MessageState
from yichuang.notices.models import ChannelLine, Message

log = structlog.get_logger(__name__)

ADDRESS_CONTEXT = "notices_message.address"
TEXT_CONTEXT = "notices_message.text"
#: The channel of every applicant who left a phone number.
SMS = "sms"
#: So many are sent at a time; the next run goes on.
_BATCH = 500
_OPEN = (MessageState.WAITING, MessageState.UNKNOWN)


def queue_message(
    *, key: str, application_number: str, case_number: str = "", phone: str, text: str, now: datetime
) -> int:
    """Write down that `text` is to be sent, in the caller's transaction, and return the message's id.

    `key` is `<kind>:<occasion>`, for example `received:<number>`: the same key again returns the same id and
    changes nothing.
    """
    queued = _queue(
        key=key,
        application_number=application_number,
        case_number=case_number,
        phone=phone,
        text=text,
        now=now,
    )
    return queued[0]


def resend(*, actor: Actor, application_number: str, phone: str, text: str, now: datetime) -> bool:
    """Send the address of an application's papers again, because somebody at the counter asks for it.

    False where that was asked for less than a minute ago: a second press of the button is the first one.
    """
    kind = MessageKind.LINK
    with transaction.atomic(durable=True):
        just_now = Message.objects.filter(
            application_number=application_number, kind=kind, created_at__gt=now - rules.PRESSED_TWICE
        )
        if just_now.exists():
            return False
        # Two presses at the same moment see no row of each other; they have the key in common.
        key = f"{kind}:{application_number}:{local(now):%y%m%d%H%M}"
        message_id, created = _queue(
            key=key, application_number=application_number, phone=phone, text=text, now=now
        )
        if not created:
            return False
        facts = {"application": application_number, "kind": kind}
        entry = Record("message.queued", "message", message_id, facts)
        record([entry], actor_kind=actor.kind, actor_id=actor.id, now=now)
        return True


def send_message(message_id: int, *, now: datetime) -> MessageState:
    """Make the call, once, and record what came of it; what is known afterwards.

    Safe to repeat: only what is open and due is sent, and of two callers one sends. Without a gateway, or
    while it is left alone after failures, nothing changes.
    """
    row = Message.objects.get(id=message_id)
    state, carrier = MessageState(row.state), channel(row.channel)
    if row.next_attempt_at is None or row.next_attempt_at > now or not carrier.ready():
        return state
    if not circuit.passing(ChannelLine, [row.channel], now):
        return state
    attempt = _claim(message_id, now)
    if attempt is None:
        return _state_of(message_id)
    text = decrypt_text(row.text, TEXT_CONTEXT)
    outgoing = Outgoing(row.message_id, decrypt_text(row.address, ADDRESS_CONTEXT), text)
    try:
        carrier.send(outgoing)
    except (NotSent, Unanswered) as error:
        circuit.note(ChannelLine, failed=[row.channel], now=now)
        reached = state if isinstance(error, NotSent) else MessageState.UNKNOWN
        return _put_back(message_id, attempt, reached, str(error), now)
    except Rejected as error:
        circuit.note(ChannelLine, succeeded=[row.channel], now=now)
        return _end(message_id, MessageState.FAILED, str(error), now)
    circuit.note(ChannelLine, succeeded=[row.channel], now=now)
    return _end(message_id, MessageState.SENT, "", now)


def send_due(*, now: datetime) -> int:
    """Send what is due, oldest first, until the gateway fails; how many were tried.

    What has waited too long is given up, so that a gateway that comes back after a week sends no old news.
    """
    _give_up(now)
    tried = 0
    if not channel(SMS).ready():
        return tried
    due = list(_due(now).order_by("next_attempt_at", "id").values_list("id", flat=True)[:_BATCH])
    for message_id in due:
        if ChannelLine.objects.filter(key=SMS, open_until__gt=now).exists():
            break
        tried += 1
        try:
            send_message(message_id, now=now)
        except Exception:
            log.exception("message_not_sent", message=message_id)
    return tried


def something_is_due(now: datetime) -> bool:
    """Whether `send_due` would have something to do."""
    too_old = Q(created_at__lte=now - rules.KEPT)
    return _due(now).filter(Q() if channel(SMS).ready() else too_old).exists()


def of_application(application_number: str) -> list[MessageFacts]:
    """The messages of an application, newest first; one query. The caller has shown its right to it."""
    rows = Message.objects.filter(application_number=application_number).order_by("-id")
    return [
        MessageFacts(
            kind=MessageKind(row.kind),
            state=MessageState(row.state),
            phone=mask_phone(decrypt_text(row.address, ADDRESS_CONTEXT)),
            code=row.code,
            created_at=row.created_at,
            sent_at=row.sent_at,
        )
        for row in rows.defer("text")
    ]


def _queue(
    *, key: str, application_number: str, case_number: str = "", phone: str, text: str, now: datetime
) -> tuple[int, bool]:
    """The id of the message with this key, and whether it was made now."""
    row, created = Message.objects.only("id").get_or_create(
        key=key,
        defaults={
            "message_id": new_key(),
            "kind": MessageKind(key.partition(":")[0]),
            "application_number": application_number,
            "case_number": case_number,
            "channel": SMS,
            "address": encrypt(phone, ADDRESS_CONTEXT),
            "text": encrypt(text, TEXT_CONTEXT),
            "state": MessageState.WAITING,
            "next_attempt_at": now,
            "created_at": now,
        },
    )
    return row.id, created


def _due(now: datetime) -> QuerySet[Message]:
    return Message.objects.filter(state__in=_OPEN, next_attempt_at__lte=now)


def _state_of(message_id: int) -> MessageState:
    return MessageState(Message.objects.values_list("state", flat=True).get(id=message_id))


def _lock(message_id: int) -> Message:
    return Message.objects.select_for_update(of=("self",), no_key=True).get(id=message_id)


def _claim(message_id: int, now: datetime) -> int | None:
    """Take a message that is due, to send it; the number of this attempt, or None where somebody else has it."""
    with transaction.atomic(durable=True):
        row = _lock(message_id)
        if row.next_attempt_at is None or row.next_attempt_at > now:
            return None
        row.state, row.code = MessageState.UNKNOWN, "in_flight"
        row.attempts += 1
        row.next_attempt_at = now + rules.IN_FLIGHT
        row.save(update_fields=["state", "code", "attempts", "next_attempt_at"])
        return row.attempts


def _put_back(message_id: int, attempt: int, state: MessageState, code: str, now: datetime) -> MessageState:
    """This attempt came to nothing. A later attempt, or an end, knows better."""
    with transaction.atomic(durable=True):
        row = _lock(message_id)
        if row.next_attempt_at is not None and row.attempts == attempt:
            row.state, row.code = state, code
            row.next_attempt_at = rules.next_attempt(attempt, now)
            row.save(update_fields=["state", "code", "next_attempt_at"])
        return MessageState(row.state)


def _end(message_id: int, state: MessageState, code: str, now: datetime) -> MessageState:
    """The gateway has spoken."""
    with transaction.atomic(durable=True):
        row = _lock(message_id)
        if row.next_attempt_at is not None:
            row.state, row.code, row.next_attempt_at = state, code, None
            row.sent_at = now if state is MessageState.SENT else None
            row.save(update_fields=["state", "code", "next_attempt_at", "sent_at"])
            entry = _sent(row) if state is MessageState.SENT else _failed(row)
            record([entry], actor_kind=SYSTEM.kind, actor_id=SYSTEM.id, now=now)
        return MessageState(row.state)


def _give_up(now: datetime) -> None:
    """What has waited too long has failed."""
    with transaction.atomic(durable=True):
        old = _due(now).filter(created_at__lte=now - rules.KEPT).order_by("id")
        rows = list(old.select_for_update(of=("self",), no_key=True, skip_locked=True)[:_BATCH])
        for row in rows:
            row.state, row.code, row.next_attempt_at = MessageState.FAILED, "too_late", None
        if rows:
            Message.objects.bulk_update(rows, ["state", "code", "next_attempt_at"])
            entries = [_failed(row) for row in rows]
            record(entries, actor_kind=SYSTEM.kind, actor_id=SYSTEM.id, now=now)


def _sent(row: Message) -> Record:
    return Record("message.sent", "message", row.id, _facts(row))


def _failed(row: Message) -> Record:
    return Record("message.failed", "message", row.id, {**_facts(row), "code": row.code})


def _facts(row: Message) -> dict[str, str | int]:
    return {"application": row.application_number, "kind": row.kind, "attempts": row.attempts}
