"""What follows when a clock reaches a rung of its ladder: for every act of the ladders one handler.

Reminders go to the desks of those who must know; what the law makes of a silence is an act of the case.
Every handler may run twice.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from yichuang.cases import branches, clocks, opinions, whole
from yichuang.cases.actions import asking, inquiring, overdue
from yichuang.cases.models import Case
from yichuang.cases.states import ENDED, NOT_DONE
from yichuang.deadlines.data import ClockKind, RungAct
from yichuang.deadlines.models import Clock
from yichuang.deadlines.queries import ladder
from yichuang.identity.data import Role
from yichuang.notices import reminders

#: What clocks run for, and by which column of a case that is: of a whole (一件事), every member still to be decided;
#: of an inquiry (征询), the member about which it asks.
_SUBJECTS = {clocks.SUBJECT: "id", whole.SUBJECT: "application_id", inquiring.SUBJECT: "inquiries"}
#: What runs for the counter; of everything else the department is reminded.
_AT_THE_COUNTER = frozenset({ClockKind.ACCEPTANCE, ClockKind.GAP, ClockKind.DELIVERY})


def act(facts: Mapping[str, Any], *, clock_id: int, entry_id: int, now: datetime) -> None:
    """Do everything that this rung asks for. A rung that the ladder no longer has asks for nothing."""
    rung = next((one for one in ladder(ClockKind(facts["clock"])) if one.key == facts["rung"]), None)
    if rung is None or facts["of"] not in _SUBJECTS:
        return
    clock = Clock.objects.get(id=clock_id)
    concerned = Case.objects.select_related("application").filter(**{_SUBJECTS[facts["of"]]: facts["of_id"]})
    for case in concerned.order_by("id"):
        if facts["of"] != whole.SUBJECT or branches.is_open(case):
            for wanted in rung.acts:
                HANDLERS[wanted](case, clock, facts["rung"], now)


def tell_opinions(case_id: int, *, entry_id: int, now: datetime) -> None:
    """A round of opinions has ended: the officers of the department that asked see it on their desks."""
    case = Case.objects.get(id=case_id)
    reminders.remind(
        case_number=case.number,
        rung=reminders.OPINIONS_CLOSED,
        occasion=entry_id,
        role=Role.OFFICER,
        department_id=case.department_id,
        now=now,
    )


def _remind(case: Case, clock: Clock, rung: str, now: datetime) -> None:
    """提醒: the counter that received it, the departments that still owe an opinion, or the officers of its own."""
    if clock.kind in _AT_THE_COUNTER:
        whom = [(Role.CLERK, case.application.centre_id)]
    elif clock.kind == ClockKind.OPINIONS:
        whom = [(Role.OFFICER, department_id) for department_id in opinions.awaited(case.id)]
    else:
        whom = [(Role.OFFICER, case.department_id)]
    _write(case, clock, rung, whom, now)


def _alert(case: Case, clock: Clock, rung: str, now: datetime) -> None:
    """报告: the chief officer of the department, and the manager of the centre."""
    if clock.kind != ClockKind.OPINIONS or opinions.awaited(case.id):
        whom = [(Role.CHIEF_OFFICER, case.department_id), (Role.MANAGER, case.application.centre_id)]
        _write(case, clock, rung, whom, now)


def _write(case: Case, clock: Clock, rung: str, whom: Iterable[tuple[Role, int]], now: datetime) -> None:
    is_live = case.stage not in ENDED or case.inspection in NOT_DONE
    for role, department_id in whom if is_live else ():
        reminders.remind(
            case_number=case.number,
            rung=rung,
            occasion=clock.id,
            role=role,
            department_id=department_id,
            now=now,
        )


def _deem_accepted(case: Case, clock: Clock, _rung: str, now: datetime) -> None:
    overdue.deem_accepted(case_id=case.id, since=clock.started_at, now=now)


def _deem_withdrawn(case: Case, _clock: Clock, _rung: str, now: datetime) -> None:
    overdue.deem_withdrawn(case_id=case.id, now=now)


def _revoke_acceptance(case: Case, _clock: Clock, _rung: str, now: datetime) -> None:
    overdue.revoke_acceptance(case_id=case.id, now=now)


def _take_silence(case: Case, _clock: Clock, _rung: str, now: datetime) -> None:
    inquiring.lapse(case_id=case.id, now=now)


def _close_opinions(case: Case, _clock: Clock, _rung: str, now: datetime) -> None:
    asking.lapse(case_id=case.id, now=now)


HANDLERS: dict[RungAct, Callable[[Case, Clock, str, datetime], None]] = {
    RungAct.REMIND: _remind,
    RungAct.ALERT: _alert,
    RungAct.DEEM_ACCEPTED: _deem_accepted,
    RungAct.DEEM_WITHDRAWN: _deem_withdrawn,
    RungAct.REVOKE_ACCEPTANCE: _revoke_acceptance,
    RungAct.TAKE_SILENCE: _take_silence,
    RungAct.CLOSE_OPINIONS: _close_opinions,
}
