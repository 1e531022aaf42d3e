"""What all submissions of one plan write alike, worked out once for as long as a release is in force."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from yichuang.base.arrays import columns
from yichuang.cases.data import Submission
from yichuang.cases.rules import facts_told, subject_of
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.asking import as_bundle, facts_wanted
from yichuang.catalogue.data import Catalogue
from yichuang.catalogue.planned import Known, Plan, PlannedCase
from yichuang.catalogue.planning import plan as make_plan
from yichuang.identity import queries as identity_queries

#: Outlines that a process remembers: a city's targets, each in its usual situations.
_REMEMBERED = 1000
_CASE_COLUMNS = (
    "suffixes", "versions", "items", "names", "departments", "partners", "waits_for", "waiting", "facts",
)  # fmt: skip
_MATERIAL_COLUMNS = ("keys", "items", "necessities")


@dataclass(frozen=True, slots=True)
class Outline:
    """A plan and its rows as far as they are the same for everybody.

    `columns` are parameters of the statement of `actions/receipt.py`: array literals, one per column.
    """

    plan: Plan
    release: int
    columns: Mapping[str, str]


def outline(submission: Submission) -> Outline:
    """The outline of a submission under the release in force. Raises as `catalogue.planning.plan` does.

    Only what the plan turns on counts: answers, choice, who applies, and the facts that conditions name.
    """
    catalogue = catalogue_queries.current()
    target = submission.target
    bundle = as_bundle(catalogue, target)
    facts: dict[str, str] = {}
    optional: set[str] = set()
    if bundle is not None:
        told = facts_told(submission.values, submission.sources)
        facts = {key: told[key] for key in facts_wanted(catalogue, bundle) & told.keys()}
        optional = {member.item for member in bundle.members if member.optional}
    return _outline(
        catalogue.release,
        target,
        _answers_that_count(catalogue, target, submission.answers),
        frozenset(optional.intersection(submission.without)),
        subject_of(submission.applicant),
        frozenset(facts.items()),
    )


def _answers_that_count(
    catalogue: Catalogue, target: str, answers: Mapping[str, str]
) -> frozenset[tuple[str, str]]:
    """Only answers that are options of a question of the target: what is remembered stays finite."""
    bundle = catalogue.bundles.get(target)
    keys = [member.item for member in bundle.members] if bundle else [target]
    items = [catalogue.items[key] for key in keys if key in catalogue.items]
    questions = [
        *(bundle.situations if bundle else ()),
        *(asked for item in items for asked in item.situations),
    ]
    return frozenset(
        (asked.key, answers[asked.key]) for asked in questions if answers.get(asked.key) in asked.options
    )


@lru_cache(maxsize=_REMEMBERED)
def _outline(
    _release: int,
    target: str,
    answers: frozenset[tuple[str, str]],
    without: frozenset[str],
    subject: str,
    facts: frozenset[tuple[str, str]],
) -> Outline:
    # The basis of its promise is in the language of who asked first: it is neither written nor shown here.
    catalogue = catalogue_queries.current()
    plan = make_plan(catalogue, target, dict(answers), Known(subject=subject, facts=dict(facts)), without)
    cases = [
        (
            f"-{position:02d}",
            catalogue_queries.item_version_id(planned.item.key, planned.item.version),
            planned.item.key,
            planned.item.name,
            identity_queries.department_id(planned.item.department),
            planned.item.partner,
            ",".join(planned.waits_for),
            _waiting(planned),
            json.dumps(_facts(planned)),
        )
        for position, planned in enumerate(plan.cases, start=1)
    ]
    materials = [
        (planned.material.key, ",".join(planned.items), planned.necessity) for planned in plan.materials
    ]
    return Outline(
        plan,
        catalogue.release,
        columns("case", _CASE_COLUMNS, cases) | columns("material", _MATERIAL_COLUMNS, materials),
    )


def _facts(planned: PlannedCase) -> dict[str, Any]:
    """What the entry of a case's receipt says."""
    return {"item": planned.item.key, "version": planned.item.version, "waiting": _waiting(planned)}


def _waiting(planned: PlannedCase) -> int:
    """For how many sisters its review has to wait; what it simulates (模拟审批) it need not wait for."""
    return len(planned.waits_for) - len(planned.simulates)
