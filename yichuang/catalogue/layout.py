"""The layout of a city's folder: which file holds which lists, and of what their entries are.

It is described in `docs/adding-an-item.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yichuang.catalogue.bundles import Bundle
from yichuang.catalogue.data import Element, Item, LicenceType, MaterialType, Partner, Resource
from yichuang.catalogue.facts import Situation
from yichuang.catalogue.folder import (
    Counter,
    DayOverride,
    Department,
    Mandate,
    OfficeHoursEntry,
    Region,
    StaffMember,
)
from yichuang.catalogue.lists import CodeScheme, Proof, StandardItem, TopicClass
from yichuang.catalogue.numbering import NumberScheme
from yichuang.catalogue.regimes import Regime
from yichuang.catalogue.topics import EverydayWord, Topic
from yichuang.deadlines.data import Rung


@dataclass(frozen=True, slots=True)
class GrantRow:
    """Grants as they are written: one line may name several items."""

    resource: str
    item: tuple[str, ...]
    purpose: str
    fields: tuple[str, ...]


#: file → list in it → what its entries are. A file with `?` may be left out.
FILES: Mapping[str, Mapping[str, type]] = {
    "departments.yaml": {
        "regions": Region,
        "departments": Department,
        "counters": Counter,
        "mandates": Mandate,
    },
    "staff.yaml?": {"staff": StaffMember},
    "codes.yaml": {"code_schemes": CodeScheme},
    "topic_classes.yaml?": {"topic_classes": TopicClass},
    "standards.yaml?": {"standards": StandardItem, "proofs": Proof},
    "elements.yaml": {"elements": Element},
    "materials.yaml": {"materials": MaterialType},
    "licences.yaml": {"licence_types": LicenceType},
    "situations.yaml?": {"situations": Situation},
    "resources.yaml": {"resources": Resource, "grants": GrantRow},
    "partners.yaml?": {"partners": Partner},
    "calendar.yaml?": {"overrides": DayOverride, "office_hours": OfficeHoursEntry},
    "lights.yaml?": {"rungs": Rung},
    "numbering.yaml?": {"numbers": NumberScheme},
    "words.yaml?": {"words": EverydayWord},
    "topics.yaml?": {"topics": Topic},
    "regimes.yaml?": {"regimes": Regime},
}
#: Made-up people and companies for the simulated registers: not the catalogue's business.
TRIAL_PEOPLE = "people.yaml"
FOLDERS: Mapping[str, type] = {"items": Item, "bundles": Bundle}
#: texts of the catalogue → (the folder of their files, what the names of the files end with)
TEXTS: Mapping[str, tuple[str, str]] = {"templates": ("documents", ".typ"), "tables": ("tables", ".json")}
#: Fields that nobody writes: publication gives them.
HIDDEN = frozenset({"version"})
#: Fields that a file may leave out although the value itself has no default for them.
DEFAULTS: Mapping[type, Mapping[str, Any]] = {
    Item: {"task_code": "", "licence_type": "", "visits_reason": "", "fees": ()},
    StandardItem: {"statutory_limit": None},
}
