"""Reads of issued documents. The caller has shown its right to the application; codes and digests are for all."""

from datetime import datetime
from typing import cast

from yichuang.base.pdf.document import read_code
from yichuang.catalogue.papers import NoticeKind
from yichuang.notices.data import NoticeFacts
from yichuang.notices.models import Notice

_ISSUED = Notice.objects.filter(file__isnull=False).select_related("department")


def of_application(application_number: str) -> list[NoticeFacts]:
    """Every issued document of an application, oldest first; one query."""
    return [facts_of(row) for row in _ISSUED.filter(application_number=application_number).order_by("id")]


def by_code(code: str) -> NoticeFacts | None:
    """The document with the verification code printed on it (验真码), as a person typed it; or None."""
    row = _ISSUED.filter(verify_code=read_code(code)).first()
    return facts_of(row) if row else None


def find_by_digest(sha256: bytes) -> NoticeFacts | None:
    """The document whose sealed file has this SHA-256; or None: no issued file is the same to the last byte."""
    row = _ISSUED.filter(sha256=sha256).first()
    return facts_of(row) if row else None


def facts_of(row: Notice) -> NoticeFacts:
    """What is told of an issued document."""
    return NoticeFacts(
        id=row.id,
        number=row.number,
        kind=NoticeKind(row.kind),
        title=row.title,
        application_number=row.application_number,
        case_number=row.case_number or None,
        department_id=row.department_id,
        department_name=row.department.name,
        file_id=cast(int, row.file_id),
        sha256=bytes(cast(bytes, row.sha256)),
        verify_code=row.verify_code,
        issued_at=cast(datetime, row.issued_at),
    )
