"""Importing (导入): publishing what a file says, and keeping what a centre's spreadsheet calls things."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.errors import Invalid
from yichuang.catalogue.actions.publishing import (
    CatalogueFaulty,
    Publication,
    check_may_publish,
    publish_folder,
)
from yichuang.catalogue.exchange.incoming import Incoming
from yichuang.catalogue.exchange.spreadsheet_taking import Mapped
from yichuang.catalogue.models import ImportMapping
from yichuang.identity.data import Actor
from yichuang.ledger.actions import Record, record

_LONGEST_NAME = 60


def take_in(*, found: Incoming, base: int, actor: Actor, now: datetime) -> Publication:
    """Publish what a file says, as it was seen over release `base`: all of it or nothing.

    Raises `CatalogueFaulty` where there is any fault, `Overtaken` where something else was published meanwhile,
    `Forbidden` where the actor may not publish.
    """
    if found.faults or found.folder is None:
        raise CatalogueFaulty(found.faults)
    with transaction.atomic():
        publication = publish_folder(found.folder, base=base, actor=actor, now=now)
        entry = Record("catalogue.imported", "release", publication.release, {"changes": len(found.changes)})
        record([entry], actor_kind=actor.kind, actor_id=actor.id, now=now)
    return publication


def keep_mapping(*, name: str, mapped: Mapped, actor: Actor, now: datetime) -> None:
    """Keep a mapping under a name; one of the same name is replaced.

    Raises `Forbidden` where the actor may not publish, `Invalid` without a name.
    """
    check_may_publish(actor)
    words = name.strip()
    if not words or len(words) > _LONGEST_NAME:
        sentence = _("请给对照起个名字，最多%(most)d个字。") % {"most": _LONGEST_NAME}
        raise Invalid(sentence, code="mapping_name", field="mapping")
    with transaction.atomic():
        row, _is_new = ImportMapping.objects.update_or_create(
            name=words, defaults={"content": asdict(mapped)}
        )
        entry = Record("catalogue.mapping_kept", "import_mapping", row.id, {"sheets": len(mapped.columns)})
        record([entry], actor_kind=actor.kind, actor_id=actor.id, now=now)
