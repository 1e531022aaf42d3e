"""The stages as a picture, generated from `states.py` so that it cannot go out of date (docs/states.md)."""

from yichuang.cases.states import MOVES, STAGE_NAMES, TURNS, Stage, Verb

_HEAD = """# The life of a case (办件)

Generated from `yichuang/cases/states.py` by `yichuang docs`; do not edit.

```mermaid
stateDiagram-v2
"""


def states_page() -> str:
    """`docs/states.md`: the Mermaid state diagram, each move's source in law, and whose turn each stage is."""
    lines = [f"    {stage}: {stage} {STAGE_NAMES[stage]}" for stage in Stage]
    lines.append(f"    [*] --> {Stage.RECEIVED}: {_short(Verb.RECEIVE)}")
    for verb, move in MOVES.items():
        lines += [
            f"    {origin} --> {move.to or origin}: {_short(verb)}"
            for origin in Stage
            if origin in move.origins
        ]
    lines += [
        f"    {stage} --> [*]" for stage in Stage if not any(stage in move.origins for move in MOVES.values())
    ]
    rows = (f"| `{verb}` | {_origins(verb)} | {_to(verb)} | {move.source} |" for verb, move in MOVES.items())
    sources = "\n".join(rows)
    turns = "\n".join(f"| {STAGE_NAMES[stage]} `{stage}` | {turn} |" for stage, turn in TURNS.items())
    return (
        _HEAD + "\n".join(lines) + "\n```\n\n"
        "## Moves and what says so\n\n| act | from | to | source |\n|---|---|---|---|\n" + sources + "\n\n"
        "## Whose turn it is\n\n| stage | turn |\n|---|---|\n" + turns + "\n"
    )


def _short(verb: Verb) -> str:
    return verb.value.partition(".")[2]


def _origins(verb: Verb) -> str:
    return ", ".join(stage for stage in Stage if stage in MOVES[verb].origins) or "–"


def _to(verb: Verb) -> str:
    return MOVES[verb].to or "stays"
