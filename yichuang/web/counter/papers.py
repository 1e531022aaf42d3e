"""Files at the counter: only of what the clerk may see, each opening recorded."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yichuang.base import files
from yichuang.base.clock import now
from yichuang.base.errors import NotVisible
from yichuang.base.files import FileContent
from yichuang.cases import queries
from yichuang.cases.drafts import open_draft
from yichuang.ledger.actions import Record, record
from yichuang.licences import queries as licence_queries
from yichuang.notices import queries as notice_queries
from yichuang.sharing import queries as sharing_queries
from yichuang.web.counter.access import clerk
from yichuang.web.http import Request


@clerk
@require_safe
def notice(request: Request, number: str, notice_id: int) -> HttpResponse:
    """A legal document of an application, sealed."""
    row = queries.application(request.actor, number, now=now())
    found = next((each for each in notice_queries.of_application(row.number) if each.id == notice_id), None)
    if found is None:
        raise _nothing()
    _note(request, Record("notice.read", "notice", found.id, {"application": row.number}))
    return _give(files.read(found.file_id), name=f"{found.title} {found.number}.pdf")


@clerk
@require_safe
def licence(request: Request, number: str, case_number: str) -> HttpResponse:
    """A licence that a case of the application gave, sealed."""
    row = queries.application(request.actor, number, now=now())
    own = [case.number for case in row.cases if case.number == case_number]
    found = licence_queries.of_cases(own).get(case_number)
    if found is None:
        raise _nothing()
    _note(request, Record("licence.read", "licence", found.id, {"application": row.number}))
    return _give(files.read(found.file_id), name=f"{found.type_name} {found.number}.pdf")


@clerk
@require_safe
def material(request: Request, number: str, material: str) -> HttpResponse:
    """A material of an application: the uploaded file, or the sealed evidence of the register's answer."""
    row = queries.application(request.actor, number, now=now())
    found = next((each for each in queries.materials(row.id) if each.key == material), None)
    if found is None:
        raise _nothing()
    return _paper(request, found.file_id, found.evidence_id, name=found.name, application=row.number)


@clerk
@require_safe
def of_draft(request: Request, key: UUID, material: str) -> HttpResponse:
    """The same for a draft of one's own."""
    draft = open_draft(request.actor, key)
    settled = draft.content.materials.get(material)
    if settled is None:
        raise _nothing()
    return _paper(request, settled.file_id, settled.evidence_id, name=material, application=draft.number)


def _paper(
    request: Request, file_id: int | None, evidence_id: int | None, *, name: str, application: str
) -> HttpResponse:
    if file_id is not None:
        _note(request, Record("file.read", "file", file_id, {"application": application}))
        return _give(files.read(file_id))
    if evidence_id is not None:
        _note(request, Record("evidence.read", "evidence", evidence_id, {"application": application}))
        pdf = sharing_queries.evidence_pdf(evidence_id)
        return _give(FileContent(f"{name}.pdf", "application/pdf", pdf))
    raise _nothing()


def _note(request: Request, entry: Record) -> None:
    record([entry], actor_kind=request.actor.kind, actor_id=request.actor.id, now=now())


def _give(content: FileContent, *, name: str = "") -> HttpResponse:
    """The file in the browser's own viewer, where it can be printed."""
    response = HttpResponse(content.content, content_type=content.media_type)
    disposition = content_disposition_header(as_attachment=False, filename=name or content.name)
    response["Content-Disposition"] = disposition or "inline"
    return response


def _nothing() -> NotVisible:
    return NotVisible(_("没有这份文件，或还在生成。请返回申办页面刷新后再试。"), code="no_file")
