"""Finding an item or bundle within a keystroke: words, aliases, everyday words, pinyin, initials, codes, departments.

The database finds candidates by lexemes (finding/lexemes.py) in one statement, and they are ranked here. What
is nowhere as it is typed is looked for with one slip of the keyboard or under its sound (新升儿), and then
as a question in plain words. docs/decisions/0010 says what else was measured.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from django.db import connection

from yichuang.catalogue.data import Catalogue
from yichuang.catalogue.finding.lexemes import (
    CODE_LENGTH,
    INITIALS,
    NAMES,
    Field,
    Text,
    neighbours,
    normal,
    quoted,
    spoken,
)
from yichuang.catalogue.in_force import closed_target

#: Weight of where a word was found; an exact match counts whole, a beginning most, a middle less.
_WEIGHTS = {
    Field.NAME: 100.0,
    Field.KEY: 95.0,
    Field.CODE: 95.0,
    Field.ALIAS: 90.0,
    Field.EVERYDAY: 85.0,
    Field.INITIALS: 70.0,
    Field.PINYIN: 70.0,
    Field.DEPARTMENT: 30.0,
    Field.DEPARTMENT_INITIALS: 20.0,
    Field.BOARD: 20.0,
}
_BEGINS, _INSIDE, _SLIP = 0.8, 0.6, 0.4
#: More words than these are not looked at.
_WORDS = 6
#: From this length on, what is nowhere as it is typed may be a question in plain words.
_QUESTION = 4
#: The least length in which a slip is looked for: shorter, and every slip is another word.
_SLIP_CHINESE, _SLIP_LETTERS = 3, 6
#: What people say around the thing that they mean.
_FILLERS = re.compile(
    "怎么样|怎么|如何|什么|哪里|哪儿|哪些|哪个|在哪|多久|多少钱|多少|需要|可以|能不能|能否|是否|应该|办理|手续|流程|材料|"
    "请问|我想|我要|想要|以后|之后|的时候|一家|一个|[我你想要去了吗呢吧啊的地得和与及、，。？！?!,.]"
)

_COLUMNS = "kind, key, name, department, board, department_key, code, rank, texts"
#: One condition after the other; the next tier is looked at only while there are not enough. The last tier holds nine
#: rows of ten: whatever it has first is good enough, where the best would have to be read off hundreds of pages.
_OF_TIER = """(SELECT {columns} FROM catalogue_search WHERE tier = {tier} AND words @@ condition::tsquery
 {order} LIMIT %s)"""
_TIERS = " UNION ALL ".join(
    _OF_TIER.format(columns=_COLUMNS, tier=tier, order=order)
    for tier, order in enumerate(("ORDER BY rank, key", "ORDER BY rank, key", ""))
)
_FIND = f"SELECT found.* FROM unnest(%s::text[]) AS condition CROSS JOIN LATERAL ({_TIERS} LIMIT %s) AS found LIMIT %s"  # noqa: S608 - made of constants


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found. `department` and `board` are names; `code` is the 基本编码 of an item.

    `closed`: why nobody can apply for it now, once `with_closed` told it.
    """

    kind: str  # bundle | item
    key: str
    name: str
    department: str
    board: str
    department_key: str
    code: str = ""
    closed: str = ""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A row that the database found, not yet ranked."""

    hit: Hit
    rank: int
    texts: Sequence[Text]


#: What a candidate is worth; 0: not meant.
_Score = Callable[[_Candidate], float]


def find(text: str, limit: int = 20) -> tuple[Hit, ...]:
    """The best hits for `text`, the best first. Every word of it must be found; nothing typed finds nothing."""
    words = normal(text).replace("\0", "").split()[:_WORDS]
    if not words:
        return ()
    hits = _as_it_is(words, limit)
    pieces = [] if hits else _pieces_of(words)
    if pieces and pieces != words:
        hits = _as_it_is(pieces, limit)
    if not hits:
        hits = _ranked(_with_a_slip(words), lambda one: _all(one, words, _slip_worth), limit)
    return hits or _most_of(pieces, limit)


def with_closed(catalogue: Catalogue, hits: Iterable[Hit], day: date) -> list[Hit]:
    """What was found, each told to be closed on `day` where it is: before its first day, or cancelled."""
    return [replace(hit, closed=closed_target(catalogue, hit.key, day)) for hit in hits]


def _as_it_is(words: Sequence[str], limit: int) -> tuple[Hit, ...]:
    return _ranked(_as_typed(words), lambda one: _all(one, words, _worth), limit, in_order=len(words) == 1)


def _pieces_of(words: Sequence[str]) -> list[str]:
    """What a question in plain words is about; nothing where it is none."""
    if len(words) > 1 or len(words[0]) < _QUESTION or words[0].isascii():
        return []
    return [piece for piece in _FILLERS.split(words[0]) if piece][:_WORDS]


def _most_of(pieces: Sequence[str], limit: int) -> tuple[Hit, ...]:
    """What has the most of the pieces, or of their ends."""
    parts = {piece for piece in pieces if len(piece) > 1}
    parts |= {end for piece in parts for end in (piece[:2], piece[-2:])}
    return _ranked(
        [_inside(part) for part in sorted(parts)],
        lambda one: sum(_worth(part, one) * len(part) for part in parts),
        limit,
    )


# ── Asking the database ──────────────────────────────────────────────────────────────────────────


def _ranked(
    conditions: Sequence[str], score: _Score, limit: int, *, in_order: bool = False
) -> tuple[Hit, ...]:
    """The best by `score` of what the conditions find, each of them asked for twice as many as are wanted.

    `in_order`: what an earlier condition finds is always the better; where that is enough, no other is asked.
    """
    if not conditions:
        return ()
    with connection.cursor() as cursor:
        enough = max(2 * limit, 40)
        cursor.execute(_FIND, [list(conditions), *[enough] * 4, enough if in_order else None])
        rows = {(row[0], row[1]): row for row in cursor.fetchall()}
    scored = []
    for *facts, rank, texts in rows.values():
        candidate = _Candidate(
            Hit(*facts), rank, [Text(Field(field), text) for field, text in json.loads(texts)]
        )
        if (worth := score(candidate)) > 0:
            scored.append((-worth, rank, candidate.hit.key, candidate.hit))
    return tuple(hit for _worth, _rank, _key, hit in sorted(scored, key=lambda each: each[:3])[:limit])


def _as_typed(words: Sequence[str]) -> list[str]:
    """What has all words: one of them whole, one at the beginning of a text, all of them anywhere."""
    conditions = []
    for word, others in _each_and_others(words):
        whole = quoted(f"={word}")
        conditions += [_and([whole, *others]), _and([f"{whole}:*", f"!{whole}", *others])]
    asked = [_inside(word) for word in words if len(word) > 1] or [_inside(words[0])]
    return [*conditions, _and(asked)]


def _with_a_slip(words: Sequence[str]) -> list[str]:
    """What has all words, one of them with a slip or by its sound. Many small conditions: an OR of them is slow."""
    return [_and([way, *others]) for word, others in _each_and_others(words) for way in _slipped(word)]


def _each_and_others(words: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Each word with what asks for the others; a single character says too little to be asked for beside it."""
    return [
        (word, [_inside(other) for at, other in enumerate(words) if at != place and len(other) > 1])
        for place, word in enumerate(words)
    ]


def _inside(word: str) -> str:
    """What has the word anywhere."""
    if len(word) == 1:
        return quoted(f"={word}") + ":*"
    ways = [_and(map(quoted, neighbours(word)))]
    if word.isascii():
        ways += [_and(quoted(f"'{pair}") for pair in neighbours(word)), _sounds(word)]
        if len(word) >= CODE_LENGTH:
            ways.append(quoted(f"#{word}") + ":*")
    return _or(ways)


def _sounds(letters: str) -> str:
    return _and(quoted(f"~{three}") for three in neighbours(letters, 3))


def _slipped(word: str) -> list[str]:
    """What has the word under its sound, or all of it but a window in which the slip may lie.

    Windows overlap by one character, so that two that changed places lie in one of them.
    """
    sound = [] if word.isascii() else [_sounds("".join(spoken(word)))]
    least, length, sign = (_SLIP_LETTERS, 3, "~") if word.isascii() else (_SLIP_CHINESE, 2, "")
    if len(word) < least:
        return [condition for condition in sound if condition]
    width = 2 if len(word) < 2 * least else 4
    runs = neighbours(word, length)
    left = [
        [run for at, run in enumerate(runs) if at + length <= start or at >= start + width]
        for start in range(0, len(word) - 1, width - 1)
    ]
    # A window of two is too wide for three characters: a wrong one at either end leaves the other two.
    left += [runs[:1], runs[1:]] if len(runs) == 2 else []
    conditions = [*sound, *(_and(quoted(sign + run) for run in some) for some in left)]
    return [condition for condition in dict.fromkeys(conditions) if condition]


def _and(conditions: Iterable[str]) -> str:
    return " & ".join(f"({condition})" for condition in conditions)


def _or(conditions: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(f"({condition})" for condition in conditions if condition))


# ── What a match is worth ────────────────────────────────────────────────────────────────────────


def _all(candidate: _Candidate, words: Sequence[str], worth: Callable[[str, _Candidate], float]) -> float:
    """The worth of all words together, a bundle a little more; 0 where one of them is nowhere."""
    worths = [worth(word, candidate) for word in words]
    return sum(worths) + (candidate.hit.kind == "bundle") if all(worths) else 0.0


def _worth(word: str, candidate: _Candidate) -> float:
    return max(_WEIGHTS[text.field] * _match(word, text) for text in candidate.texts)


def _match(word: str, text: Text) -> float:
    """How much of its weight a match in this text is worth."""
    if text.field is Field.PINYIN:
        letters, starts = _syllables(text.text)
        if letters == word:
            return 1.0
        return next((_INSIDE if at else _BEGINS for at in starts if letters.startswith(word, at)), 0.0)
    if text.text == word:
        return 1.0
    if text.field is Field.CODE:
        if len(word) < CODE_LENGTH:
            return 0.0
        at = text.text.find(word, max(1, len(text.text) - 12))
        return _BEGINS if text.text.startswith(word) else _INSIDE if at > 0 else 0.0
    at = text.text.find(word)
    return 0.0 if at < 0 else _INSIDE if at else _BEGINS


def _syllables(text: str) -> tuple[str, list[int]]:
    """Pinyin in one word, and where its syllables begin."""
    starts, at = [], 0
    for syllable in text.split():
        starts.append(at)
        at += len(syllable)
    return text.replace(" ", ""), starts


def _slip_worth(word: str, candidate: _Candidate) -> float:
    """The worth of a word as it is typed, else a part of it for its sound or for one slip."""
    worth = _worth(word, candidate)
    if worth:
        return worth
    sound = "" if word.isascii() else "".join(spoken(word))
    slips = _slips(word)
    return _SLIP * max(
        _WEIGHTS[text.field] * _slip_match(word, sound, slips, text) for text in candidate.texts
    )


def _slip_match(word: str, sound: str, slips: re.Pattern[str], text: Text) -> float:
    if text.field is Field.PINYIN:
        if sound:
            return _match(sound, text)
        letters, starts = _syllables(text.text)
        return 1.0 if len(word) >= _SLIP_LETTERS and any(slips.match(letters, at) for at in starts) else 0.0
    if text.field in INITIALS or word.isascii() or len(word) < _SLIP_CHINESE:
        return 0.0
    return 1.0 if text.field in NAMES and slips.search(text.text) else 0.0


@lru_cache(maxsize=100)  # asked of every candidate
def _slips(word: str) -> re.Pattern[str]:
    """The word with one character wrong, one missing, one too many, or two that changed places."""
    first = int(word.isascii())  # nobody mistypes the first letter: `in` is no slip of `xin`
    parts = [(word[:at], word[at : at + 1], word[at + 1 :]) for at in range(first, len(word) + 1)]
    ways = []
    for before, here, after in parts:
        ways.append(f"{re.escape(before)}.{re.escape(here + after)}")
        if here:
            ways += [f"{re.escape(before)}.{re.escape(after)}", re.escape(before + after)]
        if after:
            ways.append(re.escape(before + after[0] + here + after[1:]))
    return re.compile("|".join(ways))
