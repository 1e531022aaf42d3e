"""What a new version of an item or bundle would mean for the open applications that were begun under another one.

They keep the version under which they were received; this says how it differs, so that people who are asked at the
counter, and those who publish, know. Reads by right, constant in the number of queries, paged by application.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from yichuang.cases.models import ApplicationMaterial, Case
from yichuang.cases.queries import PAGE_ROWS, visible_cases
from yichuang.cases.states import ENDED, STAGE_NAMES, Stage
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.bundles import Bundle
from yichuang.catalogue.data import Item
from yichuang.catalogue.differences import Difference, Names, differences
from yichuang.identity import queries as identity_queries
from yichuang.identity.data import Actor

#: What applicants and officers notice; the rest (addresses, codes, words) changes nothing for them.
_NOTICED = frozenset({
    "kind", "visits", "statutory_limit", "promised_limit", "joint_limit", "joint_extension", "conditions", "steps",
    "special_procedures", "intermediaries", "commitment", "fees", "elements", "materials", "situations", "result_name",
    "licence_type", "members", "outcome", "ask_within",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Effect:
    """What the new version says otherwise. `supplied`: a material that it asks more, and that is there already."""

    label: str
    before: str
    after: str
    supplied: bool


@dataclass(frozen=True, slots=True)
class Touched:
    """An open application that keeps another version. `stages`: (item, stage) in words of its open cases."""

    number: str
    target_name: str
    received_at: datetime
    version: int
    stages: tuple[tuple[str, str], ...]
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One page; `next`: the key to ask for the page after it, None at the end."""

    rows: tuple[Touched, ...]
    next: int | None


def touched(actor: Actor, new: Item | Bundle, names: Names, *, after: int = 0, rows: int = PAGE_ROWS) -> Page:
    """The open applications that the actor may see and for which `new` says something else; oldest first."""
    olds = _olds(new)
    told = {at: effects for at, old in olds.items() if (effects := _noticed(old, new, names))}
    found = _begun_under(told, olds, new, visible_cases(actor).exclude(stage__in=sorted(ENDED)))
    keys = found.filter(application_id__gt=after).values_list("application_id", flat=True)
    ids = list(keys.order_by("application_id").distinct()[: rows + 1])
    cases = found.filter(application_id__in=ids[:rows]).select_related("application")
    page: dict[int, list[Case]] = {}
    for case in cases.defer("application__form", "application__query_code").order_by("application_id", "id"):
        page.setdefault(case.application_id, []).append(case)
    supplied = _supplied(page, told.values())
    lines = []
    for application_id, its_cases in page.items():
        at = _at(its_cases[0], olds, new)
        has = {material for application, material in supplied if application == application_id}
        lines.append(_row(its_cases, olds[at].version, told[at], has))
    return Page(tuple(lines), ids[rows - 1] if len(ids) > rows else None)


def _olds(new: Item | Bundle) -> Mapping[int, Item | Bundle]:
    """All published versions: of an item by the version's id, of a bundle by the release that published it."""
    if isinstance(new, Item):
        return catalogue_queries.item_versions(new.key)
    return catalogue_queries.bundle_versions(new.key)


def _at(case: Case, olds: Mapping[int, Item | Bundle], new: Item | Bundle) -> int:
    """Which of the versions the case keeps: a bundle's is the last that was published before its receipt."""
    if isinstance(new, Item):
        return case.item_version_id
    return max(release for release in olds if release <= case.application.release)


def _noticed(old: Item | Bundle, new: Item | Bundle, names: Names) -> tuple[Difference, ...]:
    return tuple(each for each in differences(old, new, names) if each.path[0] in _NOTICED)


def _begun_under(
    told: Collection[int], olds: Mapping[int, Item | Bundle], new: Item | Bundle, found: QuerySet[Case]
) -> QuerySet[Case]:
    """Those of the cases that keep one of the versions `told`; by department, as open cases are looked up."""
    items = catalogue_queries.current().items
    if isinstance(new, Item):
        organs = {old.department for old in olds.values() if isinstance(old, Item)}
        under = Q(item_version_id__in=list(told))
    else:
        members = {member.item for old in olds.values() if isinstance(old, Bundle) for member in old.members}
        organs = {items[key].department for key in members & items.keys()}
        under = Q(pk__in=())
        for release in told:
            next_one = min((at for at in olds if at > release), default=None)
            one = Q(application__target=new.key, application__release__gte=release)
            under |= one & Q(application__release__lt=next_one) if next_one else one
    known = identity_queries.departments()
    return found.filter(under, department_id__in=[known[key].id for key in sorted(organs & known.keys())])


def _supplied(
    applications: Collection[int], told: Iterable[Iterable[Difference]]
) -> Collection[tuple[int, str]]:
    """(application, material) of what the new version asks more and what is there already."""
    asked = {
        each.path[1] for effects in told for each in effects if each.path[0] == "materials" and each.path[1]
    }
    rows = ApplicationMaterial.objects.filter(
        application_id__in=list(applications), material__in=sorted(asked)
    )
    return set(rows.exclude(source="").values_list("application_id", "material"))


def _row(
    cases: Sequence[Case], version: int, effects: Iterable[Difference], supplied: Collection[str]
) -> Touched:
    application = cases[0].application
    return Touched(
        number=application.number,
        target_name=application.target_name,
        received_at=application.received_at,
        version=version,
        stages=tuple((case.item_name, str(STAGE_NAMES[Stage(case.stage)])) for case in cases),
        effects=tuple(
            Effect(
                each.label,
                each.before,
                each.after,
                supplied=each.path[0] == "materials" and not each.before and each.path[1] in supplied,
            )
            for each in effects
        ),
    )
