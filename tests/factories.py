"""Makers of test data. They act through the domain: what a test gets is what an act leaves behind."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from yichuang.base import ids
from yichuang.base.clock import CITY_ZONE
from yichuang.cases import queries
from yichuang.cases.actions.acceptance import accept
from yichuang.cases.actions.receipt import receive
from yichuang.cases.actions.review import claim, decide
from yichuang.cases.data import CaseRow, Person, Settlement, Submission
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Outcome
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.actions.publishing import publish_folder
from yichuang.catalogue.data import BY_ITSELF, Element, SourceKind
from yichuang.catalogue.planned import Known
from yichuang.catalogue.planning import plan as make_plan
from yichuang.identity.data import SYSTEM, Actor
from yichuang.identity.models import User
from yichuang.identity.queries import actor_of

#: A Monday morning within office hours.
NOW = datetime(2026, 3, 9, 9, 30, tzinfo=CITY_ZONE)

MOTHER = Person("person", "330802199504182463", "林知夏", "13857000101")
#: Two more people of the sample city, whoever they are.
STRANGER = Person("person", "11010519491231002X", "王二", "13857000102")

_SAMPLES = {
    "citizen_number": MOTHER.number,
    "organisation_code": "91110000600037341L",
    "phone": MOTHER.phone,
    "date": "2026-03-02",
    "number": "1",
    "address": "浙江省衢州市柯城区样例路1号",
    "text": "样例",
    "project_code": "2605-330802-04-01-990001",
}


def staff(username: str) -> Actor:
    """The actor of a trial account."""
    return actor_of(User.objects.get(username=username))


def sample_value(element: Element) -> str:
    """A value that passes the element's check."""
    return next(iter(element.choices)) if element.type == "choice" else _SAMPLES[element.type]


def submission(
    target: str = "newborn",
    *,
    applicant: Person = MOTHER,
    answers: Mapping[str, str] | None = None,
    key: UUID | None = None,
    **changes: Any,
) -> Submission:
    """A complete submission for any bundle or item: every field filled, every material shown on paper."""
    catalogue = catalogue_queries.current()
    given = dict(answers or {})
    while (plan := make_plan(catalogue, target, given, Known())).unanswered:
        for situation in plan.situations:
            if situation.key in plan.unanswered:
                given[situation.key] = situation.default or next(iter(situation.options))
    facts: dict[str, Any] = {
        "key": key or ids.new_key(),
        "target": target,
        "applicant": applicant,
        "answers": given,
        "values": {planned.element.key: sample_value(planned.element) for planned in plan.fields},
        "materials": {
            planned.material.key: Settlement(SourceKind.PAPER, checked=True)
            for planned in plan.materials
            if planned.source not in BY_ITSELF
        },
    }
    return Submission(**{**facts, **changes})


def edited(key: str, **changes: Any) -> None:
    """A new version of an item, as the editor publishes it: a release made from the one in force."""
    base = catalogue_queries.folder()
    items = {**base.catalogue.items, key: replace(base.catalogue.items[key], **changes)}
    after = replace(base, catalogue=replace(base.catalogue, items=items))
    publish_folder(after, base=catalogue_queries.current().release, actor=SYSTEM, now=NOW)


def received(
    target: str = "newborn", *, clerk: str = "clerk1", now: datetime = NOW, **changes: Any
) -> ApplicationRow:
    """An application that a clerk received."""
    actor = staff(clerk)
    receipt = receive(actor=actor, submission=submission(target, **changes), now=now)
    return queries.application(actor, receipt.number, now=now)


def accepted(
    target: str = "newborn", *, clerk: str = "clerk1", now: datetime = NOW, **changes: Any
) -> ApplicationRow:
    """An application that a clerk received and accepted."""
    actor = staff(clerk)
    row = received(target, clerk=clerk, now=now, **changes)
    accept(actor=actor, application_id=row.id, now=now)
    return queries.application(actor, row.number, now=now)


def case_of(application: ApplicationRow, item: str) -> CaseRow:
    """The case of one item."""
    return next(case for case in application.cases if case.item_key == item)


def decided(
    application: ApplicationRow,
    item: str,
    officer: str,
    *,
    outcome: Outcome = Outcome.GRANTED,
    now: datetime = NOW,
) -> None:
    """One case of the application claimed and decided by an officer."""
    actor, case = staff(officer), case_of(application, item)
    claim(actor=actor, case_id=case.id, now=now)
    decide(actor=actor, case_id=case.id, outcome=outcome, opinion="材料齐全，符合条件。", now=now)
