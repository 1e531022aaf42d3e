"""One received case at the counter: ask once for everything to be corrected, take it in, or decline."""

from collections.abc import Collection, Iterable, Mapping

import structlog
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yichuang.base.clock import now
from yichuang.base.errors import Forbidden, Invalid, Refused
from yichuang.cases import awaited, queries, reading
from yichuang.cases.actions import acceptance, correction, gaps
from yichuang.cases.data import CaseRow, MaterialRow, Settlement
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.rules import Incomplete
from yichuang.cases.states import Stage, Verb
from yichuang.catalogue import queries as catalogue_queries
from yichuang.web.counter.access import clerk
from yichuang.web.counter.forms import TICK, chosen, read_date, read_ticked
from yichuang.web.counter.screens import Fault
from yichuang.web.http import Request
from yichuang.web.uploads import FILE, store_uploads

log = structlog.get_logger(__name__)


@clerk
@require_safe
def case(request: Request, number: str) -> HttpResponse:
    """The case with what the counter can do with it now."""
    row, found = queries.application_of_case(request.actor, number, now=now())
    return _page(request, row, found)


@clerk
@require_POST
def ask_correction(request: Request, number: str) -> HttpResponseBase:
    """Tell once everything that is to be corrected (一次性告知): points that are not met, and what is typed."""
    row, found = queries.application_of_case(request.actor, number, now=now())
    materials = queries.materials(row.id, [found.item_key])
    unmet = _unmet(materials, request.POST.getlist("point"))
    again = chosen(request.POST, "material", [material.key for material in materials])
    try:
        correction.ask_correction(
            actor=request.actor,
            case_id=found.id,
            text="\n".join([*unmet.values(), request.POST.get("text", "")]).strip(),
            materials=list(dict.fromkeys([*again, *unmet])),
            until=read_date(request.POST.get("until", ""), field="until"),
            now=now(),
        )
    except (Invalid, Forbidden) as refusal:
        return _refused(request, row, found, refusal)
    messages.success(request, _("已告知补正，一次性告知书正在生成。"))
    return redirect("counter:application", row.number)


@clerk
@require_POST
def decline(request: Request, number: str) -> HttpResponseBase:
    """Decline, with the reason and the competent organ."""
    row, found = queries.application_of_case(request.actor, number, now=now())
    try:
        acceptance.decline(
            actor=request.actor,
            case_id=found.id,
            reason=request.POST.get("reason", ""),
            competent=request.POST.get("competent", ""),
            now=now(),
        )
    except Invalid as refusal:
        return _refused(request, row, found, refusal, rename={"text": "reason"})
    messages.success(request, _("已登记不予受理，决定书正在生成。"))
    return redirect("counter:application", row.number)


@clerk
@require_POST
def correct(request: Request, number: str) -> HttpResponseBase:
    """Take in what was corrected."""
    row, found = queries.application_of_case(request.actor, number, now=now())
    try:
        materials = _settled(request, row)
        correction.correct(actor=request.actor, case_id=found.id, materials=materials, now=now())
    except Invalid as refusal:
        return _refused(request, row, found, refusal)
    messages.success(request, _("已收到补正，可以受理。"))
    return redirect("counter:application", row.number)


@clerk
@require_POST
def cure(request: Request, number: str) -> HttpResponseBase:
    """Take in what was missing when the case was accepted all the same (容缺后补)."""
    row, found = queries.application_of_case(request.actor, number, now=now())
    try:
        materials = _settled(request, row)
        left = gaps.cure(actor=request.actor, case_id=found.id, materials=materials, now=now())
    except Invalid as refusal:
        return _refused(request, row, found, refusal)
    if left:
        messages.success(request, _("已收下。还有材料没有补交，见下。"))
        return redirect("counter:case", found.number)
    messages.success(request, _("容缺材料已经补齐。"))
    return redirect("counter:application", row.number)


def _settled(request: Request, row: ApplicationRow) -> dict[str, Settlement]:
    """Ticks and files. Raises `Invalid` naming the input."""
    offered = [material.key for material in queries.materials(row.id)]
    uploaded = store_uploads(request.FILES, offered=offered, checked=True, now=now())
    return read_ticked(request.POST) | uploaded


# ── The page ─────────────────────────────────────────────────────────────────────────────────────


def _page(
    request: Request,
    row: ApplicationRow,
    found: CaseRow,
    *,
    faults: Iterable[Fault] = (),
    status: int = 200,
) -> HttpResponse:
    materials = queries.materials(row.id, [found.item_key])
    errors = list(faults)
    catalogue = catalogue_queries.current()
    correcting, is_open = found.stage == Stage.CORRECTING, found.gap_until is not None
    proposed, cannot_ask = awaited.correction_offer(found, now=now())
    due = [row for row in materials if row.source is None]
    if is_open:
        following = awaited.may_follow(materials)
        due = [row for row in due if row.key in following]
    context = {
        "row": row,
        "case": found,
        "materials": [(material, _points(material)) for material in materials],
        "missing": [_missing(material, errors) for material in due],
        "organs": [(name, name) for name in catalogue.department_names.values()],
        "asked": reading.reason_of(found.id, Verb.ASK_CORRECTION) if correcting else "",
        "can_decide": found.stage == Stage.RECEIVED,
        "can_correct": correcting,
        "can_cure": is_open,
        "cannot_ask": cannot_ask,
        "errors": errors,
        "wrong": {name: sentence for name, sentence in errors if name},
        "sent": request.POST,
        "ticked": {*request.POST.getlist("material"), *request.POST.getlist("point")},
        "until": request.POST.get("until") or proposed.isoformat(),
    }
    return render(request, "counter/case.html", context, status=status)


def _points(material: MaterialRow) -> list[tuple[str, str]]:
    """(value of its input, text) of each point that a clerk checks (受理要点)."""
    return [(f"{material.key}:{at}", point) for at, point in enumerate(material.checkpoints)]


def _unmet(materials: Iterable[MaterialRow], ticked: Collection[str]) -> dict[str, str]:
    """Key of each material of which points are not met → the sentence that the notice says of it."""
    unmet = {}
    for material in materials:
        points = [point for value, point in _points(material) if value in ticked]
        if points:
            facts = {"material": material.name, "points": "；".join(points)}
            unmet[material.key] = _("%(material)s不符合：%(points)s。") % facts
    return unmet


def _missing(material: MaterialRow, errors: Iterable[Fault]) -> tuple[MaterialRow, str, str, str]:
    """A material to be supplied anew, the names of its inputs, and what is wrong with them."""
    tick, upload = TICK + material.key, FILE + material.key
    wrong = [sentence for name, sentence in errors if name in {tick, upload}]
    return material, tick, upload, " ".join(wrong)


def _refused(
    request: Request,
    row: ApplicationRow,
    found: CaseRow,
    refusal: Refused,
    *,
    rename: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The page again with what is wrong; what was typed stands."""
    log.info("refused", code=refusal.code, status=refusal.status, path=request.path)
    field = (rename or {}).get(refusal.field or "", refusal.field or "")
    faults = [(field, str(refusal))]
    if isinstance(refusal, Incomplete):
        names = {material.key: material.name for material in queries.materials(row.id)}
        sentence = _("还缺材料：%(name)s。请收取原件或上传。")
        faults = [(TICK + key, sentence % {"name": names.get(key, key)}) for key in refusal.materials]
    return _page(request, row, found, faults=faults, status=refusal.status)
