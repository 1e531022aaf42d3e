"""Arrays for PostgreSQL as text, for the statements that write many rows at once.

A list given to psycopg is looked at element by element for its type at every use. The hot acts know the type
already (the statement casts it), and what every use has in common can be put into text once.
"""

from collections.abc import Iterable


def array(values: Iterable[str | int | bool | None]) -> str:
    """The elements as one array literal: `{a,"b c",NULL}`."""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: str | int | bool | None) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "NULL" if value is None else str(value)
