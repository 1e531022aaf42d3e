"""Seals: a signed chain over the entries, made off the write path.

What a seal covers is a range of *transactions*. PostgreSQL's snapshot horizon says which transactions can
still be running; every transaction below it is finished, so no entry can ever join the range later. (A range
of entry ids would not do: a transaction that drew id 50 may commit after the one that drew 51.)
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import connection, transaction

from yichuang.base.errors import Refused
from yichuang.ledger.models import Seal

_LOCK = 7_150_001  # advisory lock: one sealer at a time, on any number of machines

#: Every column of an entry, in a form that depends on no session setting.
_DIGEST = """
SELECT count(*), min(at), max(at),
       sha256(coalesce(string_agg(
           sha256(convert_to(concat_ws(E'\\x1f', id, (extract(epoch FROM at) * 1000000)::bigint, verb, actor_kind,
                             actor_id, subject_kind, subject_id, facts::text, xid), 'UTF8')),
           ''::bytea ORDER BY id), ''::bytea))
FROM ledger_entry WHERE xid >= %s AND xid < %s
"""


@cache
def _signer() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(settings.LEDGER_KEY.encode()).digest())


def key_id() -> str:
    """Eight bytes, in hex, that name the signing key."""
    public = _signer().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(public).hexdigest()[:16]


def _chain(previous: bytes, from_xid: int, to_xid: int, count: int, digest: bytes) -> bytes:
    return hashlib.sha256(previous + f"|{from_xid}|{to_xid}|{count}|".encode() + digest).digest()


def seal(now: datetime) -> Seal | None:
    """Seal every entry that no running transaction can still precede; None where there is nothing new.

    Raises `Refused` where the database's transaction counter went back (restored into a new server): the
    sealed past stays provable, and the sentence says what to do.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s), pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
            [_LOCK],
        )
        alone, horizon = cursor.fetchone()
        if not alone:
            return None
        latest = Seal.objects.order_by("-id").first()
        start = latest.to_xid if latest else 0
        if horizon < start:
            raise Refused(
                f"The database's transaction counter ({horizon}) is behind the last seal ({start}): the database was "
                "read into a new server. Run `yichuang migrate`, which counts it on; sealing then goes on by itself.",
                code="ledger_counter_went_back",
            )
        cursor.execute(_DIGEST, [start, horizon])
        count, first_at, last_at, digest = cursor.fetchone()
        if not count:
            return None
        chain = _chain(bytes(latest.chain) if latest else b"", start, horizon, count, bytes(digest))
        return Seal.objects.create(
            from_xid=start, to_xid=horizon, entry_count=count, first_at=first_at, last_at=last_at,
            digest=bytes(digest), chain=chain, signature=_signer().sign(chain), key_id=key_id(), sealed_at=now,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SealCheck:
    """What the chain says of itself: how much is sealed, and each difference in a sentence."""

    seals: int
    entries: int
    faults: tuple[str, ...]


def verify_seals(progress: Callable[[int], None] = lambda _done: None) -> SealCheck:
    """Recompute every seal from the entries and check the chain and the signatures."""
    faults: list[str] = []
    previous, expected_start, entries, seals = b"", 0, 0, 0
    for row in Seal.objects.order_by("id").iterator():
        with connection.cursor() as cursor:
            cursor.execute(_DIGEST, [row.from_xid, row.to_xid])
            count, _first, _last, digest = cursor.fetchone()
        if row.from_xid != expected_start:
            faults.append(
                f"seal {row.id}: begins at transaction {row.from_xid}, but the one before ends at {expected_start}"
            )
        if count != row.entry_count:
            faults.append(f"seal {row.id}: {row.entry_count} entries were sealed, {count} are there")
        elif bytes(digest) != bytes(row.digest):
            faults.append(
                f"seal {row.id}: an entry in transactions [{row.from_xid}, {row.to_xid}) is not what was sealed"
            )
        chain = _chain(previous, row.from_xid, row.to_xid, row.entry_count, bytes(row.digest))
        if chain != bytes(row.chain):
            faults.append(f"seal {row.id}: does not follow from the seal before it")
        try:
            _signer().public_key().verify(bytes(row.signature), bytes(row.chain))
        except InvalidSignature:
            faults.append(f"seal {row.id}: the signature is not of key {row.key_id}")
        previous, expected_start = bytes(row.chain), row.to_xid
        entries, seals = entries + count, seals + 1
        progress(entries)
    return SealCheck(seals, entries, tuple(faults))
