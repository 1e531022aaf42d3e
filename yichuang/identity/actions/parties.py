"""Applicants (申请人) and agents (代办人): one row each, found by a blind index of the number."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from yichuang.base.arrays import columns
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

#: The people given, as rows of a statement; the parameters are `party_parameters`.
GIVEN_PARTIES = """
unnest(%(party_kinds)s::text[], %(party_indexes)s::bytea[], %(party_numbers)s::bytea[], %(party_names)s::bytea[],
       %(party_phones)s::bytea[], %(party_phone_indexes)s::bytea[])
AS given_party (kind, number_index, number, name, phone, phone_index)
"""
#: The part of a statement that ensures a row for each of the rows of `new_party` at the moment `now`. The upsert
#: locks, in one order: two acts for the same person write one after the other, and two who act for each other too.
ENSURE_PARTIES = """
party AS (
  INSERT INTO identity_party (kind, number_index, number, name, phone, phone_index, assurance, created_at)
  SELECT DISTINCT ON (kind, number_index)
         kind, number_index, number, name, phone, phone_index, 'stated', %(now)s::timestamptz
  FROM new_party ORDER BY kind, number_index
  ON CONFLICT (kind, number_index) DO UPDATE SET
    name = CASE WHEN EXCLUDED.name = '' THEN identity_party.name ELSE EXCLUDED.name END,
    phone = COALESCE(EXCLUDED.phone, identity_party.phone),
    phone_index = COALESCE(EXCLUDED.phone_index, identity_party.phone_index)
  RETURNING id, number_index
)
"""
_ENSURE_ONE = f"WITH new_party AS (SELECT * FROM {GIVEN_PARTIES}), {ENSURE_PARTIES} SELECT id FROM party"  # noqa: S608


def ensure_party(*, kind: str, number: str, name: str, phone: str, now: datetime) -> int:
    """The id of the party with this number, made on first use; one round trip.

    A name or phone that is given replaces the stored one: people move house and numbers change; "" leaves
    it. The act that the party is needed for writes the ledger. Raises `Invalid` where a check fails.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ENSURE_ONE, party_parameters([(kind, number, name, phone)]) | {"now": now})
        party_id: int = cursor.fetchone()[0]
    return party_id


def party_parameters(people: Sequence[tuple[str, str, str, str]]) -> dict[str, str]:
    """The parameters of `GIVEN_PARTIES` for people as (kind, number, name, phone). Raises `Invalid`."""
    names = ("kinds", "indexes", "numbers", "names", "phones", "phone_indexes")
    return columns("party", names, [_row(*person) for person in people])


def _row(kind: str, number: str, name: str, phone: str) -> tuple[str | bytes | None, ...]:
    number = check_number(kind, number)
    name, phone = name.strip(), check_phone(phone, field="phone") if phone.strip() else ""
    return (
        kind,
        number_index(kind, number),
        encrypt(number, NUMBER_CONTEXT),
        encrypt(name, NAME_CONTEXT) if name else b"",
        encrypt(phone, PHONE_CONTEXT) if phone else None,
        phone_index(phone) if phone else None,
    )
