"""Reads of what registers answered, and of which can be asked."""

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import gettext as _

from yichuang.base import clock
from yichuang.base.crypto import Undecryptable, mask_number
from yichuang.base.errors import NotVisible
from yichuang.base.pdf.document import read_template
from yichuang.base.pdf.render import render
from yichuang.base.pdf.seal import seal
from yichuang.catalogue.data import Catalogue
from yichuang.catalogue.queries import current, template
from yichuang.identity.queries import department_id
from yichuang.identity.seal_keys import seal_key
from yichuang.sharing import evidence as sealing
from yichuang.sharing.data import EvidenceFacts, Outcome
from yichuang.sharing.models import Evidence
from yichuang.sharing.rules import source_name

_TEMPLATE = "evidence"


def evidence(evidence_id: int) -> EvidenceFacts:
    """A query and its answer, decrypted. The caller has checked the right to the application and records the read.

    Raises `NotVisible` where there is none.
    """
    row = Evidence.objects.filter(id=evidence_id).first()
    if row is None:
        raise NotVisible(_("没有这份查询记录。"))
    return _facts(current(), row)


def evidence_pdf(evidence_id: int) -> bytes:
    """The answer as a sealed PDF that states source and purpose (注明出处与用途), in place of the paper.

    Sealed now, with the seal of the department that provides the data. Raises `NotVisible` where there is
    nothing to show, `Refused` where the seal is missing or expired or the record has been changed.
    """
    facts = evidence(evidence_id)
    if facts.outcome is not Outcome.FOUND:
        raise NotVisible(_("这次查询没有取得数据，没有可以出具的证明。"), code="nothing_found")
    if not facts.intact:
        raise NotVisible(_("这份查询记录的签名不符，不能出具证明，请联系系统管理员。"), code="not_intact")
    now = clock.now()
    material = seal_key(department_id(facts.provider), now)
    title = _("共享数据查询结果")
    number = f"{facts.application_number}-S{facts.id}"
    frame = {
        "title": title,
        "number": number,
        "department": facts.provider_name,
        "seal_words": _("数据共享专用章"),
        "application_number": facts.application_number,
        "issued_on": clock.local(now).date(),
        "trial": settings.TRIAL,
    }
    shown = {
        "resource": facts.resource_name,
        "provider": facts.provider_name,
        "subject": facts.subject,
        "purpose": facts.purpose,
        "item": _item_name(current(), facts.item_key),
        "asked_at": facts.asked_at,
        "values": [{"label": label, "value": value} for label, value in facts.labelled],
        "digest": facts.digest,
    }
    source = read_template(_TEMPLATE, template)
    page = render(source.source, {"frame": frame, "facts": shown}, parts=source.parts, at=now)
    return seal(page, material, now=now, reason=f"{title} {number}")


def _facts(catalogue: Catalogue, row: Evidence) -> EvidenceFacts:
    try:
        content = sealing.content(row)
    except Undecryptable:
        content = sealing.Content("", {})
    resource = catalogue.resources.get(row.resource)
    return EvidenceFacts(
        id=row.id,
        application_number=row.application_number,
        item_key=row.item_key,
        resource=row.resource,
        resource_name=resource.name if resource else row.resource,
        source_name=source_name(catalogue, row.resource),
        provider=row.provider,
        provider_name=catalogue.department_names.get(row.provider, row.provider),
        purpose=row.purpose,
        fields=tuple(row.fields),
        outcome=Outcome(row.outcome),
        subject=mask_number(content.subject),
        values=content.values,
        labelled=tuple(_labelled(catalogue, content.values)),
        asked_at=row.asked_at,
        digest=bytes(row.digest).hex(),
        intact=sealing.is_intact(row),
    )


def _labelled(catalogue: Catalogue, values: Mapping[str, str]) -> list[tuple[str, str]]:
    """The answer as a person reads it: an element's label, and the label of a chosen code."""
    shown = []
    for key, value in values.items():
        element = catalogue.elements.get(key)
        label = element.label if element else key
        shown.append((label, element.choices.get(value, value) if element else value))
    return shown


def _item_name(catalogue: Catalogue, key: str) -> str:
    item = catalogue.items.get(key)
    return item.name if item else key
