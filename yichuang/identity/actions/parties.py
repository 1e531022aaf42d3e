"""Applicants (申请人) and agents (代办人): one row each, found by a blind index of the number."""

from datetime import datetime

from django.db import connection

from yichuang.base.codes import check_phone
from yichuang.base.crypto import encrypt
from yichuang.identity.personal import (
    NAME_CONTEXT,
    NUMBER_CONTEXT,
    PHONE_CONTEXT,
    check_number,
    number_index,
    phone_index,
)

# The upsert locks the row, so two acts for the same person write one after the other, and never two rows.
_UPSERT = """
INSERT INTO identity_party (kind, number_index, number, name, phone, phone_index, assurance, created_at)
VALUES (%(kind)s, %(number_index)s, %(number)s, %(name)s, %(phone)s, %(phone_index)s, 'stated', %(now)s)
ON CONFLICT (kind, number_index) DO UPDATE SET
  name = CASE WHEN %(has_name)s THEN EXCLUDED.name ELSE identity_party.name END,
  phone = COALESCE(EXCLUDED.phone, identity_party.phone),
  phone_index = COALESCE(EXCLUDED.phone_index, identity_party.phone_index)
RETURNING id
"""


def ensure_party(*, kind: str, number: str, name: str, phone: str, now: datetime) -> int:
    """The id of the party with this number, made on first use; one round trip.

    A name or phone that is given replaces the stored one: people move house and numbers change; "" leaves
    it. The act that the party is needed for writes the ledger. Raises `Invalid` where a check fails.
    """
    number = check_number(kind, number)
    name, phone = name.strip(), check_phone(phone, field="phone") if phone.strip() else ""
    with connection.cursor() as cursor:
        cursor.execute(
            _UPSERT,
            {
                "kind": kind,
                "number_index": number_index(kind, number),
                "number": encrypt(number, NUMBER_CONTEXT),
                "name": encrypt(name, NAME_CONTEXT),
                "has_name": bool(name),
                "phone": encrypt(phone, PHONE_CONTEXT) if phone else None,
                "phone_index": phone_index(phone) if phone else None,
                "now": now,
            },
        )
        party_id: int = cursor.fetchone()[0]
    return party_id
