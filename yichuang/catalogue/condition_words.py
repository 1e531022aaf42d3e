"""Conditions in words (适用条件的说法): `“婚姻状况？”为“已婚”`, for those who write and read no expressions.

Both ways, and only where both ways agree: an expression that these words cannot say stays an expression.
"""

import re
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

#: Key of a question → (the question, code of an option → its label).
Asked = Mapping[str, tuple[str, Mapping[str, str]]]

_COMPARED = re.compile(r"(\w+) (==|!=) '([^']*)'")
_LISTED = re.compile(r"(\w+) in \['([^\[\]]*)'\]")


def in_words(expression: str, asked: Asked) -> str:
    """What a condition says, where it compares answers only; else the expression."""
    for operator, words in _joints():
        parts = [_said(part, asked) for part in expression.split(operator)]
        if all(parts) and from_words(told := words.join(parts), asked) == expression:
            return told
    return expression


def from_words(words: str, asked: Asked) -> str:
    """The expression that is meant by words as `in_words` says them; else what is given."""
    for operator, joint in _joints():
        parts = [_meant(part.strip(), asked) for part in words.split(joint)]
        if all(parts):
            return operator.join(parts)
    return words


def every_answer(asked: Asked) -> Iterable[str]:
    """The simplest conditions, in words: each answer of each question."""
    for question, options in asked.values():
        for label in options.values():
            yield _template("==") % {"question": question, "answers": label}


def _joints() -> tuple[tuple[str, str], ...]:
    return (" and ", _("，并且")), (" or ", _("，或者"))


def _template(operator: str) -> str:
    return _("“%(question)s”不为“%(answers)s”") if operator == "!=" else _("“%(question)s”为“%(answers)s”")


def _said(part: str, asked: Asked) -> str:
    compared, listed = _COMPARED.fullmatch(part), _LISTED.fullmatch(part)
    found = compared or listed
    if found is None or found[1] not in asked:
        return ""
    question, options = asked[found[1]]
    codes = [compared[3]] if compared else found[2].split("', '")
    if not all(code in options for code in codes):
        return ""
    labels = _("”或“").join(options[code] for code in codes)
    return _template(compared[2] if compared else "in") % {"question": question, "answers": labels}


def _meant(part: str, asked: Asked) -> str:
    for operator in ("!=", "=="):
        pattern = re.escape(_template(operator) % {"question": "QQ", "answers": "AA"})
        found = re.fullmatch(pattern.replace("QQ", "(.+?)").replace("AA", "(.+)"), part)
        key = next((key for key, (question, _options) in asked.items() if found and question == found[1]), "")
        if not found or not key:
            continue
        codes = {label: code for code, label in asked[key][1].items()}
        labels = found[2].split(_("”或“"))
        if not all(label in codes for label in labels):
            continue
        if len(labels) == 1:
            return f"{key} {operator} '{codes[labels[0]]}'"
        if operator == "==":
            listed = "', '".join(codes[label] for label in labels)
            return f"{key} in ['{listed}']"
    return ""
