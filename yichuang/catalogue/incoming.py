"""What an import would do (导入预览), before anybody does it."""

from dataclasses import dataclass

from yichuang.catalogue import packages, queries
from yichuang.catalogue.checking import check
from yichuang.catalogue.differences import Change, changes
from yichuang.catalogue.folder import Fault, Folder


@dataclass(frozen=True, slots=True)
class Incoming:
    """The catalogue as it would be over release `base`, every fault in the way of it, and what would change."""

    base: int
    folder: Folder | None  # None: too broken to say what would change
    faults: tuple[Fault, ...]
    changes: tuple[Change, ...]
    remarks: tuple[str, ...] = ()  # what the reader should know although nothing is wrong


def from_package(content: bytes) -> Incoming:
    """What importing a package would do. Raises `Invalid` where it is no sound package."""
    base, before = queries.in_force()
    reading = packages.unpack(content)
    if reading.folder is None:
        return Incoming(base, None, reading.faults, ())
    faults = tuple(sorted({*reading.faults, *check(reading.folder)}))
    return Incoming(base, reading.folder, faults, changes(before, reading.folder))
