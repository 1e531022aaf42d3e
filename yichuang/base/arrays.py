"""Arrays for PostgreSQL as text, for the statements that write many rows at once.

A list given to psycopg is looked at element by element for its type at every use. The hot acts know the type
already (the statement casts it), and what every use has in common can be put into text once.
"""

from collections.abc import Iterable, Sequence


def array(values: Iterable[str | bytes | int | bool | None]) -> str:
    """The elements as one array literal: `{"a","b c",NULL}`; bytes as PostgreSQL's hexadecimal."""
    return "{" + ",".join(map(_element, values)) + "}"


def columns(
    kind: str, names: Sequence[str], rows: Sequence[Sequence[str | bytes | int | bool | None]]
) -> dict[str, str]:
    """Rows turned on their side: one array literal for each of `names`, called `<kind>_<name>`."""
    return {f"{kind}_{name}": array(row[place] for row in rows) for place, name in enumerate(names)}


def _element(value: str | bytes | int | bool | None) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, bytes):
        return f'"\\\\x{value.hex()}"'
    return "NULL" if value is None else str(value)
