"""The promise for the whole (一件事整体时限), and the way through its items that makes it so long (关键路径).

Pure, and told only what a plan and the cases that came of it know alike: which item, how long, and what it waits for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from yichuang.catalogue.bundles import Bundle
from yichuang.catalogue.reasons import Reason
from yichuang.deadlines.data import Limit, Unit

#: Sevenths of a working day: a week of calendar days has five working days, counted in whole numbers.
_SEVENTHS = {Unit.WORKING_DAYS: 7, Unit.CALENDAR_DAYS: 5, Unit.MINUTES: 0}
#: A limit in (sevenths of a working day, minutes), so that limits compare and add up exactly along a path.
Span = tuple[int, int]
_NOTHING: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class Leg:
    """An item on the way: how long it takes, whose end it waits for, and on whose expected end it begins already.

    `simulates` (模拟审批) is part of `waits_for`. Legs stand in order: each after those that it waits for.
    """

    key: str
    name: str
    limit: Limit
    waits_for: tuple[str, ...]
    simulates: tuple[str, ...]


def span_of(limit: Limit) -> Span:
    """A limit as what can be compared and added up."""
    return limit.value * _SEVENTHS[limit.unit], limit.value if limit.unit is Unit.MINUTES else 0


def critical_path(legs: Sequence[Leg]) -> tuple[Span, tuple[Leg, ...]]:
    """How long the items take together, and those of them that make it so long.

    An item that simulates others is reviewed while they are; it ends when both are done.
    """
    ends: dict[str, tuple[Span, tuple[Leg, ...]]] = {}
    for leg in legs:
        before, path = _latest(ends[key] for key in leg.waits_for if key not in leg.simulates)
        own = _add(before, span_of(leg.limit)), (*path, leg)
        ends[leg.key] = _latest([own, *(ends[key] for key in leg.simulates)])
    return _latest(ends.values())


def promise(bundle: Bundle, legs: Sequence[Leg]) -> tuple[Limit, Reason]:
    """One limit for the whole and why: the longest path, or the promise declared where that is not longer.

    The limit of joint handling overrides what the members' own limits add up to (行政许可法 art. 42).
    """
    declared, joint = bundle.promised_limit, bundle.joint_limit
    if len(legs) == 1 and declared is None:
        return legs[0].limit, Reason("limit_alone", {"item": legs[0].name})
    span, path = critical_path(legs)
    if declared is not None and span_of(declared) <= span:
        return _with_basis(declared, Reason("limit_declared", {"name": bundle.name}))
    if joint is not None and span_of(joint) < span:
        return _with_basis(joint, Reason("limit_joint", {"basis": joint.basis}))
    because = Reason("limit_path", {"path": " → ".join(leg.name for leg in path)})
    if span[0]:
        return Limit(-(-span[0] // 7), Unit.WORKING_DAYS, str(because)), because
    return Limit(span[1], Unit.MINUTES, str(because)), because


def critical(bundle: Bundle, legs: Sequence[Leg]) -> frozenset[str]:
    """The items that have no time to spare: a day lost in one of them is a day lost of the promise for the whole.

    They lie on a way that is as long as the longest, or as the promise where that is shorter.
    """
    span, _path = critical_path(legs)
    least = min(span, span_of(promise(bundle, legs)[0]))
    ends: dict[str, Span] = {}
    alone: dict[str, Span] = {}
    for leg in legs:
        before = max((ends[key] for key in leg.waits_for if key not in leg.simulates), default=_NOTHING)
        alone[leg.key] = _add(before, span_of(leg.limit))
        ends[leg.key] = max([alone[leg.key], *(ends[key] for key in leg.simulates)])
    after = _what_follows(legs)
    return frozenset(leg.key for leg in legs if _add(alone[leg.key], after[leg.key]) >= least)


def _what_follows(legs: Sequence[Leg]) -> Mapping[str, Span]:
    """How long it takes from the end of each item to the end of the whole."""
    after: dict[str, Span] = {leg.key: _NOTHING for leg in legs}
    for leg in reversed(legs):
        for key in leg.waits_for:
            own = _NOTHING if key in leg.simulates else span_of(leg.limit)
            after[key] = max(after[key], _add(own, after[leg.key]))
    return after


def _latest(ends: Iterable[tuple[Span, tuple[Leg, ...]]]) -> tuple[Span, tuple[Leg, ...]]:
    return max(ends, default=(_NOTHING, ()), key=lambda end: end[0])


def _add(one: Span, other: Span) -> Span:
    return one[0] + other[0], one[1] + other[1]


def _with_basis(limit: Limit, because: Reason) -> tuple[Limit, Reason]:
    return Limit(limit.value, limit.unit, limit.basis or str(because)), because
