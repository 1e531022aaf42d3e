"""The fonts that every document embeds, and which characters they can show.

Noto Serif SC and Noto Sans SC come as a package, so a document never depends on the machine that makes it.
They show all of GB 2312 and most of GB 18030; rare characters of names beyond that (𠮷 for one) need a font
of the city's own in the folder that `YICHUANG_FONT_DIR` names (.otf or .ttf, found at start-up).
"""

from functools import cache
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst

from yichuang.base import env

PACKAGED = Path(pylopdf_fonts_zh_cn.__file__).parent


@cache
def fonts() -> typst.Fonts:
    """The packaged fonts and the city's own; never a system font, so all machines make the same pages."""
    own = env.text("YICHUANG_FONT_DIR", "")
    folders = [PACKAGED, *([Path(own)] if own else [])]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
