"""Values that cross the border of sharing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """What came of a query. Stored: a value may be added, never changed."""

    FOUND = "found"
    ABSENT = "absent"  # the register answers that it has no such record
    DOWN = "down"  # no answer that counts: the declared fallback is asked for
    DENIED = "denied"  # no grant: the register was not called


@dataclass(frozen=True, slots=True)
class DataRequest:
    """A question: what `resource` knows about `subject`, for `item`."""

    resource: str
    item: str
    subject: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a register said. `values`: element key → value. `sentence` says what to do where nothing was found."""

    resource: str
    outcome: Outcome
    values: Mapping[str, str]
    evidence_id: int
    source_name: str
    purpose: str
    at: datetime
    sentence: str = ""
    fallback: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceFacts:
    """A stored query, decrypted. `intact`: what is stored is what was signed when it was asked."""

    id: int
    application_number: str
    item_key: str
    resource: str
    resource_name: str
    source_name: str
    provider: str
    provider_name: str
    purpose: str
    fields: tuple[str, ...]
    outcome: Outcome
    subject: str  # the number that was asked about, masked
    values: Mapping[str, str]
    labelled: tuple[tuple[str, str], ...]  # (label, value) as a person reads it
    asked_at: datetime
    digest: str
    intact: bool
