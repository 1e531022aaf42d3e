"""Getting rows for an act: locked in order of id, within what the actor may see."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from yichuang.base.errors import NotVisible
from yichuang.cases.models import Application, Case
from yichuang.cases.queries import visible_applications, visible_cases
from yichuang.identity.data import Actor


def lock_cases(actor: Actor, case_ids: Sequence[int]) -> list[Case]:
    """The cases, locked for this transaction. Raises `NotVisible` if any is not the actor's to see."""
    wanted = sorted(set(case_ids))
    rows = list(
        visible_cases(actor).filter(id__in=wanted).select_for_update(of=("self",), no_key=True).order_by("id")
    )
    if len(rows) != len(wanted):
        raise NotVisible(_("没有这件申办，或您无权查看。请核对编号。"))
    return rows


def lock_cases_of(actor: Actor, application_id: int) -> tuple[Application, list[Case]]:
    """An application and all its cases, the cases locked."""
    application = visible_applications(actor).filter(id=application_id).first()
    if application is None:
        raise NotVisible(_("没有这件申办，或您无权查看。请核对编号。"))
    rows = Case.objects.filter(application=application).select_for_update(no_key=True).order_by("id")
    return application, list(rows)
