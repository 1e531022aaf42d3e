"""The signature of the partner contract, written from its document, not shared with the platform."""

import hashlib
import hmac
import time
from collections.abc import Mapping

_WINDOW_SECONDS = 300


def signature(secret: str, timestamp: str, content: bytes) -> str:
    """`v1=` and the hex HMAC-SHA256 over timestamp, a full stop and the content."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + content, hashlib.sha256)
    return "v1=" + digest.hexdigest()


def headers(secret: str, content: bytes) -> dict[str, str]:
    """The two headers that sign `content` now."""
    timestamp = str(int(time.time()))
    return {"X-Yichuang-Timestamp": timestamp, "X-Yichuang-Signature": signature(secret, timestamp, content)}


def is_signed(secret: str, received: Mapping[str, str], content: bytes) -> bool:
    """Whether the headers (names in lower case) sign `content`, not longer ago than the window."""
    timestamp = received.get("x-yichuang-timestamp", "")
    given = received.get("x-yichuang-signature", "")
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > _WINDOW_SECONDS:
        return False
    return hmac.compare_digest(signature(secret, timestamp, content).encode(), given.encode())
