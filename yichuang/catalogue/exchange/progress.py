"""How far an import is (进度), told to whoever looks at its page."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from yichuang.catalogue.loading import Told

#: Seconds between two figures: as often as a page asks.
_EVERY = 0.5


def nobody(done: int, total: int) -> None:
    """A `Told` where nobody listens."""


def part(told: Told, first: int, last: int) -> Told:
    """A `Told` for one part of the work, from `first` to `last` per cent of the whole."""
    return lambda done, total: told(first * total + (last - first) * done, 100 * total)


@contextmanager
def told_of(import_id: int) -> Iterator[Told]:
    """A `Told` that writes the percentage over a connection of its own: seen at once, whatever is still open.

    The transaction of the work must not have changed the import's row before the last figure is told.
    """
    own = connection.copy()
    told_at = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at < _EVERY:
            return
        told_at = time.monotonic()
        with own.cursor() as cursor:
            cursor.execute(
                "UPDATE catalogue_import SET percent = %s WHERE id = %s", [100 * done // total, import_id]
            )

    try:
        yield tell
    finally:
        own.close()
