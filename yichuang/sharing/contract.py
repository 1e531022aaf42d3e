"""The contract with registers, whatever carries it (docs/connecting-a-department.md).

An adapter is a module `adapters/<kind>/adapter.py` with the function of `Adapter`; it is found by its folder.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Protocol, cast

from django.core.exceptions import ImproperlyConfigured

from yichuang.sharing import adapters

#: Seconds that a register has to answer: somebody stands at the counter.
PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Question:
    """What a register is told: never a query without case, item and purpose (浙江规定 art. 39)."""

    endpoint: str
    subject: str
    fields: tuple[str, ...]
    case: str
    item: str
    purpose: str


class Down(Exception):  # noqa: N818 - what happened, not a fault of ours
    """There is no answer that counts. `str()` is a code."""


class Adapter(Protocol):
    """What carries a question to a register."""

    def ask(self, question: Question) -> Mapping[str, str] | None:
        """The record's fields, or None where the register has no such record. Raises `Down`."""
        ...


@cache
def adapter(kind: str) -> Adapter:
    """The adapter of a kind. Raises `ImproperlyConfigured` naming those that there are."""
    kinds = sorted(module.name for module in pkgutil.iter_modules(adapters.__path__))
    if kind not in kinds:
        raise ImproperlyConfigured(f"There is no adapter {kind!r} for registers; there are: {kinds}.")
    return cast(Adapter, importlib.import_module(f"{adapters.__name__}.{kind}.adapter"))
