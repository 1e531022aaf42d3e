"""代班: the chief officer says who acts for an officer on leave; both stand in the ledger of what is done then."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.clock import local
from yichuang.base.errors import NotVisible
from yichuang.identity import queries, rules
from yichuang.identity.data import Actor
from yichuang.identity.models import Substitution
from yichuang.ledger.actions import Record, record


def set_substitute(
    *,
    actor: Actor,
    absent_id: int,
    substitute_id: int,
    first: date,
    last: date,
    now: datetime,
) -> int:
    """Let `substitute_id` act for `absent_id` from the day `first` to the day `last`; returns the id.

    Raises `Forbidden` for anybody but a chief officer, `Invalid` for who is no officer of the chief's department,
    and for days that are over or in the wrong order.
    """
    department_id = rules.check_chief(actor)
    rules.check_substitution(
        {absent_id, substitute_id}, queries.officers(department_id), first, last, local(now).date()
    )
    with transaction.atomic(durable=True):
        row = Substitution.objects.create(
            absent_id=absent_id, substitute_id=substitute_id, first=first, last=last, set_at=now
        )
        facts = {
            "absent": absent_id,
            "substitute": substitute_id,
            "first": first.isoformat(),
            "last": last.isoformat(),
        }
        entry = Record("substitution.set", "substitution", row.id, facts)
        record([entry], actor_kind=actor.kind, actor_id=actor.id, now=now)
    return row.id


def end_substitution(*, actor: Actor, substitution_id: int, now: datetime) -> None:
    """End it early: the officer is back. Raises `NotVisible` where there is none in the chief's department."""
    department_id = rules.check_chief(actor)
    with transaction.atomic(durable=True):
        running = Substitution.objects.filter(absent__department_id=department_id, ended_at=None)
        if not running.filter(id=substitution_id).update(ended_at=now):
            raise NotVisible(_("没有这条代班安排，可能已经结束。请刷新页面查看。"))
        entry = Record("substitution.ended", "substitution", substitution_id, {})
        record([entry], actor_kind=actor.kind, actor_id=actor.id, now=now)
