"""Numbers of applications (申报号), a few drawn ahead by each process to spare a turn to the server."""

import os
from collections import deque
from datetime import datetime

from django.db import connection

from yichuang.base import ids
from yichuang.base.clock import local

#: How many serials a process takes at a time. What it has not used when it ends leaves gaps that nobody minds.
_AT_A_TIME = 20
_ahead: deque[int] = deque()
os.register_at_fork(after_in_child=_ahead.clear)  # two processes must not give the same numbers


def draw_number(now: datetime) -> str:
    """A fresh number of this day."""
    try:
        serial = _ahead.popleft()
    except IndexError:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('cases_number_seq') FROM generate_series(1, %s)", [_AT_A_TIME])
            serial, *further = (row[0] for row in cursor.fetchall())
        _ahead.extend(further)
    return ids.public_number(local(now).date(), serial)
