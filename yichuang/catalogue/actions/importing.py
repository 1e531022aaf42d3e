"""Importing (目录导入): a file is brought in, looked at, confirmed and taken in; mappings are kept for the next time.

Looking and taking are long: they are steps of the journey, in a queue of their own, and say how far they are. Each
may run twice and comes to the same. Nothing is ever half taken in: publishing is one transaction.
"""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from yichuang.base import files
from yichuang.base.errors import Invalid, NotVisible, Overtaken, Refused
from yichuang.catalogue.actions.publishing import CatalogueFaulty, Publication, publish_folder
from yichuang.catalogue.exchange import incoming, progress
from yichuang.catalogue.exchange.incoming import Incoming
from yichuang.catalogue.exchange.spreadsheet_taking import Mapped
from yichuang.catalogue.exchange.states import UNDER_WAY, Stage
from yichuang.catalogue.models import CatalogueImport, ImportChange, ImportFault, ImportMapping
from yichuang.catalogue.rights import check_may_publish
from yichuang.identity import queries as identity
from yichuang.identity.data import SYSTEM, Actor
from yichuang.ledger.actions import Record, record

_LONGEST_NAME = 60
#: Rows of one statement.
_BATCH = 5000


def check_size(size: int) -> None:
    """Raises `Invalid` for a file of nothing, or of more bytes than any upload may have."""
    if not size:
        raise Invalid(_("请先选择要导入的文件。"), code="file_empty", field="file")
    if size > settings.MAX_UPLOAD_BYTES:
        sentence = _("文件超过%(limit)d MB，没有导入。请按部门分成几份，一份一份导入。")
        limit = settings.MAX_UPLOAD_BYTES // 1_000_000
        raise Invalid(sentence % {"limit": limit}, code="file_too_large", field="file")


def bring_in(*, name: str, content: bytes, mapping: str, language: str, actor: Actor, now: datetime) -> int:
    """Keep a file, to look at what it would change; the import's id. `mapping`: the name of one; "": none.

    Raises `Forbidden` where the actor may not publish, `Invalid` for the size, `NotVisible` for the mapping.
    """
    check_may_publish(actor)
    check_size(len(content))
    mapped = incoming.mapping(mapping)
    with transaction.atomic():
        row = CatalogueImport.objects.create(
            file_id=files.store(name, "application/octet-stream", content, now=now),
            name=name[:200],
            mapping=asdict(mapped),
            mapping_name=mapping,
            language=language,
            stage=Stage.LOOKING,
            author_id=actor.id,
            moved_at=now,
        )
        entry = Record("import.brought_in", "import", row.id, {"bytes": len(content)})
        record([entry], actor_kind=actor.kind, actor_id=actor.id, now=now)
    return row.id


def look(*, import_id: int, now: datetime) -> None:
    """Keep what an import would change and every fault in it. Nothing happens where that was done already."""
    row = CatalogueImport.objects.get(id=import_id)
    if row.stage != Stage.LOOKING:
        return
    with translation.override(row.language):
        try:
            found = _found(row)
        except Refused as refused:
            _refuse(row, refused, now)
        else:
            _keep(row, found, now)


def confirm(*, import_id: int, base: int, actor: Actor, now: datetime) -> None:
    """Let what was seen over release `base` be taken in.

    Raises `Forbidden` where the actor may not publish, `NotVisible` where there is no such import, `Overtaken`
    where it is not to be confirmed (any more) or looks different now, `Invalid` where it has faults or changes nothing.
    """
    check_may_publish(actor)
    with transaction.atomic():
        row = CatalogueImport.objects.select_for_update().filter(id=import_id).order_by("id").first()
        if row is None:
            raise NotVisible(_("没有这次导入，请返回“目录导出和导入”重新选择。"), code="import_unknown")
        if row.stage != Stage.LOOKED or row.base != base:
            raise Overtaken(_("这次导入的情况已经变了，请看下面现在的情况。"), code="import_moved")
        if row.fault_count or not row.change_count:
            raise Invalid(_("文件有错误，或者没有要改的，不能导入。"), code="import_faulty")
        _move(row, Stage.TAKING, now, confirmed_by_id=actor.id)
        entry = Record("import.confirmed", "import", row.id, {"base": base, "changes": row.change_count})
        record([entry], actor_kind=actor.kind, actor_id=actor.id, now=now)


def take_in(*, import_id: int, now: datetime) -> None:
    """Publish a confirmed import, on the word of who confirmed it. Nothing happens where that was done already.

    What somebody else published meanwhile, or what has become a fault, is looked at again.
    """
    row = CatalogueImport.objects.get(id=import_id)
    if row.stage != Stage.TAKING:
        return
    actor = identity.acting(row.confirmed_by_id or 0)
    with translation.override(row.language):
        try:
            found = _found(row)
            with transaction.atomic():
                publication = publish_incoming(found=found, base=row.base, actor=actor, now=now)
                if not _move(row, Stage.TAKEN, now, release_id=publication.release):
                    transaction.set_rollback(True)  # another run of this step was first
        except (Overtaken, CatalogueFaulty) as refused:
            _look_again(row, refused, now)
        except Refused as refused:
            _refuse(row, refused, now)


def forget_old(*, now: datetime) -> int:
    """Delete the imports that have stood still for `IMPORT_DAYS`, with their files and findings; how many.

    What the platform still works on is needed, however old it is. What was published stays.
    """
    before = now - timedelta(days=settings.IMPORT_DAYS)
    with transaction.atomic():
        old = CatalogueImport.objects.filter(moved_at__lt=before).exclude(stage__in=sorted(UNDER_WAY))
        rows = dict(old.select_for_update(skip_locked=True).order_by("id").values_list("id", "file_id"))
        CatalogueImport.objects.filter(id__in=rows).delete()
        files.delete(rows.values())
        entries = [Record("import.forgotten", "import", import_id, {}) for import_id in rows]
        record(entries, actor_kind=SYSTEM.kind, actor_id=SYSTEM.id, now=now)
    return len(rows)


def publish_incoming(*, found: Incoming, base: int, actor: Actor, now: datetime) -> Publication:
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


def _found(row: CatalogueImport) -> Incoming:
    content = files.read(row.file_id).content
    with progress.told_of(row.id) as told:
        return incoming.from_file(content, Mapped(**row.mapping), told)


def _keep(row: CatalogueImport, found: Incoming, now: datetime) -> None:
    counts = {"fault_count": len(found.faults), "change_count": len(found.changes)}
    remarks = [*row.remarks, *found.remarks]
    with transaction.atomic():
        if not _move(row, Stage.LOOKED, now, base=found.base, remarks=remarks, **counts):
            return
        ImportFault.objects.filter(of=row).delete()
        ImportChange.objects.filter(of=row).delete()
        ImportFault.objects.bulk_create(_faults(row, found), batch_size=_BATCH)
        ImportChange.objects.bulk_create(_changes(row, found), batch_size=_BATCH)
        entry = Record("import.looked_at", "import", row.id, {"base": found.base, **counts})
        record([entry], actor_kind=SYSTEM.kind, actor_id=SYSTEM.id, now=now)


def _faults(row: CatalogueImport, found: Incoming) -> list[ImportFault]:
    return [
        ImportFault(of=row, number=number, **asdict(fault))
        for number, fault in enumerate(found.faults, start=1)
    ]


def _changes(row: CatalogueImport, found: Incoming) -> list[ImportChange]:
    return [
        ImportChange(
            of=row,
            number=number,
            kind=change.kind,
            key=change.key,
            name=change.name,
            fate=change.fate,
            differences=[[one.label, one.before, one.after] for one in change.differences],
        )
        for number, change in enumerate(found.changes, start=1)
    ]


def _look_again(row: CatalogueImport, why: Refused, now: datetime) -> None:
    with transaction.atomic():
        if _move(row, Stage.LOOKING, now, remarks=[str(why)]):
            entry = Record("import.overtaken", "import", row.id, {"code": why.code})
            record([entry], actor_kind=SYSTEM.kind, actor_id=SYSTEM.id, now=now)


def _refuse(row: CatalogueImport, why: Refused, now: datetime) -> None:
    with transaction.atomic():
        if _move(row, Stage.REFUSED, now, refusal=str(why)):
            entry = Record("import.refused", "import", row.id, {"code": why.code})
            record([entry], actor_kind=SYSTEM.kind, actor_id=SYSTEM.id, now=now)


def _move(row: CatalogueImport, to: Stage, now: datetime, **changed: Any) -> bool:
    """Bring an import to a stage; whether it still was in the one that `row` says."""
    still = CatalogueImport.objects.filter(id=row.id, stage=row.stage)
    return still.update(stage=to, percent=0, moved_at=now, **changed) == 1
