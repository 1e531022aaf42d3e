"""The promised limit of a plan and its figures (四减: visits, materials, time, steps), before and now."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from yichuang.catalogue.data import Bundle, Item, ItemMaterial, Necessity, SourceKind
from yichuang.catalogue.planned import Figures, PlannedCase, PlannedField, PlannedMaterial
from yichuang.deadlines.data import Limit, Unit

#: Steps that one window does once for the whole application; the others are done by each department.
_FRONT_STEPS = frozenset({"收件", "受理", "送达", "出件"})
#: Sevenths of a working day: a week of calendar days has five working days, counted in whole numbers.
_SEVENTHS = {Unit.WORKING_DAYS: 7, Unit.CALENDAR_DAYS: 5, Unit.MINUTES: 0}
#: A limit in (sevenths of a working day, minutes), so that limits compare and add up exactly along a path.
_Span = tuple[int, int]


def _span(limit: Limit) -> _Span:
    return limit.value * _SEVENTHS[limit.unit], limit.value if limit.unit is Unit.MINUTES else 0


def working_days(limit: Limit) -> float:
    """A limit in working days; what is done within minutes counts as none."""
    return _span(limit)[0] / 7


def shorter(limit: Limit, than: Limit) -> bool:
    """Whether a limit is the shorter of two."""
    return _span(limit) < _span(than)


def promise(bundle: Bundle, cases: Sequence[PlannedCase]) -> Limit:
    """The longest path through the cases, or the promise declared for the whole where that is not longer."""
    if len(cases) == 1 and bundle.promised_limit is None:
        return cases[0].item.promised_limit
    ends: dict[str, tuple[_Span, tuple[str, ...]]] = {}
    for case in cases:
        earlier = [ends[key] for key in case.waits_for]
        (sevenths, minutes), path = max(earlier, default=((0, 0), ()), key=lambda end: end[0])
        own = _span(case.item.promised_limit)
        ends[case.item.key] = ((sevenths + own[0], minutes + own[1]), (*path, case.item.name))
    span, path = max(ends.values(), default=((0, 0), ()), key=lambda end: end[0])
    declared = bundle.promised_limit
    if declared is not None and _span(declared) <= span:
        basis = declared.basis or _("“%(name)s”一件事的整体承诺") % {"name": bundle.name}
        return Limit(declared.value, declared.unit, basis)
    basis = _("按最长的办理路径计算：%(path)s") % {"path": " → ".join(path)}
    if span[0]:
        return Limit(-(-span[0] // 7), Unit.WORKING_DAYS, basis)
    return Limit(span[1], Unit.MINUTES, basis)


def before(items: Sequence[Item], asked: Iterable[ItemMaterial]) -> Figures:
    """Each item alone, one after another, as its own guide says."""
    return Figures(
        visits=sum(item.visits_before for item in items),
        materials=sum(entry.necessity is not Necessity.OPTIONAL for entry in asked),
        working_days=sum(_span(item.limit_before or item.promised_limit)[0] for item in items) / 7,
        steps=sum(len(item.steps_before or item.steps) for item in items),
        forms=sum(bool(item.elements) for item in items),
        departments=len({item.department for item in items}),
    )


def now(
    promised: Limit,
    cases: Sequence[PlannedCase],
    fields: Sequence[PlannedField],
    materials: Sequence[PlannedMaterial],
) -> Figures:
    """One window: the visits of the item that needs most, what nobody else can supply, the longest path."""
    brought = [
        material
        for material in materials
        if material.source in {SourceKind.UPLOAD, SourceKind.PAPER}
        and material.necessity is not Necessity.OPTIONAL
    ]
    front: set[str] = set()
    longest: dict[str, int] = {}
    for case in cases:
        names = [step.name for step in case.item.steps]
        front.update(name for name in names if name in _FRONT_STEPS)
        back = sum(name not in _FRONT_STEPS for name in names)
        longest[case.item.key] = back + max((longest[key] for key in case.waits_for), default=0)
    return Figures(
        visits=max((case.item.visits for case in cases), default=0),
        materials=len(brought),
        working_days=working_days(promised),
        steps=len(front) + max(longest.values(), default=0),
        forms=int(bool(fields)),
        departments=int(bool(cases)),
    )
