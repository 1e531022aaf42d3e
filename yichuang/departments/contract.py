"""The one contract with departments' systems, whatever carries it (docs/connecting-a-department.md).

An adapter is a module `adapters/<kind>/adapter.py` with the three functions of `Adapter`; it is found by its
folder. It turns what the partner says into one of the outcomes here, and everything else into `NotSent` or
`Unanswered`. Silence is never an outcome.
"""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, Protocol, cast
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured

from yichuang.catalogue.data import Partner
from yichuang.departments import adapters

DECISIONS = frozenset({"granted", "refused"})


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: the same transaction id however often."""

    transaction_id: UUID
    case_number: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The department has decided. `decision` is `granted` or `refused`."""

    decision: str
    reason: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """The partner rejects the message itself; nothing was decided about the case."""

    code: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """The message is taken; the answer follows. `expected_by`: when the partner means to have it."""

    expected_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class NeverHeard:
    """The partner's word that it does not know the transaction: it may be sent again, under the same id."""


Outcome = Confirmed | Refused | Later


class NotSent(Exception):  # noqa: N818 - what happened, not a fault of ours
    """No connection came about: nothing can have reached the partner. `str()` is a code."""


class Unanswered(Exception):  # noqa: N818 - as above
    """Something may have reached the partner, but there is no answer that counts. `str()` is a code."""


@dataclass(frozen=True, slots=True)
class BookEntry:
    """One line of a partner's own book."""

    transaction_id: str
    case_number: str
    outcome: Outcome


class Adapter(Protocol):
    """What carries the contract. Every function may raise `NotSent` and `Unanswered`."""

    def send(self, partner: Partner, secret: str, message: Message) -> Outcome:
        """Hand a case over."""
        ...

    def ask(self, partner: Partner, secret: str, transaction_id: UUID) -> Outcome | NeverHeard:
        """What became of a transaction."""
        ...

    def book(self, partner: Partner, secret: str, day: date) -> Sequence[BookEntry]:
        """What the partner received on a day, Beijing time."""
        ...


@cache
def adapter(kind: str) -> Adapter:
    """The adapter of a kind. Raises `ImproperlyConfigured` naming those that there are."""
    kinds = sorted(module.name for module in pkgutil.iter_modules(adapters.__path__))
    if kind not in kinds:
        raise ImproperlyConfigured(
            f"There is no adapter {kind!r} for departments' systems; there are: {kinds}."
        )
    return cast(Adapter, importlib.import_module(f"{adapters.__name__}.{kind}.adapter"))
