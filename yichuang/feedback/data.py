"""The five grades of 好差评 and their codes in other people's interfaces."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Grade(StrEnum):
    """满意度. Stored as a word, because interfaces number it in opposite directions (domain trap 1)."""

    VERY_GOOD = "very_good"
    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"
    VERY_BAD = "very_bad"


GRADE_NAMES: dict[Grade, Promise] = {
    Grade.VERY_GOOD: _("非常满意"),
    Grade.GOOD: _("满意"),
    Grade.FAIR: _("基本满意"),
    Grade.BAD: _("不满意"),
    Grade.VERY_BAD: _("非常不满意"),
}

#: 差评: the last two are called back and put right.
BAD_GRADES = frozenset({Grade.BAD, Grade.VERY_BAD})
