"""What an import would do (导入预览), before anybody does it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from yichuang.base.errors import NotVisible, Refused
from yichuang.catalogue import queries
from yichuang.catalogue.checking import check
from yichuang.catalogue.differences import Change, changes
from yichuang.catalogue.exchange import packages, spreadsheet_files
from yichuang.catalogue.exchange.progress import nobody, part
from yichuang.catalogue.exchange.spreadsheet_taking import Mapped, take
from yichuang.catalogue.folder import Fault, Folder
from yichuang.catalogue.loading import Told
from yichuang.catalogue.models import ImportMapping


@dataclass(frozen=True, slots=True)
class Incoming:
    """The catalogue as it would be over release `base`, every fault in the way of it, and what would change."""

    base: int
    folder: Folder | None  # None: too broken to say what would change
    faults: tuple[Fault, ...]
    changes: tuple[Change, ...]
    remarks: tuple[str, ...] = ()  # what the reader should know although nothing is wrong


def from_package(content: bytes, told: Told = nobody) -> Incoming:
    """What importing a package would do. Raises `Invalid` where it is no sound package."""
    base, before = queries.in_force()
    reading = packages.unpack(content, part(told, 0, 60))
    if reading.folder is None:
        return Incoming(base, None, reading.faults, ())
    faults = tuple(sorted({*reading.faults, *check(reading.folder)}))
    return Incoming(base, reading.folder, faults, changes(before, reading.folder))


def from_file(content: bytes, mapped: Mapped, told: Told = nobody) -> Incoming:
    """What importing a file would do: a package, or a spreadsheet over what is in force, by its content.

    `told` hears how far it is. Raises `Invalid` where the file is neither, `Refused` for a spreadsheet where
    nothing was published yet.
    """
    if packages.is_package(content):
        return from_package(content, told)
    base, before = queries.in_force()
    if before is None:
        sentence = _("还没有发布过目录，表格没有可以更新的底稿。请先发布文件夹或者导入目录包。")
        raise Refused(sentence, code="nothing_published")
    tables, remarks = spreadsheet_files.read(content, part(told, 0, 30))
    folder, faults = take(tables, before, mapped, part(told, 30, 90))
    return Incoming(base, folder, faults, changes(before, folder), tuple(remarks))


def mapping(name: str) -> Mapped:
    """The mapping that was kept under a name; "": none. Raises `NotVisible` where there is none such."""
    if not name:
        return Mapped()
    row = ImportMapping.objects.filter(name=name).first()
    if row is None:
        sentence = _("没有名为“%(name)s”的对照；已有的：%(names)s。")
        raise NotVisible(
            sentence % {"name": name, "names": "、".join(mapping_names()) or "-"}, code="mapping_unknown"
        )
    return Mapped(**row.content)


def mapping_names() -> list[str]:
    """The names of the mappings that were kept."""
    return list(ImportMapping.objects.order_by("name").values_list("name", flat=True))
