"""Previews (预览): the guide, the counter's page and the plan as they would be; and the rehearsal (模拟体验)."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yichuang.base.clock import now
from yichuang.base.errors import Invalid, NotVisible
from yichuang.cases.drafts import DraftContent, OpenDraft
from yichuang.catalogue import queries
from yichuang.catalogue.authoring import proposals
from yichuang.catalogue.authoring.proposals import ProposalRow
from yichuang.catalogue.data import Answers
from yichuang.catalogue.folder import Folder
from yichuang.catalogue.guides import Guide, guide_of
from yichuang.catalogue.planning import everything_up
from yichuang.catalogue.planning import plan as make_plan
from yichuang.journey.rehearsal import rehearse
from yichuang.web.authoring.access import author
from yichuang.web.authoring.reviews import imagined
from yichuang.web.counter.forms import ANSWER
from yichuang.web.counter.screens import Screen, screen_of
from yichuang.web.http import Request

Made = TypeVar("Made")
#: The key of a counter's draft that is nobody's.
_NOBODYS = UUID(int=0)


@author
@require_safe
def guide(request: Request, proposal_id: int) -> HttpResponse:
    """The guide page for the answers in the address."""
    row, folder = _imagined(request, proposal_id)
    made = _made(lambda: guide_of(folder.catalogue, row.key, request.GET.dict()))
    return render(request, "authoring/guide.html", {"guide": made, "asked": "", "proposal": row})


@author
@require_safe
def counter(request: Request, proposal_id: int) -> HttpResponse:
    """The counter's page: nothing of it is sent anywhere."""
    row, folder = _imagined(request, proposal_id)
    answers = {
        name.removeprefix(ANSWER): value
        for name, value in request.GET.dict().items()
        if name.startswith(ANSWER)
    }
    screen = _made(lambda: _screen(row, folder, answers, now()))
    questions = [(each.name, each.text, each.options, each.value) for each in screen.questions]
    context = {"screen": screen, "questions": questions, "proposal": row}
    return render(request, "authoring/counter.html", context)


@author
@require_safe
def plan(request: Request, proposal_id: int) -> HttpResponse:
    """The plan line by line, each with its reason."""
    row, folder = _imagined(request, proposal_id)
    made = _made(lambda: guide_of(folder.catalogue, row.key, request.GET.dict()))
    catalogue = folder.catalogue
    lines = make_plan(catalogue, row.key, request.GET.dict(), everything_up(catalogue))
    context = {"guide": made, "plan": lines, "questions": _questions(made), "proposal": row}
    return render(request, "authoring/plan.html", context)


@author
@require_safe
def rehearsal(request: Request, proposal_id: int) -> HttpResponse:
    """A made-up application on its whole way; nothing of it is kept, so that asking for it changes nothing."""
    row, folder = _imagined(request, proposal_id)
    answers, actor = request.GET.dict(), request.actor
    guide = _made(lambda: guide_of(folder.catalogue, row.key, answers))
    played = rehearse(actor=actor, folder=folder, target=row.key, answers=answers, now=now())
    context = {"played": played, "guide": guide, "questions": _questions(guide), "proposal": row}
    return render(request, "authoring/rehearsal.html", context)


def _questions(guide: Guide) -> list[tuple[str, str, tuple[tuple[str, str], ...], str]]:
    return [(each.key, each.text, each.options, each.value) for each in guide.questions]


def _screen(row: ProposalRow, folder: Folder, answers: Answers, moment: datetime) -> Screen:
    draft = OpenDraft(_NOBODYS, _("预览"), row.key, 0, moment, DraftContent(answers=answers))
    with queries.as_if(folder):
        return screen_of(draft)


def _imagined(request: Request, proposal_id: int) -> tuple[ProposalRow, Folder]:
    """The proposal, and the catalogue with it. Raises `Invalid` where what is typed cannot be read yet."""
    row, folder = proposals.find(request.actor, proposal_id), queries.folder()
    if row.kind == "templates":
        raise NotVisible(_("文书模板请看它的样张。"), code="no_preview")
    proposed = imagined(row, folder)
    if proposed.folder is folder or row.key not in getattr(proposed.folder.catalogue, row.kind):
        raise _unread([problem for _place, problem, _remedy in proposed.faults])
    return row, proposed.folder


def _made(make: Callable[[], Made]) -> Made:
    """What `make` makes of the catalogue. Raises `Invalid` where something that it refers to is not there yet."""
    try:
        return make()
    except (LookupError, RuntimeError) as error:
        raise _unread([str(error)]) from error


def _unread(problems: list[str]) -> Invalid:
    sentence = _("还有要改的地方，改好才能预览：%(problems)s")
    return Invalid(sentence % {"problems": "；".join(problems[:3])}, code="proposal_unread")
