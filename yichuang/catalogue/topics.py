"""What leads people who do not know the name of an item to it: everyday words and topics, as values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EverydayWord:
    """百姓说法: a word that people use, and what it means: keys, or words of names and aliases."""

    word: str
    means: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """主题: one answer on the way to an item, for those who do not know its name.

    `parent`: the topic above, "" for the first question. `question`: asked where there are topics below.
    `means`: what it leads to, as in `EverydayWord`.
    """

    key: str
    name: str
    parent: str = ""
    hint: str = ""
    question: str = ""
    means: tuple[str, ...] = ()
