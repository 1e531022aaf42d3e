"""Reads of proposals (草案), filtered by right: managers see all, a chief officer those of her department."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from yichuang.base.errors import Forbidden, NotVisible
from yichuang.catalogue.authoring import typed
from yichuang.catalogue.authoring.kinds import SHEETS
from yichuang.catalogue.authoring.states import OPEN, Change, Stage
from yichuang.catalogue.models import Comment, Proposal, Revision
from yichuang.identity import queries as identity_queries
from yichuang.identity.data import Actor, ActorKind, Role


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal as lists and pages show it."""

    id: int
    kind: str
    key: str
    name: str
    department: str
    change: Change
    stage: Stage
    revision: int
    base_version: int
    publish_on: date | None
    author_id: int
    author: str
    moved_at: datetime
    release: int | None


@dataclass(frozen=True, slots=True)
class Said:
    """A comment, or the words of an act. `verb`: a value of `states.Verb`; no author: the platform."""

    verb: str
    text: str
    author: str
    at: datetime


def may_write(actor: Actor, department: str) -> bool:
    """Whether the actor writes proposals of this department: centre managers of all, chief officers of their own."""
    if actor.kind is not ActorKind.STAFF:
        return False
    if actor.has(Role.MANAGER):
        return True
    own = identity_queries.departments().get(department)
    return actor.has(Role.CHIEF_OFFICER) and own is not None and own.id == actor.department_id


def check_may_write(actor: Actor, department: str) -> None:
    """Raises `Forbidden` where the actor does not write proposals of this department."""
    if not may_write(actor, department):
        sentence = _("事项由中心管理人员和本部门的首席代表编写，您不能编写这个部门的事项。")
        raise Forbidden(sentence, code="may_not_write")


def own_departments(actor: Actor) -> list[str]:
    """The keys of the departments whose items the actor writes."""
    return [key for key in identity_queries.departments() if may_write(actor, key)]


def visible(actor: Actor) -> "QuerySet[Proposal]":
    """The proposals that the actor has to do with."""
    return Proposal.objects.filter(department__in=own_departments(actor))


def find(actor: Actor, proposal_id: int) -> ProposalRow:
    """One proposal. Raises `NotVisible`."""
    row = visible(actor).select_related("author").filter(id=proposal_id).first()
    if row is None:
        raise NotVisible(_("没有这份草案，或它属于其他部门。"), code="proposal_unknown")
    return _row(row)


def under_way(actor: Actor, stage: Stage | None = None) -> list[ProposalRow]:
    """Every open proposal (of one stage), the newest first: few, because of one item there is one at most."""
    stages = [stage] if stage in OPEN else [] if stage else sorted(OPEN)
    rows = visible(actor).select_related("author").filter(stage__in=stages).order_by("-moved_at", "-id")
    return [_row(row) for row in rows]


def of_key(actor: Actor, kind: str, key: str) -> list[ProposalRow]:
    """All proposals of one item or bundle, the newest first."""
    rows = visible(actor).select_related("author").filter(kind=kind, key=key).order_by("-id")
    return [_row(row) for row in rows]


def content(proposal: ProposalRow | Proposal, revision: int | None = None) -> typed.Content:
    """What is typed in a revision (None: the one that counts), with fields that were added to the classes since."""
    number = proposal.revision if revision is None else revision
    text = Revision.objects.values_list("content", flat=True).get(proposal_id=proposal.id, number=number)
    return typed.completed(SHEETS[proposal.kind], json.loads(text))


def writers(proposal_id: int) -> set[int]:
    """The ids of all who typed in a proposal."""
    return set(
        Revision.objects.filter(proposal_id=proposal_id).values_list("author_id", flat=True).distinct()
    )


def said(proposal_id: int) -> list[Said]:
    """What was said and done to a proposal, in order."""
    rows = Comment.objects.filter(proposal_id=proposal_id).select_related("author").order_by("id")
    return [Said(row.verb, row.text, row.author.name if row.author else "", row.written_at) for row in rows]


def taken(kind: str, keys: Iterable[str]) -> set[str]:
    """Those of `keys` that an open proposal has taken."""
    rows = Proposal.objects.filter(Q(kind=kind), key__in=list(keys), stage__in=sorted(OPEN))
    return set(rows.values_list("key", flat=True))


def _row(row: Proposal) -> ProposalRow:
    return ProposalRow(
        id=row.id,
        kind=row.kind,
        key=row.key,
        name=row.name,
        department=row.department,
        change=Change(row.change),
        stage=Stage(row.stage),
        revision=row.revision,
        base_version=row.base_version,
        publish_on=row.publish_on,
        author_id=row.author_id,
        author=row.author.name,
        moved_at=row.moved_at,
        release=row.release_id,
    )
