"""The guide (办事指南) of a bundle or item: everything that is asked of it, for the situation that was answered.

Made from the published version and its plan. Page, PDF and JSON show these values and no others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from yichuang.catalogue.asking import SUBJECT, as_bundle, turns_on_subject
from yichuang.catalogue.bundles import Bundle
from yichuang.catalogue.code_labels import SUBJECTS
from yichuang.catalogue.data import Catalogue, Necessity, SourceKind
from yichuang.catalogue.facts import Situation
from yichuang.catalogue.guide_facts import Fact, Section, for_whom, material_facts, sections_of
from yichuang.catalogue.in_force import closed_members
from yichuang.catalogue.planned import Line, Measure, Plan, PlannedCase, PlannedMaterial, PlannedMember
from yichuang.catalogue.planning import everything_up, plan
from yichuang.catalogue.tables import limit_text, money_text, number_text
from yichuang.deadlines.data import Limit

#: Code of people among those whom an item is for (GB/T 39046 A.4).
_PERSON = "1"
#: Before the key of an optional member: its question. No situation has a dot in its key.
_MEMBER = "member."
_BROUGHT = frozenset({SourceKind.UPLOAD, SourceKind.PAPER})


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the situation, who applies, or whether an optional member is handled with the others.

    `value`: code of the answer that the guide assumes; "": it needs one.
    """

    key: str
    text: str
    options: tuple[tuple[str, str], ...]  # (code, label)
    value: str
    answer: str  # `value` in words


@dataclass(frozen=True, slots=True)
class MaterialLine:
    """A material as the guide tells of it. `must`: without it there is no acceptance. `facts`: how to prepare it."""

    key: str
    name: str
    source: SourceKind
    source_name: str  # the register, licence or item that it comes from; "" where the applicant brings it
    because: str
    necessity: str
    must: bool
    facts: tuple[Fact, ...]
    blank: str = ""  # 空表 and 样表: files that the catalogue publishes
    sample: str = ""


@dataclass(frozen=True, slots=True)
class ItemGuide:
    """One item of the guide. `questions`: asked often, (question, answer)."""

    key: str
    name: str
    version: int
    department: str
    promised: str
    steps: tuple[str, ...]
    result_name: str
    sections: tuple[Section, ...]
    questions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Behind:
    """One line of the list behind a number; `because` where it counts for nothing now, or who has to come."""

    name: str
    amount: str
    item: str
    because: str


@dataclass(frozen=True, slots=True)
class Reduction:
    """减: one of the numbers before the reform and now, with the list behind each."""

    key: str  # visits | materials | working_days | forms | steps
    label: str
    unit: str
    before: float
    now: float
    behind_before: tuple[Behind, ...]
    behind_now: tuple[Behind, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide. `promised_limit` and `cost` (fen) say for programs what `promised` and `fee` say for people."""

    key: str
    name: str
    kind: str  # bundle | item
    version: int
    release: int
    is_current: bool
    closed: tuple[str, ...]  # why nobody can apply now: a sentence for each item that is not in force
    summary: str
    department: str
    for_whom: str
    for_people: bool
    questions: tuple[Question, ...]
    promised: str
    promised_limit: Limit
    fee: str
    cost: int
    visits: int
    fields: int
    prefilled: int
    brought: tuple[MaterialLine, ...]
    spared: tuple[MaterialLine, ...]
    waves: tuple[tuple[ItemGuide, ...], ...]  # those of one wave are handled at the same time
    reductions: tuple[Reduction, ...]

    @property
    def is_bundle(self) -> bool:
        """Whether several items are handled as one."""
        return self.kind == "bundle"

    @property
    def items(self) -> tuple[ItemGuide, ...]:
        """All items, in the order in which they are handled."""
        return tuple(item for wave in self.waves for item in wave)

    @property
    def must_bring(self) -> int:
        """How many materials nobody else can supply."""
        return sum(line.must for line in self.brought)

    @property
    def is_open(self) -> bool:
        """Whether a question has neither answer nor default: then nobody knows yet what else is needed."""
        return any(not question.value for question in self.questions)

    @property
    def answers(self) -> dict[str, str]:
        """The situation that the guide is for: question → code."""
        return {question.key: question.value for question in self.questions if question.value}

    @property
    def results(self) -> tuple[str, ...]:
        """What the applicant gets in the end."""
        return tuple(item.result_name for item in self.items if item.result_name)


def guide_of(
    catalogue: Catalogue,
    key: str,
    answers: Mapping[str, str],
    *,
    is_current: bool = True,
    day: date | None = None,
) -> Guide:
    """The guide of a bundle or item, as if every register answered. Raises `NotVisible` for an unknown key.

    `day`: when it is read; None for a preview, which says nothing of items that are not in force yet.
    """
    made = plan_for(catalogue, key, answers)
    bundle = catalogue.bundles.get(key)
    guides = {case.item.key: _item_guide(catalogue, case) for case in made.cases}
    lines = [_material(catalogue, material, made) for material in made.materials]
    found = {element for lookup in made.lookups for element in lookup.elements}
    cost = sum(total.amount for total in made.totals if not total.payer)
    target = bundle or catalogue.items[key]
    organ = target.lead if isinstance(target, Bundle) else target.department
    return Guide(
        key=key,
        name=made.name,
        kind="bundle" if bundle else "item",
        version=target.version,
        release=catalogue.release,
        is_current=is_current,
        closed=closed_members(made, day) if day and is_current else (),
        summary=bundle.summary if bundle else "",
        department=catalogue.department_names.get(organ, organ),
        for_whom=for_whom(code for case in made.cases for code in case.item.subjects),
        for_people=all(_PERSON in case.item.subjects for case in made.cases),
        questions=(
            *_who(catalogue, key, answers),
            *(_question(situation, made, answers) for situation in made.situations),
            *(_choice(member) for member in made.members if member.offered and member.optional),
        ),
        promised=limit_text(made.promised),
        promised_limit=made.promised,
        fee=money_text(cost) if cost else _("不收费"),
        cost=cost,
        visits=made.now.visits,
        fields=len(made.fields),
        prefilled=sum(planned.element.key in found for planned in made.fields),
        brought=tuple(line for line in lines if line.source in _BROUGHT),
        spared=tuple(line for line in lines if line.source not in _BROUGHT),
        waves=tuple(tuple(guides[key] for key in wave) for wave in waves(made.cases)),
        reductions=_reductions(made),
    )


def plan_for(catalogue: Catalogue, key: str, answers: Mapping[str, str]) -> Plan:
    """The plan that a guide's address asks for: as if every register answered, for nobody in particular.

    Beside answers, `subject` says who applies (A.4), and `member.<item>=no` leaves an optional member out.
    Raises `NotVisible` for an unknown key.
    """
    bundle = as_bundle(catalogue, key)
    without = (
        [one.item for one in bundle.members if answers.get(_MEMBER + one.item) == "no"] if bundle else []
    )
    return plan(catalogue, key, answers, everything_up(catalogue, answers.get(SUBJECT, "")), without)


def waves(cases: Iterable[PlannedCase]) -> list[list[str]]:
    """Item keys by when they start: each wave waits for one before it, those in it go at the same time."""
    depth: dict[str, int] = {}
    for case in cases:
        depth[case.item.key] = 1 + max((depth[key] for key in case.waits_for), default=0)
    return [[key for key, at in depth.items() if at == step] for step in sorted(set(depth.values()))]


def _tenth(number: float) -> float:
    """Rounded to tenths; a whole number stays one, so that nobody reads “8.0”."""
    return int(number) if number == int(number) else round(number, 1)


def _reductions(made: Plan) -> tuple[Reduction, ...]:
    words = {
        Measure.VISITS: (_("跑动"), _("次")),
        Measure.MATERIALS: (_("材料"), _("份")),
        Measure.WORKING_DAYS: (_("时间"), _("个工作日")),
    }
    if len(made.cases) > 1:
        words |= {Measure.FORMS: (_("填表"), _("张")), Measure.STEPS: (_("环节"), _("个"))}
    rows = {row.measure: row for row in made.comparison}
    return tuple(
        Reduction(
            key=measure.value,
            label=label,
            unit=unit,
            before=_tenth(rows[measure].total_before),
            now=_tenth(rows[measure].total_now),
            behind_before=_behind(rows[measure].before),
            behind_now=_behind(rows[measure].now),
        )
        for measure, (label, unit) in words.items()
    )


def _behind(lines: Iterable[Line]) -> tuple[Behind, ...]:
    return tuple(
        Behind(line.name, number_text(line.amount), line.item, str(line.because or "")) for line in lines
    )


def _item_guide(catalogue: Catalogue, case: PlannedCase) -> ItemGuide:
    item = case.item
    return ItemGuide(
        key=item.key,
        name=item.name,
        version=item.version,
        department=catalogue.department_names.get(item.department, item.department),
        promised=limit_text(item.promised_limit),
        steps=tuple(step.name for step in case.steps),
        result_name=item.result_name,
        sections=sections_of(catalogue, item),
        questions=item.questions,
    )


def _who(catalogue: Catalogue, key: str, answers: Mapping[str, str]) -> Iterable[Question]:
    """Who applies, where what is asked turns on it and more than one kind of applicant is served."""
    bundle = as_bundle(catalogue, key)
    if bundle is None or not turns_on_subject(catalogue, bundle):
        return
    served = {code for member in bundle.members for code in catalogue.items[member.item].subjects}
    options = tuple((code, for_whom([code])) for code in SUBJECTS if code in served)
    value = answers.get(SUBJECT, "") if answers.get(SUBJECT) in served else ""
    if len(options) > 1:
        yield Question(SUBJECT, _("谁来办？"), options, value, for_whom([value]))


def _choice(member: PlannedMember) -> Question:
    """Whether an optional member is handled with the others."""
    options = (("yes", _("一起办")), ("no", _("这次不办")))
    value = "yes" if member.chosen else "no"
    text = _("“%(item)s”一起办吗？") % {"item": member.item.name}
    return Question(_MEMBER + member.item.key, text, options, value, dict(options)[value])


def _question(situation: Situation, made: Plan, answers: Mapping[str, str]) -> Question:
    value = situation.default if situation.key in made.unanswered else answers[situation.key]
    options = tuple(situation.options.items())
    return Question(situation.key, situation.question, options, value, situation.options.get(value, ""))


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
        key=material.key,
        name=material.name,
        source=planned.source,
        source_name=_source_name(catalogue, planned),
        because=str(planned.because),
        necessity=words[planned.necessity],
        must=planned.necessity is Necessity.REQUIRED,
        facts=material_facts(material, entries),
        blank=material.blank,
        sample=material.sample,
    )


def _source_name(catalogue: Catalogue, planned: PlannedMaterial) -> str:
    for named in (catalogue.resources, catalogue.licence_types, catalogue.items):
        if planned.reference in named:
            return named[planned.reference].name
    return ""
