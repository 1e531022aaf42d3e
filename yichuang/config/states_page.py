"""The stages as a picture, generated from the tables so that it cannot go out of date (docs/states.md).

It stands here because it says of each act what the pages call it, what follows from it and what others are told.
"""

from collections.abc import Iterable

from django.utils import translation
from django.utils.functional import Promise

from yichuang.cases.states import ENDED, MOVES, STAGE_NAMES, TURNS, UNDECIDED_ENDS, Stage, Turn, Verb
from yichuang.journey.failures import STEP_NAMES
from yichuang.journey.national_codes import ENDINGS, EVENTS, NEVER, TOLD, UNTOLD, UNUSED, Ending, ending_of
from yichuang.journey.reactions import REACTIONS
from yichuang.web.history import DEEDS

_TURNS: dict[Turn, tuple[str, str]] = {
    Turn.COUNTER: ("窗口", "counter"),
    Turn.APPLICANT: ("申请人", "applicant"),
    Turn.DEPARTMENT: ("部门", "department"),
    Turn.PLATFORM: ("平台", "platform"),
    Turn.NOBODY: ("无", "nobody"),
}
_PAGE = """# 办件的一生 · The life of a case

由 `yichuang docs` 按代码生成，请勿手工修改。Generated from the code by `yichuang docs`; do not edit.

依据 Sources: 行政许可法 is the Administrative Licensing Law, 浙江规定 the provincial 浙江省保障“最多跑一次”改革规定,
一件事的结果规则 what a bundle itself declares. Numbers are articles.

```mermaid
stateDiagram-v2
{picture}
```

Acts that leave the stage as it is stand in the table only.

## 动作与依据 · Acts and what says so

What follows is each a job of its own, safe to repeat.

| 动作 act | 从 from | 到 to | 依据 source | 随后 what follows | 上报 told as |
|---|---|---|---|---|---|
{moves}

## 轮到谁 · Whose turn it is

| 状态 stage | 轮到 turn |
|---|---|
{turns}

## 结束 · Ends

Nothing happens to a case after these, unless a decision that was in force is taken back in writing.

| 状态 stage | 有无决定 decided | 办结结果 ending told |
|---|---|---|
{ends}

## 办理状态 · The fifteen national events

| 代码 code | 名称 name | 动作 acts |
|---|---|---|
{events}

Acts that are told to nobody:

{untold}

Endings of the national list that no case comes to:

{never}
"""


def states_page() -> str:
    """`docs/states.md`, in Chinese and English side by side. Needs the translations to be compiled."""
    return _PAGE.format(
        picture="\n".join(_picture()),
        moves=_rows(_move(verb) for verb in MOVES),
        turns=_rows((_stage(stage), " ".join(_TURNS[turn])) for stage, turn in TURNS.items()),
        ends=_rows(_end(stage) for stage in Stage if stage in ENDED),
        events=_rows((code, name, _acts(code)) for code, name in EVENTS.items()),
        untold="\n".join(f"- {_both(DEEDS[verb])}: {reason}." for verb, reason in UNTOLD.items()),
        never="\n".join(
            f"- {ENDINGS.code(ending)} `{ending}`: {reason}." for ending, reason in NEVER.items()
        ),
    )


def _picture() -> Iterable[str]:
    for stage in Stage:
        yield f"    {stage}: {_label(STAGE_NAMES[stage])}"
    for verb, move in MOVES.items():
        if verb is Verb.RECEIVE:
            yield f"    [*] --> {Stage.RECEIVED}: {_label(DEEDS[verb])}"
        for origin in Stage:
            if origin in move.origins and move.to not in {None, origin}:
                yield f"    {origin} --> {move.to}: {_label(DEEDS[verb])}"
    for stage in Stage:
        if stage in ENDED:
            yield f"    {stage} --> [*]"


def _move(verb: Verb) -> tuple[str, ...]:
    move = MOVES[verb]
    origins = "；".join(_both(STAGE_NAMES[stage]) for stage in Stage if stage in move.origins)
    following = "；".join(_both(STEP_NAMES[step.__name__]) for step in REACTIONS[verb])
    told = " ".join(sorted({told.code for told in TOLD if told.verb is verb}, key=int))
    to = _both(STAGE_NAMES[move.to]) if move.to else "不变 stays"
    return (f"{_both(DEEDS[verb])} `{verb}`", origins or "–", to, move.source, following or "–", told or "–")


def _end(stage: Stage) -> tuple[str, ...]:
    endings = (
        [ending_of(stage, "", has_licence=False)]
        if stage is not Stage.CLOSED
        else [Ending.LICENCE, Ending.GRANTED, Ending.REFUSED]
    )
    told = "；".join(f"{ENDINGS.code(ending)} `{ending}`" for ending in endings if ending)
    return (_stage(stage), "无 no" if stage in UNDECIDED_ENDS else "有 yes", told)


def _acts(code: str) -> str:
    names = "；".join(dict.fromkeys(_both(DEEDS[told.verb]) for told in TOLD if told.code == code))
    return names or f"– ({UNUSED[code]})"


def _stage(stage: Stage) -> str:
    return f"{_both(STAGE_NAMES[stage])} `{stage}`"


def _label(name: Promise) -> str:
    """Mermaid takes a second colon for the beginning of something else."""
    return _both(name).replace(":", "：")


def _both(name: Promise) -> str:
    with translation.override("zh-hans"):
        chinese = str(name)
    with translation.override("en"):
        return f"{chinese} {name}"


def _rows(rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
