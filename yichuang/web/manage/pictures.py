"""Numbers as bars, and mandates by how long they hold: what the manager looks at."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from yichuang.cases.data import StageCount
from yichuang.cases.states import ENDED, OUTCOME_NAMES, STAGE_NAMES, Outcome, Stage
from yichuang.feedback.data import BAD_GRADES, GRADE_NAMES, Grade
from yichuang.identity.data import DepartmentFacts, MandateFacts, MandateScope, Power
from yichuang.web.looks import STAGE_TONES

_POWER_NAMES: dict[Power, Promise] = {
    Power.RECEIVE: pgettext_lazy("power", "收件"),
    Power.ACCEPT: pgettext_lazy("power", "受理"),
    Power.DELIVER: pgettext_lazy("power", "送达"),
}
#: A mandate that ends within these days has to be renewed now.
_RENEW = timedelta(days=60)
#: 好评: the first two grades; 基本满意 is 中评.
_PRAISE = frozenset({Grade.VERY_GOOD, Grade.GOOD})


@dataclass(frozen=True, slots=True)
class Bar:
    """A number as a bar beside others. `width` and `part` are hundredths of the longest bar."""

    label: str
    number: int
    width: float
    tone: str = "plain"
    part: float = 0.0  # how much of it is overdue
    note: str = ""


@dataclass(frozen=True, slots=True)
class MandateLine:
    """A mandate with what has to be done about it. `tone`: bad (does not hold), wait (ends soon) or good."""

    department: str
    number: str
    powers: str
    items: int  # 0: all items of the department
    valid_from: date
    valid_until: date | None
    state: str
    tone: str


def grade_bars(counts: Mapping[Grade, int]) -> list[Bar]:
    """One bar a grade, the best first."""
    longest = max(counts.values(), default=0)
    return [
        Bar(
            label=str(GRADE_NAMES[grade]),
            number=number,
            width=_share(number, longest),
            tone="bad" if grade in BAD_GRADES else "good" if grade in _PRAISE else "plain",
        )
        for grade, number in counts.items()
    ]


def praise_share(counts: Mapping[Grade, int]) -> float | None:
    """好评率 in per cent; None without any rating."""
    given = sum(counts.values())
    return round(100 * sum(counts[grade] for grade in _PRAISE) / given, 1) if given else None


def stage_bars(counts: Sequence[StageCount]) -> list[Bar]:
    """How many open cases stand in each stage, in the order of a case's life."""
    numbers: Counter[str] = Counter()
    for row in counts:
        numbers[row.stage] += row.number
    longest = max(numbers.values(), default=0)
    return [
        Bar(str(STAGE_NAMES[stage]), numbers[stage], _share(numbers[stage], longest), STAGE_TONES[stage])
        for stage in Stage
        if stage not in ENDED
    ]


def lost_bars(counts: Mapping[StrEnum, int]) -> list[Bar]:
    """How many cases ended in each way without what was applied for."""
    longest = max(counts.values(), default=0)
    return [
        Bar(
            str(STAGE_NAMES[end] if isinstance(end, Stage) else OUTCOME_NAMES[Outcome(end)]),
            number,
            _share(number, longest),
        )
        for end, number in counts.items()
    ]


def department_bars(counts: Sequence[StageCount]) -> list[Bar]:
    """How many open cases each department has, and how many of them are overdue; the most overdue first."""
    numbers: Counter[str] = Counter()
    overdue: Counter[str] = Counter()
    for row in counts:
        numbers[row.department_name] += row.number
        overdue[row.department_name] += row.overdue
    longest = max(numbers.values(), default=0)
    order = sorted(numbers, key=lambda name: (-overdue[name], -numbers[name], name))
    return [
        Bar(
            label=name,
            number=numbers[name],
            width=_share(numbers[name], longest),
            part=_share(overdue[name], longest),
            note=_("超期%(number)d") % {"number": overdue[name]} if overdue[name] else "",
        )
        for name in order
    ]


def mandate_lines(scope: MandateScope, departments: Mapping[str, DepartmentFacts]) -> list[MandateLine]:
    """The mandates of the centre, those first about which something has to be done."""
    found = [
        _mandate_line(departments[key].name if key in departments else key, mandate, scope.on)
        for key, mandates in scope.mandates.items()
        for mandate in mandates
    ]
    urgency = {"bad": 0, "wait": 1, "good": 2}
    return sorted(found, key=lambda line: (urgency[line.tone], line.valid_until or date.max, line.number))


def in_tone(lines: Iterable[MandateLine], *tones: str) -> list[MandateLine]:
    """Those in one of these tones."""
    return [line for line in lines if line.tone in tones]


def _mandate_line(department: str, mandate: MandateFacts, today: date) -> MandateLine:
    state, tone = _standing(mandate, today)
    return MandateLine(
        department=department,
        number=mandate.number,
        powers=_("、").join(str(_POWER_NAMES[power]) for power in Power if power in mandate.powers),
        items=len(mandate.item_keys),
        valid_from=mandate.valid_from,
        valid_until=mandate.valid_until,
        state=state,
        tone=tone,
    )


def _standing(mandate: MandateFacts, today: date) -> tuple[str, str]:
    if mandate.valid_from > today:
        return _("还没生效"), "wait"
    if mandate.valid_until is None:
        return _("长期有效"), "good"
    left = mandate.valid_until - today
    if left < timedelta(0):
        return _("已过期，请联系部门续签"), "bad"
    if left <= _RENEW:
        return _("还有%(days)d天到期，请续签") % {"days": left.days}, "wait"
    return _("有效"), "good"


def _share(number: int, longest: int) -> float:
    """A number as hundredths of the longest; something that is there is always seen."""
    return max(round(100 * number / longest, 1), 1.5) if number else 0.0
