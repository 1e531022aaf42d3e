"""Identifiers that leave the house: short public numbers with a check character, and time-ordered keys.

Primary keys are bigint identities (random UUID keys cost more than half the write rate at a million
applications); these are the separate codes that people and partners see.
"""

import secrets
from datetime import date
from uuid import UUID

import uuid6
from stdnum.iso7064 import mod_37_36

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SERIAL_SPACE = 36**5


def new_key() -> UUID:
    """A time-ordered UUID (version 7)."""
    return UUID(int=uuid6.uuid7().int)


def public_number(day: date, serial: int) -> str:
    """The short public number of an application (申报号): YYMMDD + five characters + check character.

    `serial` comes from a database sequence; it is unique with the day as long as no more than 60 million
    are drawn on one day. The check character is ISO 7064 MOD 37,36, so that one wrong or two swapped
    characters are noticed when the number is typed from paper.
    """
    rest, body = serial % _SERIAL_SPACE, ""
    for _ in range(5):
        rest, digit = divmod(rest, 36)
        body = _ALPHABET[digit] + body
    number = f"{day:%y%m%d}{body}"
    return number + mod_37_36.calc_check_digit(number)


def is_public_number(number: str) -> bool:
    """Whether `number` has the form and the check character of a public number."""
    return len(number) == 12 and bool(mod_37_36.is_valid(number))


def query_code() -> str:
    """Six random digits that, with the number, open the tracking page of an application (查询密码)."""
    return f"{secrets.randbelow(1_000_000):06d}"
