"""The picture of a case's life says what the tables say, in Chinese and in English."""

import re
from pathlib import Path

from yichuang.cases.states import ENDED, MOVES, Stage, Verb

PAGE = Path(__file__).resolve().parent.parent / "docs" / "states.md"


def arrows() -> set[tuple[str, str]]:
    found = re.findall(r"^    (\S+) --> (\S+?)(?::.*)?$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {(start, end) for start, end in found}


def test_every_move_to_another_stage_is_an_arrow_and_no_other_is() -> None:
    moves = {
        (origin, move.to)
        for move in MOVES.values()
        for origin in move.origins
        if move.to not in {None, origin}
    }
    assert arrows() == moves | {("[*]", Stage.RECEIVED)} | {(stage, "[*]") for stage in ENDED}


def test_every_act_stands_in_the_table_with_its_source() -> None:
    rows = dict(re.findall(r"^\| [^|]+`(case\.\w+)` \|(.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert set(rows) == set(Verb)
    assert all(MOVES[verb].source in rows[verb] for verb in Verb)


def test_every_name_is_given_in_both_languages() -> None:
    labels = re.findall(r"^    \w+(?: --> \w+)?: (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(labels) > len(Stage)
    assert [label for label in labels if not re.match(r"[\u4e00-\u9fff，“”（）]+ [A-Za-z]", label)] == []


def test_a_label_has_no_second_colon_because_mermaid_would_not_draw_it() -> None:
    picture = PAGE.read_text(encoding="utf-8").partition("```mermaid")[2].partition("```")[0]
    assert [line for line in picture.splitlines() if line.count(":") > 1 or ";" in line] == []
