"""Who may change what is in force."""

from django.utils.translation import gettext as _

from yichuang.base.errors import Forbidden
from yichuang.identity.data import Actor, ActorKind, Role


def check_may_publish(actor: Actor) -> None:
    """Raises `Forbidden` where the actor is neither the platform nor manager nor administrator."""
    if actor.kind is not ActorKind.SYSTEM and not actor.has(Role.MANAGER, Role.ADMINISTRATOR):
        raise Forbidden(_("发布事项目录由中心管理员或系统管理员进行，请与他们联系。"), code="may_not_publish")
