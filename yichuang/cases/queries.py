"""Reads. Each takes the actor and filters by right in the query; there is no other way to get an object.

| who | applications | cases |
|---|---|---|
| clerk, centre manager | of their centre | of their centre |
| officer, chief officer | with a case of their department | of their department |
| supervisor | all | all |
| applicant or agent | their own | their own |
| anybody else | none | none |
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from yichuang.base.clock import local
from yichuang.base.errors import Invalid, NotVisible
from yichuang.cases.clocks import light_of
from yichuang.cases.data import CaseRow, DueCounts, Holder, MaterialRow
from yichuang.cases.models import Application, ApplicationMaterial, Case
from yichuang.cases.states import (
    ENDED,
    INSPECTED_IN,
    NOT_DONE,
    SETTLED,
    STAGE_NAMES,
    UNDECIDED_ENDS,
    WORKED,
    Stage,
    may_cure,
)
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.data import ItemKind, ItemMaterial, Necessity, SourceKind
from yichuang.catalogue.settling import checkpoints_of
from yichuang.deadlines.data import Light
from yichuang.identity import queries as identity_queries
from yichuang.identity.data import Actor, ActorKind, Role

PAGE_ROWS = 50


def visible_applications(actor: Actor) -> QuerySet[Application]:
    """The applications that the actor may know of."""
    rows = Application.objects.all()
    if actor.kind is ActorKind.APPLICANT:
        own = Q(party_id=actor.id) | Q(agent_id=actor.id)
        return rows.filter(own, number=actor.only_application) if actor.only_application else rows.filter(own)
    if actor.kind is not ActorKind.STAFF or actor.department_id is None:
        return rows.none()
    if actor.has(Role.SUPERVISOR):
        return rows
    if actor.has(Role.CLERK, Role.MANAGER):
        return rows.filter(centre_id=actor.department_id)
    if actor.has(Role.OFFICER, Role.CHIEF_OFFICER):
        handled = Case.objects.filter(application_id=OuterRef("id"), department_id=actor.department_id)
        return rows.filter(Exists(handled))
    return rows.none()


def visible_cases(actor: Actor) -> QuerySet[Case]:
    """The cases that the actor may know of."""
    rows = Case.objects.all()
    if actor.kind is ActorKind.APPLICANT:
        return rows.filter(application__in=visible_applications(actor))
    if actor.kind is not ActorKind.STAFF or actor.department_id is None:
        return rows.none()
    if actor.has(Role.SUPERVISOR):
        return rows
    if actor.has(Role.CLERK, Role.MANAGER):
        return rows.filter(application__centre_id=actor.department_id)
    if actor.has(Role.OFFICER, Role.CHIEF_OFFICER):
        return rows.filter(department_id=actor.department_id)
    return rows.none()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of cases; `next` is the key to ask for the page after it, None at the end."""

    rows: tuple[CaseRow, ...]
    next: tuple[datetime | None, int] | None = None


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """An application in a list, and all that an application's page shows before anything is decrypted."""

    id: int
    number: str
    target: str
    target_name: str
    release: int  # of the catalogue, under which it was received
    applicant: str  # masked
    received_at: datetime
    cases: tuple[CaseRow, ...]
    centre_id: int
    channel: str
    party_id: int
    agent_id: int | None

    def waits(self, case: CaseRow) -> tuple[str, ...]:
        """The names of the cases whose decisions have to come before the review of `case` begins."""
        return self._before(case) if case.waiting else ()

    def ahead_of(self, case: CaseRow) -> tuple[str, ...]:
        """The names of the cases on whose expected results `case` is reviewed, or was pre-decided (模拟审批)."""
        goes_on = case.stage in {*WORKED, Stage.PREDECIDED} and not case.waiting
        return self._before(case) if goes_on else ()

    def _before(self, case: CaseRow) -> tuple[str, ...]:
        open_ones = [one for one in self.cases if one.decided_at is None and one.stage not in UNDECIDED_ENDS]
        names = {one.item_key: one.item_name for one in open_ones}
        return tuple(names[item] for item in case.waits_for if item in names)

    @property
    def ready(self) -> bool:
        """Every case is settled and something waits to be handed over (统一出件)."""
        stages = {case.stage for case in self.cases}
        return Stage.ISSUED in stages and stages <= SETTLED


def work_list(
    actor: Actor,
    *,
    now: datetime,
    after: tuple[datetime | None, int] | None = None,
    rows: int = PAGE_ROWS,
    holder: Holder | None = None,
    shining: Light | None = None,
) -> Page:
    """What the actor's department has to work on, by what is due first; keyset paging by (due_at, id).

    What stands still is due at no time and comes last.

    `holder` and `shining` narrow it to what is the actor's or nobody's, and to one light.
    """
    found = visible_cases(actor).filter(stage__in=list(WORKED), waiting=0)
    if holder is Holder.MINE:
        held_by = {actor.id, *identity_queries.stood_in_for(actor, local(now).date())}
        found = found.filter(claimed_by__in=held_by, claimed_until__gt=now)
    elif holder is Holder.FREE:
        found = found.filter(Q(claimed_by=None) | Q(claimed_until__lte=now), partner="", proposed="")
    elif holder is Holder.PROPOSED:
        found = found.filter(stage=Stage.IN_REVIEW).exclude(proposed="")
    elif holder is Holder.SUSPENDED:
        found = visible_cases(actor).filter(stage=Stage.SUSPENDED)
    elif holder is Holder.TO_INSPECT:
        found = visible_cases(actor).filter(inspection__in=sorted(NOT_DONE), stage__in=sorted(INSPECTED_IN))
    if shining is not None:
        found = _shining(found, shining, now)
    if after is not None:
        found = found.filter(_following(*after))
    cases = list(_with_application(found).order_by("due_at", "id")[: rows + 1])
    more = len(cases) > rows
    cases = cases[:rows]
    last = cases[-1] if more else None
    key = (last.due_at, last.id) if last is not None else None
    return Page(tuple(_case_rows(cases, now=now, masked=True)), key)


def _following(due_at: datetime | None, case_id: int) -> Q:
    """What stands behind this key in the work list."""
    if due_at is None:
        return Q(due_at=None, id__gt=case_id)
    return Q(due_at__gt=due_at) | Q(due_at=due_at, id__gt=case_id) | Q(due_at=None)


def chosen_cases(actor: Actor, numbers: Collection[str], *, now: datetime) -> tuple[CaseRow, ...]:
    """The cases of these numbers that the actor may see, at most a page, by what is due first."""
    found = _with_application(visible_cases(actor).filter(number__in=numbers)).order_by("due_at", "id")
    return tuple(_case_rows(list(found[:PAGE_ROWS]), now=now, masked=True))


def next_case(actor: Actor, *, now: datetime) -> CaseRow | None:
    """What the actor turns to next: the first due of her own claims, else of what nobody has claimed."""
    for holder in (Holder.MINE, Holder.FREE):
        page = work_list(actor, now=now, rows=1, holder=holder)
        if page.rows:
            return page.rows[0]
    return None


def due_counts(actor: Actor, *, now: datetime) -> DueCounts:
    """How much of the work list is overdue, and how much is due until midnight (Beijing time)."""
    midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    found = visible_cases(actor).filter(stage__in=list(WORKED), waiting=0, due_at__lt=midnight)
    counted = found.aggregate(
        overdue=Count("id", filter=Q(due_at__lt=now)), today=Count("id", filter=Q(due_at__gte=now))
    )
    return DueCounts(**counted)


def open_versions(item_key: str, department_id: int) -> dict[int, int]:
    """How many open cases of an item there are under each of its versions: they keep it to their end."""
    rows = Case.objects.filter(department_id=department_id, item_key=item_key).exclude(
        stage__in=sorted(ENDED)
    )
    counts = rows.values_list("item_version__version").annotate(number=Count("id"))
    return dict(counts.order_by("-item_version__version"))


def _shining(found: QuerySet[Case], shining: Light, now: datetime) -> QuerySet[Case]:
    """Only cases whose clock shows this light: the rule of `clocks.light_of` as the database reads it."""
    strongest_first = {
        Light.PURPLE: Q(abnormal_at__lt=now),
        Light.RED: Q(due_at__lt=now),
        Light.YELLOW: Q(yellow_at__lt=now),
        Light.BLUE: Q(blue_at__lt=now),
    }
    for light, shines in strongest_first.items():
        if light is shining:
            return found.filter(shines)
        found = found.exclude(shines)
    return found


def _with_application(found: QuerySet[Case]) -> QuerySet[Case]:
    """With the application's row, but not with what is encrypted in it."""
    return found.select_related("application").defer("application__form", "application__query_code")


def recent_applications(
    actor: Actor, *, now: datetime, before: int | None = None, rows: int = PAGE_ROWS
) -> tuple[list[ApplicationRow], int | None]:
    """The newest applications that the actor may see, and the key of the next page."""
    found = visible_applications(actor).order_by("-id")
    if before is not None:
        found = found.filter(id__lt=before)
    page = list(found[: rows + 1])
    return application_rows(page[:rows], now=now), page[rows - 1].id if len(page) > rows else None


def search_applications(actor: Actor, text: str, *, now: datetime) -> list[ApplicationRow]:
    """Applications by exact number (申报号 or 办件编号) or by the ID number or phone of a person concerned."""
    words = text.strip().upper().replace(" ", "")
    if not words:
        return []
    parties = _parties_named(words)
    found = visible_applications(actor).filter(
        Q(number=words[:12]) | Q(party_id__in=parties) | Q(agent_id__in=parties)
    )
    return application_rows(list(found.order_by("-id")[:PAGE_ROWS]), now=now)


def _parties_named(words: str) -> list[int]:
    """Whoever has this ID number, organisation code or phone; a number that cannot be one names nobody."""
    found: list[int] = []
    with suppress(Invalid):
        found += identity_queries.parties_by_phone(words)
    for kind in ("person", "organisation"):
        with suppress(Invalid):
            party = identity_queries.find_party(kind, words)
            found += [party] if party is not None else []
    return found


def application(actor: Actor, number: str, *, now: datetime) -> ApplicationRow:
    """One application with all its cases; an officer sees the sister cases too, as stages. Raises `NotVisible`."""
    row = visible_applications(actor).filter(number=number).first()
    if row is None:
        raise NotVisible(_("没有编号为%(number)s的申办，或您无权查看。请核对编号。") % {"number": number})
    return application_rows([row], now=now)[0]


def application_of_case(actor: Actor, case_number: str, *, now: datetime) -> tuple[ApplicationRow, CaseRow]:
    """A case by its number with its application. Raises `NotVisible`."""
    case = visible_cases(actor).filter(number=case_number).select_related("application").first()
    if case is None:
        raise NotVisible(
            _("没有编号为%(number)s的办件，或您无权查看。请核对编号。") % {"number": case_number}
        )
    whole = application_rows([case.application], now=now)[0]
    return whole, next(row for row in whole.cases if row.id == case.id)


def item_names(actor: Actor, case_numbers: Collection[str]) -> dict[str, str]:
    """The names of the items of these cases, of those that the actor may know of."""
    return dict(visible_cases(actor).filter(number__in=case_numbers).values_list("number", "item_name"))


def materials(application_id: int, items: Collection[str] | None = None) -> list[MaterialRow]:
    """The materials of an application that the caller may see; only those of `items` if given.

    `checkpoints` are the material's own and those of the items, as the versions say that the cases keep.
    """
    found = ApplicationMaterial.objects.filter(application_id=application_id).order_by("id")
    if items is not None:
        found = found.filter(items__overlap=list(items))
    types = catalogue_queries.current().materials
    versions = (
        Case.objects.filter(application_id=OuterRef("application_id"))
        .order_by("id")
        .values("item_version_id")
    )
    return [
        MaterialRow(
            key=row.material,
            name=types[row.material].name if row.material in types else row.material,
            necessity=Necessity(row.necessity),
            source=SourceKind(row.source) if row.source else None,
            reference=row.reference,
            evidence_id=row.evidence_id,
            file_id=row.file_id,
            checked=row.checked,
            items=tuple(row.items),
            checkpoints=checkpoints_of(types[row.material], _entries(row, row.versions, items))
            if row.material in types
            else (),
        )
        for row in found.annotate(versions=ArraySubquery(versions))
    ]


def _entries(
    row: ApplicationMaterial, versions: Iterable[int], items: Collection[str] | None
) -> Iterator[ItemMaterial]:
    """What the items that need a material (only those of `items` if given) say of it."""
    for item in map(catalogue_queries.item_version, versions):
        if item.key in row.items and (items is None or item.key in items):
            yield from (entry for entry in item.materials if entry.material == row.material)


def application_rows(rows: Sequence[Application], *, now: datetime) -> list[ApplicationRow]:
    """Applications that the caller may see with all their cases."""
    cases: dict[int, list[Case]] = {row.id: [] for row in rows}
    for case in _with_application(Case.objects.filter(application_id__in=list(cases))).order_by("id"):
        cases[case.application_id].append(case)
    names = identity_queries.masked_parties([row.party_id for row in rows])
    return [
        ApplicationRow(
            id=row.id,
            number=row.number,
            target=row.target,
            target_name=row.target_name,
            release=row.release,
            applicant=names[row.party_id].name,
            received_at=row.received_at,
            cases=tuple(_case_rows(cases[row.id], now=now, masked=False)),
            centre_id=row.centre_id,
            channel=row.channel,
            party_id=row.party_id,
            agent_id=row.agent_id,
        )
        for row in rows
    ]


def _case_rows(cases: Sequence[Case], *, now: datetime, masked: bool) -> list[CaseRow]:
    departments = {facts.id: facts.short_name for facts in identity_queries.departments().values()}
    parties: dict[int, Any] = (
        identity_queries.masked_parties([case.application.party_id for case in cases])
        if masked and cases
        else {}
    )
    return [
        CaseRow(
            id=case.id,
            number=case.number,
            application_number=case.application.number,
            item_key=case.item_key,
            item_name=case.item_name,
            department_id=case.department_id,
            department_name=departments.get(case.department_id, ""),
            stage=case.stage,
            stage_name=str(STAGE_NAMES[Stage(case.stage)]),
            outcome=case.outcome,
            waiting=case.waiting,
            waits_for=tuple(case.waits_for),
            partner=case.partner,
            started_at=case.started_at,
            due_at=case.due_at,
            light=light_of(case, now),
            correct_until=case.correct_until,
            claimed_by=case.claimed_by if case.claimed_until and case.claimed_until > now else None,
            claimed_until=case.claimed_until,
            decided_at=case.decided_at,
            received_at=case.application.received_at,
            statutory_due_at=case.statutory_due_at,
            is_instant=catalogue_queries.item_version(case.item_version_id).kind is ItemKind.INSTANT,
            applicant=parties[case.application.party_id].name if parties else "",
            item_version_id=case.item_version_id,
            corrections_left=case.corrections_left,
            extensions_left=case.extensions_left,
            hearing=case.hearing,
            hearing_until=case.hearing_until,
            proposed=case.proposed,
            proposed_by=case.proposed_by,
            pre_outcome=case.pre_outcome,
            has_licence=case.licence_id is not None,
            inspection=case.inspection if case.stage in INSPECTED_IN else "",
            gap_until=case.gap_until if may_cure(case.stage, case.outcome) else None,
        )
        for case in cases
    ]
