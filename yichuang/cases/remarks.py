"""Free text of an act: written encrypted beside the entry that cites it by id."""

from datetime import datetime

from yichuang.base.crypto import decrypt_text, encrypt
from yichuang.cases.models import Remark
from yichuang.identity.data import Actor

_CONTEXT = "cases_remark.text"


def write(case_id: int, kind: str, text: str, *, actor: Actor, now: datetime) -> int:
    """Keep `text` for the case and return its id for the facts of the entry."""
    row = Remark.objects.create(
        case_id=case_id, kind=kind, text=encrypt(text, _CONTEXT), author_kind=actor.kind, author_id=actor.id,
        written_at=now,
    )  # fmt: skip
    return row.id


def read(remark_id: int) -> str:
    """The plain text of the remark that an entry cites."""
    return text_of(Remark.objects.get(id=remark_id))


def text_of(remark: Remark) -> str:
    """The plain text."""
    return decrypt_text(remark.text, _CONTEXT)
