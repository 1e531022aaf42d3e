"""Issuing and revoking electronic licences (电子证照).

Issuing is two short transactions with the slow part between them, as for notices: the first takes the
case's one licence with its identifier, then it is rendered and sealed without any lock, then stored and
recorded, unless somebody else was first.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from yichuang.base import files, serials
from yichuang.base.clock import local
from yichuang.base.crypto import encrypt
from yichuang.base.errors import NotVisible, Overtaken
from yichuang.base.pdf.document import Heading, make, new_code, read_template
from yichuang.catalogue.data import Element, LicenceType
from yichuang.catalogue.numbering import LICENCES, number_in, scheme_for, series_of
from yichuang.catalogue.queries import current, template
from yichuang.identity.data import SYSTEM, Actor
from yichuang.identity.seal_keys import seal_key
from yichuang.ledger.actions import Record, record
from yichuang.licences.data import LicenceFacts
from yichuang.licences.identifier import make_identifier
from yichuang.licences.models import Licence, Status
from yichuang.licences.queries import HOLDER_NAME_CONTEXT, facts_of, holder_index

HOLDER_NUMBER_CONTEXT = "licences_licence.holder_number"
FACTS_CONTEXT = "licences_licence.facts"
REASON_CONTEXT = "licences_licence.status_reason"
SEAL_WORDS = "电子证照专用章"


def issue_licence(
    *,
    type_key: str,
    holder_kind: str,
    holder_number: str,
    holder_name: str,
    facts: Mapping[str, Any],
    case_number: str,
    department_id: int,
    now: datetime,
    number: str = "",
) -> LicenceFacts:
    """Issue the licence that a case gives, once: a repetition returns the first one while that holds.

    `facts` are what stands on it, by the names of its template. `number` is the 证照编号 where the
    department's own system gave it; otherwise it is counted here (`numbering.yaml`). Call it outside any
    transaction. Raises `SealKeyMissing` or `SealKeyExpired` before a number is taken.
    """
    issued = _found(case_number)
    if issued is not None and issued.file_id is not None:
        return facts_of(issued)
    catalogue = current()
    kind = catalogue.licence_types[type_key]
    material = seal_key(department_id, now)
    draft = Licence(
        type_key=type_key,
        type_name=kind.name,
        number=number,
        holder_kind=holder_kind,
        holder_index=holder_index(holder_kind, holder_number),
        holder_number=encrypt(holder_number, HOLDER_NUMBER_CONTEXT),
        holder_name=encrypt(holder_name, HOLDER_NAME_CONTEXT),
        department_id=department_id,
        case_number=case_number,
        facts=encrypt(json.dumps(facts, default=str, ensure_ascii=False), FACTS_CONTEXT),
        verify_code=new_code(),
        valid_from=local(now).date(),
        valid_until=last_day(local(now).date(), kind.valid_years),
    )
    row = issued or _take(draft, kind)
    heading = Heading(kind.name, row.number, row.department.name, SEAL_WORDS, case_number=case_number)
    shown = shown_on(row, kind, facts, holder_number=holder_number, holder_name=holder_name)
    pdf = make(
        read_template(kind.template, template),
        heading,
        shown,
        code=row.verify_code,
        material=material,
        now=now,
    )
    return _complete(row.id, pdf, now)


def shown_on(
    row: Licence, kind: LicenceType, facts: Mapping[str, Any], *, holder_number: str, holder_name: str
) -> dict[str, Any]:
    """What the template of a licence shows."""
    return {
        "fields": dict(facts),
        "rows": labelled(facts, current().elements),
        "holder": {"kind": row.holder_kind, "number": holder_number, "name": holder_name},
        "identifier": row.identifier,
        "type_code": kind.code,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until or "长期",
    }


def last_day(first: date, years: int | None) -> date | None:
    """The last day of a validity of `years` that begins on `first`; None: long-term.

    It ends on the day before the anniversary; one begun on 29 February, on the last day of February.
    """
    if years is None:
        return None
    try:
        anniversary = first.replace(year=first.year + years)
    except ValueError:
        anniversary = date(first.year + years, 3, 1)
    return anniversary - timedelta(days=1)


def labelled(facts: Mapping[str, Any], elements: Mapping[str, Element]) -> list[tuple[str, str, str]]:
    """(key, label, value with its unit) of the facts that are elements of the catalogue, in its order."""
    rows = []
    for key, element in elements.items():
        value = facts.get(key)
        if value in ("", None):
            continue
        rows.append((key, element.label, f"{value}{element.unit}"))
    return rows


@transaction.atomic
def revoke(*, licence_id: int, status: Status, reason: str, actor: Actor, now: datetime) -> LicenceFacts:
    """End a licence: `Status.REVOKED` (撤销) or `Status.CANCELLED` (注销), with the reason.

    From then on it is not offered in place of a material, and the public page says that it no longer holds.
    Raises `NotVisible` where there is none and `Overtaken` where it has already ended.
    """
    row = _issued_for_update(licence_id)
    if row.status != Status.VALID:
        sentence = _("该证照%(status)s，无需再次操作。") % {"status": Status(row.status).label}
        raise Overtaken(sentence, code="licence_ended")
    row.status = status
    row.status_reason = encrypt(reason, REASON_CONTEXT)
    row.save(update_fields=["status", "status_reason"])
    facts = {"identifier": row.identifier, "status": status.value, "case_number": row.case_number}
    record(
        [Record("licence.revoked", "licence", row.id, facts)],
        actor_kind=actor.kind,
        actor_id=actor.id,
        now=now,
    )
    return facts_of(row)


def _issued_for_update(licence_id: int) -> Licence:
    rows = Licence.objects.select_for_update(of=("self",)).select_related("department")
    row = rows.filter(id=licence_id, file__isnull=False).first()
    if row is None:
        raise NotVisible(_("没有找到该证照，请核对后重试。"), code="licence_unknown")
    return row


def _found(case_number: str) -> Licence | None:
    """The licence of the case that holds, or is being made."""
    found = Licence.objects.select_related("department").filter(case_number=case_number)
    return found.filter(status=Status.VALID).first()


def _take(draft: Licence, kind: LicenceType) -> Licence:
    """The case's licence with its number and identifier; somebody else's where they were a moment earlier."""
    try:
        with transaction.atomic():
            # Where somebody else is making it, the edition is taken, and his is returned.
            draft.edition = (
                Licence.objects.filter(case_number=draft.case_number).exclude(status=Status.VALID).count() + 1
            )
            serial = _next_serial(draft)
            draft.number = draft.number or _next_number(draft, kind)
            draft.identifier = str(make_identifier(kind.code, draft.department.uscc, serial))
            draft.save(force_insert=True)
    except IntegrityError:
        taken = _found(draft.case_number)
        if taken is None:
            raise
        return taken
    return draft


def _next_serial(draft: Licence) -> str:
    """The 流水号 of the identifier: year and six digits, counted by organ and type (GB/T 36904)."""
    year = draft.valid_from.year
    return f"{year}{serials.draw(f'{draft.department_id}:{draft.type_key}:identifier {year}'):06d}"


def _next_number(draft: Licence, kind: LicenceType) -> str:
    """The next 证照编号 by the city's scheme, counted by organ and type."""
    organ = draft.department
    scheme = scheme_for(current().numbers.values(), organ.key, kind.key, LICENCES)
    series = series_of(scheme, organ=organ.short_name, word="", year=draft.valid_from.year)
    draw = serials.draw_with_gaps if scheme.gaps else serials.draw
    return number_in(series, draw(f"{organ.id}:{kind.key}:{series}"))


@transaction.atomic
def _complete(licence_id: int, pdf: bytes, now: datetime) -> LicenceFacts:
    row = Licence.objects.select_for_update(of=("self",)).select_related("department").get(id=licence_id)
    if row.file_id is not None:
        return facts_of(row)
    row.file_id = files.store(f"{row.type_name}.pdf", "application/pdf", pdf, now=now)
    row.sha256 = hashlib.sha256(pdf).digest()
    row.issued_at = now
    row.save(update_fields=["file", "sha256", "issued_at"])
    facts = {
        "type": row.type_key,
        "identifier": row.identifier,
        "case_number": row.case_number,
        "department_id": row.department_id,
        "sha256": row.sha256.hex(),
    }
    record(
        [Record("licence.issued", "licence", row.id, facts)],
        actor_kind=SYSTEM.kind,
        actor_id=SYSTEM.id,
        now=now,
    )
    return facts_of(row)
