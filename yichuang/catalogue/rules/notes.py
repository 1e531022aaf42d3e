"""Noting what a rule finds, at the file and line where the value stands."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from yichuang.catalogue.folder import Fault, Folder, Place
from yichuang.catalogue.yaml_values import describe, did_you_mean


@dataclass(frozen=True, slots=True)
class Notes:
    """The faults that rules have found in `folder`; `base` is the place that a rule's places are relative to.

    `today`: the city's date, for what begins or ends on a day.
    """

    folder: Folder
    today: date
    base: Place = ()
    faults: list[Fault] = field(default_factory=list)

    def at(self, *base: str | int) -> "Notes":
        """The same notes for a place further down."""
        return Notes(self.folder, self.today, (*self.base, *base), self.faults)

    def fault(self, place: Place, problem: str, remedy: str, source: str = "") -> None:
        """Note a fault; `source` is the law or standard that the rule comes from, where that helps."""
        full = (*self.base, *place)
        path, line = self.folder.where(full)
        self.faults.append(Fault(path, line, describe(full), problem, remedy, source))

    def refer(self, place: Place, kind: str, key: str, known: Collection[str]) -> bool:
        """Whether `key` names one of `known`; noted where it does not.

        `kind` is the name of the list that it should be in. A row of that list that could not be read counts
        as there: its own fault has been told.
        """
        if key in known or (kind, key) in self.folder.broken:
            return key in known
        facts = {"kind": kind, "key": key, "hint": did_you_mean(key, known)}
        problem = _("%(kind)s中没有“%(key)s”%(hint)s") % facts
        self.fault(place, problem, _("改成已有的key，或先在%(kind)s中定义它") % facts)
        return False
