"""What a plan says (计划): values that counter, portal, kiosk, guide and figures show alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from yichuang.catalogue.bundles import Course, OutcomePolicy, Undo
from yichuang.catalogue.data import Element, Fee, Item, MaterialType, Necessity, SourceKind, Step
from yichuang.catalogue.facts import Commitment, Situation
from yichuang.catalogue.reasons import Reason
from yichuang.deadlines.data import Limit


@dataclass(frozen=True, slots=True)
class Known:
    """What the city already has for this applicant when the plan is made.

    `licences`: keys of licence types that the applicant holds. `values`: element key → resource key that
    answered it. `resources`: resources that can be asked at all (not down). `uploads`: material keys of
    earlier uploads that still hold. `subject`: who applies (服务对象, A.4), "" while not known. `facts`: element
    key → what a register answered; conditions may turn on them.
    """

    licences: frozenset[str] = frozenset()
    values: Mapping[str, str] = field(default_factory=dict)
    resources: frozenset[str] = frozenset()
    uploads: frozenset[str] = frozenset()
    subject: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlannedField:
    """An element asked once for all the items that need it."""

    element: Element
    required: bool
    section: str
    items: tuple[str, ...]
    source: str  # resource key that fills it in, or ""
    because: Reason


@dataclass(frozen=True, slots=True)
class PlannedMaterial:
    """A material asked once for all the items that need it, and where it comes from."""

    material: MaterialType
    necessity: Necessity
    items: tuple[str, ...]
    source: SourceKind
    reference: str  # licence type, resource or item key that settles it; "" for upload and paper
    checkpoints: tuple[str, ...]  # 受理要点: what the clerk ticks, for all the items together
    because: Reason


@dataclass(frozen=True, slots=True)
class PlannedCommitment:
    """告知承诺 that the applicant has chosen: for which item, by which letter, and what it spares her (names)."""

    item: Item
    said: Commitment
    letter: str
    spared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedMember:
    """A member of the bundle and whether it is handled: what the applicant is shown to choose from.

    `offered`: its condition holds. `optional`: the applicant at hand may leave it out.
    """

    item: Item
    offered: bool
    optional: bool
    chosen: bool
    because: Reason


@dataclass(frozen=True, slots=True)
class PlannedCase:
    """One case to be opened: its item, the steps that apply, and what it has to do with its sisters (item keys).

    `waits_for`: whose decision it needs before its own. `simulates`: those of them on whose expected decision its
    review begins already. `clock`: why its clock starts when it does (浙江规定 art. 5: handled in parallel, all
    start together; one after the other, each on written notice). `if_…` and `undo` as its member declares.
    """

    item: Item
    waits_for: tuple[str, ...]
    simulates: tuple[str, ...]
    steps: tuple[Step, ...]
    clock: Reason
    because: Reason
    if_refused: Course
    if_returned: Course
    if_late: Course
    undo: Undo | None


@dataclass(frozen=True, slots=True)
class PlannedFee:
    """A charge that applies, kept apart by item and department. `payer`: "" for the applicant."""

    fee: Fee
    item: str
    department: str
    payer: str
    because: Reason


@dataclass(frozen=True, slots=True)
class FeeTotal:
    """What one payer pays in all, and of it to each department (key → fen)."""

    payer: str
    amount: int
    departments: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is not asked, done or charged this time, and why. `key`: of the element, material or item, or a name."""

    kind: str  # field | material | case | step | fee
    key: str
    name: str
    items: tuple[str, ...]
    because: Reason


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


class Measure(StrEnum):
    """What is compared; the fields of `Figures`."""

    VISITS = "visits"
    MATERIALS = "materials"
    WORKING_DAYS = "working_days"
    STEPS = "steps"
    FORMS = "forms"
    DEPARTMENTS = "departments"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing behind a figure: `amount` of it. An amount of 0 stands for what is spared, and `because` says why."""

    name: str
    amount: float
    item: str = ""  # name of the item that it belongs to, where it is not the item itself
    because: Reason | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure before and now, with the list behind each number."""

    measure: Measure
    before: tuple[Line, ...]
    now: tuple[Line, ...]

    @property
    def total_before(self) -> float:
        """The number before: the sum of its list."""
        return sum(line.amount for line in self.before)

    @property
    def total_now(self) -> float:
        """The number now: the sum of its list."""
        return sum(line.amount for line in self.now)


#: The whole comparison, in the order of `Measure`.
Comparison = tuple[Compared, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What `planning.plan` says: the same for counter, portal, kiosk, guide and the figures."""

    target: str  # bundle or item key
    name: str
    situations: tuple[Situation, ...]  # every question that applies, answered or not
    unanswered: tuple[str, ...]
    derived: Mapping[str, str]  # questions that a decision table answered: key → code
    fields: tuple[PlannedField, ...]
    materials: tuple[PlannedMaterial, ...]
    members: tuple[PlannedMember, ...]
    cases: tuple[PlannedCase, ...]
    fees: tuple[PlannedFee, ...]
    totals: tuple[FeeTotal, ...]
    left_out: tuple[LeftOut, ...]
    promised: Limit
    promised_because: Reason
    visits_because: Reason
    comparison: Comparison
    before: Figures
    now: Figures
    results: Mapping[str, str]  # what is handed over, once: item key → name of its result
    outcome: OutcomePolicy = OutcomePolicy.INDEPENDENT
    ask_within: Limit | None = None
    joint_limit: Limit | None = None
    joint_extension: Limit | None = None
    applicant: Mapping[str, str] = field(default_factory=dict)  # number | name | phone → element key
    lookups: tuple[Lookup, ...] = ()
    commitments: tuple[PlannedCommitment, ...] = ()
