"""模拟审批: what a pre-decision was made on, and how what arrived differs from it.

A member whose order is `simulate` is reviewed on the expected result of another: that it is granted, for what the
applicant's form says. What those in charge granted instead stands beside their decision (`granted`), and so does what
the department's own system answered.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from yichuang.cases import remarks
from yichuang.cases.branches import Standing, standing
from yichuang.cases.models import Case
from yichuang.cases.reading import case_values
from yichuang.cases.states import OUTCOME_NAMES, STAGE_NAMES, Outcome, Stage, Verb
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.checks import check_value
from yichuang.departments import queries as department_queries
from yichuang.identity.data import Actor
from yichuang.ledger.models import Entry

_GRANTED = "granted"
#: Types of elements that say who somebody is.
_WHO = frozenset({"citizen_number", "organisation_code", "phone", "project_code"})


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a result is not what was expected: of which item, in what, both in words."""

    item: str
    what: str
    expected: str
    arrived: str

    def __str__(self) -> str:
        words = {"item": self.item, "what": self.what, "expected": self.expected, "arrived": self.arrived}
        return _("“%(item)s”的%(what)s：预期“%(expected)s”，实际“%(arrived)s”") % words


def write_granted(case: Case, values: Mapping[str, str], *, actor: Actor, now: datetime) -> int | None:
    """Keep what is granted differently from what was applied for; the remark's id, None where nothing is.

    `values`: element of the item → what is granted; what is empty or as applied for does not count. Raises
    `Invalid` for a value that its element does not take.
    """
    elements = catalogue_queries.current().elements
    applied, _answers = case_values(case.id)
    asked = [field.element for field in catalogue_queries.item_version(case.item_version_id).elements]
    given = {key: values[key] for key in asked if values.get(key, "").strip()}
    checked = {key: check_value(elements[key], value) for key, value in given.items()}
    differing = {key: value for key, value in checked.items() if value != applied.get(key)}
    if not differing:
        return None
    text = json.dumps(differing, ensure_ascii=False)
    return remarks.write(case.id, _GRANTED, text, actor=actor, now=now)


def granted_values(case: Case) -> dict[str, str]:
    """What a case was granted for where that is not what was applied for: element → value."""
    dispatched = department_queries.of_cases([case.number]).get(case.number) if case.partner else None
    answered = department_queries.answer(dispatched.id).result if dispatched else {}
    decided = Entry.objects.filter(
        subject_kind="case", subject_id=case.id, verb__in=(Verb.PREDECIDE, Verb.DECIDE)
    )
    newest = decided.order_by("-id").values_list("facts", flat=True).first()
    granted = newest.get("granted") if newest else None
    return {**answered, **(json.loads(remarks.read(granted)) if granted else {})}


def relied_on(version_id: int, sisters: Iterable[int]) -> tuple[str, ...]:
    """The elements of an item that its sisters ask for, too: what of its result they can turn on. Item version ids.

    Who the applicant is, nobody grants.
    """
    theirs = {field.element for one in sisters for field in catalogue_queries.item_version(one).elements}
    item, elements = catalogue_queries.item_version(version_id), catalogue_queries.current().elements
    theirs -= set(item.applicant.values())
    own = [field.element for field in item.elements if field.element in theirs]
    return tuple(key for key in own if elements[key].type not in _WHO)


def expected_by(case: Case) -> tuple[int, ...]:
    """The ids of the sisters whose results the newest pre-decision of this case expects."""
    found = Entry.objects.filter(subject_kind="case", subject_id=case.id, verb=Verb.PREDECIDE)
    newest = found.order_by("-id").values_list("facts", flat=True).first()
    return tuple(newest["expects"]) if newest else ()


def predecided_at(case: Case) -> datetime | None:
    """When the pre-decision was made that became, or would have become, the decision of this case."""
    found = Entry.objects.filter(subject_kind="case", subject_id=case.id)
    verbs = (
        Verb.PREDECIDE,
        Verb.DECIDE,
    )  # what was decided after a return into review is not of the pre-decision
    newest = found.filter(verb__in=verbs).order_by("-id").values_list("verb", "at").first()
    return newest[1] if newest and newest[0] == Verb.PREDECIDE else None


def differences(case: Case, arrived: Sequence[Case], now: datetime) -> list[Difference]:
    """How the results of these sisters differ from what the pre-decision of `case` expected; empty: they match."""
    found = []
    for sister in arrived:
        if standing(sister, now) is Standing.GRANTED:
            found += _of_values(case, sister)
        else:
            granted = str(OUTCOME_NAMES[Outcome.GRANTED])
            found.append(Difference(sister.item_name, _("结果"), granted, _fate(sister)))
    return found


def _of_values(case: Case, sister: Case) -> list[Difference]:
    elements = catalogue_queries.current().elements
    applied, _answers = case_values(sister.id)
    granted = granted_values(sister)
    found = []
    for key in relied_on(sister.item_version_id, [case.item_version_id]):
        element = elements[key]
        expected, arrived = applied.get(key, ""), granted.get(key, applied.get(key, ""))
        words = [element.choices.get(value, value) for value in (expected, arrived)]
        if words[0] != words[1]:
            found.append(Difference(sister.item_name, element.label, *words))
    return found


def _fate(sister: Case) -> str:
    refused = sister.outcome == Outcome.REFUSED
    return str(OUTCOME_NAMES[Outcome.REFUSED] if refused else STAGE_NAMES[Stage(sister.stage)])
