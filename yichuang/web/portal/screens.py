"""What the tracking page shows, put together from reads that were filtered by right."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from yichuang.base.clock import local
from yichuang.cases.data import CaseRow, MaterialRow
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.reading import HistoryRow
from yichuang.cases.states import ENDED, MOVES, SETTLED, WORKED, Hearing, Outcome, Stage, Verb
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.papers import NoticeKind
from yichuang.deadlines.queries import Running
from yichuang.identity import queries as identity_queries
from yichuang.licences.data import LicenceFacts
from yichuang.notices.data import NoticeFacts
from yichuang.web.portal.words import day_text, last_moment, state_of
from yichuang.web.timing import time_left

#: Papers that are the result of a case: given out with the hand-over (送达), not before.
RESULTS = frozenset({NoticeKind.GRANT, NoticeKind.REFUSAL})
#: What must be read at once, while the case stands there.
_URGENT = {
    Stage.CORRECTING: NoticeKind.CORRECTION,
    Stage.DECLINED: NoticeKind.DECLINE,
    Stage.TERMINATED: NoticeKind.TERMINATION,
    Stage.RESCINDED: NoticeKind.RESCISSION,
    Stage.PREDECIDED: NoticeKind.PRE_DECISION,
}
#: Stages in which the result has been handed over.
HANDED_OVER = frozenset({Stage.DELIVERED, Stage.CLOSED})


@dataclass(frozen=True, slots=True)
class Paper:
    """A sealed document to download."""

    title: str
    number: str
    about: str
    address: str
    issued_at: datetime
    copy_address: str = ""  # of a licence: where a copy for one purpose (加注件) is made


@dataclass(frozen=True, slots=True)
class Line:
    """A case: where it stands, who has it, until when."""

    case: CaseRow
    state: str
    who: str
    elsewhere: str  # the department's own system that handles it
    waits_for: tuple[str, ...]
    ahead_of: tuple[str, ...]  # on whose expected results it is reviewed (模拟审批)
    until: str
    left: str
    papers: tuple[Paper, ...]  # what the applicant must read now


@dataclass(frozen=True, slots=True)
class Correction:
    """What the applicant has to bring, for which case, until when."""

    case: CaseRow
    text: str
    materials: tuple[MaterialRow, ...]
    until: str


@dataclass(frozen=True, slots=True)
class OpenHearing:
    """A case before whose decision the applicant may ask for a hearing, and until when."""

    case: CaseRow
    until: str


@dataclass(frozen=True, slots=True)
class Screen:
    """The application as a whole."""

    lines: tuple[Line, ...]
    corrections: tuple[Correction, ...]
    hearings: tuple[OpenHearing, ...]
    settled: int
    ready: int
    handed_over: int
    latest: str  # by when everything will be decided; "" where nobody can say yet
    is_late: bool  # `latest` has passed
    if_resumed: str  # while the clock of the whole stands still: by when, if what it waits for came today


def screen_of(
    row: ApplicationRow,
    *,
    materials: Sequence[MaterialRow],
    history: Sequence[HistoryRow],
    notices: Sequence[NoticeFacts],
    whole: Running | None,
    now: datetime,
) -> Screen:
    """The cases in the order of the application, and what is to be done now. `whole`: the clock of all together."""
    due_at = whole.due_at if whole else _due_alone(row)
    return Screen(
        lines=tuple(_line(case, row, notices, now) for case in row.cases),
        corrections=tuple(corrections_of(row.cases, materials, history)),
        hearings=tuple(hearings_open(row.cases, now)),
        settled=sum(case.stage in SETTLED for case in row.cases),
        ready=sum(case.stage == Stage.ISSUED for case in row.cases),
        handed_over=sum(case.stage in HANDED_OVER for case in row.cases),
        latest=last_moment(due_at) if due_at else "",
        is_late=due_at is not None and due_at < now,
        if_resumed=last_moment(whole.if_resumed) if whole and whole.if_resumed else "",
    )


def hearings_open(cases: Iterable[CaseRow], now: datetime) -> list[OpenHearing]:
    """The cases of which the applicant may still ask for a hearing (听证)."""
    today, origins = local(now).date(), MOVES[Verb.ANSWER_HEARING].origins
    return [
        OpenHearing(case, day_text(case.hearing_until))
        for case in cases
        if case.hearing == Hearing.TOLD
        and case.stage in origins
        and case.hearing_until is not None
        and today <= case.hearing_until
    ]


def _due_alone(row: ApplicationRow) -> datetime | None:
    """By when everything will be decided that has no clock together; None while one of them does not run."""
    left = [case for case in row.cases if case.stage not in SETTLED and case.decided_at is None]
    ends = [case.due_at for case in left if case.due_at]
    return max(ends) if ends and len(ends) == len(left) else None


def _line(case: CaseRow, row: ApplicationRow, notices: Iterable[NoticeFacts], now: datetime) -> Line:
    partner = catalogue_queries.current().partners.get(case.partner)
    runs = case.stage in WORKED and case.due_at is not None
    return Line(
        case=case,
        state=state_of(case),
        who=_holder(case, row),
        elsewhere=partner.name if partner and case.stage in WORKED else "",
        waits_for=row.waits(case),
        ahead_of=row.ahead_of(case),
        until=last_moment(case.due_at) if runs and case.due_at else "",
        left=time_left(case, now),
        papers=_urgent(case, row, notices),
    )


def _urgent(case: CaseRow, row: ApplicationRow, notices: Iterable[NoticeFacts]) -> tuple[Paper, ...]:
    kind = _URGENT.get(Stage(case.stage))
    found = [notice for notice in notices if notice.case_number == case.number and notice.kind == kind]
    return tuple(_notice(row, notice, case.item_name) for notice in found[-1:])


def _holder(case: CaseRow, row: ApplicationRow) -> str:
    """Who has to act: the counter, the department, or the applicant; "" where nothing more will happen."""
    match Stage(case.stage):
        case Stage.RECEIVED:
            return centre_of(row)
        case Stage.CORRECTING | Stage.ISSUED:
            return _("您")
        case Stage.ACCEPTED | Stage.IN_REVIEW | Stage.SUSPENDED | Stage.DECIDED:
            return department_names().get(case.department_id, case.department_name)
        case _:
            return ""


def centre_of(row: ApplicationRow) -> str:
    """The name of the service centre that received the application."""
    return department_names().get(row.centre_id, "")


def department_names() -> dict[int, str]:
    """Full names of departments and centres by id; no query once the process knows them."""
    return {facts.id: facts.name for facts in identity_queries.departments().values()}


def corrections_of(
    cases: Iterable[CaseRow], materials: Sequence[MaterialRow], history: Sequence[HistoryRow]
) -> Iterable[Correction]:
    """What is asked of each case that waits to be corrected (补正): the text, and the materials still missing."""
    told = {entry.case_number: entry for entry in history if entry.verb == Verb.ASK_CORRECTION}
    for case in cases:
        entry = told.get(case.number)
        if case.stage != Stage.CORRECTING or entry is None:
            continue
        asked = set(entry.facts.get("materials", ()))
        missing = [row for row in materials if row.source is None and row.key in asked]
        until = day_text(case.correct_until) if case.correct_until else ""
        yield Correction(case, entry.text, tuple(missing), until)


# ── Papers ───────────────────────────────────────────────────────────────────────────────────────


def is_given_out(notice: NoticeFacts, row: ApplicationRow) -> bool:
    """Whether a paper may be opened: results only once they are handed over, everything else at once."""
    return notice.kind not in RESULTS or notice.case_number in given_out(row)


def given_out(row: ApplicationRow) -> dict[str, CaseRow]:
    """The cases whose results are handed over, by number."""
    return {case.number: case for case in row.cases if case.stage in HANDED_OVER}


def papers_of(row: ApplicationRow, notices: Iterable[NoticeFacts]) -> list[Paper]:
    """The papers of the course (收件凭证, 受理通知书, 补正告知 …), newest first; results are on their own page."""
    names = {case.number: case.item_name for case in row.cases}
    found = [
        _notice(row, notice, names.get(notice.case_number or "", row.target_name))
        for notice in notices
        if notice.kind not in RESULTS
    ]
    return found[::-1]


def can_be_sent(row: ApplicationRow) -> bool:
    """Whether something is still to come that its guide says may be sent by courier (邮寄)."""
    left = [case for case in row.cases if case.stage not in {*ENDED, *HANDED_OVER}]
    return any(catalogue_queries.item_version(case.item_version_id).service.express for case in left)


def results_of(
    row: ApplicationRow, notices: Iterable[NoticeFacts], licences: Mapping[str, LicenceFacts]
) -> list[tuple[CaseRow, list[Paper]]]:
    """Each case that was handed over with its licence and its decision."""
    cases = given_out(row)
    papers: dict[str, list[Paper]] = {number: [] for number in cases}
    for number, licence in licences.items():
        if number in papers:
            address = reverse("track_licence", args=[row.number, number])
            title, at = licence.type_name, licence.issued_at
            copied = reverse("track_copy", args=[row.number, number])
            papers[number].append(Paper(title, licence.number, cases[number].item_name, address, at, copied))
    for notice in notices:
        if notice.kind in RESULTS and notice.case_number in papers:
            papers[notice.case_number].append(_notice(row, notice, cases[notice.case_number].item_name))
    return [(cases[number], found) for number, found in papers.items()]


def waiting_results(row: ApplicationRow) -> list[tuple[CaseRow, str]]:
    """Each case that can be handed over now, and what the applicant gets of it."""
    return [
        (
            case,
            _("决定书") if case.outcome == Outcome.REFUSED else _result_name(case),
        )
        for case in row.cases
        if case.stage == Stage.ISSUED
    ]


def _result_name(case: CaseRow) -> str:
    item = catalogue_queries.current().items.get(case.item_key)
    return item.result_name if item else case.item_name


def _notice(row: ApplicationRow, notice: NoticeFacts, about: str) -> Paper:
    address = reverse("track_notice", args=[row.number, notice.id])
    return Paper(notice.title, notice.number, about, address, notice.issued_at)
