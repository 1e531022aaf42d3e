"""How the personal data of a party is checked, encrypted and found again."""

from django.utils.translation import gettext as _

from yichuang.base.codes import check_citizen_number, check_organisation_code
from yichuang.base.crypto import blind_index
from yichuang.base.errors import Invalid
from yichuang.identity.models import PartyKind

NUMBER_CONTEXT = "identity_party.number"
NAME_CONTEXT = "identity_party.name"
PHONE_CONTEXT = "identity_party.phone"


def check_number(kind: str, number: str) -> str:
    """The compact number of a person (公民身份号码) or organisation (统一社会信用代码). Raises `Invalid`."""
    match kind:
        case PartyKind.PERSON:
            return check_citizen_number(number, field="number")
        case PartyKind.ORGANISATION:
            return check_organisation_code(number, field="number")
    raise Invalid(_("申请人类型应为自然人或法人和其他组织，请重新选择。"), code="party_kind", field="kind")


def number_index(kind: str, number: str) -> bytes:
    """The blind index of a party's number."""
    return blind_index(number, f"party.{kind}")


def phone_index(phone: str) -> bytes:
    """The blind index of a party's phone number."""
    return blind_index(phone, "party.phone")
