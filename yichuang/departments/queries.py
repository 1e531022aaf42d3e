"""Reads of what was sent to departments' systems and what they answered."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils.translation import gettext as _

from yichuang.base import clock
from yichuang.base.crypto import decrypt_json
from yichuang.base.errors import Forbidden, NotVisible
from yichuang.catalogue.data import Partner
from yichuang.departments.data import Difference, DispatchRow, PartnerAnswer, PartnerBoard, ReconciliationRow
from yichuang.departments.models import Dispatch, InboundEvent, PartnerLine, Reconciliation
from yichuang.departments.partners import partner, partner_keys
from yichuang.departments.recording import ANSWER, Taking
from yichuang.departments.states import FINAL, STATE_NAMES, State
from yichuang.identity.data import Actor, Role
from yichuang.identity.queries import departments

_OPEN = [state for state in State if state not in FINAL]
_SHOWN = 100
#: Refusals and contradictions stay on the board so long.
_KEPT = timedelta(days=30)


def answer(dispatch_id: int) -> PartnerAnswer:
    """The final answer, for the step that applies it. Raises `NotVisible` while there is none."""
    row = Dispatch.objects.get(id=dispatch_id)
    if row.state not in FINAL:
        raise NotVisible(_("部门系统还没有最终答复。"), code="no_answer_yet")
    stored = decrypt_json(row.answer, ANSWER)
    return PartnerAnswer(
        state=State(row.state),
        decision=stored.get("decision", ""),
        reason=stored["reason"],
        result=stored.get("result", {}),
        code=row.code,
    )


def of_cases(case_numbers: Sequence[str]) -> dict[str, DispatchRow]:
    """How the dispatches of these cases stand, by case number. The caller has checked the right to the cases."""
    rows = Dispatch.objects.filter(case_number__in=case_numbers).order_by("id")
    return {row.case_number: _row(row) for row in rows}


def board(actor: Actor, *, now: datetime | None = None) -> tuple[PartnerBoard, ...]:
    """Every partner with its line, counts, open and refused dispatches, for the manager's page.

    The centre's managers, supervisors and administrators see all partners, officers those of their own
    department. Raises `Forbidden` for everybody else.
    """
    now = now or clock.now()
    visible = _visible(actor)
    keys = [found.key for found in visible]
    lines = dict(
        PartnerLine.objects.filter(key__in=keys, open_until__gt=now).values_list("key", "open_until")
    )
    counts = _counts(keys, now)
    contradicted = dict(
        InboundEvent.objects.filter(
            partner_key__in=keys, outcome=Taking.CONTRADICTORY, received_at__gte=now - _KEPT
        )
        .values_list("partner_key")
        .annotate(number=Count("id"))
        .order_by()
    )
    compared = {
        row.partner_key: _reconciliation(row)
        for row in Reconciliation.objects.filter(partner_key__in=keys)
        .order_by("partner_key", "-day")
        .distinct("partner_key")
    }
    return tuple(
        PartnerBoard(
            key=found.key,
            name=found.name,
            department=found.department,
            closed_until=lines.get(found.key),
            counts=counts.get(found.key, {}),
            open=_rows(
                Dispatch.objects.filter(partner_key=found.key, state__in=_OPEN).order_by(
                    "next_attempt_at", "id"
                )[:_SHOWN]
            ),
            refused=_rows(
                Dispatch.objects.filter(
                    partner_key=found.key, state=State.REFUSED, answered_at__gte=now - _KEPT
                ).order_by("-answered_at")[:_SHOWN]
            ),
            contradictions=contradicted.get(found.key, 0),
            reconciliation=compared.get(found.key),
        )
        for found in visible
    )


def partners_with_work(now: datetime) -> tuple[str, ...]:
    """The partners that have something to be sent or asked after now: one job each, in its own queue."""
    due = Dispatch.objects.filter(state__in=_OPEN, next_attempt_at__lte=now)
    waiting = set(due.values_list("partner_key", flat=True).distinct().order_by())
    return tuple(key for key in partner_keys() if key in waiting)


def _visible(actor: Actor) -> list[Partner]:
    found = [partner(key) for key in partner_keys()]
    if actor.has(Role.MANAGER, Role.SUPERVISOR, Role.ADMINISTRATOR):
        return found
    if actor.has(Role.OFFICER, Role.CHIEF_OFFICER):
        own = {key for key, facts in departments().items() if facts.id == actor.department_id}
        return [each for each in found if each.department in own]
    raise Forbidden(_("查看部门系统的对接情况需要中心管理、督查或审批人员身份。"))


def _counts(keys: Sequence[str], now: datetime) -> dict[str, dict[State, int]]:
    midnight = clock.local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    open_ones = Dispatch.objects.filter(partner_key__in=keys, state__in=_OPEN)
    of_today = Dispatch.objects.filter(partner_key__in=keys, answered_at__gte=midnight, state__in=FINAL)
    counts: dict[str, dict[State, int]] = {key: {} for key in keys}
    for rows in (open_ones, of_today):
        grouped = rows.values_list("partner_key", "state").annotate(number=Count("id")).order_by()
        for key, state, number in grouped:
            counts[key][State(state)] = number
    return counts


def _rows(rows: Iterable[Dispatch]) -> tuple[DispatchRow, ...]:
    return tuple(_row(row) for row in rows)


def _row(row: Dispatch) -> DispatchRow:
    state = State(row.state)
    return DispatchRow(
        id=row.id,
        transaction_id=str(row.transaction_id),
        partner_key=row.partner_key,
        case_id=row.case_id,
        case_number=row.case_number,
        state=state,
        state_name=str(STATE_NAMES[state]),
        code=row.code,
        attempts=row.attempts,
        created_at=row.created_at,
        sent_at=row.sent_at,
        next_attempt_at=row.next_attempt_at,
        answered_at=row.answered_at,
    )


def _reconciliation(row: Reconciliation) -> ReconciliationRow:
    return ReconciliationRow(
        day=row.day,
        ours=row.ours,
        theirs=row.theirs,
        differences=tuple(Difference(**difference) for difference in row.differences),
        made_at=row.made_at,
    )
