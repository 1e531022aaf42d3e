"""补正 from home: the applicant sends what the counter asked her to supply anew; the counter then goes on with it."""

import structlog
from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yichuang.base.errors import Refused
from yichuang.cases import queries, reading
from yichuang.cases.actions import correction
from yichuang.cases.rules import Incomplete
from yichuang.web.http import Request
from yichuang.web.portal.access import Opened, opened
from yichuang.web.portal.screens import Correction, corrections_of
from yichuang.web.uploads import FILE, store_uploads

log = structlog.get_logger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
@opened
def correct(request: Request, seen: Opened, case_number: str) -> HttpResponseBase:
    """What is asked of one case, with an input for each material; posted: they are taken in."""
    row = seen.row
    asked = corrections_of(row.cases, queries.materials(row.id), reading.history(row))
    found = next((one for one in asked if one.case.number == case_number and one.materials), None)
    if found is None:  # brought already, or nothing that could be sent
        return redirect("track_application", row.number)
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            _take_in(request, seen, found)
        except Refused as refusal:
            log.info("refused", code=refusal.code, status=refusal.status, path=request.path)
            wrong = _wrong(found, refusal)
        else:
            messages.success(request, _("已收到您补来的材料，窗口会接着看。"))
            return redirect("track_application", row.number)
    context = {
        "row": row,
        "asked": found,
        "inputs": [(FILE + one.key, one, wrong.get(FILE + one.key, "")) for one in found.materials],
        "errors": list(wrong.items()),
    }
    return render(request, "portal/correct.html", context, status=422 if wrong else 200)


def _take_in(request: Request, seen: Opened, asked: Correction) -> None:
    offered = [one.key for one in asked.materials]
    settled = store_uploads(request.FILES, offered=offered, checked=False, now=seen.at)
    correction.correct(actor=seen.actor, case_id=asked.case.id, materials=settled, now=seen.at)


def _wrong(asked: Correction, refusal: Refused) -> dict[str, str]:
    """What is wrong, by input; a file for everything that is still missing."""
    if isinstance(refusal, Incomplete):
        names = {one.key: one.name for one in asked.materials}
        sentence = _("请选择“%(material)s”的文件。")
        missing = [key for key in refusal.materials if key in names]
        if missing:
            return {FILE + key: sentence % {"material": names[key]} for key in missing}
    return {refusal.field or "": str(refusal)}
