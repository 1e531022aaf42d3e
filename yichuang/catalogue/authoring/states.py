"""The life of a proposal (草案): its stages, the acts that move it, and whose turn it is.

Everything keyed by stage or by verb stands side by side here. Stored values: add, never change.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Stage(StrEnum):
    """Where a proposal stands (草案状态)."""

    DRAFT = "draft"  # 起草
    IN_REVIEW = "in_review"  # 待审核
    APPROVED = "approved"  # 待生效: published from its date on
    PUBLISHED = "published"  # 已发布
    SUPERSEDED = "superseded"  # 已被新版取代
    WITHDRAWN = "withdrawn"  # 已停用
    DISCARDED = "discarded"  # 已放弃


class Change(StrEnum):
    """What a proposal wants."""

    WRITE = "write"  # a new item or bundle, or a new version of one
    WITHDRAW = "withdraw"  # 停用: no new applications; running cases go on


class Verb(StrEnum):
    """The acts on a proposal; also the verbs of its ledger entries."""

    BEGIN = "proposal.begun"
    COMMENT = "proposal.commented"
    SEND = "proposal.sent"
    RECALL = "proposal.recalled"
    RETURN = "proposal.returned"
    APPROVE = "proposal.approved"
    PUBLISH = "proposal.published"
    DISCARD = "proposal.discarded"


@dataclass(frozen=True, slots=True)
class Move:
    """From which stages an act may be done, and which stage it leads to (None: it stays)."""

    origins: frozenset[Stage]
    to: Stage | None


#: Stages in which a proposal is still under way; of one item or bundle there is at most one such proposal.
OPEN = frozenset({Stage.DRAFT, Stage.IN_REVIEW, Stage.APPROVED})

#: The only allowed moves. `BEGIN` is the birth of a proposal. A published one is superseded or withdrawn by the
#: release that changes its item, whoever makes that (`publishing.py`): no act of its own.
MOVES: dict[Verb, Move] = {
    Verb.BEGIN: Move(frozenset(), Stage.DRAFT),
    Verb.COMMENT: Move(OPEN, None),
    Verb.SEND: Move(frozenset({Stage.DRAFT}), Stage.IN_REVIEW),
    Verb.RECALL: Move(frozenset({Stage.IN_REVIEW, Stage.APPROVED}), Stage.DRAFT),
    Verb.RETURN: Move(frozenset({Stage.IN_REVIEW, Stage.APPROVED}), Stage.DRAFT),
    Verb.APPROVE: Move(frozenset({Stage.IN_REVIEW}), Stage.APPROVED),
    Verb.PUBLISH: Move(frozenset({Stage.APPROVED}), Stage.PUBLISHED),
    Verb.DISCARD: Move(frozenset({Stage.DRAFT}), Stage.DISCARDED),
}

#: What people read.
STAGE_NAMES: dict[Stage, Promise] = {
    Stage.DRAFT: _("起草中"),
    Stage.IN_REVIEW: _("待审核"),
    Stage.APPROVED: _("待生效"),
    Stage.PUBLISHED: pgettext_lazy("proposal", "已发布"),
    Stage.SUPERSEDED: _("已被新版取代"),
    Stage.WITHDRAWN: _("已停用"),
    Stage.DISCARDED: _("已放弃"),
}
VERB_NAMES: dict[Verb, Promise] = {
    Verb.BEGIN: _("起草"),
    Verb.COMMENT: _("意见"),
    Verb.SEND: _("送审"),
    Verb.RECALL: _("撤回修改"),
    Verb.RETURN: _("退回修改"),
    Verb.APPROVE: _("审核通过"),
    Verb.PUBLISH: pgettext_lazy("proposal", "发布"),
    Verb.DISCARD: _("放弃草案"),
}


class Turn(StrEnum):
    """Whose turn it is."""

    AUTHOR = "author"
    REVIEWER = "reviewer"
    PLATFORM = "platform"
    NOBODY = "nobody"


#: Every stage has exactly one whose turn it is.
TURNS: dict[Stage, Turn] = {
    Stage.DRAFT: Turn.AUTHOR,
    Stage.IN_REVIEW: Turn.REVIEWER,
    Stage.APPROVED: Turn.PLATFORM,
    Stage.PUBLISHED: Turn.NOBODY,
    Stage.SUPERSEDED: Turn.NOBODY,
    Stage.WITHDRAWN: Turn.NOBODY,
    Stage.DISCARDED: Turn.NOBODY,
}
