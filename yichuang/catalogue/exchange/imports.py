"""Imports as who may publish reads them (目录导入)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from yichuang.base.errors import NotVisible
from yichuang.catalogue.differences import Change, Difference, Fate
from yichuang.catalogue.exchange.states import Stage
from yichuang.catalogue.folder import Fault
from yichuang.catalogue.models import CatalogueImport, ImportChange, ImportFault
from yichuang.catalogue.rights import check_may_publish
from yichuang.identity.data import Actor

#: Faults or changes on one page.
PAGE = 100
_NEWEST = 10
_FAULT = ("path", "line", "place", "problem", "remedy", "source")


@dataclass(frozen=True, slots=True)
class ImportRow:
    """An import; the fields as in `CatalogueImport`."""

    id: int
    name: str
    stage: Stage
    percent: int
    base: int
    fault_count: int
    change_count: int
    remarks: tuple[str, ...]
    refusal: str
    release: int | None
    moved_at: datetime


def find(actor: Actor, import_id: int) -> ImportRow:
    """An import. Raises `NotVisible` where there is none, `Forbidden` for who may not publish."""
    check_may_publish(actor)
    row = CatalogueImport.objects.filter(id=import_id).first()
    if row is None:
        raise NotVisible(_("没有这次导入，请返回“目录导出和导入”重新选择。"), code="import_unknown")
    return _row(row)


def newest(actor: Actor) -> list[ImportRow]:
    """The imports of last time. Raises `Forbidden` for who may not publish."""
    check_may_publish(actor)
    return [_row(row) for row in CatalogueImport.objects.order_by("-id")[:_NEWEST]]


def faults(actor: Actor, import_id: int, page: int) -> list[Fault]:
    """A page (from 1) of the faults of an import. Raises `Forbidden` for who may not publish."""
    check_may_publish(actor)
    rows = ImportFault.objects.filter(of=import_id, number__range=_range(page)).order_by("number")
    return [Fault(*row) for row in rows.values_list(*_FAULT)]


def every_fault(actor: Actor, import_id: int) -> Iterator[Fault]:
    """All faults of an import, read while they are asked for. Raises `Forbidden` for who may not publish."""
    check_may_publish(actor)
    rows = ImportFault.objects.filter(of=import_id).order_by("number").values_list(*_FAULT)
    return (Fault(*row) for row in rows.iterator())


def changes(actor: Actor, import_id: int, page: int) -> list[Change]:
    """A page (from 1) of what an import would change. Raises `Forbidden` for who may not publish."""
    check_may_publish(actor)
    rows = ImportChange.objects.filter(of=import_id, number__range=_range(page)).order_by("number")
    return [
        Change(
            row.kind,
            row.key,
            row.name,
            Fate(row.fate),
            tuple(Difference((), *one) for one in row.differences),
        )
        for row in rows
    ]


def _range(page: int) -> tuple[int, int]:
    return (page - 1) * PAGE + 1, page * PAGE


def _row(row: CatalogueImport) -> ImportRow:
    return ImportRow(
        id=row.id,
        name=row.name,
        stage=Stage(row.stage),
        percent=row.percent,
        base=row.base,
        fault_count=row.fault_count,
        change_count=row.change_count,
        remarks=tuple(row.remarks),
        refusal=row.refusal,
        release=row.release_id,
        moved_at=row.moved_at,
    )
