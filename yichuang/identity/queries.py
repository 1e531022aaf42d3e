"""Reads of who is who. Rights and mandates are asked here, once per request or act."""

from django.contrib.auth.models import AnonymousUser

from yichuang.base.crypto import decrypt_text, mask_name
from yichuang.identity.data import ANONYMOUS, Actor, ActorKind, Role
from yichuang.identity.models import User

NAME_CONTEXT = "identity_party.name"


def anonymous() -> Actor:
    """The actor of a visitor who has not logged in."""
    return ANONYMOUS


def actor_of(user: User | AnonymousUser) -> Actor:
    """Who asks, from the account that is logged in; one query.

    An account that is neither active staff nor an applicant's is nobody: it has no rights at all. An
    applicant's name is masked, because an actor may end up in a log.
    """
    if not user.is_authenticated:
        return ANONYMOUS
    row = (
        User.objects.filter(pk=user.pk, is_active=True)
        .values_list(
            "staff__id",
            "staff__name",
            "staff__roles",
            "staff__department_id",
            "staff__counter_id",
            "staff__is_active",
            "party__id",
            "party__name",
        )
        .first()
    )
    if row is None:
        return ANONYMOUS
    staff_id, staff_name, roles, department_id, counter_id, is_active, party_id, party_name = row
    if staff_id is not None:
        if not is_active:
            return ANONYMOUS
        return Actor(
            ActorKind.STAFF,
            staff_id,
            staff_name,
            frozenset(Role(role) for role in roles),
            department_id,
            counter_id,
        )
    if party_id is None:
        return ANONYMOUS
    return Actor(ActorKind.APPLICANT, party_id, mask_name(decrypt_text(party_name, NAME_CONTEXT)))
