"""Imports of the catalogue (目录导入): brought in, looked at in the background, taken in once confirmed."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yichuang.base.clock import now
from yichuang.base.errors import Invalid, Overtaken
from yichuang.catalogue.actions import importing
from yichuang.catalogue.differences import Change, Fate
from yichuang.catalogue.exchange import imports
from yichuang.catalogue.exchange.imports import ImportRow
from yichuang.catalogue.exchange.states import UNDER_WAY, Stage
from yichuang.catalogue.folder import Fault
from yichuang.catalogue.labels import LISTS
from yichuang.web.http import Request
from yichuang.web.manage.access import publisher
from yichuang.web.manage.exchange import page as exchange_page


@publisher
@require_POST
def upload(request: Request) -> HttpResponseBase:
    """Keep the file, to look at what it would change."""
    file = request.FILES.get("file")
    try:
        importing.check_size(file.size or 0 if file else 0)
        import_id = importing.bring_in(
            name=str(file.name) if file else "",
            content=file.read() if file else b"",
            mapping=request.POST.get("mapping", ""),
            language=get_language() or "",
            actor=request.actor,
            now=now(),
        )
    except Invalid as refused:
        return exchange_page(request, str(refused))
    return redirect("manage:import", import_id)


@publisher
@require_safe
def look(request: Request, import_id: int) -> HttpResponse:
    """How far an import is; then what it would change, and every fault in the way of it."""
    row = imports.find(request.actor, import_id)
    context: dict[str, Any] = {
        "row": row,
        "stage": row.stage,
        "is_under_way": row.stage in UNDER_WAY,
        "crumbs": [(_("目录导出和导入"), reverse("manage:exchange"))],
    }
    if row.stage in {Stage.LOOKED, Stage.TAKEN}:
        faults, changes = (_page(request, name) for name in ("faults", "changes"))
        context |= {
            "faults": imports.faults(request.actor, row.id, faults),
            "fault_pages": _pages(row, "faults", faults, row.fault_count),
            "changes": [_line(change) for change in imports.changes(request.actor, row.id, changes)],
            "change_pages": _pages(row, "changes", changes, row.change_count),
            "may_confirm": row.stage == Stage.LOOKED and row.change_count and not row.fault_count,
        }
    return render(request, "manage/import.html", context)


@publisher
@require_POST
def confirm(request: Request, import_id: int) -> HttpResponseBase:
    """Let what was seen be published."""
    base = request.POST.get("base", "")
    try:
        importing.confirm(
            import_id=import_id, base=int(base) if base.isdecimal() else 0, actor=request.actor, now=now()
        )
    except (Overtaken, Invalid) as refused:
        messages.warning(request, str(refused))
    return redirect("manage:import", import_id)


@publisher
@require_safe
def faults(request: Request, import_id: int) -> StreamingHttpResponse:
    """Every fault as a CSV file, which Excel opens as it is."""
    row = imports.find(request.actor, import_id)
    return StreamingHttpResponse(
        _csv(imports.every_fault(request.actor, row.id)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="faults-{row.id}.csv"'},
    )


def _csv(found: Iterable[Fault]) -> Iterator[str]:
    yield "\ufeff"
    yield _csv_line([_("工作表或文件"), _("行"), _("列或位置"), _("问题"), _("怎样改"), _("依据")])
    for one in found:
        yield _csv_line([one.path, one.line or "", one.place, one.problem, one.remedy, one.source])


def _csv_line(cells: list[Any]) -> str:
    """A line in which nothing is a formula: what stands in a fault came from somebody's file."""
    stream = StringIO()
    texts = [str(cell) for cell in cells]
    csv.writer(stream).writerow(f"'{text}" if text[:1] in "=+-@" and text[1:] else text for text in texts)
    return stream.getvalue()


def _page(request: Request, name: str) -> int:
    asked = request.GET.get(name, "")
    return max(int(asked), 1) if asked.isdecimal() and len(asked) < 8 else 1


def _pages(row: ImportRow, name: str, page: int, count: int) -> dict[str, str] | None:
    """Addresses of the pages beside this one, and which lines are shown; None where one page holds all."""
    if count <= imports.PAGE:
        return None
    last = -(-count // imports.PAGE)
    address = reverse("manage:import", args=[row.id])
    facts = {"first": (page - 1) * imports.PAGE + 1, "last": min(page * imports.PAGE, count), "count": count}
    return {
        "previous": f"{address}?{name}={min(page - 1, last)}" if page > 1 else "",
        "following": f"{address}?{name}={page + 1}" if page < last else "",
        "shown": _("第%(first)d–%(last)d条，共%(count)d条") % facts,
    }


def _line(change: Change) -> dict[str, Any]:
    words = {
        Fate.ADDED: (_("新增"), "good"),
        Fate.CHANGED: (_("变更"), "wait"),
        Fate.WITHDRAWN: (_("撤下"), "bad"),
    }
    fate, tone = words[change.fate]
    return {"list": LISTS[change.kind], "change": change, "fate": fate, "tone": tone}
