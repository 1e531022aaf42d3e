"""Sending statements without waiting for each answer."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def pipelined() -> Iterator[None]:
    """Statements of this block go to the server together; reading a result waits for it and those before it.

    An error is raised where a result is read or at the end of the block. After it the statements that follow
    are not executed.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield
