"""Sending statements without waiting for each answer: for acts whose cost is the turns to the server."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from django.db import DEFAULT_DB_ALIAS, connections

from yichuang.base.postgres.base import DatabaseWrapper


@contextmanager
def pipelined() -> Iterator[None]:
    """Statements of this block go to the server together; reading a result waits for it and those before it.

    Stands around `transaction.atomic`: then BEGIN goes with the first statements and COMMIT with the last, and
    the block ends when the commit has been confirmed. A statement that fails raises where the next result is
    read or at the commit; those after it are not executed, the commit neither.
    """
    with cast(DatabaseWrapper, connections[DEFAULT_DB_ALIAS]).pipelined():
        yield
