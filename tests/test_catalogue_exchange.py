"""A catalogue leaves one installation and arrives in another: whole, unchanged, or not at all."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from tests.catalogue_folder import write_folder
from yichuang.base.clock import CITY_ZONE
from yichuang.base.errors import Invalid
from yichuang.catalogue import queries
from yichuang.catalogue.actions.publishing import publish, publish_folder
from yichuang.catalogue.exchange import exchanging, packages
from yichuang.catalogue.folder import Folder
from yichuang.catalogue.loading import read
from yichuang.catalogue.models import Release
from yichuang.identity.data import SYSTEM

NOW = datetime(2026, 3, 9, 9, 30, tzinfo=CITY_ZONE)

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_force(tmp_path: Path) -> Iterator[Folder]:
    publish(write_folder(tmp_path / "city"), actor=SYSTEM, now=NOW)
    yield queries.folder()
    queries.forget()


def newest() -> Release:
    return Release.objects.latest("id")


def other_city(folder: Folder) -> None:
    """What the second installation had before: an item less, and another promise."""
    catalogue = folder.catalogue
    household = replace(catalogue.items["household_birth"], visits_before=5)
    items = {
        "household_birth": household,
        "birth_certificate_issue": catalogue.items["birth_certificate_issue"],
    }
    grants = tuple(grant for grant in catalogue.grants if grant.item in items)
    changed = replace(folder, catalogue=replace(catalogue, items=items, bundles={}, grants=grants))
    publish_folder(changed, base=newest().id, actor=SYSTEM, now=NOW)


def test_what_was_exported_arrives_identical(
    in_force: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = tmp_path / "city.zip"
    digest = newest().digest
    assert exchanging.export(package, None) == 0
    other_city(in_force)
    assert newest().digest != digest
    before = newest().id

    assert exchanging.import_file(package, dry_run=True) == 0
    told = capsys.readouterr().out
    assert "新增 事项 城乡居民医保参保登记" in told
    assert "变更 事项 出生登记(落户)\n    改革前到现场次数：5 → 2" in told
    assert newest().id == before, "a dry run writes nothing"

    assert exchanging.import_file(package, dry_run=False) == 0
    assert newest().digest == digest
    assert queries.folder() == in_force
    assert packages.pack(in_force, 1) == packages.pack(queries.folder(), 1), "the same bytes again"
    assert exchanging.import_file(package, dry_run=False) == 0
    assert "没有要改的" in capsys.readouterr().out


def test_a_release_is_exported_to_a_folder_that_says_the_same(in_force: Folder, tmp_path: Path) -> None:
    number = newest().id
    other_city(in_force)
    target = tmp_path / "exported"
    assert exchanging.export(target, number) == 0
    reading = read(target)
    assert (reading.faults, reading.folder) == ((), in_force)
    assert exchanging.export(target, None) == 1, "what stands there already is not overwritten"
    assert exchanging.export(tmp_path / "none", 999_999) == 1


def test_a_catalogue_with_faults_is_not_imported(
    in_force: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue = in_force.catalogue
    broken = replace(catalogue.items["household_birth"], department="nobody")
    items = {**catalogue.items, "household_birth": broken}
    package = tmp_path / "city.zip"
    package.write_bytes(packages.pack(replace(in_force, catalogue=replace(catalogue, items=items)), 1))
    before = newest().id
    assert exchanging.import_file(package, dry_run=False) == 1
    told = capsys.readouterr().out
    assert "items/household_birth.yaml:" in told
    assert "没有导入" in told
    assert newest().id == before


def packed(in_force: Folder, change: dict[str, bytes | None]) -> bytes:
    """A package with files changed (None: taken out) after it was packed."""
    with zipfile.ZipFile(io.BytesIO(packages.pack(in_force, 1))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in {**files, **change}.items():
            if content is not None:
                archive.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"city.yaml": b"city: other\nname: x\nregion: '1'\n"}, "与导出时不一致"),
        ({"items/household_birth.yaml": None}, "与导出时不一致"),
        ({"release.json": None}, "不是完好的目录包"),
        ({"release.json": b"{"}, "不是完好的目录包"),
        ({"release.json": b"[]"}, "release.json 不对"),
        ({"release.json": json.dumps({"form": 99}).encode()}, "请先升级本系统"),
        ({"../../etc/cron.d/x": b"x"}, "不合规范"),
        ({"/etc/x": b"x"}, "不合规范"),
    ],
)
def test_what_is_not_a_sound_package_is_refused(
    in_force: Folder, change: dict[str, bytes | None], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        packages.unpack(packed(in_force, change))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"plain text", "文本".encode("gbk")])
def test_what_is_no_archive_is_refused(content: bytes) -> None:
    assert not packages.is_package(content)
    with pytest.raises(Invalid, match="不是完好的目录包"):
        packages.unpack(content)


def test_a_package_of_monstrous_size_is_refused_unread(
    in_force: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "_MOST_BYTES", 1000)
    with pytest.raises(Invalid, match="目录包太大"):
        packages.unpack(packages.pack(in_force, 1))
