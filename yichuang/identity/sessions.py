"""Sessions in Django's own table, read with one plain statement: every request of a clerk begins with it."""

from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection

from yichuang.base import clock

_LOAD = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    """As Django's, which also writes and ends them; `SESSION_ENGINE` names this module."""

    def load(self) -> dict[str, Any]:
        """What the session holds; a session that has ended or never was holds nothing and loses its key."""
        with connection.cursor() as cursor:
            cursor.execute(_LOAD, [self.session_key, clock.now()])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        held: dict[str, Any] = self.decode(row[0])
        return held


def forget_ended() -> None:
    """Delete the sessions that have ended; nothing else ever reads them again."""
    SessionStore.clear_expired()
