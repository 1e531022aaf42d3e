"""Who sees an application on the public pages: its applicant by account, or whoever opened it by number and code.

The session remembers which numbers were opened by code, never a code. Which rows that opens, the queries of
cases decide, as for everybody else.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from yichuang.base.clock import now
from yichuang.base.errors import Forbidden, NotVisible
from yichuang.cases import queries
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.tracking import open_by_code
from yichuang.identity.data import Actor, ActorKind
from yichuang.web.http import Request

#: Session key: the numbers opened by code, each with its applicant's id.
_OPENED = "opened"
#: An application's number has twelve characters; a case's has two digits more.
_NUMBER, _CASE_NUMBER = 12, 14

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Opened:
    """An application, and as whom it is seen."""

    actor: Actor
    row: ApplicationRow
    at: datetime


def applicant_of(request: Request, number: str) -> Actor:
    """As whom this visitor sees the application `number`: as the one who opened it by code, else by account.

    Raises `NotVisible` for a visitor who has neither, `Forbidden` for staff: their work is on their own pages,
    and nobody rates or collects in an applicant's place.
    """
    check_no_staff(request.actor)
    party_id = request.session.get(_OPENED, {}).get(number)
    if party_id is not None:
        name = request.actor.name
        return Actor(ActorKind.APPLICANT, party_id, name, only_application=number)
    if request.actor.kind is ActorKind.APPLICANT:
        return request.actor
    raise NotVisible(_("请先用申报号和查询密码打开这件申办，或登录本人账号。"), code="not_opened")


def check_no_staff(actor: Actor) -> None:
    """The public pages of an application are the applicant's. Raises `Forbidden` for staff."""
    if actor.kind is ActorKind.STAFF:
        raise Forbidden(
            _("这里是办事人自己的页面。您登录的是工作人员账号，请在工作页面查看办件。"), code="staff"
        )


def open_application(request: Request, number: str, code: str) -> str:
    """Open an application by code for this session; returns its number. Raises what `open_by_code` raises."""
    check_no_staff(request.actor)
    actor = open_by_code(_typed(number), _plain(code), now=now())
    # Whoever fixed this session's key beforehand does not see what is opened in it now.
    request.session.cycle_key()
    if not request.user.is_authenticated:
        request.session.set_expiry(0)  # ends with the browser: machines in the hall are shared
    opened_before: dict[str, int] = request.session.get(_OPENED, {})
    request.session[_OPENED] = {**opened_before, actor.only_application: actor.id}
    return actor.only_application


def close_all(request: Request) -> None:
    """Forget every number that this session opened by code."""
    request.session.pop(_OPENED, None)


def is_opened_by_code(request: Request, number: str) -> bool:
    """Whether the page can be closed again, because it was opened by code."""
    return number in request.session.get(_OPENED, {})


def opened(
    view: Callable[Concatenate[Request, Opened, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """The view gets the application `number` as its applicant sees it; everybody else is asked for the code."""

    @wraps(view)
    def guarded(request: Request, number: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        moment = now()
        try:
            actor = applicant_of(request, number)
            row = queries.application(actor, number, now=moment)
        except NotVisible:
            return _ask(request, number)
        request.actor = actor  # what is opened and done from here on is recorded as the applicant's
        return view(request, Opened(actor, row, moment), *args, **kwargs)

    return guarded


def way_on(number: str, wanted: str) -> str:
    """The address after opening: `wanted` where it is a page of this application, else its first page."""
    first = reverse("track_application", args=[number])
    return wanted if wanted.startswith(first) else first


def _ask(request: Request, number: str) -> HttpResponseRedirect:
    """The form for number and code. The answer is the same whether there is such an application or not."""
    asked = {"number": number}
    if request.method in {"GET", "HEAD"}:
        asked["next"] = request.path
    return HttpResponseRedirect(f"{reverse('track')}?{urlencode(asked)}")


def _typed(number: str) -> str:
    """The application's number, also out of the number of one of its cases; full-width letters are read too."""
    compact = _plain(number).upper().replace("-", "")
    return compact[:_NUMBER] if len(compact) == _CASE_NUMBER and compact[_NUMBER:].isdecimal() else compact


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
