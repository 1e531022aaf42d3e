"""提醒: what somebody's desk must show until it is dealt with. Written by steps, once each; people take them away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from yichuang.base.errors import NotVisible
from yichuang.identity.data import Actor, ActorKind, Role
from yichuang.ledger.actions import Record, record
from yichuang.notices.models import Reminder

#: What a reminder says that comes from no ladder: a parcel (邮寄) came back.
PARCEL_RETURNED = "parcel_returned"
#: More than this is not read anyhow; the list of cases has them all.
MOST_SHOWN = 50


#: What a reminder says that is of no ladder: a round of opinions (征求意见) has ended.
OPINIONS_CLOSED = "opinions_closed"


@dataclass(frozen=True, slots=True)
class ReminderRow:
    """An open reminder: about which case, for which rung of a ladder, since when."""

    id: int
    case_number: str
    rung: str
    written_at: datetime


def remind(
    *, case_number: str, rung: str, role: Role, department_id: int, occasion: int = 0, now: datetime
) -> None:
    """Write a reminder for everybody of this role in this department; the same on the same occasion is the same one."""
    Reminder.objects.bulk_create(
        [
            Reminder(
                case_number=case_number,
                rung=rung,
                occasion=occasion,
                role=role,
                department_id=department_id,
                written_at=now,
            )
        ],
        ignore_conflicts=True,
    )


def _of(actor: Actor) -> QuerySet[Reminder]:
    if actor.kind is not ActorKind.STAFF or actor.department_id is None:
        return Reminder.objects.none()
    return Reminder.objects.filter(department_id=actor.department_id, role__in=sorted(actor.roles))


def open_reminders(actor: Actor) -> Sequence[ReminderRow]:
    """The actor's open reminders, the newest first."""
    rows = _of(actor).filter(done_at=None).order_by("-id")[:MOST_SHOWN]
    return tuple(ReminderRow(row.id, row.case_number, row.rung, row.written_at) for row in rows)


def dismiss(*, actor: Actor, reminder_id: int, now: datetime) -> None:
    """知道了: take a reminder off the desks of those it was for. Raises `NotVisible` where it is not the actor's."""
    with transaction.atomic(durable=True):
        row = _of(actor).select_for_update(no_key=True).filter(id=reminder_id).first()
        if row is None:
            raise NotVisible(_("没有这条提醒，可能已经处理。"))
        if row.done_at is None:
            row.done_at = now
            row.save(update_fields=["done_at"])
            entry = Record("reminder.dismissed", "reminder", row.id, {"rung": row.rung})
            record([entry], actor_kind=actor.kind, actor_id=actor.id, now=now)
