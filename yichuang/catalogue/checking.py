"""Asking everything that can be asked of a city's folder before it is published."""

from datetime import date
from pathlib import Path

from yichuang.base.clock import local, now
from yichuang.catalogue.folder import Fault, Folder
from yichuang.catalogue.loading import Reading, Told, read
from yichuang.catalogue.rules.codes import check_codes
from yichuang.catalogue.rules.conditions import check_conditions
from yichuang.catalogue.rules.finding import check_finding
from yichuang.catalogue.rules.ladders import check_ladders
from yichuang.catalogue.rules.notes import Notes
from yichuang.catalogue.rules.numbers import check_numbers
from yichuang.catalogue.rules.order import check_order
from yichuang.catalogue.rules.papers import check_papers
from yichuang.catalogue.rules.quality import inspect
from yichuang.catalogue.rules.references import check_references
from yichuang.catalogue.rules.standards import check_standards


def check(folder: Folder, *, today: date | None = None) -> tuple[Fault, ...]:
    """The faults of what was read, by file and line: codes, references, conditions, order, finding, items' quality.

    `today` is the city's date, for what begins or ends on a day; None: the present one.
    """
    notes = Notes(folder, today or local(now()).date())
    check_codes(notes)
    check_references(notes)
    check_conditions(notes)
    check_order(notes)
    check_ladders(notes)
    check_finding(notes)
    check_numbers(notes)
    check_papers(notes)
    check_standards(notes)
    for found in inspect(folder.catalogue):
        notes.at("items", found.item).fault(found.place, found.problem, found.remedy, found.source)
    return tuple(sorted(set(notes.faults)))


def examine(root: Path, *, today: date | None = None, told: Told | None = None) -> Reading:
    """Read and check the folder at `root`: all faults of both together. `told`: as in `read`."""
    reading = read(root, told)
    if reading.folder is None:
        return reading
    return Reading(reading.folder, tuple(sorted({*reading.faults, *check(reading.folder, today=today)})))
