"""The catalogue as its authors see it: what is in force and under way, and beginning something new."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yichuang.base.clock import now
from yichuang.base.errors import Invalid, NotVisible
from yichuang.cases import queries as case_queries
from yichuang.catalogue import queries
from yichuang.catalogue.actions import proposing
from yichuang.catalogue.authoring import proposals
from yichuang.catalogue.authoring.kinds import SUBJECTS
from yichuang.catalogue.authoring.proposals import ProposalRow
from yichuang.catalogue.authoring.states import STAGE_NAMES, Stage
from yichuang.catalogue.bundles import Bundle
from yichuang.catalogue.data import Catalogue, Item
from yichuang.catalogue.differences import differences, names_of
from yichuang.catalogue.finding import search
from yichuang.identity import queries as identity_queries
from yichuang.web.authoring.access import author
from yichuang.web.http import Request

_ROWS = 50
#: Proposals by stage, in the order of their life.
_SHOWN = (Stage.DRAFT, Stage.IN_REVIEW, Stage.APPROVED)


@dataclass(frozen=True, slots=True)
class Line:
    """An item or bundle in force."""

    kind: str
    key: str
    name: str
    department: str
    version: int
    board: str


@author
@require_safe
def home(request: Request) -> HttpResponse:
    """What is under way, and what is in force by words (`q`); `stage` shows one stage only, `after` the next page."""
    actor, catalogue = request.actor, queries.current()
    wanted = request.GET.get("stage", "")
    stage = Stage(wanted) if wanted in list(_SHOWN) else None
    words = request.GET.get("q", "").strip()
    lines = _lines(catalogue, set(proposals.own_departments(actor)), words)
    start = next((at + 1 for at, line in enumerate(lines) if line.key == request.GET.get("after")), 0)
    shown = lines[start : start + _ROWS]
    address = reverse("authoring:home")
    following = (
        f"{address}?{urlencode({'q': words, 'after': shown[-1].key})}" if lines[start + _ROWS :] else ""
    )
    context = {
        "under_way": [row for row in proposals.under_way(actor, stage) if not words or words in row.name],
        "lines": [] if stage else shown,
        "total": len(lines),
        "following": following,
        "first": f"{address}?{urlencode({'q': words})}" if start else "",
        "words": words,
        "stages": [(STAGE_NAMES[each], f"{address}?stage={each}", each is stage) for each in _SHOWN],
        "stage": stage,
    }
    return render(request, "authoring/home.html", context)


@author
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: Request) -> HttpResponseBase:
    """Begin an item or a bundle that nobody has yet."""
    catalogue, errors = queries.current(), []
    if request.method == "POST":
        try:
            made = proposing.begin(
                actor=request.actor,
                kind="bundles" if request.POST.get("kind") == "bundles" else "items",
                name=request.POST.get("name", ""),
                department=request.POST.get("department", ""),
                like=_key_called(catalogue, request.POST.get("like", "").strip()),
                now=now(),
            )
            return redirect("authoring:edit", made)
        except Invalid as refusal:
            errors.append((refusal.field or "name", str(refusal)))
    own = proposals.own_departments(request.actor)
    department = request.POST.get("department") or (own[0] if len(own) == 1 else "")
    context = {
        "errors": errors,
        "wrong": dict(errors),
        "typed": request.POST.dict() | {"department": department},
        "kinds": (("items", _("事项")), ("bundles", _("一件事"))),
        "departments": [(key, catalogue.department_names.get(key, key)) for key in own],
        "names": [item.name for item in catalogue.items.values()],
    }
    return render(request, "authoring/begin.html", context, status=422 if errors else 200)


@author
@require_safe
def subject(request: Request, kind: str, key: str) -> HttpResponseBase:
    """An item or bundle with its versions, what differs between two of them, and its open cases."""
    if kind == "templates":
        return redirect("manage:paper", key)
    name, department, version = found(request, kind, key)
    versions = queries.versions(kind, key)
    numbers = [facts.version for facts in versions]
    chosen = [_number(request.GET.get(side, ""), numbers) for side in ("from", "to")]
    if not all(chosen) and len(numbers) > 1:
        chosen = [numbers[1], numbers[0]]
    catalogue = queries.current()
    context = {
        "kind": kind,
        "key": key,
        "name": name,
        "department": catalogue.department_names.get(department, department),
        "version": version,
        "versions": versions,
        "proposals": proposals.of_key(request.actor, kind, key),
        "chosen": chosen,
        "differences": differences(
            queries.published(kind, key, chosen[0]),
            queries.published(kind, key, chosen[1]),
            names_of(catalogue),
        )
        if all(chosen)
        else (),
        "open_cases": open_cases(kind, key, department),
    }
    return render(request, "authoring/subject.html", context)


@author
@require_POST
def begin_version(request: Request, kind: str, key: str) -> HttpResponseBase:
    """Begin its next version, or go on with the one that is begun."""
    made = proposing.begin_version(actor=request.actor, kind=kind, key=key, now=now())
    return redirect("authoring:edit", made)


@author
@require_POST
def withdraw(request: Request, kind: str, key: str) -> HttpResponseBase:
    """Propose that it is withdrawn."""
    try:
        made = proposing.begin_withdrawal(
            actor=request.actor, kind=kind, key=key, reason=request.POST.get("reason", ""), now=now()
        )
    except Invalid as refusal:
        messages.error(request, str(refusal))
        return redirect("authoring:subject", kind, key)
    return redirect("authoring:review", made)


def open_cases(kind: str, key: str, department: str) -> list[tuple[int, int]]:
    """(version, number) of the open cases of an item: a new version changes nothing for them."""
    if kind != "items":
        return []
    return list(case_queries.open_versions(key, identity_queries.department_id(department)).items())


def found(request: Request, kind: str, key: str) -> tuple[str, str, int]:
    """Name, department and version (0: none in force) of what the actor has to do with. Raises `NotVisible`."""
    rows = getattr(queries.current(), kind, {}) if kind in SUBJECTS else {}
    earlier: list[ProposalRow] = proposals.of_key(request.actor, kind, key)
    if key in rows:
        department = getattr(rows[key], SUBJECTS[kind][1])
        if proposals.may_write(request.actor, department):
            return rows[key].name, department, rows[key].version
    elif earlier:
        return earlier[0].name, earlier[0].department, 0
    raise NotVisible(_("目录里没有它，或它属于其他部门。"), code="target_unknown")


def _number(text: str, known: list[int]) -> int:
    return int(text) if text.isdecimal() and int(text) in known else 0


def _key_called(catalogue: Catalogue, name: str) -> str:
    """The key of the item that is called so; what is typed where there is none."""
    return next((key for key, item in catalogue.items.items() if item.name == name), name)


def _lines(catalogue: Catalogue, departments: set[str], words: str) -> list[Line]:
    rows: list[Item | Bundle]
    if words:
        known: dict[tuple[str, str], Item | Bundle] = {
            ("bundle", key): row for key, row in catalogue.bundles.items()
        }
        known |= {("item", key): row for key, row in catalogue.items.items()}
        hits = search.find(words, limit=_ROWS)
        rows = [known[hit.kind, hit.key] for hit in hits if (hit.kind, hit.key) in known]
    else:
        rows = [*catalogue.bundles.values(), *catalogue.items.values()]
    return [_line(catalogue, row) for row in rows if _owner(row) in departments]


def _owner(row: Item | Bundle) -> str:
    return row.department if isinstance(row, Item) else row.lead


def _line(catalogue: Catalogue, row: Item | Bundle) -> Line:
    owner = _owner(row)
    department = catalogue.department_short_names.get(owner, owner)
    kind = "items" if isinstance(row, Item) else "bundles"
    return Line(kind, row.key, row.name, department, row.version, row.board)
