"""How the centre does (中心总览): ratings, open cases, departments' systems, steps that failed, mandates."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from yichuang.base.clock import local, now
from yichuang.base.errors import Overtaken
from yichuang.cases import counting, queries
from yichuang.departments import queries as department_queries
from yichuang.departments.data import PartnerBoard
from yichuang.departments.states import STATE_NAMES, State
from yichuang.feedback import queries as feedback_queries
from yichuang.identity import queries as identity_queries
from yichuang.identity.data import Power, Role
from yichuang.journey import failures
from yichuang.web import reminders
from yichuang.web.http import Request
from yichuang.web.manage import pictures
from yichuang.web.manage.access import keeper, overseer

#: Periods of the ratings, in days.
_PERIODS: dict[int, Promise] = {
    7: gettext_lazy("近一周"),
    30: gettext_lazy("近一月"),
    365: gettext_lazy("近一年"),
}
_USUAL_PERIOD = 30
_NEWEST = 8
_TONES = {State.WAITING: "wait", State.UNKNOWN: "wait", State.LATER: "going", State.REFUSED: "bad"}


@overseer
@require_safe
def home(request: Request) -> HttpResponse:
    """Everything at a glance; each picture leads to its page."""
    actor, moment = request.actor, now()
    grades = feedback_queries.counts(actor, moment - timedelta(days=_USUAL_PERIOD))
    counts = counting.stage_counts(actor, now=moment)
    applications, _following = queries.recent_applications(actor, now=moment, rows=_NEWEST)
    mandates = _mandates(request)
    context = {
        "reminders": reminders.lines(actor),
        "grades": pictures.grade_bars(grades),
        "praise": pictures.praise_share(grades),
        "rated": sum(grades.values()),
        "ratings": feedback_queries.newest(actor, rows=3),
        "stages": pictures.stage_bars(counts),
        "lost": pictures.lost_bars(
            counting.lost_counts(actor, since=local(moment).date() - timedelta(days=_USUAL_PERIOD))
        ),
        "departments": pictures.department_bars(counts),
        "open_cases": sum(row.number for row in counts),
        "overdue": sum(row.overdue for row in counts),
        "applications": applications,
        "partners": [_partner(board) for board in department_queries.board(actor, now=moment)],
        "failed": failures.failed_steps(actor),
        "mandates": len(mandates),
        "urgent_mandates": pictures.in_tone(mandates, "bad", "wait"),
    }
    return render(request, "manage/home.html", context)


@overseer
@require_safe
def ratings(request: Request) -> HttpResponse:
    """The ratings of a period, and the newest with what people wrote."""
    wanted = request.GET.get("days", "")
    days = int(wanted) if wanted.isdecimal() and int(wanted) in _PERIODS else _USUAL_PERIOD
    grades = feedback_queries.counts(request.actor, now() - timedelta(days=days))
    address = reverse("manage:ratings")
    context = {
        "grades": pictures.grade_bars(grades),
        "praise": pictures.praise_share(grades),
        "rated": sum(grades.values()),
        "ratings": feedback_queries.newest(request.actor),
        "periods": [(label, f"{address}?days={each}", each == days) for each, label in _PERIODS.items()],
    }
    return render(request, "manage/ratings.html", context)


@keeper
@require_safe
def partners(request: Request) -> HttpResponse:
    """Every department's system: is it there, what is open, what was refused, do the books agree."""
    boards = department_queries.board(request.actor, now=now())
    return render(request, "manage/partners.html", {"partners": [_partner(board) for board in boards]})


@keeper
@require_safe
def steps(request: Request) -> HttpResponse:
    """Steps of the journey that nobody tries any more."""
    context = {
        "failed": failures.failed_steps(request.actor),
        "may_retry": request.actor.has(Role.MANAGER, Role.ADMINISTRATOR),
    }
    return render(request, "manage/steps.html", context)


@keeper
@require_POST
def retry(request: Request, job_id: int) -> HttpResponseBase:
    """再试一次."""
    try:
        step = failures.retry(actor=request.actor, job_id=job_id, now=now())
    except Overtaken as refusal:
        messages.warning(request, str(refusal))
    else:
        sentence = _("“%(step)s”已重新排队，马上再试。没有成功会回到这里。")
        messages.success(request, sentence % {"step": step.step_name})
    return redirect("manage:steps")


@overseer
@require_safe
def mandates(request: Request) -> HttpResponse:
    """Every mandate of the centre and how long it holds."""
    return render(request, "manage/mandates.html", {"mandates": _mandates(request)})


def _mandates(request: Request) -> list[pictures.MandateLine]:
    scope = identity_queries.mandated_items(
        request.actor.department_id or 0, Power.RECEIVE, local(now()).date()
    )
    return pictures.mandate_lines(scope, identity_queries.departments())


def _partner(board: PartnerBoard) -> tuple[PartnerBoard, list[tuple[str, int, str]]]:
    """A board with its counts as pills: name, number, tone."""
    pills = [
        (str(STATE_NAMES[state]), board.counts[state], _TONES.get(state, "good"))
        for state in State
        if board.counts.get(state)
    ]
    return board, pills
