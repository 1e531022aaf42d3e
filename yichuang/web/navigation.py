"""Where members of staff go, by role: the left-hand navigation, and the desk that they start at."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yichuang.identity.data import Actor, ActorKind, Role


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the navigation and the roles that see it there. The page itself checks the right again."""

    label: Promise
    url_name: str
    roles: frozenset[Role]


_KEEPERS = frozenset({Role.MANAGER, Role.SUPERVISOR, Role.ADMINISTRATOR})
#: In the order of the navigation; a member of staff starts at the first one that is open to her.
PLACES = (
    Place(_("窗口受理"), "counter:home", frozenset({Role.CLERK})),
    Place(_("审批工作台"), "desk:home", frozenset({Role.OFFICER, Role.CHIEF_OFFICER})),
    Place(_("意见模板"), "desk:templates", frozenset({Role.CHIEF_OFFICER})),
    Place(_("代班"), "desk:substitutes", frozenset({Role.CHIEF_OFFICER})),
    Place(_("中心总览"), "manage:home", frozenset({Role.MANAGER, Role.SUPERVISOR})),
    Place(_("评价"), "manage:ratings", frozenset({Role.MANAGER, Role.SUPERVISOR})),
    Place(_("事项编写"), "authoring:home", frozenset({Role.CHIEF_OFFICER, Role.MANAGER})),
    Place(_("账号"), "account_staff", frozenset({Role.ADMINISTRATOR})),
    Place(_("部门系统"), "manage:partners", _KEEPERS),
    Place(_("未完成步骤"), "manage:steps", _KEEPERS),
    Place(_("业务委托书"), "manage:mandates", frozenset({Role.MANAGER, Role.SUPERVISOR})),
    Place(_("目录清单和质量"), "manage:standards", frozenset({Role.MANAGER, Role.SUPERVISOR})),
    Place(_("文书模板"), "manage:papers", frozenset({Role.MANAGER})),
    Place(_("目录导出和导入"), "manage:exchange", frozenset({Role.MANAGER, Role.ADMINISTRATOR})),
    Place(_("我的账号"), "account_home", frozenset(Role)),
    Place(_("界面样式"), "design-staff", frozenset({Role.ADMINISTRATOR})),
)


def places(actor: Actor, path: str) -> Iterator[tuple[str, str, bool]]:
    """Label, address and "you are here" of each place that the actor's roles open, in order."""
    open_places = [(str(place.label), reverse(place.url_name)) for place in PLACES if actor.has(*place.roles)]
    # The longest address that the path starts with is where one is: /accounts/staff/ lies below /accounts/.
    here = max((address for _label, address in open_places if path.startswith(address)), key=len, default="")
    for label, address in open_places:
        yield label, address, address == here


#: Where the page of a case is, by role; the first that the actor has.
_CASE_PAGES = (
    (Role.CLERK, "counter:case"),
    (Role.OFFICER, "desk:case"),
    (Role.CHIEF_OFFICER, "desk:case"),
    (Role.MANAGER, "manage:case"),
    (Role.SUPERVISOR, "manage:case"),
)


def case_address(actor: Actor, number: str) -> str:
    """The page on which a member of staff works on a case, or looks at it."""
    return next((reverse(name, args=[number]) for role, name in _CASE_PAGES if actor.has(role)), "")


def desk_of(actor: Actor) -> str | None:
    """The address that a member of staff starts at; None for everybody else."""
    if actor.kind != ActorKind.STAFF:
        return None
    return next((reverse(place.url_name) for place in PLACES if actor.has(*place.roles)), None)
