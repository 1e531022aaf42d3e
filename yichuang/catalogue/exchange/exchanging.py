"""`yichuang catalogue export|import`: what the command line says. Each returns an exit code."""

from collections.abc import Iterable
from pathlib import Path

from django.utils.translation import gettext as _
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from yichuang.base import clock
from yichuang.base.errors import Refused
from yichuang.catalogue import queries
from yichuang.catalogue.actions import importing
from yichuang.catalogue.differences import Change, Fate
from yichuang.catalogue.exchange import incoming, packages, spreadsheets
from yichuang.catalogue.exchange.incoming import Incoming
from yichuang.catalogue.exchange.spreadsheet_taking import Mapped
from yichuang.catalogue.folder import Folder
from yichuang.catalogue.labels import LISTS
from yichuang.catalogue.writing import folder_files
from yichuang.identity.data import SYSTEM


def export(target: Path, release: int | None) -> int:
    """Write what `release` published (None: the one in force) to a folder, or to one file where `target` is a .zip."""
    try:
        number = queries.current().release if release is None else release
        folder = queries.with_contents(queries.folder(number))
    except Refused as refused:
        print(refused)
        return 1
    if target.suffix.lower() == ".zip":
        target.write_bytes(packages.pack(folder, number))
    elif target.suffix.lower() == ".xlsx":
        target.write_bytes(spreadsheets.write(folder))
    elif target.exists() and (not target.is_dir() or any(target.iterdir())):
        print(_("“%(target)s”已经存在且不是空文件夹，没有导出。请换一个位置。") % {"target": target})
        return 1
    else:
        _write(folder, target)
    facts = {"release": number, "items": len(folder.catalogue.items), "target": target}
    print(_("已把第%(release)d次发布的目录(%(items)d个事项)导出到%(target)s。") % facts)
    return 0


def import_file(file: Path, *, mapping: str = "", dry_run: bool) -> int:
    """Say what importing a package or a spreadsheet would change; publish it unless `dry_run`."""
    try:
        found = incoming.from_file(file.read_bytes(), incoming.mapping(mapping))
        _print(_lines(found))
        if found.faults or found.folder is None:
            print(_("共%(count)d处错误，没有导入。") % {"count": len(found.faults)})
            return 1
        if dry_run or not found.changes:
            return 0
        publication = importing.publish_incoming(found=found, base=found.base, actor=SYSTEM, now=clock.now())
    except OSError as error:
        print(_("文件读不出来：%(reason)s") % {"reason": error.strerror})
        return 1
    except Refused as refused:
        print(refused)
        return 1
    print(_("已导入，发布为第%(release)d次目录。") % {"release": publication.release})
    return 0


def keep_mapping(name: str, file: Path) -> int:
    """Keep the mapping that a YAML file says (`sheets`, `columns`, `words`) under a name."""
    try:
        said = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
        importing.keep_mapping(name=name, mapped=Mapped(**said), actor=SYSTEM, now=clock.now())
    except (OSError, UnicodeDecodeError, YAMLError, TypeError) as error:
        print(
            _("对照文件读不出来(要有sheets、columns、words三部分，UTF-8编码)：%(reason)s") % {"reason": error}
        )
        return 1
    except Refused as refused:
        print(refused)
        return 1
    print(_("已保存对照“%(name)s”。") % {"name": name})
    return 0


def _write(folder: Folder, target: Path) -> None:
    for name, text in folder_files(folder).items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    for name, content in folder.contents.items():
        path = target / "files" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)


def _print(lines: Iterable[str]) -> None:
    print("\n".join(lines))


def _lines(found: Incoming) -> Iterable[str]:
    yield from found.remarks
    for fault in found.faults:
        yield str(fault)
    for change in found.changes:
        yield _headline(change)
        for difference in change.differences:
            yield f"    {difference.label}：{difference.before or '-'} → {difference.after or '-'}"
    if not found.changes and not found.faults:
        yield _("与现行目录相同，没有要改的。")


def _headline(change: Change) -> str:
    words = {Fate.ADDED: _("新增"), Fate.CHANGED: _("变更"), Fate.WITHDRAWN: _("撤下")}
    return f"{words[change.fate]} {LISTS[change.kind]} {change.name}"
