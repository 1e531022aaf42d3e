"""What is paid, and the reductions (四减) before and now with the lists behind them."""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from yichuang.catalogue.data import Item, Necessity, SourceKind
from yichuang.catalogue.planned import (
    Compared,
    Comparison,
    FeeTotal,
    Figures,
    Line,
    Measure,
    PlannedCase,
    PlannedFee,
    PlannedField,
    PlannedMaterial,
)
from yichuang.catalogue.promising import span_of
from yichuang.catalogue.reasons import Reason
from yichuang.deadlines.data import Limit

#: Steps that one window does once for the whole application; the others are done by each department.
_FRONT_STEPS = frozenset({"收件", "受理", "送达", "出件"})
_BROUGHT = frozenset({SourceKind.UPLOAD, SourceKind.PAPER})


def working_days(limit: Limit) -> float:
    """A limit in working days; what is done within minutes counts as none."""
    return span_of(limit)[0] / 7


def shorter(limit: Limit, than: Limit) -> bool:
    """Whether a limit is the shorter of two."""
    return span_of(limit) < span_of(than)


# ── Fees ─────────────────────────────────────────────────────────────────────────────────────────


def totals(fees: Iterable[PlannedFee]) -> tuple[FeeTotal, ...]:
    """What each payer pays in all, kept apart by department."""
    sums: dict[str, dict[str, int]] = {}
    for planned in fees:
        parts = sums.setdefault(planned.payer, {})
        parts[planned.department] = parts.get(planned.department, 0) + planned.fee.amount
    return tuple(FeeTotal(payer, sum(parts.values()), parts) for payer, parts in sums.items())


# ── Before and now ───────────────────────────────────────────────────────────────────────────────


def visits_because(cases: Sequence[PlannedCase]) -> Reason:
    """Why somebody has to come, once for all items (浙江规定 art. 2), or nobody has."""
    case = max(cases, key=lambda case: case.item.visits, default=None)
    if case is None or not case.item.visits:
        return Reason("visit_none")
    return Reason("visit_needed", {"item": case.item.name, "reason": case.item.visits_reason})


def compare(
    *,
    cases: Sequence[PlannedCase],
    asked: Mapping[str, Iterable[str]],
    materials: Sequence[PlannedMaterial],
    fields: Sequence[PlannedField],
    promised: tuple[Limit, Reason],
    department_names: Mapping[str, str],
) -> Comparison:
    """Each item alone, one after another, as its own guide says; against all of them at one window.

    `asked`: item key → names of the materials that it asks for by itself, optional ones not counted.
    """
    items = [case.item for case in cases]
    return (
        Compared(Measure.VISITS, _visits_before(items), _visits_now(cases)),
        Compared(Measure.MATERIALS, _materials_before(items, asked), _materials_now(materials)),
        Compared(Measure.WORKING_DAYS, _days_before(items), _days_now(*promised)),
        Compared(Measure.STEPS, _steps_before(cases), _steps_now(cases)),
        Compared(
            Measure.FORMS,
            tuple(Line(item.name, 1) for item in items if item.elements),
            (Line(_("一张表"), 1),) if fields else (),
        ),
        Compared(
            Measure.DEPARTMENTS,
            tuple(
                Line(department_names.get(key, key), 1)
                for key in dict.fromkeys(item.department for item in items)
            ),
            (Line(_("综合窗口"), 1),) if cases else (),
        ),
    )


def figures(comparison: Comparison) -> tuple[Figures, Figures]:
    """The numbers alone, (before, now)."""
    before = _figures([row.total_before for row in comparison])
    return before, _figures([row.total_now for row in comparison])


def _figures(numbers: Sequence[float]) -> Figures:
    visits, materials, days, steps, forms, departments = numbers
    return Figures(int(visits), int(materials), days, int(steps), int(forms), int(departments))


def _visits_before(items: Iterable[Item]) -> tuple[Line, ...]:
    return tuple(Line(item.name, item.visits_before) for item in items if item.visits_before)


def _visits_now(cases: Sequence[PlannedCase]) -> tuple[Line, ...]:
    most = max((case.item.visits for case in cases), default=0)
    return (Line(_("综合窗口"), most, because=visits_because(cases)),) if cases else ()


def _materials_before(items: Iterable[Item], asked: Mapping[str, Iterable[str]]) -> tuple[Line, ...]:
    return tuple(
        Line(name, 1, item.name)
        for item in items
        for name in item.materials_before or asked.get(item.key, ())
    )


def _materials_now(materials: Iterable[PlannedMaterial]) -> tuple[Line, ...]:
    return tuple(
        Line(planned.material.name, int(planned.source in _BROUGHT), because=planned.because)
        for planned in materials
        if planned.necessity is not Necessity.OPTIONAL
    )


def _days_before(items: Iterable[Item]) -> tuple[Line, ...]:
    return tuple(Line(item.name, working_days(item.limit_before or item.promised_limit)) for item in items)


def _days_now(promised: Limit, because: Reason) -> tuple[Line, ...]:
    return (Line(_("整体时限"), working_days(promised), because=because),)


def _steps_before(cases: Iterable[PlannedCase]) -> tuple[Line, ...]:
    return tuple(
        Line(name, 1, case.item.name)
        for case in cases
        for name in case.item.steps_before or [step.name for step in case.steps]
    )


def _steps_now(cases: Sequence[PlannedCase]) -> tuple[Line, ...]:
    """What the window does once, and the departments' steps on the longest way through the cases."""
    front: dict[str, None] = {}
    longest: dict[str, tuple[Line, ...]] = {}
    for case in cases:
        names = [step.name for step in case.steps]
        front.update((name, None) for name in names if name in _FRONT_STEPS)
        back = tuple(Line(name, 1, case.item.name) for name in names if name not in _FRONT_STEPS)
        earlier = max((longest[key] for key in case.waits_for), key=len, default=())
        longest[case.item.key] = (*earlier, *back)
    return (
        *(Line(name, 1, _("综合窗口")) for name in front),
        *max(longest.values(), key=len, default=()),
    )
