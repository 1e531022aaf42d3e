"""Sealing a query and its answer, and judging the seal later.

The digest covers the whole row: source, purpose, application, item, fields, outcome, answer and time. It is
signed with the platform's own Ed25519 key, derived from the key of the ledger's seals.
"""

import hashlib
import json
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


def seal(row: Evidence, values: dict[str, str]) -> None:
    """Put the answer into the row, encrypted, and sign the whole."""
    row.answer = encrypt_json(values, _CONTEXT)
    row.digest = _digest(row, values)
    row.signature = _key().sign(row.digest)


def values(row: Evidence) -> dict[str, str]:
    """The answer: element key → value."""
    stored: dict[str, str] = decrypt_json(row.answer, _CONTEXT)
    return stored


def is_intact(row: Evidence) -> bool:
    """Whether the row is what was signed."""
    try:
        if _digest(row, values(row)) != bytes(row.digest):
            return False
        _key().public_key().verify(bytes(row.signature), bytes(row.digest))
    except (InvalidSignature, Undecryptable):
        return False
    return True


def _digest(row: Evidence, answer: dict[str, str]) -> bytes:
    content: dict[str, Any] = {
        "application": row.application_number,
        "item": row.item_key,
        "resource": row.resource,
        "provider": row.provider,
        "purpose": row.purpose,
        "subject": bytes(row.subject_index).hex(),
        "fields": list(row.fields),
        "outcome": str(row.outcome),
        "code": row.code,
        "answer": answer,
        "asked_at": row.asked_at.timestamp(),
        "asked_by": [str(row.asked_by_kind), row.asked_by_id],
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()
