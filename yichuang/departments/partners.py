"""Which department systems there are, as the catalogue in force says."""

from django.utils.translation import gettext as _

from yichuang.base.errors import NotVisible
from yichuang.catalogue.data import Partner
from yichuang.catalogue.queries import current
from yichuang.identity.data import Actor, ActorKind
from yichuang.identity.queries import department_id


def partner(key: str) -> Partner:
    """The partner. Raises `NotVisible` naming the key."""
    found = current().partners.get(key)
    if found is None:
        sentence = _("事项目录中没有编号为“%(key)s”的部门系统，请联系中心管理员核对目录。") % {"key": key}
        raise NotVisible(sentence, code="unknown_partner")
    return found


def partner_keys() -> list[str]:
    """All partners, in order."""
    return sorted(current().partners)


def speaker(key: str) -> Actor:
    """The partner as an actor: its department's own system speaks for the department."""
    return Actor(ActorKind.PARTNER, department_id(partner(key).department))
