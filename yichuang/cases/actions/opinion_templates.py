"""Writing templates of opinions (意见模板): acts of a department's head; who changed what when stands in the ledger."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.errors import NotVisible
from yichuang.cases import rules
from yichuang.cases.models import OpinionTemplate
from yichuang.cases.opinion_templates import PLACES, own_items
from yichuang.identity.data import Actor
from yichuang.ledger.actions import Record, record


def write_template(
    *, actor: Actor, template_id: int | None, item_key: str, name: str, text: str, now: datetime
) -> int:
    """Write a template, in place of `template_id` where that is given; returns its id. `item_key` "": for every item.

    What it said before is kept with its own id, which the entry names.

    Raises `Forbidden` for anybody but a chief officer, `Invalid` for what can be no template, `NotVisible` where there
    is none to be written anew.
    """
    department_id = rules.check_writes_templates(actor)
    short, words = rules.check_template(name, text, item_key, own_items(actor), PLACES)
    with transaction.atomic(durable=True):
        if template_id is not None:
            _remove(department_id, template_id, now)
        row = OpinionTemplate.objects.create(
            department_id=department_id, item_key=item_key, name=short, text=words
        )
        _record("opinion_template.written", row.id, {"item": item_key, "replaces": template_id}, actor, now)
        return row.id


def remove_template(*, actor: Actor, template_id: int, now: datetime) -> None:
    """Take a template away. Raises as `write_template`."""
    department_id = rules.check_writes_templates(actor)
    with transaction.atomic(durable=True):
        _remove(department_id, template_id, now)
        _record("opinion_template.removed", template_id, {}, actor, now)


def _remove(department_id: int, template_id: int, now: datetime) -> None:
    standing = OpinionTemplate.objects.filter(department_id=department_id, removed_at=None, id=template_id)
    if not standing.update(removed_at=now):
        raise NotVisible(_("没有这个模板，可能已经删除或者改过。请刷新页面查看。"))


def _record(verb: str, row_id: int, facts: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    record(
        [Record(verb, "opinion_template", row_id, facts)], actor_kind=actor.kind, actor_id=actor.id, now=now
    )
