"""What a plan says (计划): values that counter, portal, kiosk, guide and figures show alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from yichuang.catalogue.data import Element, Fee, Item, MaterialType, Necessity, Situation, SourceKind
from yichuang.deadlines.data import Limit


@dataclass(frozen=True, slots=True)
class Known:
    """What the city already has for this applicant when the plan is made.

    `licences`: keys of licence types that the applicant holds. `values`: element key → resource key that
    answered it. `resources`: resources that can be asked at all (not down). `uploads`: material keys of
    earlier uploads that still hold.
    """

    licences: frozenset[str] = frozenset()
    values: Mapping[str, str] = field(default_factory=dict)
    resources: frozenset[str] = frozenset()
    uploads: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PlannedField:
    """An element asked once for all the items that need it."""

    element: Element
    required: bool
    section: str
    items: tuple[str, ...]
    source: str  # resource key that fills it in, or ""
    because: str


@dataclass(frozen=True, slots=True)
class PlannedMaterial:
    """A material asked once for all the items that need it, and where it comes from."""

    material: MaterialType
    necessity: Necessity
    items: tuple[str, ...]
    source: SourceKind
    reference: str  # licence type, resource or item key that settles it; "" for upload and paper
    because: str


@dataclass(frozen=True, slots=True)
class PlannedCase:
    """One case to be opened: its item and the cases whose decision it waits for (item keys)."""

    item: Item
    waits_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """A register that the plan may ask for an item, under a grant: what it would fill in, answer and settle.

    `subject` is the element whose value selects the record; without that value it cannot be asked yet.
    """

    resource: str
    item: str
    subject: str
    elements: tuple[str, ...]
    materials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """四减: visits, materials, days and steps, computed the same way before and now."""

    visits: int
    materials: int
    working_days: float
    steps: int
    forms: int
    departments: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What `planning.plan` says: the same for counter, portal, kiosk, guide and the figures."""

    target: str  # bundle or item key
    name: str
    situations: tuple[Situation, ...]  # every question that applies, answered or not
    unanswered: tuple[str, ...]
    fields: tuple[PlannedField, ...]
    materials: tuple[PlannedMaterial, ...]
    cases: tuple[PlannedCase, ...]
    fees: tuple[Fee, ...]
    promised: Limit
    before: Figures
    now: Figures
    applicant: Mapping[str, str] = field(default_factory=dict)  # number | name | phone → element key
    lookups: tuple[Lookup, ...] = ()
