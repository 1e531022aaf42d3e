"""Coming in: an applicant whom an identity provider vouches for, and the record of log-ins."""

import secrets
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.errors import Refused
from yichuang.identity.actions.parties import ensure_party
from yichuang.identity.data import SYSTEM, Actor, ActorKind, Assurance
from yichuang.identity.models import Party, User
from yichuang.ledger.actions import Record, record


def random_username() -> str:
    """The username of an applicant: a key that says nothing of the person."""
    return f"a-{secrets.token_hex(10)}"


def admit_applicant(
    *,
    kind: str,
    number: str,
    name: str,
    phone: str,
    linked_user_id: int | None,
    assurance_class: str,
    now: datetime,
) -> int:
    """The account of the party that an identity provider vouches for, made on first use; the user id.

    `linked_user_id` is the account to which the provider's subject led before; `assurance_class` is what
    the provider says of how it proved the person (claim `acr`). Raises `Invalid` where the number or phone
    fails its check, `Refused` where the subject stood for another party before.
    """
    with transaction.atomic(durable=True):
        party_id = ensure_party(kind=kind, number=number, name=name, phone=phone, now=now)
        party = Party.objects.select_for_update().get(id=party_id)
        if linked_user_id is not None and party.user_id != linked_user_id:
            sentence = _("统一身份认证返回的证件号码与此前登录时不同，请携带证件到窗口核对后再登录。")
            raise Refused(sentence, code="party_changed")
        if party.user_id is None or party.assurance != Assurance.VERIFIED:
            party.user_id = party.user_id or _new_applicant_user().id
            party.assurance = Assurance.VERIFIED.value
            party.save(update_fields=["user", "assurance"])
            facts = {"assurance": party.assurance, "class": assurance_class[:60]}
            entry = Record("party.linked", "party", party_id, facts)
            record([entry], actor_kind=SYSTEM.kind, actor_id=SYSTEM.id, now=now)
    return int(party.user_id)


def _new_applicant_user() -> User:
    return User.objects.create(username=random_username(), password=make_password(None))


def log_in(*, actor: Actor, methods: list[str], now: datetime) -> None:
    """Record that somebody came in, and by which means (password, socialaccount, mfa)."""
    _record_passage("account.logged_in", actor, {"methods": methods}, now)


def log_out(*, actor: Actor, now: datetime) -> None:
    """Record that somebody left."""
    _record_passage("account.logged_out", actor, {}, now)


def _record_passage(verb: str, actor: Actor, facts: dict[str, list[str]], now: datetime) -> None:
    if actor.kind is ActorKind.ANONYMOUS:
        return
    subject = "staff" if actor.kind is ActorKind.STAFF else "party"
    record([Record(verb, subject, actor.id, facts)], actor_kind=actor.kind, actor_id=actor.id, now=now)
