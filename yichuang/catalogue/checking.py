"""Asking everything that can be asked of a city's folder before it is published."""

from pathlib import Path

from yichuang.catalogue.folder import Fault, Folder
from yichuang.catalogue.loading import Reading, read
from yichuang.catalogue.rules.codes import check_codes
from yichuang.catalogue.rules.conditions import check_conditions
from yichuang.catalogue.rules.finding import check_finding
from yichuang.catalogue.rules.ladders import check_ladders
from yichuang.catalogue.rules.notes import Notes
from yichuang.catalogue.rules.order import check_order
from yichuang.catalogue.rules.quality import QUALITY_RULES
from yichuang.catalogue.rules.references import check_references


def check(folder: Folder) -> tuple[Fault, ...]:
    """The faults of what was read, by file and line: codes, references, conditions, order, finding, items' quality."""
    notes = Notes(folder)
    check_codes(notes)
    check_references(notes)
    check_conditions(notes)
    check_order(notes)
    check_ladders(notes)
    check_finding(notes)
    for item in folder.catalogue.items.values():
        for rule in QUALITY_RULES:
            rule(item, notes.at("items", item.key))
    return tuple(sorted(set(notes.faults)))


def examine(root: Path) -> Reading:
    """Read and check the folder at `root`: all faults of both together."""
    reading = read(root)
    if reading.folder is None:
        return reading
    return Reading(reading.folder, tuple(sorted({*reading.faults, *check(reading.folder)})))
