"""Decision tables (决策表) in the ZEN engine's own format (JDM): a table computes the answer of one question.

A table has inputs (expressions over answers and known facts), one output, and rules. Which rules it has, the
engine's editor and its JSON say; nothing of that is understood here but what a check must know.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import zen

from yichuang.catalogue.conditions import names_in

#: More tables than a city is expected to have.
_KEPT = 1024
_ENGINE = zen.ZenEngine()


@dataclass(frozen=True, slots=True)
class Table:
    """What a table says of itself: the names that it turns on, its outputs, and the codes that its rules give."""

    policy: str  # first | collect
    names: tuple[str, ...]
    outputs: tuple[str, ...]
    codes: tuple[str, ...]  # one a rule, as the cell is written


class TableError(ValueError):
    """The text is no decision table; says why, in the engine's words or ours."""


@lru_cache(maxsize=_KEPT)
def read(text: str) -> Table:
    """What the table says of itself. Raises `TableError`."""
    content = _content(json.loads(text) if _is_json(text) else {})
    rules = [{**rule} for rule in content["rules"]]
    cells = [cell for rule in rules for column in content["inputs"] if (cell := rule.get(column["id"], ""))]
    fields = [column["field"] for column in content["inputs"] if column.get("field")]
    names = [name for expression in (*fields, *cells) for name in names_in(expression)]
    outputs = content["outputs"]
    return Table(
        policy=content["hitPolicy"],
        names=tuple(dict.fromkeys(names)),
        outputs=tuple(column["field"] for column in outputs),
        codes=tuple(rule.get(outputs[0]["id"], "") for rule in rules) if outputs else (),
    )


def decide(text: str, context: Mapping[str, Any]) -> str:
    """The answer that the table gives; "" where no rule is met. The table has passed its check."""
    result = _decision(text).evaluate(dict(context))["result"]
    row = (result[0] if result else None) if isinstance(result, list) else result
    return next((code for code in (row or {}).values() if isinstance(code, str)), "")


def met(text: str, context: Mapping[str, Any]) -> tuple[int, ...]:
    """The positions of all rules that the context meets, whatever the hit policy. Raises `RuntimeError`."""
    traced = _decision(_collecting(text)).evaluate(dict(context), {"trace": True})["trace"]
    rows = next((node["traceData"] for node in traced.values() if node["traceData"]), ())
    return tuple(row["index"] for row in rows)


@lru_cache(maxsize=_KEPT)
def _decision(text: str) -> Any:
    return _ENGINE.create_decision(text)


@lru_cache(maxsize=_KEPT)
def _collecting(text: str) -> str:
    graph = json.loads(text)
    _content(graph)["hitPolicy"] = "collect"
    return json.dumps(graph)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _content(graph: Any) -> Any:
    """The one decision table node of a graph. Raises `TableError`."""
    tables = [node for node in graph.get("nodes", ()) if node.get("type") == "decisionTableNode"]
    if len(tables) != 1:
        raise TableError(f"decisionTableNode: {len(tables)}")
    return tables[0]["content"]
