"""Values that cross the border of cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from yichuang.catalogue.data import Necessity, SourceKind
from yichuang.deadlines.data import Light, Limit


@dataclass(frozen=True, slots=True)
class Person:
    """An applicant or agent as given at the counter. `kind` is `person` or `organisation`."""

    kind: str
    number: str
    name: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a material was settled: its source, the evidence of the query or the stored file."""

    source: SourceKind
    reference: str = ""
    evidence_id: int | None = None
    file_id: int | None = None
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Submission:
    """What is handed in at once. `key` makes it one application however often it is sent."""

    key: UUID
    target: str
    applicant: Person
    answers: Mapping[str, str]
    values: Mapping[str, str]
    materials: Mapping[str, Settlement]
    sources: Mapping[str, str] = field(
        default_factory=dict
    )  # element → resource that filled it in, unchanged
    without: Sequence[str] = ()  # optional items of a bundle that the applicant leaves out
    agent: Person | None = None
    number: str = ""  # given to the draft; empty: drawn at receipt
    channel: str = "counter"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the applicant is told at receipt."""

    application_id: int
    number: str
    query_code: str
    created: bool  # False: this submission had been received before


@dataclass(frozen=True, slots=True)
class OpenedGap:
    """容缺 of one case: which materials may follow, within what, until which day."""

    materials: tuple[str, ...]
    limit: Limit
    until: date
    pauses: bool


@dataclass(frozen=True, slots=True)
class MaterialRow:
    """A material of an application as pages show it."""

    key: str
    name: str
    necessity: Necessity
    source: SourceKind | None  # None: missing
    reference: str
    evidence_id: int | None
    file_id: int | None
    checked: bool
    items: tuple[str, ...]
    checkpoints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as lists and the application's pages show it; no personal data."""

    id: int
    number: str
    application_number: str
    item_key: str
    item_name: str
    department_id: int
    department_name: str
    stage: str
    stage_name: str
    outcome: str
    waiting: int
    waits_for: tuple[str, ...]
    partner: str
    started_at: datetime | None
    due_at: datetime | None
    light: Light | None
    correct_until: date | None
    claimed_by: int | None
    claimed_until: datetime | None
    decided_at: datetime | None
    received_at: datetime
    applicant: str = ""  # masked
    statutory_due_at: datetime | None = None
    is_instant: bool = False  # 即办件: decided on the spot
    item_version_id: int = 0
    corrections_left: int = 1
    extensions_left: int = 1
    hearing: str = ""  # how far a hearing is that the applicant may ask for
    hearing_until: date | None = None
    proposed: str = ""  # what waits for approval (报批)
    proposed_by: int | None = None
    pre_outcome: str = ""  # 预审意见 (模拟审批): no decision yet
    has_licence: bool = False  # its decision gave one
    inspection: str = ""  # 告知承诺核查: how it stands
    gap_until: date | None = None  # until when open gaps (容缺) are to be cured; None: there are none


class Answer(StrEnum):
    """What came of asking the applicant (征询) whether to go on without a member that was not granted. Stored."""

    GO_ON = "go_on"  # 继续办理其余事项
    WITHDRAW = "withdraw"  # 其余事项也不办了
    SILENCE = "silence"  # 逾期没有答复


class Holder(StrEnum):
    """Whose a case of the work list is."""

    MINE = "mine"  # claimed by the actor
    FREE = "free"  # claimed by nobody, and worked on here
    PROPOSED = "proposed"  # waits for approval
    TO_INSPECT = "to_inspect"  # was granted on a commitment that is not done with
    SUSPENDED = "suspended"  # waits for the end of a special procedure


@dataclass(frozen=True, slots=True)
class DueCounts:
    """How much of a department's work is due: past its promise, and until the end of today (the past not counted)."""

    overdue: int
    today: int


@dataclass(frozen=True, slots=True)
class StageCount:
    """How many open cases a department has in a stage, and how many of them are past their promise."""

    department_id: int
    department_name: str
    stage: str
    number: int
    overdue: int
