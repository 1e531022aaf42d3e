"""Faults as the editor says them: who writes items there sees labels, and never a key of the YAML files."""

import re
from collections.abc import Mapping

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yichuang.catalogue.bundles import Bundle
from yichuang.catalogue.code_labels import CODES
from yichuang.catalogue.data import Item, ItemKind
from yichuang.catalogue.facts import ResultKind
from yichuang.catalogue.labels import FIELDS, LISTS
from yichuang.catalogue.words import WORDS

#: What the form calls otherwise than any one class of the catalogue does.
_OWN = {
    "key": _("标识"),
    "name": _("名称"),
    "codes": _("编码方案"),
    "situations": _("情形"),
    "false": _("否"),
}
#: What was typed stands in quotation marks, and an expression has operators beside its names: both stay.
_NAME = re.compile(
    r"“[^”]*”|(?<![a-z_.{'\":/])([a-z_]{3,})(?:\.yaml)?(?![a-z_.}'\":/]|:\S| (?:[=!<>]|in |and ))"
)

#: Name → word: an item's or a bundle's own fields before those of their parts, and these before codes.
_WORDS: Mapping[str, object] = {
    str(name): word
    for words in (
        *(*CODES.values(), *WORDS.values(), WORDS[ResultKind], WORDS[ItemKind]),
        *(*FIELDS.values(), FIELDS[Bundle], FIELDS[Item], LISTS, _OWN),
    )
    for name, word in words.items()
}


def in_labels(sentence: str) -> str:
    """The sentence with the form's words in place of the names of lists, files, fields and codes.

    In a language that is written with Latin letters a name without `_` may be a plain word of it, and stays.
    """
    return _NAME.sub(_in_label, sentence)


def _in_label(found: re.Match[str]) -> str:
    name = found[1] or ""
    is_name = "_" in name or (get_language() or "").startswith("zh")
    return str(_WORDS.get(name, found[0])) if is_name else found[0]
