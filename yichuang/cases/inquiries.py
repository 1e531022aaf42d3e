"""What the applicant is asked (征询): about which member, until when, and what each answer means for what is left."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from yichuang.cases import branches, whole
from yichuang.cases.actions.withdrawal import open_to
from yichuang.cases.data import Answer
from yichuang.cases.models import Case, Inquiry
from yichuang.cases.queries import ApplicationRow
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.bundles import Course, OutcomePolicy

_COURSES: dict[Course, Promise] = {
    Course.CONTINUE: gettext_lazy("继续办理"),
    Course.HOLD: gettext_lazy("继续等待"),
    Course.END: gettext_lazy("终止办理"),
}


@dataclass(frozen=True, slots=True)
class Prospect:
    """A case that is still open, and in words what becomes of it with each answer."""

    item: str
    going_on: str
    in_silence: str
    can_withdraw: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """The open question: the members that were not granted, until when it may be answered, and what is left."""

    about: tuple[str, ...]
    until: date
    left: tuple[Prospect, ...]


def open_inquiry(application: ApplicationRow, *, now: datetime) -> Asked | None:
    """What the applicant is asked now; None where nothing is. No query where the bundle leaves nothing to her."""
    bundle = catalogue_queries.bundle_under(application.target, application.release)
    if bundle is None or bundle.outcome is not OutcomePolicy.ASK_APPLICANT:
        return None
    rows = Inquiry.objects.filter(application_id=application.id, answer="").select_related("case")
    found = list(rows.order_by("id"))
    if not found:
        return None
    names = tuple(row.case.item_name for row in found)
    return Asked(names, max(row.until for row in found), prospects(application.id, now=now))


def prospects(application_id: int, *, now: datetime) -> tuple[Prospect, ...]:
    """What becomes of each open case with each answer; three queries."""
    cases = list(Case.objects.filter(application_id=application_id).order_by("id"))
    bonds = whole.bonds_of(application_id)
    going_on = branches.prospects(cases, bonds, Answer.GO_ON, now)
    in_silence = branches.prospects(cases, bonds, Answer.SILENCE, now)
    withdrawable = {case.id for case in open_to(cases)}
    return tuple(
        Prospect(
            case.item_name,
            str(_COURSES[going_on[case.id]]),
            str(_COURSES[in_silence[case.id]]),
            case.id in withdrawable,
        )
        for case in cases
        if case.id in going_on
    )
