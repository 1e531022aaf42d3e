"""Getting rows for an act: locked in order of id, within what the actor may see."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from yichuang.base.errors import NotVisible
from yichuang.cases.models import Application, Case
from yichuang.cases.queries import visible_applications, visible_cases
from yichuang.identity.data import Actor

# Plain statements: the platform's own acts are many and small, and putting these together anew through the ORM
# would cost more than all the rest of them.
_CASE = "SELECT * FROM cases_case WHERE id = %s FOR NO KEY UPDATE"
_SISTERS = """
SELECT * FROM cases_case WHERE application_id = (SELECT application_id FROM cases_case WHERE id = %s)
ORDER BY id FOR NO KEY UPDATE
"""


def lock_case(case_id: int) -> Case:
    """One case, locked for this transaction, for the platform's own acts."""
    (row,) = Case.objects.raw(_CASE, [case_id])
    return row


def lock_sisters(case_id: int) -> list[Case]:
    """All cases of the application that this case belongs to, locked, for the platform's own acts."""
    return list(Case.objects.raw(_SISTERS, [case_id]))


def lock_cases(actor: Actor, case_ids: Sequence[int]) -> list[Case]:
    """The cases, locked for this transaction. Raises `NotVisible` if any is not the actor's to see."""
    wanted = sorted(set(case_ids))
    rows = list(
        visible_cases(actor).filter(id__in=wanted).select_for_update(of=("self",), no_key=True).order_by("id")
    )
    if len(rows) != len(wanted):
        raise NotVisible(_("没有这件申办，或您无权查看。请核对编号。"))
    return rows


def lock_with_sisters(actor: Actor, case_id: int) -> tuple[Case, list[Case]]:
    """A case, and all cases of its application in order of id with it, locked; else as `lock_cases`."""
    found = visible_cases(actor).filter(id=case_id).values_list("application_id", flat=True).first()
    if found is None:
        raise NotVisible(_("没有这件申办，或您无权查看。请核对编号。"))
    _application, cases = lock_cases_of(actor, found)
    return next(case for case in cases if case.id == case_id), cases


def lock_cases_of(actor: Actor, application_id: int) -> tuple[Application, list[Case]]:
    """An application and all its cases, the cases locked."""
    application = visible_applications(actor).filter(id=application_id).first()
    if application is None:
        raise NotVisible(_("没有这件申办，或您无权查看。请核对编号。"))
    rows = Case.objects.filter(application=application).select_for_update(no_key=True).order_by("id")
    return application, list(rows)
