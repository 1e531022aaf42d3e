"""The identifier of an electronic licence (证照标识, GB/T 36904-2018).

`1.2.156.3005.2.<type code, 21>.<issuer's USCC, 18>.<serial>.<version, 3>.<check>`: the check character is
ISO 7064 MOD 37,36 over the four parts without dots and without the root.
"""

import re
from dataclasses import dataclass

from stdnum.iso7064 import mod_37_36

ROOT = "1.2.156.3005.2"
_UPPER = r"[0-9A-Z]"
_PARTS = re.compile(rf"{_UPPER}{{21}}\.{_UPPER}{{18}}\.{_UPPER}+\.[0-9]{{3}}\.{_UPPER}")


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier in its parts; `str()` writes it in full."""

    type_code: str
    issuer: str
    serial: str
    version: str

    def __str__(self) -> str:
        return f"{ROOT}.{self.type_code}.{self.issuer}.{self.serial}.{self.version}.{self.check}"

    @property
    def check(self) -> str:
        """The check character."""
        return str(mod_37_36.calc_check_digit(self.type_code + self.issuer + self.serial + self.version))


def make_identifier(type_code: str, issuer: str, serial: str, version: int = 1) -> Identifier:
    """The identifier of these parts. Raises ValueError where a part has the wrong length or characters."""
    identifier = Identifier(type_code, issuer, serial, f"{version:03d}")
    if not _PARTS.fullmatch(f"{type_code}.{issuer}.{serial}.{identifier.version}.0"):
        raise ValueError(f"not the parts of a licence identifier: {type_code}, {issuer}, {serial}, {version}")
    return identifier


def read_identifier(text: str) -> Identifier | None:
    """The identifier that `text` writes in full; None where form or check character is wrong."""
    parts = text.removeprefix(f"{ROOT}.")
    if parts == text or not _PARTS.fullmatch(parts):
        return None
    type_code, issuer, serial, version, check = parts.split(".")
    identifier = Identifier(type_code, issuer, serial, version)
    return identifier if identifier.check == check else None
