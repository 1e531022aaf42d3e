"""Running numbers: without gaps where the law wants none, without waiting where it does not.

A series is a text that says what is counted. A number without gaps is drawn in the transaction that uses it
and holds the series' row until that transaction ends: so keep it short. A number that may leave gaps comes from
one sequence of the database, less where that stood when the series began: nobody waits for anybody.
"""

from django.db import connection

_DRAW = """
INSERT INTO base_serial AS known (series, last) VALUES (%s, 1)
ON CONFLICT (series) DO UPDATE SET base = NULL,
  last = CASE WHEN known.base IS NULL THEN known.last + 1 ELSE nextval('base_serial_seq') - known.base END
RETURNING last
"""
_BASE = "SELECT base FROM base_serial WHERE series = %s"
_BEGIN = """
INSERT INTO base_serial AS known (series, last, base) VALUES (%s, 0, nextval('base_serial_seq'))
ON CONFLICT (series) DO UPDATE SET base = COALESCE(known.base, nextval('base_serial_seq') - known.last)
RETURNING base
"""
_DRAW_AHEAD = "SELECT nextval('base_serial_seq')"


def draw(series: str) -> int:
    """The next number of a series, without gaps: given back where the transaction fails."""
    return _one(_DRAW, series)


def draw_with_gaps(series: str) -> int:
    """A number of a series that nobody else gets. Only the very first one of a series may wait for another first."""
    with connection.cursor() as cursor:
        cursor.execute(_BASE, [series])
        row = cursor.fetchone()
        base = row[0] if row is not None and row[0] is not None else _one(_BEGIN, series)
        cursor.execute(_DRAW_AHEAD)
        (drawn,) = cursor.fetchone()
    return int(drawn) - int(base)


def _one(statement: str, series: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, [series])
        (found,) = cursor.fetchone()
    return int(found)
