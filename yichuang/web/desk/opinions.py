"""征求意见 at the desk: asking other departments about a case, and answering what one's own is asked."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yichuang.base.clock import local, now
from yichuang.base.errors import Invalid, Overtaken, Refused
from yichuang.cases import opinions, queries, reading
from yichuang.cases.actions import asking
from yichuang.cases.states import ANSWER_NAMES, Answer
from yichuang.deadlines.data import Limit
from yichuang.identity import queries as identity_queries
from yichuang.licences import queries as licence_queries
from yichuang.web.desk.access import officer
from yichuang.web.desk.cases import page
from yichuang.web.desk.papers import open_material_of
from yichuang.web.desk.screens import material_lines, sections
from yichuang.web.http import Request


@officer
@require_POST
def ask(request: Request, number: str) -> HttpResponseBase:
    """Ask the chosen departments; what is refused leaves what was typed."""
    _row, found = queries.application_of_case(request.actor, number, now=now())
    typed = request.POST.get("within", "").strip()
    try:
        asking.ask_opinions(
            actor=request.actor,
            case_id=found.id,
            departments=request.POST.getlist("departments"),
            question=request.POST.get("question", ""),
            within=Limit(int(typed) if typed.isdecimal() and len(typed) < 4 else 0),
            now=now(),
        )
    except Refused as refusal:
        return page(request, *queries.application_of_case(request.actor, number, now=now()), refusal=refusal)
    messages.success(request, _("已发出征求意见，被征求的部门会在工作台看到。办理时限照常计算。"))
    return redirect("desk:case", number)


@officer
@require_safe
def listed(request: Request) -> HttpResponse:
    """What the own department is asked: what it still has to answer, or all."""
    is_all = request.GET.get("all") == "1"
    typed = request.GET.get("before", "")
    before = int(typed) if typed.isdecimal() and len(typed) < 19 else None
    rows, following = opinions.asked_list(request.actor, open_only=not is_all, before=before)
    context = {
        "rows": rows,
        "today": local(now()).date(),
        "is_all": is_all,
        "is_first": before is None,
        "following": following,
    }
    return render(request, "desk/opinions.html", context)


@officer
@require_safe
def asked(request: Request, opinion_id: int) -> HttpResponse:
    """One question, with what it is about."""
    return _page(request, opinion_id)


@officer
@require_POST
def answer(request: Request, opinion_id: int) -> HttpResponseBase:
    """Answer for the own department."""
    chosen = next((each for each in Answer if each == request.POST.get("answer")), None)
    try:
        if chosen is None:
            raise Invalid(_("请选择一种答复。"), code="no_answer", field="answer")
        asking.give_opinion(
            actor=request.actor,
            opinion_id=opinion_id,
            answer=chosen,
            text=request.POST.get("text", ""),
            now=now(),
        )
    except (Invalid, Overtaken) as refusal:
        return _page(request, opinion_id, refusal)
    messages.success(request, _("已答复：%(answer)s。") % {"answer": ANSWER_NAMES[chosen]})
    return redirect("desk:opinions")


@officer
@require_safe
def material(request: Request, opinion_id: int, material: str) -> HttpResponse:
    """A material of the case that the department is asked about."""
    row, case, _round = opinions.asked_about(request.actor, opinion_id, now=now())
    return open_material_of(request, row, case, material)


def _page(request: Request, opinion_id: int, refusal: Refused | None = None) -> HttpResponse:
    row, case, question = opinions.asked_about(request.actor, opinion_id, now=now())
    licences = licence_queries.of_cases([each.number for each in row.cases])
    fields = reading.form(request.actor, row, [case.item_key], now=now())
    parties = identity_queries.masked_parties([row.party_id])
    field = (refusal.field or "text") if refusal else ""
    context = {
        "case": case,
        "opinion_id": opinion_id,
        "round": question,
        "own": question.opinions[0],
        "is_late": question.until < local(now()).date(),
        "applicant": parties[row.party_id],
        "sections": sections(fields),
        "materials": material_lines(
            row, case, licences, lambda key: reverse("desk:asked_material", args=[opinion_id, key])
        ),
        "answers": [(answer.value, str(name)) for answer, name in ANSWER_NAMES.items()],
        "sent": request.POST,
        "wrong": {field: str(refusal)} if refusal else {},
        "errors": [(field, str(refusal))] if refusal else [],
    }
    return render(request, "desk/asked.html", context, status=refusal.status if refusal else 200)
