"""What was measured, beside its budget: one table for people, JSON for programs."""

import json
import platform
import unicodedata
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `budget` says what is aimed at, `met` whether it was reached (None: no budget)."""

    what: str
    figure: str
    budget: str = ""
    met: bool | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def at_most(what: str, value: float, unit: str, most: float | None = None, **facts: Any) -> Figure:
    """A figure that should be small."""
    budget = f"≤ {most:g} {unit}" if most is not None else ""
    met = None if most is None else value <= most
    return Figure(what, f"{_plain(value)} {unit}", budget, met, {"value": value, "unit": unit, **facts})


def at_least(what: str, value: float, unit: str, least: float | None = None, **facts: Any) -> Figure:
    """A figure that should be large."""
    budget = f"≥ {least:g} {unit}".rstrip() if least is not None else ""
    met = None if least is None else value >= least
    text = f"{_plain(value)} {unit}".rstrip()
    return Figure(what, text, budget, met, {"value": value, "unit": unit, **facts})


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(figures: list[Figure]) -> str:
    """The lines, aligned."""
    rows = [("what", "figure", "budget", "met?")]
    rows += [(each.what, each.figure, each.budget, _said(each.met)) for each in figures]
    widths = [max(_columns(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "─" * (sum(widths) + 6), *lines[1:]])


def markdown(figures: list[Figure]) -> str:
    """The same for `docs/performance.md`."""
    rows = [f"| {each.what.strip()} | {each.figure} | {_budget(each)} |" for each in figures]
    return "\n".join(("| what | figure | budget |", "|---|---|---|", *rows))


def _budget(each: Figure) -> str:
    return f"{each.budget}, **missed**" if each.met is False else each.budget


def write_json(path: Path, figures: list[Figure], settings: dict[str, Any]) -> None:
    """Everything that is known of the run; what the machine is called is not."""
    machine = {
        "system": platform.system(),
        "machine": platform.machine(),
        "python": platform.python_version(),
    }
    document = {"machine": {**machine, **settings}, "figures": [asdict(each) for each in figures]}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _said(met: bool | None) -> str:
    return {True: "yes", False: "NO", None: ""}[met]


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _columns(text))
