"""Moving a proposal: what every act on one does in its transaction — lock, check, change, comment, ledger."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from yichuang.base.errors import NotVisible, Overtaken
from yichuang.catalogue.authoring import proposals
from yichuang.catalogue.authoring.states import MOVES, STAGE_NAMES, VERB_NAMES, Stage, Verb
from yichuang.catalogue.models import Comment, Proposal
from yichuang.identity.data import Actor, ActorKind
from yichuang.ledger.actions import Record, record

#: Longest comment, in characters.
LONGEST_COMMENT = 2000


def lock(actor: Actor, proposal_id: int) -> Proposal:
    """The row of a proposal that the actor may see, locked; the platform sees all. Raises `NotVisible`."""
    rows = Proposal.objects.all() if actor.kind is ActorKind.SYSTEM else proposals.visible(actor)
    row = rows.select_for_update(no_key=True).filter(id=proposal_id).first()
    if row is None:
        raise NotVisible(_("没有这份草案，或它属于其他部门。"), code="proposal_unknown")
    return row


def check_stage(row: Proposal, verb: Verb) -> None:
    """Raises `Overtaken` where the proposal's stage does not allow the act (any more)."""
    if Stage(row.stage) not in MOVES[verb].origins:
        facts = {"name": row.name, "stage": STAGE_NAMES[Stage(row.stage)], "act": VERB_NAMES[verb]}
        sentence = _("“%(name)s”的草案现在是“%(stage)s”，不能再%(act)s。请刷新页面看最新情况。") % facts
        raise Overtaken(sentence, code="proposal_moved")


def change(
    row: Proposal,
    verb: Verb,
    text: str = "",
    *,
    actor: Actor,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Bring the (locked) proposal to where the act leads, with its words in a comment and its entry in the ledger."""
    stage = MOVES[verb].to
    if stage is not None:
        row.stage, row.moved_at = stage, now
        row.save()
    author = actor.id if actor.kind is ActorKind.STAFF else None
    comment = Comment.objects.create(
        proposal=row, verb=verb, text=text.strip()[:LONGEST_COMMENT], author_id=author, written_at=now
    )
    told = {
        "kind": row.kind,
        "key": row.key,
        "revision": row.revision,
        "comment": comment.id,
        **(facts or {}),
    }
    record([Record(verb, "proposal", row.id, told)], actor_kind=actor.kind, actor_id=actor.id, now=now)
