"""Personal data at rest: authenticated encryption, blind indexes for exact search, masks for screens.

Encryption is AES-256-GCM with a random nonce per value; the `context` (table and column) is authenticated,
so that a value moved to another place does not open. A blind index is a keyed hash of the normalised
value: it finds an exact match without the database ever seeing the value (个人信息保护法 51: encryption,
de-identification).
"""

import hashlib
import hmac
import json
import os
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_VERSION = b"\x01"
_NONCE_BYTES = 12


class Undecryptable(Exception):  # noqa: N818
    """The stored value was not written with this key and context, or it was changed."""


@cache
def _key(purpose: str) -> bytes:
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=b"yichuang", info=purpose.encode())
    return derive.derive(settings.DATA_KEY.encode())


@cache
def _cipher() -> AESGCM:
    return AESGCM(_key("encrypt"))


def encrypt(value: str | bytes, context: str) -> bytes:
    """`value` encrypted for the place that `context` names; 29 bytes longer than the value."""
    plain = value.encode() if isinstance(value, str) else value
    nonce = os.urandom(_NONCE_BYTES)
    return _VERSION + nonce + _cipher().encrypt(nonce, plain, context.encode())


def decrypt(stored: bytes | memoryview, context: str) -> bytes:
    """The value that `encrypt` was given. Raises `Undecryptable`."""
    stored = bytes(stored)
    if stored[:1] != _VERSION:
        raise Undecryptable(context)
    try:
        return _cipher().decrypt(stored[1 : 1 + _NONCE_BYTES], stored[1 + _NONCE_BYTES :], context.encode())
    except InvalidTag as error:
        raise Undecryptable(context) from error


def decrypt_text(stored: bytes | memoryview | None, context: str) -> str:
    """As `decrypt`, for text; an empty column is an empty text."""
    return decrypt(stored, context).decode() if stored else ""


def encrypt_json(value: Any, context: str) -> bytes:
    """A JSON value, encrypted."""
    return encrypt(json.dumps(value, ensure_ascii=False, separators=(",", ":")), context)


def decrypt_json(stored: bytes | memoryview | None, context: str) -> Any:
    """As `decrypt`, for JSON; an empty column is None."""
    return json.loads(decrypt(stored, context)) if stored else None


def blind_index(value: str, kind: str) -> bytes:
    """32 bytes that are equal for equal values of one `kind` (upper case, blanks removed) and tell nothing else."""
    normalised = "".join(value.split()).upper()
    return hmac.new(_key(f"index:{kind}"), normalised.encode(), hashlib.sha256).digest()


def mask_number(number: str) -> str:
    """`330802********1234`: an ID number as a screen shows it, the region and last four left."""
    return _mask(number, 6, 4)


def mask_phone(phone: str) -> str:
    """`138****5678`."""
    return _mask(phone, 3, 4)


def _mask(text: str, head: int, tail: int) -> str:
    """Stars between `head` and `tail`; of a text too short to hide four characters only the first is left."""
    if len(text) < head + tail + 4:
        return text[:1] + "*" * (len(text) - 1)
    return text[:head] + "*" * (len(text) - head - tail) + text[-tail:]


def mask_name(name: str) -> str:
    """`王*`, `欧**`: the family name is left."""
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""
