"""What is known of an issued document, and which messages to applicants there are."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yichuang.catalogue.papers import NoticeKind


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """A document that was issued: numbers and codes, no personal data."""

    id: int
    number: str
    kind: NoticeKind
    title: str
    application_number: str
    case_number: str | None
    department_id: int
    department_name: str
    file_id: int
    sha256: bytes
    verify_code: str
    issued_at: datetime


class MessageKind(StrEnum):
    """On which occasion an applicant gets a message. Stored: a value may be added, never changed."""

    RECEIVED = "received"  # 收件告知, one an application
    ACCEPTED = "accepted"  # 受理告知, one an application
    CORRECTION = "correction"  # 补正告知, one for each time
    LONGER = "longer"  # 办理时间变化告知: a special procedure or an extension, one for each time
    HEARING = "hearing"  # 听证权利告知
    PARCEL = "parcel"  # 邮寄告知: sent, or come back
    INQUIRY = (
        "inquiry"  # 征询告知: go on with the rest or withdraw it, one for each member that was not granted
    )
    READY = "ready"  # 领取通知, one an application
    LINK = "link"  # the address of the papers, sent again at the counter


class MessageState(StrEnum):
    """What became of a message. Stored: a value may be added, never changed."""

    WAITING = "waiting"  # nothing of it has reached the gateway
    UNKNOWN = "unknown"  # it may have; it goes out again under the same id, which the gateway takes once
    SENT = "sent"  # the gateway has taken it
    FAILED = "failed"  # the gateway refuses it, or it waited until it would say nothing new


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """A message as the counter sees it. `phone` is masked; `code` says why it has not gone out."""

    kind: MessageKind
    state: MessageState
    phone: str
    code: str
    created_at: datetime
    sent_at: datetime | None
