"""Publishing (发布): the act that makes an immutable release."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from yichuang.base.clock import local
from yichuang.base.errors import Invalid, Overtaken
from yichuang.catalogue import loading, queries, stored
from yichuang.catalogue.authoring.states import Stage
from yichuang.catalogue.checking import check, examine
from yichuang.catalogue.finding import index
from yichuang.catalogue.folder import Fault, Folder
from yichuang.catalogue.models import BundleVersion, ItemVersion, Proposal, PublishedFile, Release
from yichuang.catalogue.news import take_over
from yichuang.catalogue.rights import check_may_publish
from yichuang.deadlines.actions import DayRow, HoursRow, set_hours, set_ladders, set_overrides
from yichuang.deadlines.data import OfficeHours
from yichuang.identity.actions.establishment import establish
from yichuang.identity.data import Actor
from yichuang.ledger.actions import Record, record

#: Two publications never run at the same time (any number that no other act uses).
_LOCK = 0x79630001


class CatalogueFaulty(Invalid):
    """The catalogue has faults; nothing was published."""

    code = "catalogue_faulty"

    def __init__(self, faults: Sequence[Fault]) -> None:
        sentence = _("目录有%(count)d处错误，没有发布。请逐条改正后再发布。")
        super().__init__(sentence % {"count": len(faults)})
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Publication:
    """What was published. `is_new` is false where the catalogue says what the release in force already says."""

    release: int
    is_new: bool
    items: tuple[str, ...] = ()  # keys whose content is new
    bundles: tuple[str, ...] = ()


def publish(root: Path, *, actor: Actor, now: datetime, told: loading.Told | None = None) -> Publication:
    """Publish the folder at `root`: one transaction for the release, its new versions, the establishment, the calendar.

    An item or bundle whose content is the same keeps its version. Of what proposals change only that is taken which
    the folder has changed since it was last published (`news.py`). Raises `CatalogueFaulty` where the check finds
    anything or folder and editor changed the same, `Forbidden` where the actor is neither the platform nor manager
    nor administrator.
    """
    check_may_publish(actor)
    source_digest = loading.digest(root)
    newest = Release.objects.order_by("-id").only("id", "establishment").first()
    if newest is not None and newest.establishment and queries.published_digest() == source_digest:
        return Publication(newest.id, is_new=False)
    reading = examine(root, today=local(now).date(), told=told)
    if reading.folder is None or reading.faults:
        raise CatalogueFaulty(reading.faults)
    with transaction.atomic():
        lock()
        folder = _taken_over(reading.folder)
        return _publish(folder, source_digest, None, actor, now)


def _taken_over(read: Folder) -> Folder:
    """What the folder says anew over what is in force, where the editor published since the folder was."""
    whole = Release.objects.exclude(establishment="").order_by("-id")
    last, newest = whole.exclude(source_digest="").first(), Release.objects.order_by("-id").first()
    if last is None or newest is None or last == newest or not newest.establishment:
        return read
    folder, clashes = take_over(read, base=queries.folder(last.id), in_force=queries.folder(newest.id))
    if faults := clashes or check(folder):
        raise CatalogueFaulty(faults)
    return folder


def publish_folder(folder: Folder, *, base: int, actor: Actor, now: datetime) -> Publication:
    """Publish a catalogue that was made from release `base` (0: none yet), as `publish` does it with files.

    Raises `CatalogueFaulty` and `Forbidden` like `publish`, `Overtaken` where `base` is no longer in force: what
    another person published meanwhile is not undone unseen.
    """
    check_may_publish(actor)
    if faults := check(folder, today=local(now).date()):
        raise CatalogueFaulty(faults)
    return _publish(folder, "", base, actor, now)


def lock() -> None:
    """Let no other publication come between this transaction's look at what is in force and its own release."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    queries.forget()


def _publish(
    folder: Folder, source_digest: str, base: int | None, actor: Actor, now: datetime
) -> Publication:
    with transaction.atomic():
        lock()
        newest = Release.objects.order_by("-id").first()
        if base is not None and base != (newest.id if newest else 0):
            sentence = _("在您准备的时候，别人已经发布了新的目录，这次没有发布。请重新核对差异后再发布。")
            raise Overtaken(sentence, code="release_overtaken")
        publication = _write(folder, source_digest, newest, actor, now)
        transaction.on_commit(queries.forget)
    queries.forget()
    return publication


def _write(
    folder: Folder, source_digest: str, newest: Release | None, actor: Actor, now: datetime
) -> Publication:
    establish(folder, now=now)
    days: list[DayRow] = [
        {
            "region": day.region,
            "date": day.date,
            "worked": day.worked,
            "name": day.name,
            "provisional": day.provisional,
        }
        for day in folder.overrides
    ]
    hours: list[HoursRow] = [
        {
            "region": row.region,
            "valid_from": row.valid_from,
            "hours": OfficeHours(row.morning_start, row.morning_end, row.afternoon_start, row.afternoon_end),
        }
        for row in folder.office_hours
    ]
    set_overrides(days, actor_kind=actor.kind, actor_id=actor.id, now=now)
    set_hours(hours, actor_kind=actor.kind, actor_id=actor.id, now=now)
    set_ladders(folder.rungs, actor_kind=actor.kind, actor_id=actor.id, now=now)
    regimes_changed = newest is not None and folder.catalogue.regimes != queries.current().regimes
    rest, items, bundles = stored.split(folder.catalogue)
    templates = stored.to_text(dict(folder.templates))
    establishment = stored.to_text(stored.split_establishment(folder))
    digest = stored.digest(stored.to_text([rest, items, bundles]) + establishment + templates)
    if newest is not None and newest.digest == digest:
        return Publication(newest.id, is_new=False)
    in_force = json.loads(newest.content) if newest else {"items": {}, "bundles": {}}
    new_items = _new_versions(ItemVersion, items, in_force["items"])
    new_bundles = _new_versions(BundleVersion, bundles, in_force["bundles"])
    release = Release.objects.create(
        digest=digest,
        source_digest=source_digest,
        content=stored.to_text({**rest, "items": new_items.in_force, "bundles": new_bundles.in_force}),
        establishment=establishment,
        templates=templates,
        actor_kind=actor.kind,
        actor_id=actor.id,
        published_at=now,
    )
    _insert(ItemVersion, release, new_items)
    _insert(BundleVersion, release, new_bundles)
    _retire("items", new_items.added, in_force["items"].keys() - new_items.in_force.keys())
    _retire("bundles", new_bundles.added, in_force["bundles"].keys() - new_bundles.in_force.keys())
    before: Mapping[str, str] = json.loads(newest.templates) if newest else {}
    changed = [key for key, text in folder.templates.items() if before.get(key, text) != text]
    _retire("templates", changed, before.keys() - folder.templates.keys())
    _keep_files(folder)
    index.write(index.findables(folder.catalogue))
    facts = {
        "digest": digest,
        "items": len(items),
        "bundles": len(bundles),
        "new_items": new_items.added,
        "new_bundles": new_bundles.added,
    }
    entries = [Record("catalogue.published", "release", release.id, facts)]
    if regimes_changed:
        entries.append(Record("regimes.changed", "release", release.id, {}))
    record(entries, actor_kind=actor.kind, actor_id=actor.id, now=now)
    return Publication(release.id, True, tuple(new_items.added), tuple(new_bundles.added))


@dataclass(frozen=True, slots=True)
class _Versions:
    """Key → version in force after this release, the keys that are new in it, and the JSON of all."""

    in_force: dict[str, int]
    added: list[str]
    texts: Mapping[str, str]


def _new_versions(
    model: type[ItemVersion | BundleVersion], contents: Mapping[str, Any], in_force: Mapping[str, int]
) -> _Versions:
    """Which contents differ from the version in force; a key that comes back goes on counting where it ended."""
    last: dict[str, int] = {}
    known: dict[tuple[str, int], str] = {}
    rows = model._default_manager.filter(key__in=list(contents)).order_by("version")
    for key, version, digest in rows.values_list("key", "version", "digest"):
        last[key], known[key, version] = version, digest
    texts = {key: stored.to_text(content) for key, content in contents.items()}
    added = [
        key for key, text in texts.items() if known.get((key, in_force.get(key, 0))) != stored.digest(text)
    ]
    versions = {key: last.get(key, 0) + 1 if key in added else in_force[key] for key in contents}
    return _Versions(versions, added, texts)


def _retire(kind: str, changed: Sequence[str], gone: Collection[str]) -> None:
    """The proposals whose version this release takes out of force, whoever wrote the new one."""
    published = Proposal.objects.filter(kind=kind, stage=Stage.PUBLISHED)
    published.filter(key__in=changed).update(stage=Stage.SUPERSEDED)
    published.filter(key__in=gone).update(stage=Stage.WITHDRAWN)


def _insert(model: type[ItemVersion] | type[BundleVersion], release: Release, versions: _Versions) -> None:
    rows: list[Any] = [
        model(
            key=key,
            version=versions.in_force[key],
            release=release,
            digest=stored.digest(versions.texts[key]),
            content=versions.texts[key],
        )
        for key in versions.added
    ]
    model._default_manager.bulk_create(rows)


def _keep_files(folder: Folder) -> None:
    """Contents that are new; a file is kept once, under what its content is."""
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in folder.contents.items()}
    kept = set(PublishedFile.objects.filter(sha256__in=digests.values()).values_list("sha256", flat=True))
    new = {digest: folder.contents[name] for name, digest in digests.items() if digest not in kept}
    PublishedFile.objects.bulk_create(PublishedFile(sha256=digest, content=new[digest]) for digest in new)
