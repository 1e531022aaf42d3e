"""Which questions apply, what is taken as their answers, and what conditions say then."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from yichuang.catalogue import decisions
from yichuang.catalogue.bundles import Bundle, Member
from yichuang.catalogue.code_labels import SUBJECTS
from yichuang.catalogue.conditions import holds, names_in
from yichuang.catalogue.data import Answers, Catalogue, Element, Item
from yichuang.catalogue.facts import Situation
from yichuang.catalogue.planned import Known

#: The name under which a condition finds who applies (服务对象, A.4).
SUBJECT = "subject"


def fact_value(element: Element, told: str) -> Any:
    """What a register told, as conditions see it: a number where the element is one; None where it is none."""
    if element.type != "number":
        return told
    try:
        return float(told)
    except ValueError:
        return None


def facts_wanted(catalogue: Catalogue, bundle: Bundle) -> frozenset[str]:
    """The elements that conditions of the bundle and its items turn on."""
    return frozenset(_names(catalogue, bundle) & catalogue.elements.keys())


def turns_on_subject(catalogue: Catalogue, bundle: Bundle) -> bool:
    """Whether it makes a difference who applies (服务对象, A.4)."""
    obliged = any(member.obligatory_for for member in bundle.members)
    return obliged or SUBJECT in _names(catalogue, bundle)


def _names(catalogue: Catalogue, bundle: Bundle) -> set[str]:
    """Everything that conditions of the bundle and its items refer to."""
    names = {name for expression in _expressions(catalogue, bundle) for name in names_in(expression)}
    for situation in _situations(catalogue, bundle):
        if situation.table:
            names.update(decisions.read(catalogue.tables[situation.table]).names)
    return names


def _situations(catalogue: Catalogue, bundle: Bundle) -> Iterator[Situation]:
    yield from bundle.situations
    for member in bundle.members:
        yield from catalogue.items[member.item].situations


def _expressions(catalogue: Catalogue, bundle: Bundle) -> Iterator[str]:
    """Every condition that is not empty."""
    for situation in _situations(catalogue, bundle):
        if situation.when:
            yield situation.when
    for member in bundle.members:
        if member.when:
            yield member.when
        for expression in _of_item(catalogue.items[member.item]):
            if expression:
                yield expression


def _of_item(item: Item) -> Iterator[str]:
    for entries in (item.elements, item.materials, item.steps, item.fees):
        yield from (entry.when for entry in entries)


@dataclass(slots=True)
class Asking:
    """The questions asked so far and the `context` in which conditions are seen: answers, subject, facts."""

    catalogue: Catalogue
    given: Answers
    known: Known
    context: dict[str, Any]
    asked: dict[str, Situation] = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)
    derived: dict[str, str] = field(default_factory=dict)
    _held: dict[str, bool] = field(default_factory=dict)

    def ask(self, situations: Iterable[Situation]) -> None:
        """Ask each question that applies and was not asked before. An answer that is no option counts as none."""
        for situation in situations:
            key = situation.key
            if key in self.asked or key in self.derived or not holds(situation.when, self.context):
                continue
            if situation.table:
                answer = decisions.decide(self.catalogue.tables[situation.table], self.context)
                self.derived[key] = answer
            else:
                self.asked[key] = situation
                answer = self.given.get(key, "")
                if answer not in situation.options:
                    self.unanswered.append(key)
                    answer = situation.default
            if answer:
                self.context[key] = answer
        self._held.clear()

    def holds(self, expression: str) -> bool:
        """Whether a condition holds after all that was asked."""
        if not expression:
            return True
        held = self._held.get(expression)
        if held is None:
            held = self._held[expression] = holds(expression, self.context)
        return held

    def why(self, expression: str) -> tuple[tuple[str, str], ...]:
        """(Question, answer) in words for what the condition turns on."""
        return tuple(self._said(name) for name in names_in(expression)) if expression else ()

    def _said(self, name: str) -> tuple[str, str]:
        code = self.context.get(name)
        if name == SUBJECT:
            return _("申请人"), str(SUBJECTS.get(str(code), _("未知")))
        element = self.catalogue.elements.get(name)
        if element is not None and name not in self.asked:
            return element.label, _("未知") if code is None else element.choices.get(str(code), str(code))
        situation = self.asked.get(name)
        if situation is None:
            return name, str(code or _("未知"))
        return situation.question, situation.options.get(str(code), _("未回答"))


def begin(catalogue: Catalogue, bundle: Bundle, answers: Answers, known: Known) -> Asking:
    """Nothing is asked yet; who applies and what registers told is known as far as conditions turn on it."""
    context: dict[str, Any] = {SUBJECT: known.subject} if known.subject else {}
    if known.facts:
        for key in facts_wanted(catalogue, bundle) & known.facts.keys():
            context[key] = fact_value(catalogue.elements[key], known.facts[key])
    return Asking(catalogue, answers, known, context)


def as_bundle(catalogue: Catalogue, key: str) -> Bundle | None:
    """The bundle; a single item as a bundle of one; None where there is neither."""
    if key in catalogue.bundles:
        return catalogue.bundles[key]
    item = catalogue.items.get(key)
    if item is None:
        return None
    return Bundle(key, item.name, item.department, item.board, (Member(key),), applicant=item.applicant)
