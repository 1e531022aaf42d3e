"""Conditions (情形) as ZEN expressions over answers and known facts: compiled once, evaluated in microseconds.

An answer is the code of an option; a question that is not asked, and a fact that nobody told, is null.
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import zen

#: More than the conditions of the largest catalogue that is expected (2 000 items).
_KEPT = 16_384
_STRING = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*(?!\s*\()(?![A-Za-z0-9_.])")
_WORDS = frozenset({"and", "or", "not", "in", "true", "false", "null"})
_COMPARED = re.compile(r"(?<![\w.])([A-Za-z_]\w*)\s*(?:==|!=)\s*(?:'([^']*)'|\"([^\"]*)\")")
_LISTED = re.compile(r"(?<![\w.])([A-Za-z_]\w*)\s+(?:not\s+)?in\s*\[([^\]]*)\]")


@lru_cache(maxsize=_KEPT)
def _compiled(expression: str) -> Any:
    return zen.compile_expression(expression)


def holds(expression: str, context: Mapping[str, Any]) -> bool:
    """Whether the condition holds; an empty one always does. The expression has passed its check."""
    return not expression or _compiled(expression).evaluate(context) is True


def fault_in(expression: str) -> str:
    """What the engine says against the writing of the expression, or ""."""
    told = zen.validate_expression(expression)
    return "" if told is None else str(told["source"])


def answer_of(expression: str, context: Mapping[str, Any]) -> Any:
    """What the expression answers. Raises `UndefinedError` with the engine's words where it has no answer."""
    try:
        return _compiled(expression).evaluate(context)
    except RuntimeError as error:
        raise UndefinedError(engine_words(error)) from error


class UndefinedError(ValueError):
    """The expression has no answer for these values."""


def engine_words(error: RuntimeError) -> str:
    """What the engine complains of, without its stack."""
    first = str(error).split("\n", 1)[0]
    try:
        return str(json.loads(first).get("source", first))
    except ValueError:
        return first


@lru_cache(maxsize=_KEPT)
def names_in(expression: str) -> tuple[str, ...]:
    """The names that the expression refers to, in order, each once."""
    bare = _STRING.sub("''", expression)
    return tuple(dict.fromkeys(name for name in _NAME.findall(bare) if name not in _WORDS))


def answers_in(expression: str) -> tuple[tuple[str, str], ...]:
    """The (situation key, code) pairs that the expression compares."""
    pairs = [(name, single or double) for name, single, double in _COMPARED.findall(expression)]
    for name, listed in _LISTED.findall(expression):
        pairs += [(name, single or double) for single, double in _STRING.findall(listed)]
    return tuple(pairs)
