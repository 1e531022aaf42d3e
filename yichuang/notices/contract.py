"""The one interface behind which every channel of messages stands (SMS today; e-mail, web push, apps).

A channel is a module `channels/<kind>/channel.py` with the two functions of `Channel`; it is found by its
folder. It says what became of a message by returning or by one of the exceptions here. A gateway takes the
same id once, however often it is sent, so a message whose fate is unknown simply goes out again.
"""

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from typing import Protocol, cast
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured

from yichuang.notices import channels


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What goes out: the same id however often."""

    id: UUID
    address: str
    text: str


class NotSent(Exception):  # noqa: N818 - what happened, not a fault of ours
    """No connection came about: nothing can have reached the gateway. `str()` is a code."""


class Unanswered(Exception):  # noqa: N818 - as above
    """Something may have reached the gateway, but there is no answer that counts. `str()` is a code."""


class Rejected(Exception):  # noqa: N818 - as above
    """The gateway's word that it will never take this message. `str()` is a code."""


class Channel(Protocol):
    """What carries messages."""

    def ready(self) -> bool:
        """Whether the installation has this channel at all."""
        ...

    def send(self, message: Outgoing) -> None:
        """Hand a message over; returns once it is taken. Raises `NotSent`, `Unanswered` or `Rejected`."""
        ...


@cache
def channel(kind: str) -> Channel:
    """The channel of a kind. Raises `ImproperlyConfigured` naming those that there are."""
    kinds = sorted(module.name for module in pkgutil.iter_modules(channels.__path__))
    if kind not in kinds:
        raise ImproperlyConfigured(f"There is no channel {kind!r} for messages; there are: {kinds}.")
    return cast(Channel, importlib.import_module(f"{channels.__name__}.{kind}.channel"))
