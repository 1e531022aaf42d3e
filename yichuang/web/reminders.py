"""提醒 on the desks of those who must know: a rung of a clock was reached on a case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from yichuang.base.clock import now
from yichuang.cases import opinions, queries
from yichuang.deadlines import queries as deadline_queries
from yichuang.deadlines.data import ClockKind, Light
from yichuang.identity.data import Actor, Role
from yichuang.notices import reminders
from yichuang.web.access import only
from yichuang.web.http import Request
from yichuang.web.looks import CLOCK_NAMES, LIGHT_NAMES
from yichuang.web.navigation import case_address, desk_of

#: Reminders that come from no ladder.
_OTHERS: Mapping[str, Promise] = {
    reminders.PARCEL_RETURNED: _("邮件被退回，结果在窗口"),
    reminders.OPINIONS_CLOSED: _("征求意见已有结果"),
}


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """A reminder as a desk shows it: whose limit, how its light stood, on which case, since when."""

    id: int
    number: str
    item_name: str
    what: str | Promise
    light: Light | None
    written_at: datetime
    address: str


def lines(actor: Actor) -> Sequence[ReminderLine]:
    """The actor's open reminders, the newest first; three queries."""
    rows = reminders.open_reminders(actor)
    numbers = [row.case_number for row in rows]
    names, asked = queries.item_names(actor, numbers), opinions.asked_names(actor, numbers)
    rungs = {rung.key: rung for kind in ClockKind for rung in deadline_queries.ladder(kind)}
    found = []
    for row in rows:
        rung = rungs.get(row.rung)  # None: the city has changed its ladder since
        what = (
            f"{CLOCK_NAMES[rung.clock]}{LIGHT_NAMES[rung.light]}"
            if rung
            else _OTHERS.get(row.rung.partition(".")[0], row.rung)
        )
        light = rung.light if rung else None
        name, address = names.get(row.case_number, ""), case_address(actor, row.case_number)
        if not name and row.case_number in asked:
            opinion_id, name = asked[row.case_number]
            address = reverse("desk:asked", args=[opinion_id])
        found.append(ReminderLine(row.id, row.case_number, name, str(what), light, row.written_at, address))
    return found


@only(*Role, sentence=_("只有工作人员有提醒。请用工作人员的账号登录。"))
@require_POST
def dismiss(request: Request, reminder_id: int) -> HttpResponseBase:
    """知道了: off the desks of all whom it was for."""
    reminders.dismiss(actor=request.actor, reminder_id=reminder_id, now=now())
    return redirect(desk_of(request.actor) or reverse("start"))
