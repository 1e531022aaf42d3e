"""Keys and codes that nobody types: made from the pinyin of the words; and conditions that are typed in words."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pypinyin import Style, lazy_pinyin

from yichuang.catalogue import condition_words
from yichuang.catalogue.authoring.kinds import SUBJECTS
from yichuang.catalogue.authoring.typed import Content
from yichuang.catalogue.condition_words import Asked
from yichuang.catalogue.folder import Folder

_LONGEST_KEY = 60


def with_keys(folder: Folder, kind: str, content: Mapping[str, Any]) -> Content:
    """What is typed, with keys for rows and codes for options that have only words yet, and with expressions for
    conditions that are typed in words.
    """
    catalogue = folder.catalogue
    filled = dict(content)
    for field, words in (("elements", "label"), ("materials", "name")):
        rows: list[Content] = []
        for row in filled.get(field, []):
            taken = {*getattr(catalogue, field), *(known["key"] for known in rows)}
            is_due = not row["key"] and row[words]
            rows.append({**row, "key": key_of(row[words], taken.__contains__)} if is_due else row)
        filled[field] = rows
    field, _owner = SUBJECTS[kind]
    subject = filled[field]
    if "situations" in subject:
        subject = {**subject, "situations": _with_codes(subject["situations"])}
        filled[field] = _with_expressions(subject, asked_in(folder, kind, subject))
    return {name: filled[name] for name in content}


def asked_in(folder: Folder, kind: str, subject: Mapping[str, Any]) -> Asked:
    """The questions that the conditions of an item, or of a bundle with its members, may turn on."""
    items = folder.catalogue.items
    found: dict[str, tuple[str, Mapping[str, str]]] = {}
    if kind == "bundles":
        members = [items[row["item"]] for row in subject["members"] if row["item"] in items]
        for situation in (each for item in members for each in item.situations):
            found[situation.key] = (situation.question, situation.options)
    for row in subject.get("situations", ()):
        if row["key"]:
            options = {code: label for code, label in row["options"] if code and label}
            found[row["key"]] = (row["question"], options)
    return found


def _with_expressions(content: Any, asked: Asked) -> Any:
    """Every `when` of it as an expression."""
    if isinstance(content, list):
        return [_with_expressions(part, asked) for part in content]
    if not isinstance(content, Mapping):
        return content
    return {
        name: condition_words.from_words(part, asked) if name == "when" else _with_expressions(part, asked)
        for name, part in content.items()
    }


def key_of(words: str, taken: Callable[[str], bool]) -> str:
    """A key that nobody has yet, from the pinyin of a name."""
    pinyin = "_".join(lazy_pinyin(words, errors=lambda other: "_".join(re.findall(r"[A-Za-z0-9]+", other))))
    key = re.sub(r"[^a-z0-9_]+", "_", pinyin.lower()).strip("_")[:_LONGEST_KEY].rstrip("_")
    if not key or key[0].isdigit():
        key = f"k_{key}".rstrip("_")
    return _free(key, taken)


def _with_codes(situations: list[Content]) -> list[Content]:
    rows: list[Content] = []
    for row, key in zip(situations, _codes((row["key"], row["question"]) for row in situations), strict=True):
        codes = _codes(row["options"])
        options = [[code, label] for code, (_code, label) in zip(codes, row["options"], strict=True)]
        rows.append({**row, "key": key, "options": options})
    return rows


def _codes(rows: Iterable[Iterable[str]]) -> list[str]:
    """The code of each (code, words): the initials of the words where there is none yet."""
    pairs = [tuple(row) for row in rows]
    taken = {code for code, _words in pairs}
    found: list[str] = []
    for code, words in pairs:
        found.append(code or (_free(_initials(words), taken.__contains__) if words else ""))
        taken.add(found[-1])
    return found


def _initials(words: str) -> str:
    letters = "".join(
        lazy_pinyin(
            words, style=Style.FIRST_LETTER, errors=lambda other: "".join(re.findall(r"[A-Za-z0-9]", other))
        )
    )
    found = re.sub(r"[^a-z0-9]", "", letters.lower())[:12]
    return found if found and not found[0].isdigit() else f"q{found}"


def _free(key: str, taken: Callable[[str], bool]) -> str:
    number, free = 1, key
    while taken(free):
        number += 1
        free = f"{key}_{number}"
    return free
