"""Files for officers: what a case asks for, and its papers; each opening recorded."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from yichuang.base.clock import now
from yichuang.cases import queries
from yichuang.cases.data import CaseRow
from yichuang.cases.queries import ApplicationRow
from yichuang.licences import queries as licence_queries
from yichuang.notices import queries as notice_queries
from yichuang.web.desk.access import officer
from yichuang.web.desk.screens import sister_number
from yichuang.web.http import Request
from yichuang.web.opening import open_licence, open_material, open_notice


@officer
@require_safe
def material(request: Request, number: str, material: str) -> HttpResponse:
    """A material that the case needs; of a sister's result, the licence."""
    row, case = queries.application_of_case(request.actor, number, now=now())
    return open_material_of(request, row, case, material)


def open_material_of(request: Request, row: ApplicationRow, case: CaseRow, key: str) -> HttpResponse:
    """A material of a case that the actor may see, opened and so recorded."""
    own = queries.materials(row.id, [case.item_key])
    found = next((each for each in own if each.key == key), None)
    sister = sister_number(row, found) if found else ""
    if sister:
        licence = licence_queries.of_cases([sister]).get(sister)
        return open_licence(request, licence, application=row.number)
    return open_material(request, found, application=row.number)


@officer
@require_safe
def notice(request: Request, number: str, notice_id: int) -> HttpResponse:
    """A legal document of the case, sealed."""
    row, case = queries.application_of_case(request.actor, number, now=now())
    issued = notice_queries.of_application(row.number)
    own = (each for each in issued if each.id == notice_id and each.case_number == case.number)
    return open_notice(request, next(own, None))


@officer
@require_safe
def licence(request: Request, number: str) -> HttpResponse:
    """The licence that the case gave, sealed."""
    row, case = queries.application_of_case(request.actor, number, now=now())
    found = licence_queries.of_cases([case.number]).get(case.number)
    return open_licence(request, found, application=row.number)
