"""Made-up applications: complete and lawful, of nobody. For rehearsals and for replays."""

from yichuang.base import ids
from yichuang.cases.data import Person, Settlement, Submission
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.data import BY_ITSELF, Answers, Element, SourceKind
from yichuang.catalogue.planned import Known, Plan
from yichuang.catalogue.planning import plan as make_plan

#: Made-up people: the example number of GB 11643, and a number that fits GB 32100.
PERSON = Person("person", "11010519491231002X", "模拟申请人", "13800000000")
ORGANISATION = Person("organisation", "91110000600037341L", "模拟申请单位", "13800000000")
_SAMPLES = {
    "citizen_number": PERSON.number,
    "organisation_code": ORGANISATION.number,
    "phone": PERSON.phone,
    "number": "1",
    "project_code": "2605-330802-04-01-990001",
}


def planned(target: str, answers: Answers) -> tuple[Answers, Plan]:
    """The plan with every question answered: as given, by its default, or by its first option."""
    catalogue, given = catalogue_queries.current(), dict(answers)
    while (plan := make_plan(catalogue, target, given, Known())).unanswered:
        for situation in plan.situations:
            if situation.key in plan.unanswered:
                given[situation.key] = situation.default or next(iter(situation.options))
    return given, plan


def submission(plan: Plan, answers: Answers, applicant: Person | None = None) -> Submission:
    """Everything that the plan asks, made up: each field with a value that fits, each material seen on paper."""
    elements = {planned.element.key: planned.element for planned in plan.fields}
    person = applicant or (ORGANISATION if asks_for_an_organisation(plan) else PERSON)
    facts = {"number": person.number, "name": person.name, "phone": person.phone}
    values = {key: _sample(element) for key, element in elements.items()}
    values |= {element: facts[fact] for fact, element in plan.applicant.items() if element in elements}
    return Submission(
        key=ids.new_key(),
        target=plan.target,
        applicant=person,
        answers=answers,
        values=values,
        materials={
            planned.material.key: Settlement(SourceKind.PAPER, checked=True)
            for planned in plan.materials
            if planned.source not in BY_ITSELF
        },
    )


def asks_for_an_organisation(plan: Plan) -> bool:
    """Whether who applies is an organisation, by the number that the form asks for."""
    asked = plan.applicant.get("number", "")
    return any(one.element.key == asked and one.element.type == "organisation_code" for one in plan.fields)


def _sample(element: Element) -> str:
    if element.type == "choice":
        return next(iter(element.choices))
    if element.type == "date":
        return "2026-01-05"
    return _SAMPLES.get(element.type, "模拟")[: element.max_length]
