"""Shapes of the REST interface."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Field, Schema
from pydantic import BaseModel

from yichuang.cases.data import CaseRow, Person, Settlement, Submission
from yichuang.cases.queries import ApplicationRow
from yichuang.catalogue.data import SourceKind
from yichuang.journey.national_codes import ENDINGS, ending_of

#: The public number of an application or case, as far as its form goes.
Number = Annotated[str, Field(pattern="^[0-9A-Za-z-]{1,20}$")]


class Problem(Schema):
    """A refusal."""

    code: str
    message: str
    field: str | None = None
    fields: dict[str, str] = Field(default_factory=dict)
    materials: list[str] = Field(default_factory=list)


def problems(*statuses: int) -> dict[int, type[Problem]]:
    """The refusals that an operation declares: all have one shape."""
    return dict.fromkeys(statuses, Problem)


class PersonIn(BaseModel):
    kind: str = Field(pattern="^(person|organisation)$")
    number: str = Field(max_length=18)
    name: str = Field(max_length=80)
    phone: str = Field(default="", max_length=20)


class MaterialIn(BaseModel):
    source: SourceKind
    reference: str = Field(default="", max_length=80)
    checked: bool = False


class SubmissionIn(BaseModel):
    """A whole submission. `key` is the idempotency key: the same key again gives the first receipt."""

    key: UUID
    target: str = Field(max_length=80, description="bundle or item key")
    applicant: PersonIn
    agent: PersonIn | None = None
    answers: dict[str, str] = Field(default_factory=dict)
    values: dict[str, str] = Field(default_factory=dict)
    materials: dict[str, MaterialIn] = Field(default_factory=dict)
    without: list[str] = Field(default_factory=list, description="optional items that are left out")

    def to_submission(self) -> Submission:
        """The domain's value."""
        return Submission(
            key=self.key,
            target=self.target,
            applicant=Person(**dict(self.applicant)),
            agent=Person(**dict(self.agent)) if self.agent else None,
            answers=self.answers,
            values=self.values,
            without=self.without,
            materials={
                key: Settlement(given.source, given.reference, checked=given.checked)
                for key, given in self.materials.items()
            },
            channel="api",
        )


class ReceiptOut(Schema):
    number: str
    query_code: str
    created: bool


class CaseOut(Schema):
    number: str
    item: str
    name: str
    department: str
    stage: str
    stage_name: str
    outcome: str
    waits_for: list[str]
    due_at: datetime | None
    correct_until: date | None
    proposed: str = Field(description="what waits for approval (报批): decision, extension or nothing")
    ending: str = Field(description="办结结果, the national code of how it ended; empty while it has not")

    @classmethod
    def of(cls, row: CaseRow) -> "CaseOut":
        """From a row."""
        ending = ending_of(row.stage, row.outcome, has_licence=row.has_licence)
        return cls(
            number=row.number, item=row.item_key, name=row.item_name, department=row.department_name,
            stage=row.stage, stage_name=row.stage_name, outcome=row.outcome,
            waits_for=list(row.waits_for) if row.waiting else [], due_at=row.due_at, correct_until=row.correct_until,
            proposed=row.proposed, ending=ENDINGS.code(ending) if ending else "",
        )  # fmt: skip


class ApplicationOut(Schema):
    number: str
    target: str
    name: str
    received_at: datetime
    ready: bool
    cases: list[CaseOut]

    @classmethod
    def of(cls, row: ApplicationRow) -> "ApplicationOut":
        """From a row."""
        return cls(
            number=row.number, target=row.target, name=row.target_name, received_at=row.received_at, ready=row.ready,
            cases=[CaseOut.of(case) for case in row.cases],
        )  # fmt: skip
