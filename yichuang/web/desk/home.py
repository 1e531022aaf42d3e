"""The officer's work list, and finding a case by number."""

from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yichuang.base.clock import now
from yichuang.cases import opinions, queries
from yichuang.cases.data import Holder
from yichuang.deadlines.data import Light
from yichuang.web import reminders
from yichuang.web.desk.access import officer
from yichuang.web.desk.screens import lines
from yichuang.web.http import Request
from yichuang.web.looks import LIGHT_NAMES


@officer
@require_safe
def home(request: Request) -> HttpResponse:
    """What the department has to do, by what is due first."""
    actor, moment = request.actor, now()
    holder = next((each for each in Holder if each == request.GET.get("holder")), None)
    shining = next((each for each in Light if each == request.GET.get("light")), None)
    after = _read_key(request.GET.get("after", ""))
    page = queries.work_list(actor, now=moment, after=after, holder=holder, shining=shining)
    context = {
        "lines": lines(page.rows, actor, moment),
        "reminders": reminders.lines(actor),
        "counts": queries.due_counts(actor, now=moment),
        "opinions_owed": opinions.open_count(actor),
        "holders": _choices(
            {
                "": _("全部"),
                Holder.MINE: _("我认领的"),
                Holder.FREE: _("可认领的"),
                Holder.PROPOSED: _("待批准的"),
                Holder.SUSPENDED: _("特别程序中"),
                Holder.TO_INSPECT: _("承诺待核查的"),
            },
            "holder",
            holder or "",
            {"light": shining or ""},
        ),
        "lights": _choices(
            {"": _("全部期限"), **{light: str(LIGHT_NAMES[light]) for light in reversed(Light)}},
            "light",
            shining or "",
            {"holder": holder or ""},
        ),
        "is_first": after is None,
        "is_narrowed": holder is not None or shining is not None,
        "first_page": _address(holder=holder or "", light=shining or ""),
        "following": _address(holder=holder or "", light=shining or "", after=_write_key(*page.next))
        if page.next
        else "",
    }
    return render(request, "desk/home.html", context)


@officer
@require_POST
def search(request: Request) -> HttpResponseBase:
    """The department's cases by 申报号 or 办件编号. Posted, like the counter's: words must not end up in logs."""
    actor, moment = request.actor, now()
    words = request.POST.get("words", "").strip()
    found = queries.search_applications(actor, words, now=moment)
    own = [case for row in found for case in row.cases if case.department_id == actor.department_id]
    exact = [case for case in own if case.number == words.upper()] or own
    if len(exact) == 1:
        return redirect("desk:case", exact[0].number)
    context = {"words": words, "lines": lines(own, actor, moment)}
    return render(request, "desk/found.html", context)


def _choices(
    labels: dict[str, str], name: str, chosen: str, others: dict[str, str]
) -> list[tuple[str, str, bool]]:
    """Label, address and "chosen" of each choice of one filter, the other one kept."""
    return [
        (label, _address(**{**others, name: str(value)}), value == chosen) for value, label in labels.items()
    ]


def _address(**parameters: str) -> str:
    """The list with these parameters, without the empty ones."""
    query = urlencode({name: str(value) for name, value in parameters.items() if value})
    return f"{reverse('desk:home')}?{query}" if query else reverse("desk:home")


def _write_key(due_at: datetime | None, case_id: int) -> str:
    return f"{due_at.isoformat() if due_at else ''}_{case_id}"


def _read_key(text: str) -> tuple[datetime | None, int] | None:
    """The key of a page; an edited or torn one leads to the first page."""
    moment, _mark, case_id = text.rpartition("_")
    try:
        due_at = datetime.fromisoformat(moment) if moment else None
        return None if due_at is not None and due_at.tzinfo is None else (due_at, int(case_id))
    except ValueError:
        return None
