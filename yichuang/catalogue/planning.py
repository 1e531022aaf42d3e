"""The plan (计划): what one applicant must fill in and bring, in which order departments act, until when.

Pure: the same catalogue, answers and known facts give the same plan, whatever the order of the members.
A single item is planned as a bundle of one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from yichuang.base.errors import NotVisible, Refused
from yichuang.catalogue import figures
from yichuang.catalogue.conditions import holds, names_in
from yichuang.catalogue.data import (
    Answers,
    Bundle,
    Catalogue,
    Fee,
    Item,
    ItemMaterial,
    MaterialType,
    Member,
    Necessity,
    Situation,
    SourceKind,
)
from yichuang.catalogue.planned import Known, Lookup, Plan, PlannedCase, PlannedField, PlannedMaterial

_STRENGTH = {Necessity.OPTIONAL: 0, Necessity.SUPPLY_LATER: 1, Necessity.REQUIRED: 2}


def plan(catalogue: Catalogue, target_key: str, answers: Answers, known: Known) -> Plan:
    """The plan of a bundle or item. An answer that is no option of its question counts as not given.

    Raises `NotVisible` where there is no such bundle or item, `Refused` where members wait for each other
    in a circle (which publication refuses).
    """
    bundle = _as_bundle(catalogue, target_key)
    questions = _Questions(answers)
    questions.ask(bundle.situations)
    members = [member for member in bundle.members if holds(member.when, questions.effective)]
    items = [catalogue.items[member.item] for member in members]
    for item in items:
        questions.ask(item.situations)
    needs = _needs(items, questions.effective)
    materials = tuple(_settle(catalogue, key, need, members, known) for key, need in needs.items())
    fields = _fields(catalogue, items, questions.effective, known)
    cases = _order(members, items, materials)
    promised = figures.promise(bundle, cases)
    return Plan(
        target=target_key,
        name=bundle.name,
        situations=tuple(questions.asked),
        unanswered=tuple(questions.unanswered),
        fields=fields,
        materials=materials,
        cases=cases,
        fees=_fees(items),
        promised=promised,
        before=figures.before(items, [entry for need in needs.values() for entry in need.how]),
        now=figures.now(promised, cases, fields, materials),
        applicant=bundle.applicant or next((item.applicant for item in items if item.applicant), {}),
        lookups=tuple(_lookups(catalogue, items, _wanted(fields, questions.asked), needs, known)),
    )


def everything_up(catalogue: Catalogue) -> Known:
    """What a guide assumes that is made for nobody in particular: every register answers, nothing is held."""
    return Known(resources=frozenset(catalogue.resources))


def _as_bundle(catalogue: Catalogue, key: str) -> Bundle:
    if key in catalogue.bundles:
        return catalogue.bundles[key]
    if key not in catalogue.items:
        sentence = _("没有“%(key)s”这个事项或一件事，请重新查找。") % {"key": key}
        raise NotVisible(sentence, code="target_unknown")
    item = catalogue.items[key]
    return Bundle(key, item.name, item.department, item.board, (Member(key),), applicant=item.applicant)


@dataclass(slots=True)
class _Questions:
    """Which questions apply, and what is taken as their answers: the one given, else the default."""

    given: Answers
    asked: list[Situation] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    effective: dict[str, str] = field(default_factory=dict)
    _met: set[str] = field(default_factory=set)

    def ask(self, situations: Iterable[Situation]) -> None:
        for situation in situations:
            if situation.key in self._met or not holds(situation.when, self.effective):
                continue
            self._met.add(situation.key)
            self.asked.append(situation)
            answer = self.given.get(situation.key, "")
            if answer not in situation.options:
                self.unanswered.append(situation.key)
                answer = situation.default
            if answer:
                self.effective[situation.key] = answer


# ── Fields ───────────────────────────────────────────────────────────────────────────────────────


def _fields(
    catalogue: Catalogue, items: Sequence[Item], answers: Answers, known: Known
) -> tuple[PlannedField, ...]:
    """Each element once, required if any member requires it, in the first section that names it.

    The fields of a section stand together, sections and fields in the order in which members bring them.
    """
    users: dict[str, dict[str, Item]] = {}
    required: set[str] = set()
    sections: dict[str, str] = {}
    for item in items:
        for entry in item.elements:
            if not holds(entry.when, answers):
                continue
            users.setdefault(entry.element, {})[item.key] = item
            if entry.required:
                required.add(entry.element)
            if entry.section:
                sections.setdefault(entry.element, entry.section)
    planned = []
    # Translated once: looking a sentence up costs more than all the rest of a field.
    shared, alone = _("%(count)d个事项共用，只填一次"), _("“%(item)s”需要")
    order = list(dict.fromkeys(sections.get(key, "") for key in users))
    for key, needing in sorted(users.items(), key=lambda user: order.index(sections.get(user[0], ""))):
        source = known.values.get(key, "")
        planned.append(
            PlannedField(
                element=catalogue.elements[key],
                required=key in required,
                section=sections.get(key, ""),
                items=tuple(needing),
                source=source,
                because=_filled_in(catalogue, source) if source else _why_needed(needing, shared, alone),
            )
        )
    return tuple(planned)


def _filled_in(catalogue: Catalogue, source: str) -> str:
    resource = catalogue.resources.get(source)
    return _("%(source)s已填好，请核对") % {"source": resource.name if resource else source}


def _why_needed(needing: Mapping[str, Item], shared: str, alone: str) -> str:
    if len(needing) > 1:
        return shared % {"count": len(needing)}
    return alone % {"item": next(iter(needing.values())).name}


# ── Materials ────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Need:
    """Which members need a material, and how each of them says so."""

    items: list[Item] = field(default_factory=list)
    how: list[ItemMaterial] = field(default_factory=list)


def _needs(items: Sequence[Item], answers: Answers) -> dict[str, _Need]:
    needs: dict[str, _Need] = {}
    for item in items:
        for entry in item.materials:
            if holds(entry.when, answers):
                need = needs.setdefault(entry.material, _Need())
                need.items.append(item)
                need.how.append(entry)
    return needs


def _settle(
    catalogue: Catalogue, key: str, need: _Need, members: Sequence[Member], known: Known
) -> PlannedMaterial:
    """Where a material comes from: kinds as `SourceKind` lists them, inside one as `stands_in` does.

    The result that a member declares to build on (`result_of`) comes first: the licence held already is of
    another matter, as the birth certificate of an elder child.
    """
    material = catalogue.materials[key]
    items = [catalogue.items[member.item] for member in members]
    needing = {item.key for item in need.items}
    awaited = {result for member in members if member.item in needing for result in member.result_of}
    kind, reference, because = (
        _from_sister(material, need, [item for item in items if item.key in awaited])
        or _from_licence(catalogue, material, known)
        or _from_register(catalogue, material, need, known)
        or _from_sister(material, need, items)
        or _from_applicant(catalogue, material, need, known)
    )
    return PlannedMaterial(
        material=material,
        necessity=max((entry.necessity for entry in need.how), key=_STRENGTH.__getitem__),
        items=tuple(dict.fromkeys(item.key for item in need.items)),
        source=kind,
        reference=reference,
        because=because,
    )


_Settled = tuple[SourceKind, str, str]


def _stand_ins(material: MaterialType, kind: str) -> list[str]:
    return [entry.partition(":")[2] for entry in material.stands_in if entry.startswith(f"{kind}:")]


def _from_licence(catalogue: Catalogue, material: MaterialType, known: Known) -> _Settled | None:
    for key in _stand_ins(material, "licence"):
        if key in known.licences:
            name = catalogue.licence_types[key].name
            return SourceKind.LICENCE, key, _("已有电子证照《%(name)s》，免提交") % {"name": name}
    return None


def _from_register(
    catalogue: Catalogue, material: MaterialType, need: _Need, known: Known
) -> _Settled | None:
    """A register settles a material only where each member that needs it holds a grant (浙江规定 art. 39)."""
    for key in _stand_ins(material, "resource"):
        if key in known.resources and all(key in catalogue.granted.get(item.key, ()) for item in need.items):
            name = catalogue.resources[key].name
            return SourceKind.SHARED, key, _("%(source)s可查，免提交") % {"source": name}
    return None


def _from_sister(material: MaterialType, need: _Need, items: Sequence[Item]) -> _Settled | None:
    maker = next(iter(makers(material, {item.key for item in need.items}, items)), None)
    if maker is None:
        return None
    return SourceKind.SISTER, maker.key, _("由同时办理的“%(item)s”产生，免提交") % {"item": maker.name}


def makers(material: MaterialType, needing: Collection[str], items: Iterable[Item]) -> list[Item]:
    """The members that make a material for the others: named as `item:…`, or issuing a licence that stands in.

    A member that needs the material itself (a renewal) does not make it.
    """
    others = {item.key: item for item in items if item.key not in needing}
    licences = set(_stand_ins(material, "licence"))
    named = [others[key] for key in _stand_ins(material, "item") if key in others]
    issuing = sorted(key for key, item in others.items() if item.licence_type in licences)
    return named + [others[key] for key in issuing]


def _from_applicant(catalogue: Catalogue, material: MaterialType, need: _Need, known: Known) -> _Settled:
    """An original is shown at the counter only where its item needs a visit; otherwise a copy is uploaded."""
    if material.key in known.uploads:
        return SourceKind.EARLIER, "", _("以前交过且仍然有效，免再次提交")
    shown = any(entry.originals and item.visits for item, entry in zip(need.items, need.how, strict=True))
    kind = SourceKind.PAPER if shown else SourceKind.UPLOAD
    silent = [key for key in _stand_ins(material, "resource") if key not in known.resources]
    if silent:
        name = catalogue.resources[silent[0]].name
        return kind, "", _("%(source)s暂时查不到，请自行提供") % {"source": name}
    needing = {item.key: item for item in need.items}
    return kind, "", _why_needed(needing, _("%(count)d个事项共用，只交一份"), _("“%(item)s”需要"))


def _wanted(fields: Iterable[PlannedField], asked: Iterable[Situation]) -> set[str]:
    """The elements that fill in a field or answer a question."""
    wanted = {planned.element.key for planned in fields}
    for situation in asked:
        for expression in situation.known.values():
            wanted.update(names_in(expression))
    return wanted


def _lookups(
    catalogue: Catalogue,
    items: Sequence[Item],
    wanted: Collection[str],
    needs: Mapping[str, _Need],
    known: Known,
) -> Iterable[Lookup]:
    """The registers to ask, each fact once: a second item asks only for what the first may not see."""
    told: set[tuple[str, str]] = set()
    settled: dict[
        str, list[tuple[str, set[str]]]
    ] = {}  # resource → the materials that it may stand in for, for whom
    for key, need in needs.items():
        for resource_key in _stand_ins(catalogue.materials[key], "resource"):
            settled.setdefault(resource_key, []).append((key, {item.key for item in need.items}))
    for item in items:
        for resource_key, granted in catalogue.granted.get(item.key, {}).items():
            if resource_key not in known.resources:
                continue
            resource = catalogue.resources[resource_key]
            elements = [
                element
                for name, element in resource.answers.items()
                if name in granted and element in wanted and (resource_key, element) not in told
            ]
            materials = [
                key
                for key, needing in settled.get(resource_key, ())
                if item.key in needing and (resource_key, key) not in told
            ]
            told.update((resource_key, key) for key in (*elements, *materials))
            if elements or materials:
                yield Lookup(resource_key, item.key, resource.subject, tuple(elements), tuple(materials))


# ── Cases, fees, promise ─────────────────────────────────────────────────────────────────────────


def _order(
    members: Sequence[Member], items: Sequence[Item], materials: Sequence[PlannedMaterial]
) -> tuple[PlannedCase, ...]:
    """The cases, each after those that it waits for; otherwise as the bundle lists them."""
    chosen = {item.key: item for item in items}
    waits = {
        member.item: {*member.after, *member.result_of, *member.simulate} & chosen.keys()
        for member in members
    }
    for material in materials:
        if material.source is SourceKind.SISTER:
            for key in material.items:
                waits[key].add(material.reference)
    ordered: list[str] = []
    while len(ordered) < len(chosen):
        ready = next((key for key in waits if key not in ordered and waits[key] <= set(ordered)), None)
        if ready is None:
            names = "、".join(item.name for key, item in chosen.items() if key not in ordered)
            sentence = _("%(names)s互相等待，无法排出先后，请联系中心管理员修改一件事。") % {"names": names}
            raise Refused(sentence, code="members_in_a_circle")
        ordered.append(ready)
    return tuple(
        PlannedCase(chosen[key], tuple(other for other in ordered if other in waits[key])) for key in ordered
    )


def _fees(items: Iterable[Item]) -> tuple[Fee, ...]:
    return tuple(fee for item in items for fee in item.fees)
