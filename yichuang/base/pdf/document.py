"""A sealed paper from its template: the frame that every paper has, the page, the seal.

A paper's verification code (验真码) is printed on it, in letters and as a QR code, and leads to the public
page that says what was issued. It is random, because whoever has it sees that the paper exists.
"""

import io
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import segno
from django.conf import settings

from yichuang.base.clock import local
from yichuang.base.pdf.render import render
from yichuang.base.pdf.seal import SealMaterial, seal

#: Crockford's alphabet: no I, L, O, U, so that a code is read from paper without doubt.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16
_IMPORT = re.compile(r'^#import "([\w-]+)\.typ"', re.MULTILINE)
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


@dataclass(frozen=True, slots=True)
class Template:
    """A typst source and the sources that it imports, by file name."""

    source: str
    parts: Mapping[str, str]


def read_template(name: str, read: Callable[[str], str]) -> Template:
    """The template `name` with all that it imports, each fetched by `read` under its name without `.typ`."""
    source, parts = read(name), {}
    wanted = _IMPORT.findall(source)
    while wanted:
        part = wanted.pop()
        if f"{part}.typ" not in parts:
            parts[f"{part}.typ"] = read(part)
            wanted += _IMPORT.findall(parts[f"{part}.typ"])
    return Template(source, parts)


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands on every paper: its name, number, issuing organ, purpose of the seal, whose matter it is."""

    title: str
    number: str
    department: str
    seal_words: str
    application_number: str = ""
    case_number: str = ""


def new_code() -> str:
    """A verification code: 80 random bits in 16 letters and digits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(CODE_LENGTH))


def read_code(typed: str) -> str:
    """The code as it is stored, from what a person typed: case, hyphens, blanks and look-alikes do not matter."""
    letters = "".join(char for char in typed.upper() if char.isalnum())
    return letters.translate(_MISREAD)[: CODE_LENGTH + 1]


def spaced_code(code: str) -> str:
    """`ABCD-EFGH-JKMN-PQRS`: a code as people read it."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def verify_address(code: str) -> str:
    """Where the public page about the paper with `code` is."""
    return f"{settings.PUBLIC_URL}/verify/{code}"


def make(
    template: Template,
    heading: Heading,
    facts: Mapping[str, Any],
    *,
    code: str,
    material: SealMaterial,
    now: datetime,
) -> bytes:
    """The sealed PDF/A of a paper issued at `now`. About 25 ms of one core."""
    data = {"frame": frame_of(heading, code, now, trial=settings.TRIAL), "facts": facts}
    page = render(template.source, data, parts=template.parts, at=now)
    return seal(page, material, now=now, reason=f"{heading.title} {heading.number}")


def frame_of(heading: Heading, code: str, now: datetime, *, trial: bool) -> dict[str, Any]:
    """What the platform tells every paper; `trial`: it says on it that it has no legal effect."""
    return {
        "title": heading.title,
        "number": heading.number,
        "department": heading.department,
        "seal_words": heading.seal_words,
        "application_number": heading.application_number,
        "case_number": heading.case_number,
        "issued_on": local(now).date(),
        "code": spaced_code(code),
        "address": f"{settings.PUBLIC_URL}/verify".removeprefix("https://").removeprefix("http://"),
        "qr": _square(verify_address(code)),
        "trial": trial,
    }


def _square(address: str) -> str:
    """A QR code as SVG; a quarter of it may be damaged (error level Q)."""
    drawing = io.BytesIO()
    segno.make(address, error="q", micro=False).save(drawing, kind="svg", border=0, xmldecl=False, svgns=True)
    return drawing.getvalue().decode()
