"""Files at the counter: only of what the clerk may see, each opening recorded."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from yichuang.base.clock import now
from yichuang.cases import queries
from yichuang.cases.drafts import open_draft
from yichuang.licences import queries as licence_queries
from yichuang.notices import queries as notice_queries
from yichuang.web.counter.access import clerk
from yichuang.web.http import Request
from yichuang.web.opening import nothing, open_licence, open_material, open_notice, open_paper


@clerk
@require_safe
def notice(request: Request, number: str, notice_id: int) -> HttpResponse:
    """A legal document of an application, sealed."""
    row = queries.application(request.actor, number, now=now())
    found = next((each for each in notice_queries.of_application(row.number) if each.id == notice_id), None)
    return open_notice(request, found)


@clerk
@require_safe
def licence(request: Request, number: str, case_number: str) -> HttpResponse:
    """A licence that a case of the application gave, sealed."""
    row = queries.application(request.actor, number, now=now())
    own = [case.number for case in row.cases if case.number == case_number]
    return open_licence(request, licence_queries.of_cases(own).get(case_number), application=row.number)


@clerk
@require_safe
def material(request: Request, number: str, material: str) -> HttpResponse:
    """A material of an application: the uploaded file, or the sealed evidence of the register's answer."""
    row = queries.application(request.actor, number, now=now())
    found = next((each for each in queries.materials(row.id) if each.key == material), None)
    return open_material(request, found, application=row.number)


@clerk
@require_safe
def of_draft(request: Request, key: UUID, material: str) -> HttpResponse:
    """The same for a draft of one's own."""
    draft = open_draft(request.actor, key)
    settled = draft.content.materials.get(material)
    if settled is None:
        raise nothing()
    return open_paper(request, settled.file_id, settled.evidence_id, name=material, application=draft.number)
