"""Finding an item or bundle within a keystroke: words, aliases, pinyin, pinyin initials, codes, departments.

Everything is in memory; the index of a catalogue is built once, on the first search after a release.
"""

import heapq
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pypinyin import lazy_pinyin

from yichuang.catalogue.data import Bundle, Catalogue, Item

#: Weight of where a word was found; an exact match counts whole, a beginning most, a middle less.
_NAME, _ALIAS, _CODE, _PINYIN, _DEPARTMENT, _BOARD = 100.0, 90.0, 95.0, 70.0, 30.0, 20.0
_BEGINS, _INSIDE = 0.8, 0.6
#: From this length on, what is nowhere as it is typed may be a question in plain words.
_QUESTION = 4
#: Fewer digits than this inside a code say nothing.
_CODE_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found. `department` and `board` are names; `code` is the 基本编码 of an item."""

    kind: str  # bundle | item
    key: str
    name: str
    department: str
    board: str
    department_key: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class _Word:
    """A text in which to find, and what it is worth.

    `starts`: where a match may begin (None: anywhere). `least`: how many characters must be typed.
    """

    text: str
    weight: float
    starts: frozenset[int] | None = None
    least: int = 1


@dataclass(frozen=True, slots=True)
class _Entry:
    """One item or bundle; `hay` is all its texts together, to pass over it quickly."""

    hit: Hit
    chinese: tuple[_Word, ...]  # where Chinese words may be, the weightiest first
    latin: tuple[_Word, ...]  # where letters and digits may be
    hay: str
    order: tuple[int, str]  # among equals: the shorter name first, then by key
    pairs: frozenset[str]  # pairs of neighbouring characters, for words that are nowhere as they are written


@dataclass(frozen=True, slots=True)
class _Index:
    """All entries of a catalogue, and where each pair of characters occurs."""

    entries: tuple[_Entry, ...]
    by_pair: Mapping[str, Sequence[int]]


class _Memory:
    built: tuple[Catalogue, _Index] | None = None


def find(catalogue: Catalogue, text: str, limit: int = 20) -> tuple[Hit, ...]:
    """The best hits for `text`, the best first. Every word of it must be found; nothing typed finds nothing."""
    words = _normal(text).split()
    if not words:
        return ()
    index = _index(catalogue)
    scored = [(score, entry) for entry in index.entries if (score := _score(entry, words)) > 0]
    if not scored and len(words) == 1 and len(words[0]) >= _QUESTION:
        scored = _near(index, words[0])
    best = heapq.nsmallest(limit, [(-score, entry.order, entry.hit) for score, entry in scored])
    return tuple(hit for _score, _order, hit in best)


def _score(entry: _Entry, words: Sequence[str]) -> float:
    total = 0.0
    for word in words:
        if word not in entry.hay:
            return 0.0
        best = 0.0
        for target in entry.latin if word.isascii() else entry.chinese:
            if target.weight <= best:
                break
            best = max(best, _worth(word, target))
        if not best:
            return 0.0
        total += best
    return total + (1.0 if entry.hit.kind == "bundle" else 0.0)


def _worth(word: str, target: _Word) -> float:
    if len(word) < target.least:
        return 0.0
    if target.text == word:
        return target.weight
    at = target.text.find(word)
    if at < 0:
        return 0.0
    if at == 0:
        return target.weight * _BEGINS
    while target.starts is not None and at not in target.starts:
        at = target.text.find(word, at + 1)
        if at < 0:
            return 0.0
    return target.weight * _INSIDE


def _near(index: _Index, question: str) -> list[tuple[float, _Entry]]:
    """For a question in plain words: what has two of its pairs of neighbouring characters, or a third of them."""
    pairs = _pairs([question])
    shared = Counter(place for pair in pairs for place in index.by_pair.get(pair, ()))
    return [
        (float(count), index.entries[place])
        for place, count in shared.items()
        if count >= 2 or count * 3 >= len(pairs)
    ]


def _index(catalogue: Catalogue) -> _Index:
    built = _Memory.built
    if built is None or built[0] is not catalogue:
        entries = [_entry(catalogue, "bundle", bundle) for bundle in catalogue.bundles.values()]
        entries += [_entry(catalogue, "item", item) for item in catalogue.items.values()]
        by_pair: dict[str, list[int]] = {}
        for place, entry in enumerate(entries):
            for pair in entry.pairs:
                by_pair.setdefault(pair, []).append(place)
        built = _Memory.built = (catalogue, _Index(tuple(entries), by_pair))
    return built[1]


def _entry(catalogue: Catalogue, kind: str, target: Item | Bundle) -> _Entry:
    department_key = target.department if isinstance(target, Item) else target.lead
    department = catalogue.department_names.get(department_key, department_key)
    code = target.catalog_code if isinstance(target, Item) else ""
    words = [_Word(_normal(target.name), _NAME), _Word(_normal(target.key), _CODE)]
    words += [_Word(_normal(alias), _ALIAS) for alias in target.aliases]
    if isinstance(target, Item):
        words += [_code_word(target.catalog_code), _code_word(target.task_code)]
    for name, weight in ((target.name, 1.0), *((alias, 0.9) for alias in target.aliases)):
        words += _spoken(name, weight * _PINYIN)
    short_name = catalogue.department_short_names.get(department_key, "")
    words += [_Word(_normal(name), _DEPARTMENT) for name in (department, short_name) if name]
    words += [_Word(_normal(target.board), _BOARD)]
    words += _spoken(department, _BOARD)
    words.sort(key=lambda word: -word.weight)
    return _Entry(
        hit=Hit(kind, target.key, target.name, department, target.board, department_key, code),
        chinese=tuple(word for word in words if not word.text.isascii()),
        latin=tuple(word for word in words if any(letter.isascii() for letter in word.text)),
        hay="\n".join(word.text for word in words),
        order=(len(target.name), f"{target.key} {kind}"),
        pairs=_pairs([_normal(target.name), *(_normal(alias) for alias in target.aliases)]),
    )


def _code_word(code: str) -> _Word:
    """A code is found from its beginning, or by its last digits."""
    text = _normal(code)
    starts = frozenset(range(max(0, len(text) - 12), len(text) - _CODE_DIGITS + 1))
    return _Word(text, _CODE, starts, _CODE_DIGITS)


def _spoken(name: str, weight: float) -> Iterable[_Word]:
    """The initials (found anywhere) and the full pinyin (found from the beginning of a syllable)."""
    syllables = [_letters(syllable) for syllable in lazy_pinyin(name)]
    syllables = [syllable for syllable in syllables if syllable]
    starts, at = set(), 0
    for syllable in syllables:
        starts.add(at)
        at += len(syllable)
    yield _Word("".join(syllable[0] for syllable in syllables), weight)
    yield _Word("".join(syllables), weight, frozenset(starts))


def _letters(syllable: str) -> str:
    """Letters and digits only; what is not Chinese comes as it is written."""
    return "".join(character for character in _normal(syllable) if character.isalnum())


def _pairs(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word[at : at + 2] for word in words for at in range(len(word) - 1))


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
