"""文号: how the numbers of papers and licences look, as data.

A form is a text with `{organ}` (short name), `{word}` (the paper's own word: 受, 准), `{year}` and `{seq}` (`{seq:06}`:
six digits). Papers whose form comes out the same count together; a form that names the year begins anew with it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

#: What stands for every licence type in `papers`.
LICENCES = "licence"
PLACEHOLDERS = ("organ", "word", "year", "seq")
PLACEHOLDER = re.compile(r"\{([^{}:]*)(?::([^{}]*))?\}")
WIDTH = re.compile(r"0[1-9]")


@dataclass(frozen=True, slots=True)
class NumberScheme:
    """编号规则: the form of the numbers of some papers of some organs; the first scheme that fits counts."""

    key: str
    form: str
    papers: tuple[str, ...] = ()  # kinds of papers, licence types, or `licence`; none: every one
    departments: tuple[str, ...] = ()  # none: every one
    gaps: bool = False  # may leave gaps, and nobody waits for anybody: not for decisions and licences


#: Where the law wants no gaps there are none; a receipt never lets one counter wait for another.
DEFAULT_NUMBERS = (
    NumberScheme(
        "receipts", "{organ}{word}字〔{year}〕{seq}号", papers=("receipt", "delivery", "closing"), gaps=True
    ),
    NumberScheme("licences", "{year}{seq:06}", papers=(LICENCES,)),
    NumberScheme("papers", "{organ}{word}字〔{year}〕{seq}号"),
)


def scheme_for(schemes: Iterable[NumberScheme], department: str, *papers: str) -> NumberScheme:
    """The first scheme for a department's papers that go by one of these names."""
    return next(
        scheme
        for scheme in (*schemes, *DEFAULT_NUMBERS)
        if (not scheme.papers or set(papers) & set(scheme.papers))
        and (not scheme.departments or department in scheme.departments)
    )


def series_of(scheme: NumberScheme, *, organ: str, word: str, year: int) -> str:
    """The form with all but the running number filled in: what is counted together."""
    values = {"organ": organ, "word": word, "year": str(year)}
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), scheme.form)


def number_in(series: str, seq: int) -> str:
    """The number `seq` of a series, as printed."""
    return PLACEHOLDER.sub(lambda found: f"{seq:{found[2] or ''}}", series)
