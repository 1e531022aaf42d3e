"""What is told of a licence, to whom."""

from dataclasses import dataclass
from datetime import date, datetime

from yichuang.licences.models import Status


@dataclass(frozen=True, slots=True)
class LicenceFacts:
    """An issued licence: numbers and codes, no personal data."""

    id: int
    identifier: str
    type_key: str
    type_name: str
    number: str
    case_number: str
    department_id: int
    department_name: str
    file_id: int
    sha256: bytes
    verify_code: str
    status: Status
    valid_from: date
    valid_until: date | None
    issued_at: datetime

    def holds_on(self, day: date) -> bool:
        """Whether the licence holds on `day`: neither revoked nor run out."""
        begun = self.valid_from <= day
        return self.status == Status.VALID and begun and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class PublicLicence:
    """What whoever has the paper may check against it: the facts, and the holder's masked name."""

    licence: LicenceFacts
    masked_holder: str


@dataclass(frozen=True, slots=True)
class HeldLicence:
    """A licence that an applicant holds today, in place of a material."""

    type_key: str
    type_name: str
    number: str
    identifier: str
    valid_until: date | None
    case_number: str = ""
