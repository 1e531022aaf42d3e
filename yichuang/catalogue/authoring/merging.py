"""Bringing together what two people typed (合并): by place, so that words meet only where both changed the same."""

from collections.abc import Mapping
from typing import Any

#: Place → what the other one has there. Places are field names and positions joined by `-`.
Conflicts = dict[str, Any]


def merge(base: Any, mine: Any, theirs: Any, place: str = "") -> tuple[Any, Conflicts]:
    """`mine` with what `theirs` changed since `base`; where both changed the same place differently, mine stays
    and theirs is among the conflicts.

    Pure. Every text that either side changed stands in the result or in the conflicts. Rows are matched by their
    number as long as nobody added or took one away; otherwise the list is one place.
    """
    if theirs in (mine, base):
        return mine, {}
    if mine == base:
        return theirs, {}
    if all(isinstance(side, Mapping) for side in (base, mine, theirs)):
        keys: list[Any] = list(dict.fromkeys([*mine, *theirs]))
        parts = {key: _at(key, base, mine, theirs, place) for key in keys}
        return {key: merged for key, (merged, _conflicts) in parts.items() if merged is not None}, {
            where: what for _merged, conflicts in parts.values() for where, what in conflicts.items()
        }
    if all(isinstance(side, list) and len(side) == len(mine) for side in (base, mine, theirs)):
        rows = [_at(number, base, mine, theirs, place) for number in range(len(mine))]
        return [merged for merged, _conflicts in rows], {
            where: what for _merged, conflicts in rows for where, what in conflicts.items()
        }
    return mine, {place: theirs}


def _at(key: Any, base: Any, mine: Any, theirs: Any, place: str) -> tuple[Any, Conflicts]:
    inside = f"{place}-{key}" if place else str(key)
    if isinstance(mine, list):
        return merge(base[key], mine[key], theirs[key], inside)
    return merge(base.get(key), mine.get(key), theirs.get(key), inside)
