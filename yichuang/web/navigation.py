"""Where members of staff go: the left-hand navigation by role."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yichuang.identity.data import Actor, Role


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the navigation and the roles that see it there. The page itself checks the right again."""

    label: Promise
    url_name: str
    roles: frozenset[Role]


PLACES = (Place(_("界面样式"), "design", frozenset(Role)),)


def places(actor: Actor, path: str) -> Iterator[tuple[str, str, bool]]:
    """Label, address and "you are here" of each place that the actor's roles open, in order."""
    for place in PLACES:
        if actor.has(*place.roles):
            address = reverse(place.url_name)
            yield str(place.label), address, path.startswith(address)
