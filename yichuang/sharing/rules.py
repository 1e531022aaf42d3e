"""May this item ask this register, and for what. Pure."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from yichuang.base.errors import Forbidden, Invalid
from yichuang.catalogue.data import Catalogue, Resource
from yichuang.sharing.data import DataRequest, Outcome

#: What the counter says for each fallback that a resource declares.
_FALLBACKS = {
    "paper": _("请改为核对申请人出示的纸质材料，或稍后重试。"),
}


@dataclass(frozen=True, slots=True)
class Permission:
    """What a grant allows: the register's fields (in order), for a purpose."""

    resource: Resource
    purpose: str
    fields: tuple[str, ...]


def check_grant(catalogue: Catalogue, request: DataRequest) -> Permission:
    """The grant that covers the question. Raises `Forbidden` where there is none (政务数据共享须有授权)."""
    resource = catalogue.resources.get(request.resource)
    if resource is None:
        sentence = _("共享数据目录中没有“%(resource)s”，请核对纸质材料。") % {"resource": request.resource}
        raise Forbidden(sentence, code="no_resource")
    granted = catalogue.granted.get(request.item, {}).get(resource.key, frozenset())
    fields = tuple(name for name in resource.answers if name in granted)
    if not fields:
        sentence = _("“%(item)s”没有查询“%(resource)s”的授权，未向对方查询，请核对纸质材料。")
        raise Forbidden(
            sentence % {"item": _item_name(catalogue, request.item), "resource": resource.name},
            code="no_grant",
        )
    purposes = (
        grant.purpose
        for grant in catalogue.grants
        if grant.resource == resource.key and grant.item == request.item
    )
    return Permission(resource, "、".join(dict.fromkeys(purposes)), fields)


def check_question(application_number: str, request: DataRequest) -> None:
    """Raises `Invalid` for a question that names no application or nobody (浙江规定 art. 39)."""
    if not application_number:
        raise Invalid(_("查询共享数据必须说明用于哪个申办，请先取得申报号。"), code="no_application")
    if not request.subject.strip():
        raise Invalid(_("查询共享数据必须说明查询谁，请先填写证件号码。"), code="no_subject")


def sentence(outcome: Outcome, resource: Resource) -> str:
    """What to do where a register gave no data; empty where it did."""
    if outcome is Outcome.DOWN:
        down = _("“%(resource)s”暂时没有回应。") % {"resource": resource.name}
        return down + _FALLBACKS.get(resource.fallback, _FALLBACKS["paper"])
    if outcome is Outcome.ABSENT:
        absent = _("“%(resource)s”中没有查到记录，请核对号码，或核对申请人出示的纸质材料。")
        return absent % {"resource": resource.name}
    return ""


def source_name(catalogue: Catalogue, resource_key: str) -> str:
    """The source as evidence states it (注明出处): department and register."""
    resource = catalogue.resources.get(resource_key)
    if resource is None:
        return resource_key
    return f"{catalogue.department_names.get(resource.provider, resource.provider)} · {resource.name}"


def _item_name(catalogue: Catalogue, key: str) -> str:
    item = catalogue.items.get(key)
    return item.name if item else key
