"""What a guide page shows, from the published version and the plan for the situation that was answered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from yichuang.catalogue.data import Bundle, Catalogue, Item, Necessity, Situation, SourceKind
from yichuang.catalogue.planned import Plan, PlannedCase, PlannedMaterial
from yichuang.catalogue.planning import everything_up, plan
from yichuang.catalogue.rules.codes import SUBJECTS
from yichuang.catalogue.tables import limit_text, money_text

#: Code of people among those whom an item is for (GB/T 39046 A.4).
_PERSON = "1"
_BROUGHT = frozenset({SourceKind.UPLOAD, SourceKind.PAPER})


@dataclass(frozen=True, slots=True)
class MaterialLine:
    """A material as the guide tells of it."""

    name: str
    because: str
    source: SourceKind
    source_name: str
    issuer: str
    necessity: str  # in words people use
    must: bool
    form: str  # original or copy
    checkpoints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the situation with the answer that the page assumes."""

    situation: Situation
    options: tuple[tuple[str, str], ...]
    value: str  # "": not answered, and no default

    @property
    def answer(self) -> str:
        """The answer in words."""
        return self.situation.options.get(self.value, "")


@dataclass(frozen=True, slots=True)
class ItemGuide:
    """One item of the guide."""

    item: Item
    department: str
    for_whom: str
    promised: str
    statutory: str
    fees: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide page."""

    key: str
    name: str
    summary: str
    is_bundle: bool
    plan: Plan
    questions: tuple[Question, ...]
    brought: tuple[MaterialLine, ...]
    spared: tuple[MaterialLine, ...]
    waves: tuple[tuple[ItemGuide, ...], ...]  # those of one wave are handled at the same time
    items: tuple[ItemGuide, ...]
    for_whom: str
    for_people: bool
    promised: str
    fee: str
    fields: int
    prefilled: int
    release: int
    version: int

    @property
    def must_bring(self) -> int:
        """How many materials nobody else can supply."""
        return sum(line.must for line in self.brought)

    @property
    def is_open(self) -> bool:
        """Whether a question has neither answer nor default: then nobody knows yet what else is needed."""
        return any(not question.value for question in self.questions)

    @property
    def results(self) -> tuple[str, ...]:
        """What the applicant gets in the end."""
        return tuple(guide.item.result_name for guide in self.items)


def boards_of(catalogue: Catalogue) -> dict[str, list[Item]]:
    """The items of each board (板块), in the catalogue's order."""
    boards: dict[str, list[Item]] = {}
    for item in catalogue.items.values():
        boards.setdefault(item.board, []).append(item)
    return boards


def guide_of(catalogue: Catalogue, key: str, answers: Mapping[str, str]) -> Guide:
    """The guide of a bundle or item, as if every register answered. Raises `NotVisible` for an unknown key."""
    made = plan(catalogue, key, answers, everything_up(catalogue))
    bundle = catalogue.bundles.get(key)
    guides = {case.item.key: _item_guide(catalogue, case.item) for case in made.cases}
    lines = [(_material(catalogue, material, made), material.source) for material in made.materials]
    found = {element for lookup in made.lookups for element in lookup.elements}
    cost = sum(fee.amount for fee in made.fees)
    return Guide(
        key=key,
        name=made.name,
        summary=bundle.summary if bundle else "",
        is_bundle=bundle is not None,
        plan=made,
        questions=tuple(_question(situation, made, answers) for situation in made.situations),
        brought=tuple(line for line, source in lines if source in _BROUGHT),
        spared=tuple(line for line, source in lines if source not in _BROUGHT),
        waves=tuple(tuple(guides[key] for key in wave) for wave in waves(made.cases)),
        items=tuple(guides.values()),
        for_whom=_for_whom({code for case in made.cases for code in case.item.subjects}),
        for_people=all(_PERSON in case.item.subjects for case in made.cases),
        promised=limit_text(made.promised),
        fee=money_text(cost) if cost else _("不收费"),
        fields=len(made.fields),
        prefilled=sum(planned.element.key in found for planned in made.fields),
        release=catalogue.release,
        version=_version(catalogue, bundle, key),
    )


def waves(cases: Iterable[PlannedCase]) -> list[list[str]]:
    """Item keys by when they start: each wave waits for one before it, those in it go at the same time."""
    depth: dict[str, int] = {}
    for case in cases:
        depth[case.item.key] = 1 + max((depth[key] for key in case.waits_for), default=0)
    return [[key for key, at in depth.items() if at == step] for step in sorted(set(depth.values()))]


def _version(catalogue: Catalogue, bundle: Bundle | None, key: str) -> int:
    return bundle.version if bundle else catalogue.items[key].version


def _item_guide(catalogue: Catalogue, item: Item) -> ItemGuide:
    return ItemGuide(
        item=item,
        department=catalogue.department_names.get(item.department, item.department),
        for_whom=_for_whom(set(item.subjects)),
        promised=limit_text(item.promised_limit),
        statutory=limit_text(item.statutory_limit) if item.statutory_limit else "",
        fees=tuple((fee.name, money_text(fee.amount), fee.basis) for fee in item.fees),
    )


def _for_whom(codes: set[str]) -> str:
    names = [_("个人") if code == _PERSON else name for code, name in SUBJECTS.items() if code in codes]
    return _("、").join(names)


def _question(situation: Situation, made: Plan, answers: Mapping[str, str]) -> Question:
    value = situation.default if situation.key in made.unanswered else answers[situation.key]
    return Question(situation, tuple(situation.options.items()), value)


def _material(catalogue: Catalogue, planned: PlannedMaterial, made: Plan) -> MaterialLine:
    material = planned.material
    entries = [
        entry for case in made.cases for entry in case.item.materials if entry.material == material.key
    ]
    words = {
        Necessity.REQUIRED: _("必须带"),
        Necessity.SUPPLY_LATER: _("可以以后补"),
        Necessity.OPTIONAL: _("有就带，没有也能办"),
    }
    return MaterialLine(
        name=material.name,
        because=planned.because,
        source=planned.source,
        source_name=_source_name(catalogue, planned),
        issuer=material.issuer,
        necessity=words[planned.necessity],
        must=planned.necessity is Necessity.REQUIRED,
        form=_form(max(entry.originals for entry in entries), max(entry.copies for entry in entries)),
        checkpoints=material.checkpoints,
    )


def _form(originals: int, copies: int) -> str:
    parts = [_("原件%(number)d份") % {"number": originals}] if originals else []
    parts += [_("复印件%(number)d份") % {"number": copies}] if copies else []
    return _("、").join(parts)


def _source_name(catalogue: Catalogue, planned: PlannedMaterial) -> str:
    """The register, licence or item that a material comes from; "" where the applicant brings it."""
    for named in (catalogue.resources, catalogue.licence_types, catalogue.items):
        if planned.reference in named:
            return named[planned.reference].name
    return ""
