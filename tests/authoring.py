"""What the tests of proposals share: a draft changed and kept, sent, approved."""

from datetime import date, datetime
from typing import Any

from tests.factories import NOW, staff
from yichuang.base.clock import local
from yichuang.catalogue.actions import keeping, proposing, reviewing
from yichuang.catalogue.actions.keeping import Kept
from yichuang.catalogue.authoring import proposals, typed
from yichuang.catalogue.authoring.proposals import ProposalRow

HOUSING = "housing_reform_proof"
#: An item that neither a bundle nor a list of words needs; its chief officer is chief-zigui.
ALONE = "real_estate_mortgage"
MANAGER, REVIEWER = "manager", "manager2"


def begun(key: str = HOUSING, *, by: str = MANAGER, kind: str = "items") -> int:
    """A draft of the next version of what is in force."""
    return proposing.begin_version(actor=staff(by), kind=kind, key=key, now=NOW)


def row_of(proposal_id: int) -> ProposalRow:
    return proposals.find(staff(MANAGER), proposal_id)


def content_of(proposal_id: int) -> typed.Content:
    return proposals.content(row_of(proposal_id))


def retyped(proposal_id: int, *, by: str = MANAGER, base: int | None = None, **changes: Any) -> Kept:
    """Change fields of the item and keep them, from revision `base` on (None: from what counts now)."""
    row = row_of(proposal_id)
    content = proposals.content(row, base)
    content["item"] = {**content["item"], **changes}
    return keeping.keep(
        actor=staff(by),
        proposal_id=proposal_id,
        base=row.revision if base is None else base,
        content=content,
        now=NOW,
    )


def sent(proposal_id: int, *, by: str = MANAGER, on: date | None = None, now: datetime = NOW) -> int:
    """Sent to review."""
    proposing.send(actor=staff(by), proposal_id=proposal_id, publish_on=on or local(now).date(), now=now)
    return proposal_id


def published(key: str = HOUSING, *, by: str = MANAGER, reviewer: str = REVIEWER, **changes: Any) -> int:
    """A new version of an item, changed, sent, approved and so in force."""
    proposal_id = begun(key, by=by)
    retyped(proposal_id, by=by, **changes)
    sent(proposal_id, by=by)
    reviewing.approve(actor=staff(reviewer), proposal_id=proposal_id, now=NOW)
    return proposal_id
