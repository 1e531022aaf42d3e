"""The published catalogue in the memory of this process, and single versions from the database."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from yichuang.base.errors import NotVisible, Refused
from yichuang.base.files import check_upload
from yichuang.catalogue import stored
from yichuang.catalogue.bundles import Bundle
from yichuang.catalogue.data import Catalogue, Item
from yichuang.catalogue.folder import Folder
from yichuang.catalogue.models import BundleVersion, ItemVersion, PublishedFile, Release
from yichuang.catalogue.regimes import Regime, regime_of

#: Seconds for which a process does not ask whether there is a newer release.
KEEP_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Held:
    """A release in memory with everything that is asked for often."""

    catalogue: Catalogue
    templates: Mapping[str, str]
    item_ids: Mapping[tuple[str, int], int]
    items: dict[int, Item]  # by the id of the version; older versions are added when they are asked for


class _Memory:
    held: _Held | None = None
    asked_at = 0.0
    lock = threading.Lock()


#: What this thread is to see in force instead of what is (`as_if`).
_imagined: ContextVar[_Held | None] = ContextVar("imagined", default=None)


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """One published version of an item or bundle. `is_current`: what a new case is accepted under."""

    version: int
    release: int
    published_at: datetime
    is_current: bool


def current() -> Catalogue:
    """The catalogue in force. Asks the database at most once a second whether it still is.

    Raises `Refused` where nothing has been published yet.
    """
    return _held().catalogue


def folder(release: int | None = None) -> Folder:
    """Everything that `release` published (None: the release in force), as if it had just been read from files.

    Not kept in memory. Raises `NotVisible` where there is no such release, `Refused` where an older program
    published it, which did not keep the establishment.
    """
    held = _Memory.held if release is not None else _held()
    if held is None or release not in {None, held.catalogue.release}:
        held = _load(release or 0)
    row = Release.objects.only("establishment").get(id=held.catalogue.release)
    if not row.establishment:
        sentence = _("第%(release)d次发布是旧版程序做的，没有保存机构信息。请先重新发布一次目录。")
        raise Refused(sentence % {"release": row.id}, code="release_incomplete")
    return stored.join(held.catalogue, json.loads(row.establishment), held.templates)


def in_force() -> tuple[int, Folder | None]:
    """The release in force and what it published; (0, None) where nothing was published yet."""
    newest = Release.objects.order_by("-id").values_list("id", flat=True).first()
    return (newest, folder(newest)) if newest else (0, None)


def published_digest() -> str:
    """SHA-256 of the files that were last published whole from a folder; empty where there was none."""
    whole = Release.objects.exclude(source_digest="").exclude(establishment="")
    return whole.order_by("-id").values_list("source_digest", flat=True).first() or ""


def template(name: str) -> str:
    """The source of a document template of the release in force. Raises `Refused` where there is none."""
    templates = _held().templates
    if name not in templates:
        sentence = _("没有文书模板“%(name)s”，请中心管理员在目录的documents中补上并重新发布。") % {
            "name": name
        }
        raise Refused(sentence, code="template_missing")
    return templates[name]


def with_contents(folder: Folder) -> Folder:
    """The folder with the contents of its blank forms and samples, which `folder` leaves in the database."""
    names = folder.catalogue.files
    rows = PublishedFile.objects.filter(sha256__in=set(names.values())).values_list("sha256", "content")
    contents = {digest: bytes(content) for digest, content in rows}
    return replace(folder, contents={name: contents[digest] for name, digest in names.items()})


def file(name: str) -> tuple[str, bytes]:
    """(media type, content) of a blank form or sample of the release in force. Raises `NotVisible` if there is none."""
    digest = current().files.get(name, "")
    row = PublishedFile.objects.filter(sha256=digest).values_list("content", flat=True).first()
    if row is None:
        raise NotVisible(_("没有文件“%(name)s”。") % {"name": name}, code="file_unknown")
    content = bytes(row)
    return check_upload(name, content), content


def item_version_id(key: str, version: int) -> int:
    """The id of a published version of an item. Raises `NotVisible` where there is none."""
    found = _held().item_ids.get((key, version))
    if found is None:
        row = ItemVersion.objects.filter(key=key, version=version).values_list("id", flat=True).first()
        if row is None:
            raise _no_such(key, version)
        return row
    return found


def item_version(version_id: int) -> Item:
    """The item as the version with this id published it; kept in memory once asked for."""
    items = _held().items
    found = items.get(version_id)
    if found is None:
        row = ItemVersion.objects.filter(id=version_id).first()
        if row is None:
            raise NotVisible(_("没有这个事项版本。"), code="version_unknown")
        found = items[version_id] = _item(row.content, row.version)
    return found


def item(key: str, version: int) -> Item:
    """The item as it was published under `version`. Raises `NotVisible` where there is none."""
    return item_version(item_version_id(key, version))


def item_versions(key: str) -> dict[int, Item]:
    """Every published version of an item, by its id; one query."""
    rows = ItemVersion.objects.filter(key=key).order_by("version")
    return {row.id: _item(row.content, row.version) for row in rows}


def bundle_versions(key: str) -> dict[int, Bundle]:
    """Every published version of a bundle, by the id of the release that published it; one query."""
    rows = BundleVersion.objects.filter(key=key).order_by("version")
    return {row.release_id: _bundle(row.content, row.version) for row in rows}


def bundle(key: str, version: int) -> Bundle:
    """The bundle as it was published under `version`. Raises `NotVisible` where there is none."""
    kept = current().bundles.get(key)
    if kept is not None and kept.version == version:
        return kept
    row = BundleVersion.objects.filter(key=key, version=version).first()
    if row is None:
        raise _no_such(key, version)
    return _bundle(row.content, row.version)


def bundle_under(key: str, release: int) -> Bundle | None:
    """The bundle as `release` had it; None where the key is that of a single item."""
    kept = current()
    return kept.bundles.get(key) if kept.release == release else _bundle_under(key, release)


@lru_cache(maxsize=200)
def _bundle_under(key: str, release: int) -> Bundle | None:
    content = json.loads(Release.objects.values_list("content", flat=True).get(id=release))
    version = content["bundles"].get(key)
    return bundle(key, version) if version else None


def regime(item: Item) -> Regime:
    """The procedural law of an item, as the release in force declares it."""
    return regime_of(current().regimes, item.regime, item.type)


def published(kind: str, key: str, version: int) -> Item | Bundle:
    """An item or bundle (`kind`: items | bundles) as it was published. Raises `NotVisible` where there is none."""
    return item(key, version) if kind == "items" else bundle(key, version)


def versions(kind: str, key: str) -> list[VersionFacts]:
    """All published versions of an item or bundle (`kind`: items | bundles), the newest first."""
    kept = getattr(current(), kind).get(key)
    model = ItemVersion if kind == "items" else BundleVersion
    rows = model._default_manager.filter(key=key).order_by("-version")
    return [
        VersionFacts(version, release, at, kept is not None and kept.version == version)
        for version, release, at in rows.values_list("version", "release_id", "release__published_at")
    ]


def as_published(key: str, version: int) -> Catalogue:
    """The release that published an item or bundle under `version`, with that, its members and nothing else in it.

    The catalogue in force where that is the version in force. Raises `NotVisible` where there is no such version.
    """
    kept = current()
    target = kept.bundles.get(key) or kept.items.get(key)
    if target is not None and target.version == version:
        return kept
    for model in (BundleVersion, ItemVersion):
        row = model._default_manager.filter(key=key, version=version).select_related("release").first()
        if row is not None:
            break
    else:
        raise _no_such(key, version)
    content = json.loads(row.release.content)
    bundles = {key: _bundle(row.content, version)} if model is BundleVersion else {}
    wanted = {member.item for bundle in bundles.values() for member in bundle.members} or {key}
    versions = {item: at for item, at in content["items"].items() if item in wanted}
    items = {name: _item(text, at) for _id, name, at, text in _rows(ItemVersion, versions)}
    rest = stored.from_plain(Catalogue, {**content, "items": {}, "bundles": {}, "release": row.release_id})
    return replace(rest, items=items, bundles=bundles)


@contextmanager
def as_if(imagined: Folder | None = None) -> Iterator[None]:
    """Let this thread see `imagined` in force (None: the newest release, also one of its own open transaction).

    For previews and rehearsals: no other thread sees it, and nothing of it is kept in memory.
    """
    if imagined is None:
        latest = Release.objects.order_by("-id").values_list("id", flat=True)[0]
        held = _load(latest)
    else:
        held = _Held(imagined.catalogue, imagined.templates, item_ids={}, items={})
    token = _imagined.set(held)
    try:
        yield
    finally:
        _imagined.reset(token)


def forget() -> None:
    """Let the next read ask the database: called by the act that publishes."""
    _Memory.asked_at = 0.0


def _no_such(key: str, version: int) -> NotVisible:
    sentence = _("没有事项“%(key)s”的第%(version)d版。") % {"key": key, "version": version}
    return NotVisible(sentence, code="version_unknown")


def _held() -> _Held:
    imagined = _imagined.get()
    if imagined is not None:
        return imagined
    held = _Memory.held
    if held is not None and time.monotonic() - _Memory.asked_at < KEEP_SECONDS:
        return held
    # While one thread reads a new release, the others go on with the one that they have.
    if not _Memory.lock.acquire(blocking=held is None):
        assert held is not None  # noqa: S101 - `acquire` only fails where it does not block
        return held
    try:
        if _Memory.held is None or time.monotonic() - _Memory.asked_at >= KEEP_SECONDS:
            _Memory.held = _refreshed(_Memory.held)
            _Memory.asked_at = time.monotonic()
        return _Memory.held
    finally:
        _Memory.lock.release()


def _refreshed(held: _Held | None) -> _Held:
    latest = Release.objects.order_by("-id").values_list("id", flat=True).first()
    if latest is None:
        sentence = _("还没有发布事项目录，请管理员先运行 yichuang catalogue publish。")
        raise Refused(sentence, code="nothing_published")
    return held if held is not None and held.catalogue.release == latest else _load(latest)


def _load(release_id: int) -> _Held:
    release = Release.objects.filter(id=release_id).first()
    if release is None:
        sentence = _("没有第%(release)d次发布的目录。") % {"release": release_id}
        raise NotVisible(sentence, code="release_unknown")
    content = json.loads(release.content)
    item_rows = _rows(ItemVersion, content["items"])
    items = {row_id: _item(text, version) for row_id, _key, version, text in item_rows}
    by_key = {entry.key: entry for entry in items.values()}
    bundles = {
        key: _bundle(text, version) for _id, key, version, text in _rows(BundleVersion, content["bundles"])
    }
    rest = stored.from_plain(Catalogue, {**content, "items": {}, "bundles": {}, "release": release_id})
    return _Held(
        catalogue=replace(
            rest,
            items={key: by_key[key] for key in content["items"]},
            bundles={key: bundles[key] for key in content["bundles"]},
        ),
        templates=json.loads(release.templates),
        item_ids={(key, version): row_id for row_id, key, version, _text in item_rows},
        items=items,
    )


def _rows(model: type[ItemVersion | BundleVersion], versions: Mapping[str, int]) -> list[Any]:
    """(id, key, version, content) of the named versions, in one query."""
    rows = model._default_manager.filter(key__in=list(versions), version__in=set(versions.values()))
    found = rows.values_list("id", "key", "version", "content")
    return [row for row in found if versions[row[1]] == row[2]]


def _item(content: str, version: int) -> Item:
    return replace(stored.from_plain(Item, json.loads(content)), version=version)


def _bundle(content: str, version: int) -> Bundle:
    return replace(stored.from_plain(Bundle, json.loads(content)), version=version)
