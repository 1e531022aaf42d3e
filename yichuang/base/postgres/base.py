"""Django's PostgreSQL with cheaper connections: found by Django as the engine `yichuang.base.postgres`."""

import select
from typing import Any

from django.db.backends.postgresql import base

#: Statements that a connection keeps prepared. The pages and acts have some hundreds; beyond psycopg's own
#: hundred it would throw plans away as fast as it makes them.
_PREPARED = 1000


class DatabaseWrapper(base.DatabaseWrapper):
    """Asks the server whether a kept connection lives only where the socket gives reason to doubt it."""

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
