"""Issuing a legal document (文书): numbered, rendered, sealed, stored, recorded.

Two short transactions with the slow part between them. The first takes the occasion and its number
(文号): a retry or a second worker finds it taken and uses the same number, so that numbers have no gaps where the
city's scheme allows none. Then
the page is made and sealed without any lock. The second stores the file and writes the ledger, unless
somebody else was first, whose document then counts.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from yichuang.base import files, serials
from yichuang.base.clock import local
from yichuang.base.pdf.document import Heading, make, new_code, read_template
from yichuang.catalogue.numbering import number_in, scheme_for, series_of
from yichuang.catalogue.papers import FORMS, Form, NoticeKind
from yichuang.catalogue.queries import current, template
from yichuang.identity.data import SYSTEM
from yichuang.identity.seal_keys import seal_key
from yichuang.ledger.actions import Record, record
from yichuang.notices.data import NoticeFacts
from yichuang.notices.models import Notice
from yichuang.notices.queries import facts_of

#: Item type of an administrative permit (行政许可), GB/T 39046 A.1.
_PERMIT = "01"


def issue(
    *,
    kind: NoticeKind,
    key: str,
    application_number: str,
    case_number: str | None = None,
    department_id: int,
    facts: Mapping[str, Any],
    now: datetime,
) -> NoticeFacts:
    """Issue the document of `kind` for the occasion `key`, once: a repetition returns the first one.

    `facts` are what `catalogue.papers` lists for the kind. Call it outside any transaction, so that no lock is
    held while the page is made (about 25 ms). Raises `SealKeyMissing` or `SealKeyExpired` before a number is
    taken, and ValueError for facts that are missing.
    """
    issued = _found(kind, key)
    if issued is not None and issued.file_id is not None:
        return facts_of(issued)
    form = FORMS[kind]
    if missing := form.required - facts.keys():
        raise ValueError(f"a {kind} needs {', '.join(sorted(missing))}")
    material = seal_key(department_id, now)
    is_permit = facts.get("item_type") == _PERMIT
    draft = Notice(
        kind=kind,
        key=key,
        title=form.permit_title if is_permit and form.permit_title else form.title,
        application_number=application_number,
        case_number=case_number or "",
        department_id=department_id,
        verify_code=new_code(),
    )
    row = issued or _take(draft, form, local(now).year)
    heading = Heading(
        row.title, row.number, row.department.name, form.seal_words, application_number, row.case_number
    )
    pdf = make(
        read_template(form.template, template),
        heading,
        facts,
        code=row.verify_code,
        material=material,
        now=now,
    )
    return _complete(row.id, pdf, now)


def _found(kind: NoticeKind, key: str) -> Notice | None:
    return Notice.objects.select_related("department").filter(kind=kind, key=key).first()


def _take(draft: Notice, form: Form, year: int) -> Notice:
    """The row of the occasion with its number; somebody else's where they were a moment earlier."""
    try:
        with transaction.atomic():
            draft.number = _next_number(draft, form, year)
            draft.save(force_insert=True)
    except IntegrityError:
        taken = _found(NoticeKind(draft.kind), draft.key)
        if taken is None:
            raise
        return taken
    return draft


def _next_number(row: Notice, form: Form, year: int) -> str:
    """The next 文号 by the city's scheme, where it says nothing else as GB/T 9704 writes it: 公安局受字〔2026〕12号."""
    organ = row.department
    scheme = scheme_for(current().numbers.values(), organ.key, row.kind)
    series = series_of(scheme, organ=organ.short_name, word=form.word, year=year)
    draw = serials.draw_with_gaps if scheme.gaps else serials.draw
    return number_in(series, draw(f"{organ.id}:{series}"))


@transaction.atomic
def _complete(notice_id: int, pdf: bytes, now: datetime) -> NoticeFacts:
    row = Notice.objects.select_for_update(of=("self",)).select_related("department").get(id=notice_id)
    if row.file_id is not None:
        return facts_of(row)
    row.file_id = files.store(f"{row.title}.pdf", "application/pdf", pdf, now=now)
    row.sha256 = hashlib.sha256(pdf).digest()
    row.issued_at = now
    row.save(update_fields=["file", "sha256", "issued_at"])
    facts = {
        "kind": row.kind,
        "number": row.number,
        "application_number": row.application_number,
        "case_number": row.case_number,
        "department_id": row.department_id,
        "sha256": row.sha256.hex(),
    }
    record(
        [Record("notice.issued", "notice", row.id, facts)],
        actor_kind=SYSTEM.kind,
        actor_id=SYSTEM.id,
        now=now,
    )
    return facts_of(row)
