"""Reads of licences. Whoever calls has shown its right to the holder or case; codes and digests are for all."""

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from django.db.models import Q

from yichuang.base.clock import local
from yichuang.base.crypto import blind_index, decrypt_text, mask_name
from yichuang.base.pdf.document import read_code
from yichuang.licences.data import HeldLicence, LicenceFacts, PublicLicence
from yichuang.licences.models import Licence, Status

HOLDER_NAME_CONTEXT = "licences_licence.holder_name"

_ISSUED = Licence.objects.filter(file__isnull=False).select_related("department")


def holder_index(holder_kind: str, holder_number: str) -> bytes:
    """The blind index under which a holder's licences are found."""
    return blind_index(holder_number, f"licence.{holder_kind}")


def held(holder_kind: str, holder_number: str, *, now: datetime) -> list[HeldLicence]:
    """The licences that hold today of a person (`person`) or organisation, newest first; one query."""
    today = local(now).date()
    rows = (
        Licence.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=today),
            holder_index=holder_index(holder_kind, holder_number),
            status=Status.VALID,
            valid_from__lte=today,
            file__isnull=False,
        )
        .order_by("-id")
        .values_list("type_key", "type_name", "number", "identifier", "valid_until", "case_number")
    )
    return [HeldLicence(*row) for row in rows]


def of_cases(case_numbers: Iterable[str]) -> dict[str, LicenceFacts]:
    """The licence that each of these cases gave, the newest where it gave several, by case number; one query."""
    rows = _ISSUED.filter(case_number__in=list(case_numbers)).order_by("edition")
    return {row.case_number: facts_of(row) for row in rows}


def by_code(code: str) -> PublicLicence | None:
    """The licence with the verification code printed on it (验真码), as a person typed it; or None."""
    return _public(_ISSUED.filter(verify_code=read_code(code)).first())


def find_by_digest(sha256: bytes) -> PublicLicence | None:
    """The licence whose sealed file has this SHA-256; or None: no issued file is the same to the last byte."""
    return _public(_ISSUED.filter(sha256=sha256).first())


def _public(row: Licence | None) -> PublicLicence | None:
    return None if row is None else public(row)


def public(row: Licence) -> PublicLicence:
    """What whoever has the paper may know of it."""
    return PublicLicence(facts_of(row), mask_name(decrypt_text(row.holder_name, HOLDER_NAME_CONTEXT)))


def facts_of(row: Licence) -> LicenceFacts:
    """What is told of an issued licence."""
    return LicenceFacts(
        id=row.id,
        identifier=row.identifier,
        type_key=row.type_key,
        type_name=row.type_name,
        number=row.number,
        case_number=row.case_number,
        department_id=row.department_id,
        department_name=row.department.name,
        file_id=cast(int, row.file_id),
        sha256=bytes(cast(bytes, row.sha256)),
        verify_code=row.verify_code,
        status=Status(row.status),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        issued_at=cast(datetime, row.issued_at),
    )
