"""The plan (计划): what one applicant must fill in and bring, in which order departments act, until when, and why.

Pure: the same catalogue, answers, choice and known facts give the same plan, whatever the order of the members.
A single item is planned as a bundle of one.
"""

from collections.abc import Collection, Iterable, Sequence

from django.utils.translation import gettext as _

from yichuang.base.errors import NotVisible, Refused
from yichuang.catalogue import figures
from yichuang.catalogue.asking import Asking, as_bundle, begin, facts_wanted
from yichuang.catalogue.bundles import Bundle, Member
from yichuang.catalogue.code_labels import SUBJECTS
from yichuang.catalogue.data import Answers, Catalogue, Item, ItemElement, ItemMaterial, SourceKind
from yichuang.catalogue.planned import (
    Known,
    LeftOut,
    Plan,
    PlannedCase,
    PlannedCommitment,
    PlannedFee,
    PlannedMaterial,
    PlannedMember,
)
from yichuang.catalogue.promising import Leg, promise
from yichuang.catalogue.reasons import Reason
from yichuang.catalogue.settling import (
    Needs,
    asked_alone,
    commitment_of,
    elements_wanted,
    fields_of,
    lookups,
    settle,
)


def plan(
    catalogue: Catalogue, target_key: str, answers: Answers, known: Known, without: Collection[str] = ()
) -> Plan:
    """The plan of a bundle or item. An answer that is no option of its question counts as not given.

    `without`: optional members (item keys) that the applicant leaves out; others that are named are kept.
    Raises `NotVisible` where there is no such bundle or item, `Refused` where members wait for each other
    in a circle (which publication refuses).
    """
    bundle = as_bundle(catalogue, target_key)
    if bundle is None:
        sentence = _("没有“%(key)s”这个事项或一件事，请重新查找。") % {"key": target_key}
        raise NotVisible(sentence, code="target_unknown")
    asking = begin(catalogue, bundle, answers, known)
    asking.ask(bundle.situations)
    planned = tuple(_member(bundle, member, asking, without) for member in bundle.members)
    members = [member for member, one in zip(bundle.members, planned, strict=True) if one.chosen]
    items = [catalogue.items[member.item] for member in members]
    for item in items:
        asking.ask(item.situations)
    needed, needs = _needs(items, asking)
    materials = tuple(settle(key, need, members, asking) for key, need in needs.wanted.items())
    fields = fields_of(needed, asking)
    cases = _order(members, [one for one in planned if one.chosen], materials, asking)
    fees = tuple(_fees(items, asking))
    promised = promise(bundle, [_leg(case) for case in cases])
    comparison = figures.compare(
        cases=cases,
        asked=asked_alone(catalogue, needs.wanted),
        materials=materials,
        fields=fields,
        promised=promised,
        department_names=catalogue.department_names,
    )
    before, now = figures.figures(comparison)
    wanted = elements_wanted(fields, asking.asked.values(), facts_wanted(catalogue, bundle))
    return Plan(
        target=target_key,
        name=bundle.name,
        situations=tuple(asking.asked.values()),
        unanswered=tuple(asking.unanswered),
        derived=asking.derived,
        fields=fields,
        materials=materials,
        members=planned,
        cases=cases,
        fees=fees,
        totals=figures.totals(fees),
        left_out=tuple(_left_out(planned, items, needed, needs, asking)),
        promised=promised[0],
        promised_because=promised[1],
        visits_because=figures.visits_because(cases),
        comparison=comparison,
        before=before,
        now=now,
        results={item.key: item.result_name for item in items if item.result_kind != "none"},
        outcome=bundle.outcome,
        ask_within=bundle.ask_within,
        joint_limit=bundle.joint_limit,
        joint_extension=bundle.joint_extension,
        applicant=bundle.applicant or next((item.applicant for item in items if item.applicant), {}),
        lookups=tuple(lookups(items, wanted, needs.wanted, asking)),
        commitments=tuple(_commitments(items, materials, asking)),
    )


def everything_up(catalogue: Catalogue, subject: str = "") -> Known:
    """What a guide assumes that is made for nobody in particular: every register answers, nothing is held.

    `subject`: for which kind of applicant (A.4); what is no code of one counts as not known.
    """
    return Known(resources=frozenset(catalogue.resources), subject=subject if subject in SUBJECTS else "")


# ── Members ──────────────────────────────────────────────────────────────────────────────────────


def _member(bundle: Bundle, member: Member, asking: Asking, without: Collection[str]) -> PlannedMember:
    subject = asking.known.subject
    offered = asking.holds(member.when)
    obliged = subject in member.obligatory_for
    optional = member.optional and not obliged
    chosen = offered and not (optional and member.item in without)
    answers = asking.why(member.when)
    if not offered:
        because = Reason("not_applicable", answers=answers)
    elif not chosen:
        because = Reason("member_not_chosen")
    elif optional:
        because = Reason("member_chosen", answers=answers)
    elif member.optional:
        because = Reason("member_obligatory", {"subject": str(SUBJECTS[subject])}, answers)
    else:
        because = Reason("item_itself" if bundle.key == member.item else "member_always", answers=answers)
    return PlannedMember(asking.catalogue.items[member.item], offered, optional, chosen, because)


def _needs(items: Iterable[Item], asking: Asking) -> tuple[Needs[ItemElement], Needs[ItemMaterial]]:
    """What the members need together: (elements, materials)."""
    elements, materials = Needs[ItemElement](), Needs[ItemMaterial]()
    for item in items:
        for field in item.elements:
            elements.add(item, field.element, field, asking)
        for entry in item.materials:
            materials.add(item, entry.material, entry, asking)
    return elements, materials


# ── Cases, fees, what is left out ────────────────────────────────────────────────────────────────


def _order(
    members: Sequence[Member],
    planned: Sequence[PlannedMember],
    materials: Sequence[PlannedMaterial],
    asking: Asking,
) -> tuple[PlannedCase, ...]:
    """The cases, each after those that it waits for; otherwise as the bundle lists them."""
    chosen = {one.item.key: (member, one) for member, one in zip(members, planned, strict=True)}
    waits = {
        key: {*member.after, *member.result_of, *member.simulate} & chosen.keys()
        for key, (member, _one) in chosen.items()
    }
    for material in materials:
        if material.source is SourceKind.SISTER:
            for key in material.items:
                waits[key].add(material.reference)
    ordered: list[str] = []
    while len(ordered) < len(chosen):
        ready = next((key for key in waits if key not in ordered and waits[key] <= set(ordered)), None)
        if ready is None:
            stuck = "、".join(one.item.name for key, (_member, one) in chosen.items() if key not in ordered)
            sentence = _("%(names)s互相等待，无法排出先后，请联系中心管理员修改一件事。") % {"names": stuck}
            raise Refused(sentence, code="members_in_a_circle")
        ordered.append(ready)
    names = {key: one.item.name for key, (_member, one) in chosen.items()}
    return tuple(
        _case(*chosen[key], tuple(other for other in ordered if other in waits[key]), names, asking)
        for key in ordered
    )


def _case(
    member: Member, planned: PlannedMember, waits: tuple[str, ...], names: dict[str, str], asking: Asking
) -> PlannedCase:
    simulates = tuple(key for key in waits if key in member.simulate)
    return PlannedCase(
        item=planned.item,
        waits_for=waits,
        simulates=simulates,
        steps=tuple(step for step in planned.item.steps if asking.holds(step.when)),
        clock=_clock(waits, simulates, names),
        because=planned.because,
        if_refused=member.if_refused,
        if_returned=member.if_returned,
        if_late=member.if_late,
        undo=member.undo,
    )


def _leg(case: PlannedCase) -> Leg:
    return Leg(case.item.key, case.item.name, case.item.promised_limit, case.waits_for, case.simulates)


def _clock(waits: tuple[str, ...], simulates: tuple[str, ...], names: dict[str, str]) -> Reason:
    """When a case's clock starts (浙江规定 art. 5): with all others, or on written notice of those before it."""
    before = [key for key in waits if key not in simulates]
    if before:
        return Reason("clock_on_notice", {"items": "、".join(f"“{names[key]}”" for key in before)})
    if simulates:
        return Reason("clock_simulated", {"items": "、".join(f"“{names[key]}”" for key in simulates)})
    return Reason("clock_together")


def _fees(items: Iterable[Item], asking: Asking) -> Iterable[PlannedFee]:
    for item in items:
        for fee in item.fees:
            if asking.holds(fee.when):
                because = Reason("fee_charged", {"item": item.name, "basis": fee.basis}, asking.why(fee.when))
                yield PlannedFee(fee, item.key, item.department, fee.payer, because)


def _commitments(
    items: Iterable[Item], materials: Sequence[PlannedMaterial], asking: Asking
) -> Iterable[PlannedCommitment]:
    """What the applicant promises (告知承诺), and what she need not hand in because of it."""
    for item in items:
        said = commitment_of(item, asking)
        if said is not None:
            spared = tuple(
                one.material.name
                for one in materials
                if one.source is SourceKind.COMMITMENT and item.key in one.items
            )
            yield PlannedCommitment(item, said, asking.catalogue.materials[said.letter].name, spared)


def _left_out(
    planned: Iterable[PlannedMember],
    items: Iterable[Item],
    elements: Needs[ItemElement],
    materials: Needs[ItemMaterial],
    asking: Asking,
) -> Iterable[LeftOut]:
    catalogue = asking.catalogue
    for one in planned:
        if not one.chosen:
            yield LeftOut("case", one.item.key, one.item.name, (), one.because)
    yield from elements.left_out(
        "field", {key: catalogue.elements[key].label for key in elements.spared}, asking
    )
    yield from materials.left_out(
        "material", {key: catalogue.materials[key].name for key in materials.spared}, asking
    )
    for item in items:
        for kind, entries in (("step", item.steps), ("fee", item.fees)):
            for entry in entries:
                if not asking.holds(entry.when):
                    reason = Reason("not_applicable", answers=asking.why(entry.when))
                    yield LeftOut(kind, entry.name, entry.name, (item.key,), reason)
