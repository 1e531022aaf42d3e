"""What can be typed to find an item or bundle: its texts, and the lexemes by which the database finds them.

A lexeme begins with a sign of its kind, so that letters of pinyin are not taken for letters of a name:
`=` a whole text (an exact match, or a beginning by prefix), `'` two neighbouring initials, `~` three
neighbouring letters of pinyin, `#` the end of a code; two neighbouring characters of a name have none.
Pairs of characters, because most Chinese words have two: the trigrams of pg_trgm cannot find them.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from pypinyin import lazy_pinyin

#: Fewer characters than this of a code say nothing.
CODE_LENGTH = 4
#: A code is found from its beginning, or from anywhere in its last characters: a task code ends with the 基本编码.
_CODE_END = 12


class Field(StrEnum):
    """Where a text comes from."""

    NAME = "name"
    ALIAS = "alias"
    EVERYDAY = "everyday"  # everyday words (百姓说法) of words.yaml
    KEY = "key"
    CODE = "code"
    INITIALS = "initials"
    PINYIN = "pinyin"  # syllables with blanks between
    DEPARTMENT = "department"
    DEPARTMENT_INITIALS = "department initials"
    BOARD = "board"


NAMES = frozenset({Field.NAME, Field.ALIAS, Field.EVERYDAY})
INITIALS = frozenset({Field.INITIALS, Field.DEPARTMENT_INITIALS})
#: What a person types whole to mean just this.
_WHOLE = NAMES | {Field.KEY, Field.INITIALS}


@dataclass(frozen=True, slots=True)
class Text:
    """One text of an entry, normal."""

    field: Field
    text: str


def normal(text: str) -> str:
    """The form in which texts compare: width and case do not matter."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def named(field: Field, name: str) -> Iterator[Text]:
    """A name as it is written, its initials and its pinyin."""
    yield Text(field, normal(name))
    syllables = spoken(name)
    if syllables:
        yield Text(Field.INITIALS, "".join(syllable[0] for syllable in syllables))
        yield Text(Field.PINYIN, " ".join(syllables))


def department(name: str, short_name: str) -> Iterator[Text]:
    """The names of a department, and its initials."""
    for written in (name, short_name):
        if written:
            yield Text(Field.DEPARTMENT, normal(written))
            yield Text(Field.DEPARTMENT_INITIALS, "".join(syllable[0] for syllable in spoken(written)))


@lru_cache(maxsize=10_000)
def spoken(name: str) -> tuple[str, ...]:
    """The syllables in letters; what is not Chinese comes as it is written. Kept: a department names many rows."""
    syllables = (
        "".join(letter for letter in normal(syllable) if letter.isalnum()) for syllable in lazy_pinyin(name)
    )
    return tuple(syllable for syllable in syllables if syllable)


def neighbours(text: str, length: int = 2) -> list[str]:
    """All runs of `length` characters."""
    return [text[at : at + length] for at in range(len(text) - length + 1)]


def lexemes(texts: Iterable[Text]) -> set[str]:
    """Everything by which the database finds an entry with these texts."""
    found: set[str] = set()
    for each in texts:
        if each.field in _WHOLE:
            found.add(f"={each.text}")
        match each.field:
            case Field.INITIALS | Field.DEPARTMENT_INITIALS:
                found.update(f"'{pair}" for pair in neighbours(each.text))
            case Field.PINYIN:
                letters = each.text.replace(" ", "")
                found.add(f"={letters}")
                found.update(f"~{three}" for three in neighbours(letters, 3))
            case Field.CODE:
                ends = range(max(0, len(each.text) - _CODE_END), len(each.text) - CODE_LENGTH + 1)
                found.update(f"#{each.text[at:]}" for at in {0, *ends})
            case Field.KEY:
                pass
            case _:
                found.update(neighbours(each.text))
    return found


def quoted(lexeme: str) -> str:
    """A lexeme as tsvector and tsquery write it."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
