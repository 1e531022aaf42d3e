"""Reviewing (审核): the centre approves a proposal or gives it back; what is approved is published from its day on."""

from datetime import datetime

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.clock import local
from yichuang.base.errors import Forbidden, Invalid, Refused
from yichuang.catalogue import queries
from yichuang.catalogue.actions import publishing
from yichuang.catalogue.actions.proposing import Incomplete, check_sound
from yichuang.catalogue.authoring import proposals
from yichuang.catalogue.authoring.moves import change, check_stage, lock
from yichuang.catalogue.authoring.states import Stage, Verb
from yichuang.catalogue.models import Proposal, Release
from yichuang.identity.data import SYSTEM, Actor, Role

log = structlog.get_logger(__name__)


def approve(*, actor: Actor, proposal_id: int, text: str = "", now: datetime) -> Stage:
    """Approve a proposal (审核通过); where its day has come, it is published at once. Returns its stage.

    Raises `Forbidden` where the actor is no manager of the centre or has typed in it herself (four eyes),
    `Incomplete` where the catalogue has changed so that it does not fit any more.
    """
    _check_manager(actor)
    with transaction.atomic(durable=True):
        row = lock(actor, proposal_id)
        check_stage(row, Verb.APPROVE)
        check_reviewer(actor, row)
        publishing.lock()
        check_sound(row)
        change(row, Verb.APPROVE, text, actor=actor, now=now)
        if row.publish_on is not None and row.publish_on <= local(now).date():
            _publish(row, actor=actor, now=now)
        return Stage(row.stage)


def give_back(*, actor: Actor, proposal_id: int, text: str, now: datetime) -> None:
    """Give a proposal back with what is to be changed (退回修改). Raises `Invalid` without words."""
    _check_manager(actor)
    if not text.strip():
        raise Invalid(_("请写明要改什么。"), code="no_text", field="text")
    with transaction.atomic(durable=True):
        row = lock(actor, proposal_id)
        check_stage(row, Verb.RETURN)
        change(row, Verb.RETURN, text, actor=actor, now=now)


def publish_due(*, now: datetime) -> list[int]:
    """Publish every approved proposal whose day has come, each in a release of its own; returns their ids.

    One that does not fit any more goes back to its author with the reasons; it holds up no other.
    """
    due = Proposal.objects.filter(stage=Stage.APPROVED, publish_on__lte=local(now).date()).order_by("id")
    return [proposal_id for proposal_id in due.values_list("id", flat=True) if _publish_one(proposal_id, now)]


def check_reviewer(actor: Actor, row: Proposal | proposals.ProposalRow) -> None:
    """A manager who has not typed in the proposal herself. Raises `Forbidden`."""
    _check_manager(actor)
    if actor.id == row.author_id or actor.id in proposals.writers(row.id):
        sentence = _("草案要由没有参与起草的另一位中心管理人员审核，请转给同事。")
        raise Forbidden(sentence, code="four_eyes")


def _check_manager(actor: Actor) -> None:
    if not actor.has(Role.MANAGER):
        raise Forbidden(_("草案由中心管理人员审核。"), code="not_reviewer")


def _publish_one(proposal_id: int, now: datetime) -> bool:
    try:
        with transaction.atomic(durable=True):
            row = lock(SYSTEM, proposal_id)
            check_stage(row, Verb.PUBLISH)
            publishing.lock()
            _publish(row, actor=SYSTEM, now=now)
    except Refused as refusal:
        log.warning("proposal not published", proposal=proposal_id, code=refusal.code)
        with transaction.atomic(durable=True):
            row = lock(SYSTEM, proposal_id)
            if row.stage == Stage.APPROVED:
                change(row, Verb.RETURN, _reasons(refusal), actor=SYSTEM, now=now)
        return False
    return True


def _reasons(refusal: Refused) -> str:
    faults = refusal.faults if isinstance(refusal, Incomplete) else ()
    return "\n".join([str(refusal), *(f"{problem} → {remedy}" for _place, problem, remedy in faults)])


def _publish(row: Proposal, *, actor: Actor, now: datetime) -> None:
    folder = check_sound(row).folder
    base = queries.current().release
    publication = publishing.publish_folder(folder, base=base, actor=actor, now=now)
    row.release = Release.objects.get(id=publication.release)
    change(row, Verb.PUBLISH, actor=actor, now=now, facts={"release": publication.release})
