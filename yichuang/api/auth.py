"""Who calls: the log-in session of the platform, with its CSRF token for everything that changes something."""

from django.http import HttpRequest
from ninja.security import APIKeyCookie

from yichuang.identity.data import Actor, ActorKind


class SessionActor(APIKeyCookie):
    """The actor of the session; nobody who is not logged in."""

    param_name = "sessionid"

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        """The actor, or None for a visitor."""
        actor: Actor = request.actor  # type: ignore[attr-defined]
        return None if actor.kind is ActorKind.ANONYMOUS else actor


def actor_of(request: HttpRequest) -> Actor:
    """The actor that `SessionActor` let in."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    return actor
