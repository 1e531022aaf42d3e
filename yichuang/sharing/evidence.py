"""Sealing a query and its answer, and judging the seal later.

The digest covers the whole row: source, purpose, application, item, subject, fields, answer and time. It is
signed with the platform's own Ed25519 key, derived from the key of the ledger's seals.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from yichuang.base.crypto import Undecryptable, decrypt_json, encrypt_json
from yichuang.sharing.models import Evidence

_CONTEXT = "sharing_evidence.answer"


@cache
def _key() -> Ed25519PrivateKey:
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=b"yichuang", info=b"sharing evidence")
    return Ed25519PrivateKey.from_private_bytes(derive.derive(settings.LEDGER_KEY.encode()))


@dataclass(frozen=True, slots=True)
class Content:
    """What is encrypted: whom the question was about, and the answer, element key → value."""

    subject: str
    values: Mapping[str, str]


def seal(row: Evidence, content: Content) -> None:
    """Put the content into the row, encrypted, and sign the whole."""
    row.answer = encrypt_json(asdict(content), _CONTEXT)
    row.digest = _digest(row, content)
    row.signature = _key().sign(row.digest)


def content(row: Evidence) -> Content:
    """What was encrypted. Raises `Undecryptable`."""
    return Content(**decrypt_json(row.answer, _CONTEXT))


def is_intact(row: Evidence) -> bool:
    """Whether the row is what was signed."""
    try:
        if _digest(row, content(row)) != bytes(row.digest):
            return False
        _key().public_key().verify(bytes(row.signature), bytes(row.digest))
    except (InvalidSignature, Undecryptable):
        return False
    return True


def _digest(row: Evidence, content: Content) -> bytes:
    covered: dict[str, Any] = {
        "application": row.application_number,
        "item": row.item_key,
        "resource": row.resource,
        "provider": row.provider,
        "purpose": row.purpose,
        "subject": content.subject,
        "fields": list(row.fields),
        "outcome": str(row.outcome),
        "code": row.code,
        "answer": dict(content.values),
        "asked_at": row.asked_at.timestamp(),
        "asked_by": [str(row.asked_by_kind), row.asked_by_id],
    }
    text = json.dumps(covered, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()
