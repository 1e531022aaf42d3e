"""Export and import of the catalogue (目录导出和导入): what a file would change is seen before anything changes."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yichuang.base import files
from yichuang.base.clock import now
from yichuang.base.errors import Invalid, Refused
from yichuang.catalogue import queries
from yichuang.catalogue.actions.importing import take_in
from yichuang.catalogue.differences import Change, Fate
from yichuang.catalogue.exchange import incoming, packages, spreadsheets
from yichuang.catalogue.exchange.incoming import Incoming
from yichuang.catalogue.labels import LISTS
from yichuang.web.http import Request
from yichuang.web.manage.access import publisher

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TYPES = {"xlsx": _XLSX, "zip": "application/zip"}
#: Where the session keeps the uploaded file and the mapping until it is imported.
_SESSION = "catalogue_import"
#: As many faults and changes as a person looks through; the numbers are told of all.
_SHOWN = 200


@publisher
@require_safe
def exchange(request: Request) -> HttpResponse:
    """Take the catalogue out, or bring one in."""
    return _page(request)


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


@publisher
@require_POST
def upload(request: Request) -> HttpResponseBase:
    """Keep the file, to look at what it would change."""
    file = request.FILES.get("file")
    if file is None:
        return _page(request, _("请先选择要导入的文件。"))
    if (file.size or 0) > settings.MAX_UPLOAD_BYTES:
        sentence = _("文件超过%(limit)d MB，没有导入。请按部门分成几份，一份一份导入。")
        return _page(request, sentence % {"limit": settings.MAX_UPLOAD_BYTES // 1_000_000})
    content = file.read()
    try:
        mapping = request.POST.get("mapping", "")
        incoming.from_file(content, incoming.mapping(mapping))
    except Invalid as refused:
        return _page(request, str(refused))
    stored = files.store(str(file.name), "application/octet-stream", content, now=now())
    request.session[_SESSION] = {"file": stored, "mapping": mapping}
    return redirect("manage:import")


@publisher
@require_safe
def preview(request: Request) -> HttpResponseBase:
    """What the uploaded file would change, and every fault in the way of it."""
    if _SESSION not in request.session:
        return redirect("manage:exchange")
    name, found = _found(request)
    context = {
        "file_name": name,
        "found": found,
        "faults": found.faults[:_SHOWN],
        "changes": [_line(change) for change in found.changes[:_SHOWN]],
    }
    return render(request, "manage/import.html", context)


@publisher
@require_POST
def confirm(request: Request) -> HttpResponseBase:
    """Publish what was seen. Somebody published meanwhile: it is seen again."""
    if _SESSION not in request.session:
        return redirect("manage:exchange")
    _name, found = _found(request)
    base = request.POST.get("base", "")
    try:
        publication = take_in(
            found=found, base=int(base) if base.isdecimal() else 0, actor=request.actor, now=now()
        )
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("manage:import")
    del request.session[_SESSION]
    sentence = _("已导入，发布为第%(release)d次目录。")
    messages.success(request, sentence % {"release": publication.release})
    return redirect("manage:exchange")


def _found(request: Request) -> tuple[str, Incoming]:
    kept = request.session[_SESSION]
    file = files.read(kept["file"])
    return file.name, incoming.from_file(file.content, incoming.mapping(kept["mapping"]))


def _page(request: Request, error: str = "") -> HttpResponse:
    context = {
        "error": error,
        "errors": [("file", error)] if error else [],
        "mappings": [(name, name) for name in incoming.mapping_names()],
        "chosen": request.POST.get("mapping", ""),
        "release": queries.current().release,
    }
    return render(request, "manage/exchange.html", context, status=422 if error else 200)


def _line(change: Change) -> dict[str, object]:
    words = {
        Fate.ADDED: (_("新增"), "good"),
        Fate.CHANGED: (_("变更"), "wait"),
        Fate.WITHDRAWN: (_("撤下"), "bad"),
    }
    fate, tone = words[change.fate]
    return {"list": LISTS[change.kind], "change": change, "fate": fate, "tone": tone}
