"""Signatures of the partner contract: HMAC-SHA256 over a timestamp and the content, in two headers.

Both directions and both halves of a call are signed with the partner's shared secret, so that the word of a
proxy in between is never taken for the partner's.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.encoding import force_bytes

from yichuang.base import env
from yichuang.catalogue.data import Partner

TIMESTAMP = "X-Yichuang-Timestamp"
SIGNATURE = "X-Yichuang-Signature"
#: An older or newer timestamp is not accepted: a recorded call cannot be played back later.
WINDOW = timedelta(minutes=5)


class BadSignature(Exception):  # noqa: N818 - a state of the call
    """`str()` is a code: `missing`, `stale` or `wrong`."""


def secret_of(partner: Partner) -> str:
    """The shared secret, from the environment variable that the catalogue names.

    A trial that sets none has one of its own, derived from the installation's key. Raises
    `ImproperlyConfigured` elsewhere.
    """
    name = partner.secret_variable or f"YICHUANG_PARTNER_{partner.key.upper().replace('-', '_')}"
    return env.secret(name, trial_secret(partner.key) if settings.TRIAL else None)


def trial_secret(partner_key: str) -> str:
    """The secret of a trial, derived from the installation's key; its simulators are given the same."""
    content = f"partner:{partner_key}".encode()
    return hmac.new(force_bytes(settings.SECRET_KEY), content, hashlib.sha256).hexdigest()


def headers(secret: str, content: bytes, at: datetime) -> dict[str, str]:
    """The headers that sign `content`: the body, or path and query where there is no body."""
    timestamp = str(int(at.timestamp()))
    return {TIMESTAMP: timestamp, SIGNATURE: _signature(secret, timestamp, content)}


def check(secret: str, received: Mapping[str, str], content: bytes, at: datetime) -> None:
    """Raises `BadSignature` unless the headers sign `content`, within the window around `at`."""
    given = {name.lower(): value for name, value in received.items()}
    timestamp, signature = given.get(TIMESTAMP.lower(), ""), given.get(SIGNATURE.lower(), "")
    if not timestamp or not signature:
        raise BadSignature("missing")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise BadSignature("stale")
    if abs(at.timestamp() - int(timestamp)) > WINDOW.total_seconds():
        raise BadSignature("stale")
    if not hmac.compare_digest(_signature(secret, timestamp, content).encode(), signature.encode()):
        raise BadSignature("wrong")


def _signature(secret: str, timestamp: str, content: bytes) -> str:
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + content, hashlib.sha256)
    return "v1=" + digest.hexdigest()
