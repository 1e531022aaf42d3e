"""What the applicant is still to bring (待补), and until when."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from yichuang.base.clock import local
from yichuang.base.errors import Forbidden
from yichuang.cases import rules
from yichuang.cases.data import CaseRow, MaterialRow, OpenedGap
from yichuang.cases.models import Case
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.data import Necessity
from yichuang.deadlines.clocks import due
from yichuang.deadlines.queries import calendar


def gaps_of(
    cases: Sequence[Case | CaseRow], missing: Mapping[str, Collection[str]], accepted_at: datetime
) -> dict[int, OpenedGap]:
    """The gaps with which each case would be accepted; a case that misses nothing is not in it.

    `missing`: material → the items that need it. The earliest of the materials' own limits counts, or that of
    the procedural law where none is named.
    """
    opened = {}
    for case in cases:
        keys = tuple(key for key, items in missing.items() if case.item_key in items)
        if not keys:
            continue
        item = catalogue_queries.item_version(case.item_version_id)
        regime = catalogue_queries.regime(item)
        named = [
            entry.supply_within for entry in item.materials if entry.material in keys and entry.supply_within
        ]
        ends = [(due(calendar(), accepted_at, limit).at, limit) for limit in named or [regime.gap_within]]
        end, limit = min(ends, key=lambda one: one[0])
        opened[case.id] = OpenedGap(keys, limit, local(end).date(), regime.gap_pauses)
    return opened


def may_follow(materials: Iterable[MaterialRow]) -> dict[str, tuple[str, ...]]:
    """The materials that are missing and may follow (容缺后补) → the items that need them."""
    return {
        row.key: row.items
        for row in materials
        if row.source is None and row.necessity is Necessity.SUPPLY_LATER
    }


def correction_offer(case: CaseRow, *, now: datetime) -> tuple[date, str]:
    """The day that the counter proposes to the applicant for correcting, and why it may not ask ("": it may)."""
    regime = catalogue_queries.regime(catalogue_queries.item_version(case.item_version_id))
    proposed = local(due(calendar(), now, regime.correct_within).at).date()
    try:
        rules.check_may_ask(case.item_name, case.corrections_left, regime)
    except Forbidden as refusal:
        return proposed, str(refusal)
    return proposed, ""
