"""Django's PostgreSQL with cheaper connections: found by Django as the engine `yichuang.base.postgres`."""

import select
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.utils import debug_transaction

#: Statements that a connection keeps prepared. The pages and acts have some hundreds; beyond psycopg's own
#: hundred it would throw plans away as fast as it makes them.
_PREPARED = 1000


class DatabaseWrapper(base.DatabaseWrapper):
    """Spares turns to the server: none to see whether a connection lives, none of its own for BEGIN and COMMIT."""

    _pipeline: Any = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection that keeps more statements prepared."""
        connection = super().get_new_connection(conn_params)
        connection.prepared_max = _PREPARED
        return connection

    def is_usable(self) -> bool:
        """Whether the connection still has a server. Spares the round trip of Django's own check.

        Between two requests a server has nothing to say: a socket with something to read was closed by its
        end, or got a message that the full check takes in.
        """
        if self.connection is None or self.connection.closed:
            return False
        unread = select.poll()
        unread.register(self.connection.fileno(), select.POLLIN)
        return not unread.poll(0) or super().is_usable()

    # ── Pipelines ────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def pipelined(self) -> Iterator[None]:
        """Statements of this block go to the server together; see `base.pipelines`."""
        self.ensure_connection()
        with self.wrap_database_errors, self.connection.pipeline() as pipeline:
            self._pipeline = pipeline
            try:
                yield
            finally:
                self._pipeline = None

    def _start_transaction_under_autocommit(self) -> None:
        """Called by `transaction.atomic` to begin. psycopg's own BEGIN waits for its answer even in a pipeline."""
        with debug_transaction(self, "BEGIN"), self.wrap_database_errors:
            self.connection.execute("BEGIN", prepare=False)

    def _set_autocommit(self, autocommit: bool) -> None:
        if self.connection.autocommit != autocommit:
            super()._set_autocommit(autocommit)  # type: ignore[misc]

    def _commit(self) -> None:
        if self._pipeline is None:
            super()._commit()  # type: ignore[misc]
            return
        # psycopg's own commit would not know of a BEGIN whose answer is still to come, and leave it open.
        with debug_transaction(self, "COMMIT"), self.wrap_database_errors:
            self.connection.execute("COMMIT", prepare=False)
            self._pipeline.sync()
