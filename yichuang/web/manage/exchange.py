"""Export and import of the catalogue (目录导出和导入): where both begin. An import's own page: `imports.py`."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yichuang.catalogue import queries
from yichuang.catalogue.exchange import imports, incoming, packages, spreadsheets
from yichuang.catalogue.exchange.states import STAGE_NAMES
from yichuang.web.http import Request
from yichuang.web.looks import IMPORT_TONES
from yichuang.web.manage.access import publisher

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TYPES = {"xlsx": _XLSX, "zip": "application/zip"}


@publisher
@require_safe
def exchange(request: Request) -> HttpResponse:
    """Take the catalogue out, or bring one in."""
    return page(request)


@publisher
@require_safe
def export(request: Request, form: str) -> HttpResponse:
    """What is in force: a spreadsheet, or a package for another installation."""
    if form not in _TYPES:
        raise Http404
    release = queries.current().release
    folder = queries.folder(release)
    content = (
        spreadsheets.write(folder)
        if form == "xlsx"
        else packages.pack(queries.with_contents(folder), release)
    )
    name = f"{folder.catalogue.city}-{release}.{form}"
    return HttpResponse(
        content,
        content_type=_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def page(request: Request, error: str = "") -> HttpResponse:
    """The page, with what was wrong with an upload."""
    context = {
        "error": error,
        "errors": [("file", error)] if error else [],
        "mappings": [(name, name) for name in incoming.mapping_names()],
        "chosen": request.POST.get("mapping", ""),
        "release": queries.current().release,
        "imports": [
            (row, str(STAGE_NAMES[row.stage]), IMPORT_TONES[row.stage])
            for row in imports.newest(request.actor)
        ],
    }
    return render(request, "manage/exchange.html", context, status=422 if error else 200)
