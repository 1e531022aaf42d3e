"""加注件: a copy of a licence that says what it is for, for whom and until when, over the whole page.

It has a code of its own: whoever is shown it asks the public page, which tells purpose, requester and last day, and
whether the licence itself still holds. Nothing says how long a copy may be good for: 30 days are a plausible choice.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from yichuang.base.clock import local
from yichuang.base.crypto import decrypt_text, encrypt
from yichuang.base.errors import Invalid, NotVisible, Overtaken
from yichuang.base.pdf.document import Heading, frame_of, new_code, read_code, read_template
from yichuang.base.pdf.render import render
from yichuang.base.pdf.seal import seal
from yichuang.catalogue.queries import current, template
from yichuang.identity.data import Actor
from yichuang.identity.seal_keys import seal_key
from yichuang.ledger.actions import Record, record
from yichuang.licences.actions import FACTS_CONTEXT, HOLDER_NUMBER_CONTEXT, SEAL_WORDS, shown_on
from yichuang.licences.data import PublicLicence
from yichuang.licences.models import Licence, LicenceCopy
from yichuang.licences.queries import HOLDER_NAME_CONTEXT, facts_of, public

PURPOSE_CONTEXT = "licences_copy.purpose"
REQUESTER_CONTEXT = "licences_copy.requester"
GOOD_FOR = timedelta(days=30)
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class PublicCopy:
    """What whoever has a copy may check against it."""

    original: PublicLicence
    purpose: str
    requester: str
    expires_on: date
    code: str
    made_at: datetime


def make_copy(*, licence_id: int, purpose: str, requester: str, actor: Actor, now: datetime) -> bytes:
    """A sealed copy for one purpose and requester, watermarked, good for 30 days. Call it outside any transaction.

    The caller has shown its right to the licence. Raises `Invalid` without purpose or requester, `Overtaken` where the
    licence does not hold today, `NotVisible` where there is none.
    """
    why = _text(purpose, "purpose", _("用途"))
    whom = _text(requester, "requester", _("提供给谁"))
    row = Licence.objects.select_related("department").filter(id=licence_id, file__isnull=False).first()
    if row is None or row.issued_at is None:
        raise NotVisible(_("没有找到该证照，请核对后重试。"), code="licence_unknown")
    today = local(now).date()
    if not facts_of(row).holds_on(today):
        raise Overtaken(_("这份证照今天不在有效状态，不能再制作加注件。"), code="licence_ended")
    copy = LicenceCopy(
        licence=row,
        purpose=encrypt(why, PURPOSE_CONTEXT),
        requester=encrypt(whom, REQUESTER_CONTEXT),
        expires_on=min(today + GOOD_FOR, row.valid_until or date.max),
        verify_code=new_code(),
        made_at=now,
    )
    pdf = _page(row, copy, why, whom, now)
    copy.sha256 = hashlib.sha256(pdf).digest()
    with transaction.atomic(durable=True):
        copy.save(force_insert=True)
        facts = {
            "licence": row.identifier,
            "case_number": row.case_number,
            "until": copy.expires_on.isoformat(),
        }
        entry = Record("licence.copied", "licence_copy", copy.id, facts)
        record([entry], actor_kind=actor.kind, actor_id=actor.id, now=now)
    return pdf


def by_code(code: str) -> PublicCopy | None:
    """The copy with the verification code printed on it, as a person typed it; or None."""
    return _public(LicenceCopy.objects.filter(verify_code=read_code(code)))


def find_by_digest(sha256: bytes) -> PublicCopy | None:
    """The copy whose sealed file has this SHA-256; or None."""
    return _public(LicenceCopy.objects.filter(sha256=sha256))


def _page(row: Licence, copy: LicenceCopy, why: str, whom: str, now: datetime) -> bytes:
    kind = current().licence_types[row.type_key]
    shown = shown_on(
        row,
        kind,
        json.loads(decrypt_text(row.facts, FACTS_CONTEXT)),
        holder_number=decrypt_text(row.holder_number, HOLDER_NUMBER_CONTEXT),
        holder_name=decrypt_text(row.holder_name, HOLDER_NAME_CONTEXT),
    )
    shown["copy"] = {"purpose": why, "requester": whom, "expires_on": copy.expires_on}
    heading = Heading(row.type_name, row.number, row.department.name, SEAL_WORDS, case_number=row.case_number)
    frame = frame_of(heading, copy.verify_code, row.issued_at or now, trial=settings.TRIAL)
    source = read_template(kind.template, template)
    page = render(source.source, {"frame": frame, "facts": shown}, parts=source.parts, at=now)
    reason = _("%(title)s %(number)s 加注件") % {"title": row.type_name, "number": row.number}
    return seal(page, seal_key(row.department_id, now), now=now, reason=reason)


def _public(found: QuerySet[LicenceCopy]) -> PublicCopy | None:
    row = found.select_related("licence__department").first()
    if row is None:
        return None
    return PublicCopy(
        original=public(row.licence),
        purpose=decrypt_text(row.purpose, PURPOSE_CONTEXT),
        requester=decrypt_text(row.requester, REQUESTER_CONTEXT),
        expires_on=row.expires_on,
        code=row.verify_code,
        made_at=row.made_at,
    )


def _text(typed: str, field: str, what: str) -> str:
    text = " ".join(typed.split())
    if not text or len(text) > _LONGEST:
        sentence = _("请填写%(what)s，最多%(most)d个字，它会印在加注件上。")
        raise Invalid(sentence % {"what": what, "most": _LONGEST}, code="missing", field=field)
    return text
