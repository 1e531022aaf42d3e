"""A city's folder in one file (目录包): what one installation exports and another imports.

A zip of the very files that `writing.py` writes, and `release.json`, which says by which form they were packed and
their digest. Nothing of it is secret: partners name the variable of their secret only.
"""

import io
import json
import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from yichuang.base.errors import Invalid
from yichuang.catalogue import loading
from yichuang.catalogue.folder import Folder
from yichuang.catalogue.writing import folder_files

#: Raised by whoever changes the files in a way that older programs cannot read.
FORM = 1
_MANIFEST = "release.json"
_MOST_FILES = 20_000
_MOST_BYTES = 500_000_000  # unpacked: a province's list
#: The same files make the same package: no time of its own.
_TIME = (2000, 1, 1, 0, 0, 0)


def is_package(content: bytes) -> bool:
    """Whether the bytes are a package, by their content."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _MANIFEST in archive.namelist()
    except zipfile.BadZipFile:
        return False


def pack(folder: Folder, release: int) -> bytes:
    """The folder that `release` published, as one file. The same folder gives the same bytes."""
    files = {name: text.encode() for name, text in folder_files(folder).items()}
    files |= {f"files/{name}": content for name, content in folder.contents.items()}
    manifest = {
        "form": FORM,
        "city": folder.catalogue.city,
        "release": release,
        "digest": loading.digest_of(files),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in {_MANIFEST: json.dumps(manifest, indent=2).encode(), **files}.items():
            archive.writestr(zipfile.ZipInfo(name, _TIME), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def unpack(content: bytes, told: loading.Told | None = None) -> loading.Reading:
    """What a package says, read like a folder, with every fault by file and line. `told`: as in `loading.read`.

    Raises `Invalid` where it is damaged, was changed after it was packed, or was packed by a newer program.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = _files(archive)
        manifest = json.loads(files.pop(_MANIFEST))
    except (
        zipfile.BadZipFile,
        RuntimeError,
        KeyError,
        ValueError,
    ) as error:  # RuntimeError: it asks for a password
        sentence = _("这个文件不是完好的目录包，请在对方系统里重新导出。")
        raise Invalid(sentence, code="package_broken", field="file") from error
    _check_manifest(manifest, files)
    with tempfile.TemporaryDirectory(prefix="yichuang-import-") as name:
        for path, text in files.items():
            target = Path(name) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text)
        return loading.read(Path(name), told)


def _check_manifest(manifest: Any, files: dict[str, bytes]) -> None:
    if not isinstance(manifest, dict) or not isinstance(manifest.get("form"), int):
        raise Invalid(
            _("目录包里的 release.json 不对，请在对方系统里重新导出。"), code="package_broken", field="file"
        )
    if manifest["form"] > FORM:
        sentence = _("目录包是更新版本的程序导出的(格式%(theirs)d，本系统认识到%(ours)d)。请先升级本系统。")
        raise Invalid(
            sentence % {"theirs": manifest["form"], "ours": FORM}, code="package_newer", field="file"
        )
    if manifest.get("digest") != loading.digest_of(files):
        sentence = _(
            "目录包的内容与导出时不一致：传输中损坏，或者被改过。请重新导出；要手工修改，请解压后用文件夹发布。"
        )
        raise Invalid(sentence, code="package_changed", field="file")


def _files(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """The files of an archive in memory. Raises `Invalid` for what no export makes: too much, or a way out of it."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > _MOST_FILES or sum(entry.file_size for entry in entries) > _MOST_BYTES:
        facts = {"files": _MOST_FILES, "size": _MOST_BYTES // 1_000_000}
        sentence = _("目录包太大：最多%(files)d个文件，解压后最多%(size)d MB。") % facts
        raise Invalid(sentence, code="package_too_large", field="file")
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in entry.filename:
            sentence = _("目录包里的文件名“%(name)s”不合规范，没有导入。") % {"name": entry.filename}
            raise Invalid(sentence, code="package_broken", field="file")
    return {entry.filename: archive.read(entry) for entry in entries}
