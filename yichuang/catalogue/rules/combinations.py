"""Every combination of answers and known facts under which an expression is seen.

Questions have few answers, so all of them are tried; a fact of endless values (a number, a date, a text) is tried
with what the expression compares it with, and with its neighbours: enough to find an expression that fails, not
enough to prove that one can never be true.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from typing import Any

from yichuang.catalogue import decisions
from yichuang.catalogue.asking import SUBJECT
from yichuang.catalogue.code_labels import SUBJECTS
from yichuang.catalogue.conditions import UndefinedError, answer_of, names_in
from yichuang.catalogue.data import Element
from yichuang.catalogue.facts import Situation

#: More combinations than this are not all tried.
MOST = 20_000
_NUMBER = re.compile(r"(?<![\w.'\"-])\d+(?:\.\d+)?")
_TEXT = re.compile(r"'([^']*)'|\"([^\"]*)\"")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a condition may name: questions in the order in which they are asked, and facts that are told."""

    questions: Mapping[str, Situation]
    facts: Mapping[str, Element]
    tables: Mapping[str, str]

    def closure(self, names: Iterable[str]) -> set[str]:
        """The names, and those that the questions among them turn on themselves."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found.add(name)
            if name in self.questions:
                waiting += self.turns_on(self.questions[name])
        return found

    def turns_on(self, situation: Situation) -> list[str]:
        """The names that decide whether a question is asked, and what its table answers."""
        names = list(names_in(situation.when))
        text = self.tables.get(situation.table)
        if text is not None:
            with suppress(decisions.TableError):
                names += decisions.read(text).names
        return names

    def is_finite(self, names: Iterable[str]) -> bool:
        """Whether all values of all that the names turn on can be tried."""
        return all(
            name not in self.facts or self.facts[name].type == "choice" for name in self.closure(names)
        )

    def combinations(self, names: Iterable[str], *expressions: str) -> Iterator[dict[str, Any]]:
        """The combinations; what is not known or not asked is missing. At most `MOST` + 1 of them."""
        closed = self.closure(names)
        told = [name for name in (SUBJECT, *self.facts) if name in closed]
        values = [self._values(name, expressions) for name in told]
        questions = [situation for key, situation in self.questions.items() if key in closed]
        number = 0
        for chosen in product(*values):
            facts = {name: value for name, value in zip(told, chosen, strict=True) if value is not None}
            for context in self._answered(facts, questions):
                yield context
                number += 1
                if number > MOST:
                    return

    def _answered(self, context: dict[str, Any], questions: list[Situation]) -> Iterator[dict[str, Any]]:
        if not questions:
            yield context
            return
        first, *others = questions
        for code in self._answers(first, context):
            yield from self._answered({**context, first.key: code} if code else context, others)

    def _answers(self, situation: Situation, context: dict[str, Any]) -> list[str]:
        """Codes that the question may have; "" where it is not asked or may be left open."""
        try:
            if situation.when and answer_of(situation.when, context) is not True:
                return [""]
            if situation.table:
                return [decisions.decide(self.tables[situation.table], context)]
        except (UndefinedError, RuntimeError, KeyError):
            return [""]  # told where the question stands
        return [*situation.options, *([] if situation.default else [""])]

    def _values(self, name: str, expressions: Iterable[str]) -> list[Any]:
        if name == SUBJECT:
            return [None, *SUBJECTS]
        element = self.facts[name]
        if element.type == "choice":
            return [None, *element.choices]
        if element.type == "number":
            numbers = {float(found) for text in expressions for found in _NUMBER.findall(text)}
            near = {number + step for number in numbers for step in (-1, 0, 1)}
            return [None, *sorted(near or {0.0})]
        texts = {one or other for text in expressions for one, other in _TEXT.findall(text)}
        return [None, *sorted(texts | {"2026-01-01" if element.type == "date" else ""})]
