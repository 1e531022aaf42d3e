"""What is asked once for all members of a bundle, and where it comes from: fields, materials, registers to ask."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from yichuang.catalogue.asking import Asking
from yichuang.catalogue.bundles import Member
from yichuang.catalogue.conditions import names_in
from yichuang.catalogue.data import (
    Catalogue,
    Item,
    ItemElement,
    ItemMaterial,
    MaterialType,
    Necessity,
    SourceKind,
)
from yichuang.catalogue.facts import Commitment, Situation
from yichuang.catalogue.planned import Known, LeftOut, Lookup, PlannedField, PlannedMaterial
from yichuang.catalogue.reasons import Reason

_STRENGTH = {Necessity.OPTIONAL: 0, Necessity.SUPPLY_LATER: 1, Necessity.REQUIRED: 2}


Entry = TypeVar("Entry", ItemElement, ItemMaterial)


@dataclass(slots=True)
class Need(Generic[Entry]):
    """Which members need an element or a material, and how each of them says so."""

    items: list[Item] = field(default_factory=list)
    how: list[Entry] = field(default_factory=list)

    @property
    def keys(self) -> tuple[str, ...]:
        """The items, each once."""
        return tuple(dict.fromkeys(item.key for item in self.items))


@dataclass(slots=True)
class Needs(Generic[Entry]):
    """What members need together, by key; `spared`: what a condition leaves out, with the condition."""

    wanted: dict[str, Need[Entry]] = field(default_factory=dict)
    spared: dict[str, list[tuple[Item, str]]] = field(default_factory=dict)

    def add(self, item: Item, key: str, how: Entry, asking: Asking) -> None:
        """Take in what one member says of one key."""
        if asking.holds(how.when):
            need = self.wanted.setdefault(key, Need())
            need.items.append(item)
            need.how.append(how)
        else:
            self.spared.setdefault(key, []).append((item, how.when))

    def left_out(self, kind: str, names: Mapping[str, str], asking: Asking) -> Iterable[LeftOut]:
        """What is not asked of anybody, and why."""
        for key, spared in self.spared.items():
            if key not in self.wanted:
                items = tuple(dict.fromkeys(item.key for item, _when in spared))
                reason = Reason("not_applicable", answers=asking.why(spared[0][1]))
                yield LeftOut(kind, key, names[key], items, reason)


def asked_alone(catalogue: Catalogue, materials: Mapping[str, Need[ItemMaterial]]) -> dict[str, list[str]]:
    """Item → names of the materials that it asks for by itself, optional ones not counted, each once."""
    asked: dict[str, list[str]] = {}
    for key, need in materials.items():
        firm = (
            item.key
            for item, how in zip(need.items, need.how, strict=True)
            if how.necessity is not Necessity.OPTIONAL
        )
        for item_key in dict.fromkeys(firm):
            asked.setdefault(item_key, []).append(catalogue.materials[key].name)
    return asked


def _why_needed(kind: str, need: Need[Any], asking: Asking) -> Reason:
    """`kind`: field or material. What all members ask under a condition turns on that condition."""
    answers = asking.why(need.how[0].when) if all(how.when for how in need.how) else ()
    keys = need.keys
    if len(keys) > 1:
        return Reason(f"{kind}_shared", {"count": str(len(keys))}, answers)
    return Reason(f"{kind}_needed", {"item": need.items[0].name}, answers)


# ── Fields ───────────────────────────────────────────────────────────────────────────────────────


def fields_of(needs: Needs[ItemElement], asking: Asking) -> tuple[PlannedField, ...]:
    """Each element once, required if any member requires it, in the first section that names it.

    The fields of a section stand together, sections and fields in the order in which members bring them.
    """
    catalogue, known = asking.catalogue, asking.known
    sections = {
        key: next((how.section for how in need.how if how.section), "") for key, need in needs.wanted.items()
    }
    order = {section: place for place, section in enumerate(dict.fromkeys(sections.values()))}
    planned = []
    for key in sorted(needs.wanted, key=lambda key: order[sections[key]]):
        need, source = needs.wanted[key], known.values.get(key, "")
        planned.append(
            PlannedField(
                element=catalogue.elements[key],
                required=any(how.required for how in need.how),
                section=sections[key],
                items=need.keys,
                source=source,
                because=_filled_in(catalogue, source, need) if source else _why_needed("field", need, asking),
            )
        )
    return tuple(planned)


def _filled_in(catalogue: Catalogue, source: str, need: Need[Any]) -> Reason:
    resource = catalogue.resources.get(source)
    name = resource.name if resource else source
    purpose = _purpose(catalogue, source, need)
    if purpose:
        return Reason("field_granted", {"source": name, "purpose": purpose})
    return Reason("field_known", {"source": name})


def _purpose(catalogue: Catalogue, resource: str, need: Need[Any]) -> str:
    """For what the items that need it may ask the register (浙江规定 art. 39)."""
    purposes = (catalogue.purposes.get((resource, key), "") for key in need.keys)
    return "、".join(dict.fromkeys(purpose for purpose in purposes if purpose))


# ── Materials ────────────────────────────────────────────────────────────────────────────────────


def checkpoints_of(material: MaterialType, entries: Iterable[ItemMaterial]) -> tuple[str, ...]:
    """受理要点: what a clerk ticks of a material, first its own points, then those of the items that ask for it."""
    return tuple(dict.fromkeys([*material.checkpoints, *(p for entry in entries for p in entry.checkpoints)]))


def settle(key: str, need: Need[ItemMaterial], members: Sequence[Member], asking: Asking) -> PlannedMaterial:
    """Where a material comes from: kinds as `SourceKind` lists them, inside one as `stands_in` does.

    The result that a member declares to build on (`result_of`) comes first: the licence held already is of
    another matter, as the birth certificate of an elder child.
    """
    catalogue, known = asking.catalogue, asking.known
    material = catalogue.materials[key]
    items = [catalogue.items[member.item] for member in members]
    needing = {item.key for item in need.items}
    awaited = {result for member in members if member.item in needing for result in member.result_of}
    kind, reference, because = (
        _from_sister(material, need, [item for item in items if item.key in awaited])
        or _from_licence(catalogue, material, known)
        or _from_register(catalogue, material, need, known)
        or _from_sister(material, need, items)
        or _from_commitment(material, need, asking)
        or _from_applicant(material, need, asking)
    )
    return PlannedMaterial(
        material=material,
        necessity=max((how.necessity for how in need.how), key=_STRENGTH.__getitem__),
        items=need.keys,
        source=kind,
        reference=reference,
        checkpoints=checkpoints_of(material, need.how),
        because=because,
    )


_Settled = tuple[SourceKind, str, Reason]


def _stand_ins(material: MaterialType, kind: str) -> list[str]:
    return [entry.partition(":")[2] for entry in material.stands_in if entry.startswith(f"{kind}:")]


def _from_licence(catalogue: Catalogue, material: MaterialType, known: Known) -> _Settled | None:
    for key in _stand_ins(material, "licence"):
        if key in known.licences:
            name = catalogue.licence_types[key].name
            return SourceKind.LICENCE, key, Reason("material_held", {"name": name})
    return None


def _from_register(
    catalogue: Catalogue, material: MaterialType, need: Need[ItemMaterial], known: Known
) -> _Settled | None:
    """A register settles a material only where each member that needs it holds a grant (浙江规定 art. 39)."""
    for key in _stand_ins(material, "resource"):
        if key in known.resources and all(key in catalogue.granted.get(item.key, ()) for item in need.items):
            facts = {"source": catalogue.resources[key].name, "purpose": _purpose(catalogue, key, need)}
            return SourceKind.SHARED, key, Reason("material_granted", facts)
    return None


def _from_sister(material: MaterialType, need: Need[ItemMaterial], items: Sequence[Item]) -> _Settled | None:
    maker = next(iter(makers(material, {item.key for item in need.items}, items)), None)
    if maker is None:
        return None
    return SourceKind.SISTER, maker.key, Reason("material_made", {"item": maker.name})


def makers(material: MaterialType, needing: Collection[str], items: Iterable[Item]) -> list[Item]:
    """The members that make a material for the others: named as `item:…`, or issuing a licence that stands in.

    A member that needs the material itself (a renewal) does not make it.
    """
    others = {item.key: item for item in items if item.key not in needing}
    licences = set(_stand_ins(material, "licence"))
    named = [others[key] for key in _stand_ins(material, "item") if key in others]
    issuing = sorted(key for key, item in others.items() if item.licence_type in licences)
    return named + [others[key] for key in issuing]


def _from_commitment(material: MaterialType, need: Need[ItemMaterial], asking: Asking) -> _Settled | None:
    """告知承诺: where each member that needs it takes the applicant's promise instead (浙江规定 art. 14)."""
    promised = [commitment_of(item, asking) for item in need.items]
    letters = [one.letter for one in promised if one is not None and material.key in one.materials]
    if len(letters) < len(promised):
        return None
    facts = {"letter": asking.catalogue.materials[letters[0]].name}
    return SourceKind.COMMITMENT, need.items[0].key, Reason("material_committed", facts)


def commitment_of(item: Item, asking: Asking) -> Commitment | None:
    """What the applicant promises for an item; None where she has not chosen to: the letter is not asked for."""
    chosen = item.commitment
    if chosen is None:
        return None
    letters = (entry for entry in item.materials if entry.material == chosen.letter)
    return chosen if any(asking.holds(entry.when) for entry in letters) else None


def _from_applicant(material: MaterialType, need: Need[ItemMaterial], asking: Asking) -> _Settled:
    """An original is shown at the counter only where its item needs a visit; otherwise a copy is uploaded."""
    catalogue, known = asking.catalogue, asking.known
    if material.key in known.uploads:
        return SourceKind.EARLIER, "", Reason("material_earlier")
    shown = any(entry.originals and item.visits for item, entry in zip(need.items, need.how, strict=True))
    kind = SourceKind.PAPER if shown else SourceKind.UPLOAD
    silent = [key for key in _stand_ins(material, "resource") if key not in known.resources]
    if silent:
        name = catalogue.resources[silent[0]].name
        return kind, "", Reason("material_register_silent", {"source": name})
    return kind, "", _why_needed("material", need, asking)


# ── Registers to ask ─────────────────────────────────────────────────────────────────────────────


def elements_wanted(
    fields: Iterable[PlannedField], asked: Iterable[Situation], facts: Iterable[str]
) -> set[str]:
    """The elements that fill in a field, answer a question, or that a condition turns on."""
    wanted = {planned.element.key for planned in fields} | set(facts)
    for situation in asked:
        for expression in situation.known.values():
            wanted.update(names_in(expression))
    return wanted


def lookups(
    items: Sequence[Item],
    wanted: Collection[str],
    materials: Mapping[str, Need[ItemMaterial]],
    asking: Asking,
) -> Iterable[Lookup]:
    """The registers to ask, each fact once: a second item asks only for what the first may not see."""
    catalogue = asking.catalogue
    told: set[tuple[str, str]] = set()
    settled: dict[
        str, list[tuple[str, tuple[str, ...]]]
    ] = {}  # resource → materials it may stand in for, for whom
    for key, need in materials.items():
        for resource_key in _stand_ins(catalogue.materials[key], "resource"):
            settled.setdefault(resource_key, []).append((key, need.keys))
    for item in items:
        for resource_key, granted in catalogue.granted.get(item.key, {}).items():
            if resource_key not in asking.known.resources:
                continue
            resource = catalogue.resources[resource_key]
            elements = [
                element
                for name, element in resource.answers.items()
                if name in granted and element in wanted and (resource_key, element) not in told
            ]
            found = [
                key
                for key, needing in settled.get(resource_key, ())
                if item.key in needing and (resource_key, key) not in told
            ]
            told.update((resource_key, key) for key in (*elements, *found))
            if elements or found:
                yield Lookup(resource_key, item.key, resource.subject, tuple(elements), tuple(found))
