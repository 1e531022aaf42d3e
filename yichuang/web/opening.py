"""Giving out files. Whoever calls has found them by right; here each opening is recorded."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from yichuang.base import files
from yichuang.base.clock import now
from yichuang.base.errors import NotVisible
from yichuang.base.files import FileContent
from yichuang.cases.data import MaterialRow
from yichuang.ledger.actions import Record, record
from yichuang.licences.data import LicenceFacts
from yichuang.notices.data import NoticeFacts
from yichuang.sharing import queries as sharing_queries
from yichuang.web.http import Request


def open_notice(request: Request, notice: NoticeFacts | None) -> HttpResponse:
    """A legal document, sealed. Raises `NotVisible` for None."""
    if notice is None:
        raise nothing()
    _note(request, Record("notice.read", "notice", notice.id, {"application": notice.application_number}))
    return give(files.read(notice.file_id), name=f"{notice.title} {notice.number}.pdf")


def open_licence(request: Request, licence: LicenceFacts | None, *, application: str) -> HttpResponse:
    """A licence, sealed. Raises `NotVisible` for None."""
    if licence is None:
        raise nothing()
    _note(request, Record("licence.read", "licence", licence.id, {"application": application}))
    return give(files.read(licence.file_id), name=f"{licence.type_name} {licence.number}.pdf")


def open_material(request: Request, material: MaterialRow | None, *, application: str) -> HttpResponse:
    """What settles a material: the uploaded file, or the sealed evidence of the register's answer.

    Raises `NotVisible` for None and for what was settled by neither.
    """
    if material is None:
        raise nothing()
    return open_paper(
        request, material.file_id, material.evidence_id, name=material.name, application=application
    )


def open_paper(
    request: Request, file_id: int | None, evidence_id: int | None, *, name: str, application: str
) -> HttpResponse:
    """An uploaded file, or the sealed evidence of a register's answer."""
    if file_id is not None:
        _note(request, Record("file.read", "file", file_id, {"application": application}))
        return give(files.read(file_id))
    if evidence_id is not None:
        _note(request, Record("evidence.read", "evidence", evidence_id, {"application": application}))
        pdf = sharing_queries.evidence_pdf(evidence_id)
        return give(FileContent(f"{name}.pdf", "application/pdf", pdf))
    raise nothing()


def give(content: FileContent, *, name: str = "") -> HttpResponse:
    """The file in the browser's own viewer, where it can be printed."""
    response = HttpResponse(content.content, content_type=content.media_type)
    disposition = content_disposition_header(as_attachment=False, filename=name or content.name)
    response["Content-Disposition"] = disposition or "inline"
    return response


def nothing() -> NotVisible:
    """There is no such file, or not for this reader: the answer is the same."""
    return NotVisible(_("没有这份文件，或还在生成。请返回上一页刷新后再试。"), code="no_file")


def _note(request: Request, entry: Record) -> None:
    record([entry], actor_kind=request.actor.kind, actor_id=request.actor.id, now=now())
