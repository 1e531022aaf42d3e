"""告知承诺: whether a case was applied for on a commitment, and what begins when it is granted (浙江规定 art. 14)."""

from datetime import datetime
from typing import Any

from yichuang.cases import clocks
from yichuang.cases.fold import to_facts
from yichuang.cases.models import ApplicationMaterial, Case
from yichuang.cases.states import Inspection, Outcome
from yichuang.catalogue import queries as catalogue_queries


def is_committed(case: Case) -> bool:
    """Whether the applicant signed the letter (承诺书) for this case; items that offer none cost no query."""
    said = catalogue_queries.item_version(case.item_version_id).commitment
    return said is not None and (
        ApplicationMaterial.objects.filter(
            application_id=case.application_id, material=said.letter, items__contains=[case.item_key]
        ).exists()
    )


def begin_inspection(case: Case, outcome: Outcome, *, now: datetime) -> dict[str, Any]:
    """The facts of a decision: what is granted on a commitment is inspected afterwards, and the limit begins now."""
    if outcome is not Outcome.GRANTED or not is_committed(case):
        return {}
    clocks.await_inspection(case, since=now)
    return to_facts(inspection=Inspection.DUE)
