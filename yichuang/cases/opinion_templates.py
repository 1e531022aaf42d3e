"""意见模板: the words that officers of a department put into their opinions, with the facts of the case filled in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from yichuang.base.clock import local
from yichuang.base.errors import Invalid
from yichuang.cases.data import CaseRow
from yichuang.cases.models import OpinionTemplate
from yichuang.cases.rules import PLACE
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.data import Item
from yichuang.identity import queries as identity_queries
from yichuang.identity.data import Actor, Role


def _day(moment: datetime | None) -> str:
    return local(moment).date().isoformat() if moment else ""


#: What a place (占位) stands for. Facts of case and item alone: a person's name is never written by a template.
PLACES: Mapping[str, Callable[[CaseRow, Item, datetime], str]] = {
    "事项": lambda case, item, now: case.item_name,
    "办件编号": lambda case, item, now: case.number,
    "部门": lambda case, item, now: case.department_name,
    "收件日期": lambda case, item, now: _day(case.received_at),
    "开始计时": lambda case, item, now: _day(case.started_at),
    "今天": lambda case, item, now: _day(now),
    "结果": lambda case, item, now: item.result_name,
    "依据": lambda case, item, now: "、".join(str(basis) for basis in item.legal_bases),
    "条件": lambda case, item, now: "；".join(item.conditions),
}


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A template as its department sees it; `item_name` "": for every item."""

    id: int
    item_key: str
    item_name: str
    name: str
    text: str


def templates_of(actor: Actor) -> list[TemplateRow]:
    """The templates of the actor's department, those for every item first; one query."""
    items = catalogue_queries.current().items
    rows = _visible(actor).order_by("item_key", "name", "id")
    return [
        TemplateRow(
            row.id,
            row.item_key,
            items[row.item_key].name if row.item_key in items else row.item_key,
            row.name,
            row.text,
        )
        for row in rows
    ]


def own_items(actor: Actor) -> dict[str, str]:
    """The items of the actor's department: key → name."""
    own = {facts.key for facts in identity_queries.departments().values() if facts.id == actor.department_id}
    items = catalogue_queries.current().items
    return {key: item.name for key, item in items.items() if item.department in own}


def offered(actor: Actor, case: CaseRow) -> list[tuple[int, str]]:
    """The templates that fit a case, as choices: its own item's first."""
    return list(_fitting(actor, case).order_by("-item_key", "name", "id").values_list("id", "name"))


def filled(actor: Actor, case: CaseRow, template_id: int, *, now: datetime) -> str:
    """A template with the facts of the case in its places. Raises `Invalid` for one that is gone or of another item."""
    row = _fitting(actor, case).filter(id=template_id).first()
    if row is None:
        raise Invalid(_("这个模板已经删除，或者不适用于这个事项，请重新选择。"), code="no_template")
    item = catalogue_queries.item_version(case.item_version_id)
    return PLACE.sub(lambda place: PLACES[place[1]](case, item, now), row.text)


def _fitting(actor: Actor, case: CaseRow) -> QuerySet[OpinionTemplate]:
    return _visible(actor).filter(item_key__in=["", case.item_key])


def _visible(actor: Actor) -> QuerySet[OpinionTemplate]:
    if actor.department_id is None or not actor.has(Role.OFFICER, Role.CHIEF_OFFICER):
        return OpinionTemplate.objects.none()
    return OpinionTemplate.objects.filter(department_id=actor.department_id, removed_at=None)
