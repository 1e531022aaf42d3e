"""What the officers' pages show, put together from the reads of the domain."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from yichuang.base import files
from yichuang.base.clock import local, short
from yichuang.cases import clocks, credit, expecting, opinion_templates, opinions, queries, reading, whole
from yichuang.cases.clocks import SUBJECT
from yichuang.cases.data import CaseRow, MaterialRow
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.reading import FormField, HistoryRow
from yichuang.cases.states import (
    ENDED,
    INSPECTION_NAMES,
    MOVES,
    TO_INSPECT,
    WORKED,
    Inspection,
    Outcome,
    Stage,
    Verb,
)
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.data import Element, SourceKind
from yichuang.catalogue.facts import Approval
from yichuang.catalogue.tables import limit_text
from yichuang.deadlines.data import ClockKind, Unit
from yichuang.deadlines.queries import running
from yichuang.departments import queries as department_queries
from yichuang.identity import queries as identity_queries
from yichuang.identity.data import Actor, Role
from yichuang.licences import queries as licence_queries
from yichuang.licences.data import LicenceFacts
from yichuang.notices import queries as notice_queries
from yichuang.web.desk.proposals import proposal_of
from yichuang.web.history import deeds
from yichuang.web.http import address_of
from yichuang.web.timing import time_left

_PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case with what the officer wants to know of it at a glance."""

    case: CaseRow
    left: str  # time left, in words
    holder: str  # the name of who has claimed it
    is_mine: bool
    until: str  # until when it is claimed, in words
    inspect_until: datetime | None  # 告知承诺: by when it is to be inspected, or put right
    stands_in: bool  # its holder is on leave, and the actor acts for her

    @property
    def address(self) -> str:
        """The page of the case."""
        return address_of("desk:case", self.case.number)

    @property
    def claim_address(self) -> str:
        """Where it is claimed."""
        return address_of("desk:claim", self.case.number)

    @property
    def is_free(self) -> bool:
        """Nobody has claimed it, and it is worked on here."""
        is_worked = self.case.stage in WORKED and not self.case.waiting and not self.case.proposed
        return is_worked and not self.case.partner and self.case.claimed_by is None

    @property
    def can_decide(self) -> bool:
        """Hers, or instant (即办件) and nobody's: then it is decided on the spot."""
        is_open = self.case.stage in WORKED and not (
            self.case.waiting or self.case.partner or self.case.proposed
        )
        return is_open and (self.is_mine or (self.is_free and self.case.is_instant))


@dataclass(frozen=True, slots=True)
class MaterialLine:
    """A material, what settled it, and how it is shown: as a picture, as a PDF, or not at all."""

    row: MaterialRow
    source_name: str
    address: str
    kind: str  # image | pdf | ""

    @property
    def by_hand(self) -> bool:
        """Handed in, so that there was an original to look at."""
        return self.row.source in {SourceKind.PAPER, SourceKind.UPLOAD}


@dataclass(frozen=True, slots=True)
class Paper:
    """A document or licence of the case."""

    title: str
    number: str
    address: str
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class GoingOn:
    """A special procedure that goes on: which, and until when it is expected to."""

    name: str
    until: date
    is_late: bool


def lines(cases: Sequence[CaseRow], actor: Actor, now: datetime) -> list[CaseLine]:
    """The cases with the names of who holds them; one query, two more where something is to be inspected."""
    promised = [case.id for case in cases if case.inspection in TO_INSPECT]
    inspections = clocks.inspections_of(promised, now=now) if promised else {}
    holders = {case.claimed_by for case in cases if case.claimed_by is not None}
    names = identity_queries.staff_names(holders) if holders else {}
    others = holders - {actor.id}
    absent = identity_queries.stood_in_for(actor, local(now).date()) if others else frozenset()
    return [
        CaseLine(
            case,
            left=time_left(case, now),
            holder=names.get(case.claimed_by, "") if case.claimed_by else "",
            is_mine=case.claimed_by == actor.id,
            inspect_until=inspections[case.id].due_at if case.id in inspections else None,
            stands_in=case.claimed_by in absent,
            until=short(case.claimed_until, now) if case.claimed_until else "",
        )
        for case in cases
    ]


def whole_case(actor: Actor, row: ApplicationRow, case: CaseRow, now: datetime) -> dict[str, Any]:
    """All facts of a case for its page. Opens the form and so records that it was read."""
    licences = licence_queries.of_cases([each.number for each in row.cases])
    parties = identity_queries.masked_parties([row.party_id, *([row.agent_id] if row.agent_id else [])])
    history = reading.history(row, [case.id])
    line = lines([case], actor, now)[0]
    sisters = [sister for sister in row.cases if sister.id != case.id]
    return {
        "row": row,
        "case": case,
        "line": line,
        "applicant": parties[row.party_id],
        "agent": parties.get(row.agent_id) if row.agent_id else None,
        "sections": sections(reading.form(actor, row, [case.item_key], now=now)),
        "materials": material_lines(
            row, case, licences, lambda key: reverse("desk:material", args=[case.number, key])
        ),
        "whole": whole.clock_of(row.id, now=now),
        "history": deeds(history, {case.number: case.item_name}, inner=True),
        "if_resumed": _if_resumed(case, now),
        "procedures": _procedures(case),
        "inspection": _inspection(case),
        "credit": credit.of_case(case.id) if case.stage == Stage.RESCINDED else None,
        "may_repair": actor.has(Role.CHIEF_OFFICER),
        "procedure": _going_on(case, history, now),
        "needs_approval": needs_approval(case),
        "colleagues": _colleagues(actor, case),
        "proposal": proposal_of(actor, case, history, now),
        "rounds": opinions.rounds_of(case.id),
        "asking": _asking(case) if line.can_decide else None,
        "opinion_templates": opinion_templates.offered(actor, case) if line.can_decide else (),
        "extension": _extension(case),
        "sisters": sisters,
        "waits_for": row.waits(case),
        "ahead_of": row.ahead_of(case),
        "revision": _revision(actor, case),
        "relied_on": _relied_on(case, sisters),
        "papers": _papers(row, case, licences),
        "dispatch": department_queries.of_cases([case.number]).get(case.number) if case.partner else None,
    }


def _relied_on(case: CaseRow, sisters: Iterable[CaseRow]) -> list[Element]:
    """What of this case's result its sisters turn on: there the officer says what is granted otherwise."""
    waiting = [one.item_version_id for one in sisters if case.item_key in one.waits_for]
    elements = catalogue_queries.current().elements
    return [elements[key] for key in expecting.relied_on(case.item_version_id, waiting)]


def _colleagues(actor: Actor, case: CaseRow) -> list[tuple[int, str]]:
    """To whom the actor may hand the case on, as choices; none where she may not."""
    is_hers = case.claimed_by == actor.id or (case.claimed_by and actor.has(Role.CHIEF_OFFICER))
    if not is_hers or case.stage not in WORKED or case.proposed:
        return []
    names = identity_queries.officers(case.department_id)
    return [(staff_id, name) for staff_id, name in names.items() if staff_id != actor.id]


def _revision(actor: Actor, case: CaseRow) -> str:
    """What the head of the department may do about the decision: take it back, or review anew; "" for others."""
    reopens = case.outcome == Outcome.REFUSED or case.stage == Stage.RESCINDED
    verb, name = (Verb.REOPEN, "reopen") if reopens else (Verb.RESCIND, "rescind")
    return name if actor.has(Role.CHIEF_OFFICER) and case.stage in MOVES[verb].origins else ""


def _inspection(case: CaseRow) -> dict[str, Any] | None:
    """What the form of the inspection offers; None where there is nothing to inspect."""
    if case.inspection not in TO_INSPECT:
        return None
    item = catalogue_queries.item_version(case.item_version_id)
    findings = [Inspection.KEPT, Inspection.ORDERED, Inspection.BROKEN]
    if case.inspection == Inspection.ORDERED:
        findings.remove(Inspection.ORDERED)
    return {
        "name": INSPECTION_NAMES[Inspection(case.inspection)],
        "findings": [(finding.value, INSPECTION_NAMES[finding]) for finding in findings],
        "is_open": Inspection.ORDERED in findings,
        "within": catalogue_queries.regime(item).rectify_within.value,
        "declares": item.commitment.declares if item.commitment else (),
    }


def needs_approval(case: CaseRow) -> bool:
    """Another person has to approve the decision of the item (审批方式)."""
    return catalogue_queries.item_version(case.item_version_id).authority.approval is not Approval.OFFICER


def sister_number(row: ApplicationRow, material: MaterialRow) -> str:
    """The number of the sister case whose result is this material; "" where it is not a sister's."""
    if material.source is not SourceKind.SISTER:
        return ""
    return next((case.number for case in row.cases if case.item_key == material.reference), "")


def _procedures(case: CaseRow) -> list[tuple[str, str]]:
    """The special procedures that the item declares, as choices, with the time that the guide gives each."""
    item = catalogue_queries.item_version(case.item_version_id)
    return [
        (one.name, f"{one.name}（{limit_text(one.limit)}）" if one.limit else one.name)
        for one in item.special_procedures
    ]


def _asking(case: CaseRow) -> dict[str, Any]:
    """What is proposed for asking other departments: those that handle it jointly, and the time they have."""
    authority = catalogue_queries.item_version(case.item_version_id).authority
    organs = opinions.may_be_asked(case.department_id)
    first = [key for key in authority.joint_departments if key in organs]
    return {
        "departments": [(key, organs[key].short_name) for key in dict.fromkeys([*first, *organs])],
        "joint": first,
        "within": authority.opinions.within.value,
    }


def _extension(case: CaseRow) -> dict[str, Any] | None:
    """By how much the limit may be extended; None where it may not."""
    item = catalogue_queries.item_version(case.item_version_id)
    most = catalogue_queries.regime(item).extend_by
    is_possible = case.extensions_left > 0 and case.due_at and item.promised_limit.unit is not Unit.MINUTES
    return {"most": most.value, "text": limit_text(most)} if most and is_possible else None


def _if_resumed(case: CaseRow, now: datetime) -> datetime | None:
    """When a case whose clock stands still would be due if it went on now; None for every other one."""
    if (
        case.started_at is None
        or case.due_at is not None
        or case.decided_at is not None
        or case.stage in ENDED
    ):
        return None
    clock = running(ClockKind.PROMISED, SUBJECT, [case.id], now=now).get(case.id)
    return clock.if_resumed if clock else None


def _going_on(case: CaseRow, history: Sequence[HistoryRow], now: datetime) -> GoingOn | None:
    if case.stage != Stage.SUSPENDED:
        return None
    begun = next(entry for entry in reversed(history) if entry.verb == Verb.BEGIN_PROCEDURE)
    until = date.fromisoformat(begun.facts["until"])
    return GoingOn(begun.facts["procedure"], until, until < local(now).date())


def sections(fields: Iterable[FormField]) -> list[tuple[str, list[FormField]]]:
    """The fields under the headings of the form."""
    grouped: dict[str, list[FormField]] = {}
    for field in fields:
        grouped.setdefault(field.section, []).append(field)
    return list(grouped.items())


def material_lines(
    row: ApplicationRow,
    case: CaseRow,
    licences: Mapping[str, LicenceFacts],
    address_of_material: Callable[[str], str],
) -> list[MaterialLine]:
    """The materials of a case, each with the address at which it is opened."""
    found = queries.materials(row.id, [case.item_key])
    types = files.media_types(line.file_id for line in found if line.file_id is not None)
    catalogue = catalogue_queries.current()
    named: Mapping[str, Any] = {**catalogue.items, **catalogue.licence_types, **catalogue.resources}
    shown = []
    for material in found:
        kind = ""
        if material.file_id is not None:
            kind = "pdf" if types.get(material.file_id) == _PDF else "image"
        elif material.evidence_id is not None or sister_number(row, material) in licences:
            kind = "pdf"
        source = named.get(material.reference)
        address = address_of_material(material.key) if kind else ""
        shown.append(MaterialLine(material, source.name if source else "", address, kind))
    return shown


def _papers(row: ApplicationRow, case: CaseRow, licences: Mapping[str, LicenceFacts]) -> list[Paper]:
    notices = [
        Paper(
            title=notice.title,
            number=notice.number,
            address=reverse("desk:notice", args=[case.number, notice.id]),
            issued_at=notice.issued_at,
        )
        for notice in notice_queries.of_application(row.number)
        if notice.case_number == case.number
    ]
    own = licences.get(case.number)
    if own is None:
        return notices
    address = reverse("desk:licence", args=[case.number])
    return [Paper(own.type_name, own.number, address, own.issued_at), *notices]
