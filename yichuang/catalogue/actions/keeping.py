"""Keeping what is typed (保存): at every pause, whoever else types at the same time."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from yichuang.base.errors import Overtaken
from yichuang.catalogue import stored
from yichuang.catalogue.authoring import typed
from yichuang.catalogue.authoring.kinds import SHEETS, SUBJECTS
from yichuang.catalogue.authoring.merging import Conflicts, merge
from yichuang.catalogue.authoring.moves import check_stage, lock
from yichuang.catalogue.authoring.states import Verb
from yichuang.catalogue.models import Proposal, Revision
from yichuang.identity.data import Actor


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of keeping. `shown`: the revision that says exactly what the page says; `revision`: the one that
    counts, with what others typed meanwhile."""

    shown: int
    revision: int


class Conflicting(Overtaken):
    """Two people changed the same place: `merged` has the actor's words there, `theirs` the other's.

    `revision` is the one that counts now: kept under it, `merged` takes the place of `theirs` on purpose.
    """

    code = "proposal_conflict"

    def __init__(self, merged: typed.Content, theirs: Conflicts, revision: int, author: str) -> None:
        facts = {"name": author, "count": len(theirs)}
        super().__init__(
            _("%(name)s刚改了同样的%(count)d处。两份都列在下面，没有丢；请合成一份再保存。") % facts
        )
        self.merged, self.theirs, self.revision = merged, theirs, revision


def keep(*, actor: Actor, proposal_id: int, base: int, content: typed.Content, now: datetime) -> Kept:
    """Keep what is typed on a page that started from revision `base`, unchecked.

    What others kept since then and what this page changed are brought together. Raises `Conflicting` where both
    changed the same place, `Overtaken` where the proposal is no draft any more.
    """
    with transaction.atomic(durable=True):
        row = lock(actor, proposal_id)
        check_stage(row, Verb.SEND)
        typed_here = _fixed(row, content)
        newest = _content(row, row.revision)
        if typed_here == newest:
            return Kept(row.revision, row.revision)
        started = _content(row, base)
        if typed_here == started:
            return Kept(base, row.revision)
        merged, theirs = merge(started, typed_here, newest)
        if theirs:
            other = Revision.objects.select_related("author").get(proposal=row, number=row.revision)
            raise Conflicting(merged, theirs, row.revision, other.author.name)
        last: int = Revision.objects.filter(proposal=row).aggregate(last=Max("number"))["last"]
        versions = [typed_here] if merged == typed_here else [typed_here, merged]
        Revision.objects.bulk_create(
            Revision(
                proposal=row,
                number=last + number,
                content=stored.to_text(text),
                author_id=actor.id,
                saved_at=now,
            )
            for number, text in enumerate(versions, start=1)
        )
        row.revision = last + len(versions)
        row.name = merged[SUBJECTS[row.kind][0]]["name"].strip()[:200] or row.name
        row.save()
        return Kept(last + 1, row.revision)


def _fixed(row: Proposal, content: typed.Content) -> typed.Content:
    """What is typed; whose item it is and its key are not for the form to say."""
    field, owner = SUBJECTS[row.kind]
    return {**content, field: {**content[field], "key": row.key, owner: row.department}}


def _content(row: Proposal, number: int) -> Any:
    found = Revision.objects.filter(proposal=row, number=number).values_list("content", flat=True).first()
    if found is None:
        raise Overtaken(_("这一页太旧了，请重新打开草案。"), code="revision_unknown")
    return typed.completed(SHEETS[row.kind], json.loads(found))
