"""What stands above the departments' items, and how good these are (目录清单和事项质量)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yichuang.base.clock import local, now
from yichuang.catalogue import queries
from yichuang.catalogue.rules.quality import inspect
from yichuang.catalogue.rules.standards import Deviation, deviations
from yichuang.catalogue.scores import scores
from yichuang.web.http import Request
from yichuang.web.manage.access import overseer


@dataclass(frozen=True, slots=True)
class DeviationLine:
    """An implementation that has to follow the standard list, and by when. `tone`: bad (overdue) or wait."""

    item: str
    department: str
    element: str
    above: str
    below: str
    due: str
    tone: str


@overseer
@require_safe
def standards(request: Request) -> HttpResponse:
    """Where implementations deviate from the standard list, and each department's score."""
    catalogue, today = queries.current(), local(now()).date()
    lines = [_line(found, catalogue.department_names, today) for found in deviations(catalogue)]
    context = {
        "deviations": sorted(lines, key=lambda line: (line.tone, line.due)),
        "scores": [(score, round(100 * score.share)) for score in scores(catalogue, inspect(catalogue))],
    }
    return render(request, "manage/standards.html", context)


def _line(found: Deviation, names: Mapping[str, str], today: date) -> DeviationLine:
    due, said = found.standard.adopt_by, found.difference
    return DeviationLine(
        item=found.item.name,
        department=names.get(found.item.department, found.item.department),
        element=said.label,
        above=said.before or "-",
        below=said.after or "-",
        due=due.isoformat() if due else _("立即"),
        tone="bad" if found.is_due(today) else "wait",
    )
