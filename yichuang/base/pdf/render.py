"""Documents as PDF/A: a typst template and facts in, pages with embedded fonts out.

The facts travel as JSON in `sys.inputs`, so a template reads them as values: whatever a person typed is
shown as text and never read as markup. The compiler sees only the sources it is given (its root is the
folder of fonts), so a template cannot read the machine's files.
"""

import json
import threading
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import typst

from yichuang.base.clock import local
from yichuang.base.pdf.fonts import PACKAGED, fonts

#: PDF/A-2u (ISO 19005-2): self-contained, and every character can be searched and read aloud.
_STANDARD: list[Any] = ["a-2u"]
#: Chooses a shape of the character before it; without a font that knows the shape it says nothing.
_VARIATION_SELECTORS = frozenset([*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])

#: A page with one character; without a font of ours the compiler would not complain of it.
_PROBE = b'#set text(font: "Noto Serif SC")\n#sys.inputs.char'

_local = threading.local()


def render(
    template: str,
    data: Mapping[str, Any],
    *,
    parts: Mapping[str, str] | None = None,
    at: datetime | None = None,
) -> bytes:
    """The PDF/A of `template`, which reads `data` by `json(bytes(sys.inputs.data))`.

    `parts` are sources that the template imports, by file name. `at` is the creation time in the file's
    metadata. Dates and times in `data` become Chinese text (see `plain`). Raises `typst.TypstError` where
    the template itself is wrong, which the catalogue's check finds before a release.
    """
    sources = {"main.typ": template.encode()} | {name: part.encode() for name, part in (parts or {}).items()}
    return _compile(sources, {"data": json.dumps(plain(data), ensure_ascii=False)}, at)


def plain(value: Any, *, text: Callable[[str], str] | None = None) -> Any:
    """`value` as JSON that the page can show: dates written in Chinese, those without a glyph spelt out.

    `text` is what becomes of each text, `shown` where nothing else is said.
    """
    if isinstance(value, str):
        return (text or shown)(value)
    if isinstance(value, datetime):
        moment = local(value)
        return f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}"
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(part, text=text) for key, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [plain(part, text=text) for part in value]
    raise TypeError(f"{type(value).__name__} cannot be shown on a page")


def shown(text: str) -> str:
    """`text` with each character that no font can show replaced by its code, as in 〔U+20BB7〕野.

    PDF/A forbids a missing glyph and a legal document must not lose a character of a name: the code names
    the character without doubt. Control characters and variation selectors are left out.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(char) for char in text)


def _shown(char: str) -> str:
    if char == "\n":
        return char
    if ord(char) in _VARIATION_SELECTORS or unicodedata.category(char) in {"Cc", "Cf"}:
        return ""
    return char if has_glyph(char) else f"〔U+{ord(char):04X}〕"


@lru_cache(maxsize=8192)
def has_glyph(char: str) -> bool:
    """Whether the fonts have `char`: all of GB 2312 is known, anything else is tried once (2 ms)."""
    if unicodedata.category(char) == "Cs":  # half of a surrogate pair: no character at all
        return False
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        try:
            _compile({"main.typ": _PROBE}, {"char": char}, None)
        except typst.TypstError:
            return False
    return True


def _compile(sources: dict[str, bytes], inputs: dict[str, str], at: datetime | None) -> bytes:
    # One compiler a thread, because it refuses to be used by two at once; the fonts are loaded once.
    if not hasattr(_local, "compiler"):
        _local.compiler = typst.Compiler(root=str(PACKAGED), font_paths=fonts(), ignore_system_fonts=True)
    pdf: bytes = _local.compiler.compile(
        input=sources,
        format="pdf",
        sys_inputs=inputs,
        pdf_standards=_STANDARD,
        timestamp=int(at.timestamp()) if at else None,
    )
    return pdf
