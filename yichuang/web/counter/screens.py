"""The draft page as it is shown: the plan, what is typed, where each value came from, and what is missing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from yichuang.base.errors import Refused
from yichuang.cases import rules
from yichuang.cases.actions.drafting import left_out, plan_of
from yichuang.cases.data import Person, Settlement
from yichuang.cases.drafts import DraftContent, OpenDraft
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.conditions import names_in
from yichuang.catalogue.data import Catalogue, Necessity
from yichuang.catalogue.planned import Figures, Plan, PlannedCase, PlannedField, PlannedMember
from yichuang.catalogue.tables import limit_text
from yichuang.identity import queries as identity_queries
from yichuang.sharing.data import Outcome
from yichuang.web.counter.forms import ANSWER, TICK, VALUE, DraftInput
from yichuang.web.counter.slips import Slip, slip_of

#: (anchor of the field, sentence): "" leads nowhere.
Fault = tuple[str, str]

#: How wide the input of a type of element is, in Latin letters.
_WIDTHS = {
    "date": "20",
    "number": "8",
    "phone": "12",
    "citizen_number": "20",
    "organisation_code": "20",
    "choice": "20",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One value of the form."""

    name: str
    label: str
    kind: str
    value: str
    hint: str
    error: str
    required: bool
    width: str
    wide: bool
    options: tuple[tuple[str, str], ...]
    source: str
    source_name: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the situation (情形)."""

    name: str
    text: str
    options: tuple[tuple[str, str], ...]
    value: str
    hint: str  # the register that knows the answer
    error: str


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case that will be opened."""

    name: str
    department: str
    waits_for: tuple[str, ...]
    promise: str
    elsewhere: bool  # in the department's own system


@dataclass(frozen=True, slots=True)
class Screen:
    """Everything that the draft page shows."""

    draft: OpenDraft
    plan: Plan
    applicant: Person
    agent: Person
    is_known: bool  # the applicant has been identified
    questions: tuple[Question, ...]
    choice: tuple[tuple[str, str], ...]  # optional items: (key, name)
    chosen: frozenset[str]  # those of them that are wanted
    sections: tuple[tuple[str, tuple[Line, ...]], ...]
    slips: tuple[Slip, ...]
    cases: tuple[CaseLine, ...]
    letters_address: str  # the 承诺书 to be printed and signed; "" where nothing is promised
    silent: tuple[str, ...]  # sentences about registers that gave nothing
    can_ask: bool
    open_facts: int  # of the applicant
    open_values: int
    open_slips: int
    fee: int  # fen
    promise: str
    figures: tuple[tuple[str, float, float, str], ...]  # label, before, now, unit
    errors: tuple[Fault, ...] = ()
    field_errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def at_applicant(self) -> bool:
        """Whether the cursor starts at the applicant: nothing is wrong yet and nobody is known."""
        return not self.is_known and not self.errors

    @property
    def left(self) -> int:
        """How much is left to fill in on the whole page."""
        return self.open_facts + self.open_values

    @property
    def fee_yuan(self) -> str:
        """The fees in yuan, without a decimal part where there is none."""
        yuan, fen = divmod(self.fee, 100)
        return f"{yuan}.{fen:02d}" if fen else str(yuan)


def screen_of(
    draft: OpenDraft, *, sent: DraftInput | None = None, stale: bool = False, faults: Iterable[Fault] = ()
) -> Screen:
    """The page of a draft. `sent`: what was typed and may not be kept; it is shown instead, so nothing is lost.

    `stale`: another tab kept something else meanwhile; the page keeps its old revision and goes on being refused.
    """
    if sent is not None:
        revision = sent.revision if stale else draft.revision
        draft = replace(draft, revision=revision, content=_with(draft.content, sent))
    catalogue = catalogue_queries.current()
    plan = plan_of(draft)
    content = draft.content
    errors = tuple(faults)
    wrong = {anchor: sentence for anchor, sentence in errors if anchor}
    sections = _sections(catalogue, plan, content, wrong)
    slips = tuple(slip_of(catalogue, draft, planned, wrong) for planned in plan.materials)
    lines = [line for _title, section in sections for line in section]
    kind = _kind_of_applicant(catalogue, plan)
    applicant = (sent.applicant if sent else None) or content.applicant or Person(kind, "", "")
    return Screen(
        draft=draft,
        plan=plan,
        applicant=applicant,
        agent=(sent.agent if sent else None) or content.agent or Person("person", "", ""),
        is_known=content.applicant is not None,
        questions=tuple(_questions(catalogue, plan, content, wrong)),
        choice=tuple((one.item.key, one.item.name) for one in _optional(plan)),
        chosen=frozenset(one.item.key for one in _optional(plan) if one.chosen),
        sections=sections,
        slips=slips,
        cases=tuple(_case(catalogue, plan, planned) for planned in plan.cases),
        letters_address=_letters_address(plan, content),
        silent=tuple(_silent(catalogue, content)),
        can_ask=content.applicant is not None and _can_ask(plan, content),
        open_facts=_open_facts(plan, applicant),
        open_values=sum(line.required and not line.value for line in lines),
        open_slips=sum(
            slip.state in {"due", "ask"} and slip.necessity is Necessity.REQUIRED for slip in slips
        ),
        fee=sum(total.amount for total in plan.totals if not total.payer),
        promise=limit_text(plan.promised),
        figures=_figures(plan.before, plan.now),
        errors=errors,
        field_errors=wrong,
    )


def shortcomings(draft: OpenDraft) -> list[Fault]:
    """Everything that keeps the draft from being received, told once (行政许可法 32(4))."""
    plan, content = plan_of(draft), draft.content
    found: list[Fault] = []
    if content.applicant is None:
        found.append(("number", _("还没有录入申请人。请先读取身份证或手工录入。")))
    for situation in plan.situations:
        if situation.key in plan.unanswered:
            sentence = _("请先回答：%(question)s") % {"question": situation.question}
            found.append((ANSWER + situation.key, sentence))
    try:
        rules.check_form(plan, content.values, content.materials)
    except rules.Incomplete as incomplete:
        anchors = _applicant_anchors(plan)
        left = {key for key, anchor in anchors.items() if content.applicant is None}
        found += [
            (anchors.get(key, VALUE + key), sentence)
            for key, sentence in incomplete.fields.items()
            if key not in left
        ]
        names = {planned.material.key: planned.material.name for planned in plan.materials}
        found += [
            (TICK + key, _("还缺材料：%(name)s。请收取原件或上传。") % {"name": names[key]})
            for key in incomplete.materials
        ]
    return found


def fault_of(refusal: Refused, plan: Plan) -> Fault:
    """Where on the page a refusal belongs."""
    anchor = refusal.field or ""
    if any(situation.key == anchor for situation in plan.situations):
        anchor = ANSWER + anchor
    return anchor, str(refusal)


def _optional(plan: Plan) -> list[PlannedMember]:
    return [one for one in plan.members if one.offered and one.optional]


def _with(content: DraftContent, sent: DraftInput) -> DraftContent:
    settled: dict[str, Settlement | None] = {**content.materials, **sent.materials}
    return replace(
        content,
        answers={**content.answers, **sent.answers},
        values={**content.values, **sent.values},
        materials={key: how for key, how in settled.items() if how is not None},
        without=left_out(content, sent.choice),
    )


# ── Questions and form ───────────────────────────────────────────────────────────────────────────


def _questions(
    catalogue: Catalogue, plan: Plan, content: DraftContent, wrong: Mapping[str, str]
) -> Iterable[Question]:
    for situation in plan.situations:
        name = ANSWER + situation.key
        value = content.answers.get(situation.key) or situation.default
        hint = ""
        if content.told.get(situation.key) == value:
            elements = names_in(situation.known[value])
            registers = dict.fromkeys(content.sources[key] for key in elements if key in content.sources)
            names = "、".join(catalogue.resources[key].name for key in registers)
            hint = _("按%(registers)s") % {"registers": names} if names else ""
        options = tuple(situation.options.items())
        yield Question(name, situation.question, options, value, hint, wrong.get(name, ""))


def _applicant_anchors(plan: Plan) -> dict[str, str]:
    """The elements that the applicant's own number, name and phone answer, and the inputs that ask for them."""
    return {element: fact for fact, element in plan.applicant.items()}


def _open_facts(plan: Plan, applicant: Person) -> int:
    """How many of number, name and phone are wanted and not there."""
    facts = {"number": applicant.number, "name": applicant.name, "phone": applicant.phone}
    asked_here = _applicant_anchors(plan)
    wanted = [asked_here.get(planned.element.key, "") for planned in plan.fields if planned.required]
    return sum(fact in facts and not facts[fact] for fact in wanted)


def _kind_of_applicant(catalogue: Catalogue, plan: Plan) -> str:
    element = catalogue.elements.get(plan.applicant.get("number", ""))
    return "organisation" if element and element.type == "organisation_code" else "person"


def _sections(
    catalogue: Catalogue, plan: Plan, content: DraftContent, wrong: Mapping[str, str]
) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    """The form by sections in the order of the catalogue; what the applicant's panel asks is not asked again."""
    asked_there = _applicant_anchors(plan)
    sections: dict[str, list[Line]] = {}
    for planned in plan.fields:
        if planned.element.key not in asked_there:
            title = planned.section or _("其他信息")
            sections.setdefault(title, []).append(_line(catalogue, planned, content, wrong))
    return tuple((title, tuple(lines)) for title, lines in sections.items())


def _line(
    catalogue: Catalogue, planned: PlannedField, content: DraftContent, wrong: Mapping[str, str]
) -> Line:
    element = planned.element
    name, value = VALUE + element.key, content.values.get(element.key, "")
    resource = catalogue.resources.get(content.sources.get(element.key, ""))
    source = "" if not value else "shared" if resource else "applicant"
    return Line(
        name=name,
        label=f"{element.label}（{element.unit}）" if element.unit else element.label,
        kind=element.type,
        value=value,
        hint=element.hint,
        error=wrong.get(name, ""),
        required=planned.required,
        width=_WIDTHS.get(element.type, "40"),
        wide=element.type == "address",
        options=tuple(element.choices.items()),
        source=source,
        source_name=resource.name if resource and value else _("本人填写") if value else "",
    )


def _letters_address(plan: Plan, content: DraftContent) -> str:
    if not plan.commitments:
        return ""
    return f"{reverse('guide_form', args=[plan.target])}?{urlencode(content.answers)}"


# ── Registers and cases ──────────────────────────────────────────────────────────────────────────


def _silent(catalogue: Catalogue, content: DraftContent) -> Iterable[str]:
    """One sentence for the registers that did not answer, one for those that know nothing."""
    sentences = {
        Outcome.DOWN: _("%(names)s暂时没有回应，有关内容请手工填写，有关材料请收取原件。"),
        Outcome.ABSENT: _("%(names)s没有查到记录，请核对号码，或收取原件。"),
    }
    for outcome, sentence in sentences.items():
        names = [
            f"“{catalogue.resources[key].name}”"
            for key, asked in content.asked.items()
            if asked.outcome == outcome and key in catalogue.resources
        ]
        if names:
            yield sentence % {"names": "、".join(names)}


def _can_ask(plan: Plan, content: DraftContent) -> bool:
    """Whether a register that gave nothing could be asked again, or one that the plan wants something of at all."""
    if any(asked.outcome != Outcome.FOUND for asked in content.asked.values()):
        return True
    return any(
        lookup.resource not in content.asked and bool(content.values.get(lookup.subject))
        for lookup in plan.lookups
    )


def _figures(before: Figures, after: Figures) -> tuple[tuple[str, float, float, str], ...]:
    days = [int(days) if days == int(days) else days for days in (before.working_days, after.working_days)]
    return (
        (_("跑动"), before.visits, after.visits, _("次")),
        (_("材料"), before.materials, after.materials, _("份")),
        (_("表"), before.forms, after.forms, _("张")),
        (_("工作日"), days[0], days[1], _("天")),
    )


def _case(catalogue: Catalogue, plan: Plan, planned: PlannedCase) -> CaseLine:
    names = {case.item.key: case.item.name for case in plan.cases}
    departments = identity_queries.departments()
    key = planned.item.department
    short = departments[key].short_name if key in departments else catalogue.department_names.get(key, key)
    return CaseLine(
        name=planned.item.name,
        department=short,
        waits_for=tuple(names[item] for item in planned.waits_for),
        promise=limit_text(planned.item.promised_limit),
        elsewhere=bool(planned.item.partner),
    )
