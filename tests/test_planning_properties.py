"""What holds of every plan of every catalogue."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yichuang.catalogue.bundles import Bundle, Member
from yichuang.catalogue.data import (
    Catalogue,
    Element,
    Fee,
    Grant,
    Item,
    ItemElement,
    ItemKind,
    ItemMaterial,
    LicenceType,
    MaterialType,
    Necessity,
    Resource,
    SourceKind,
    Step,
)
from yichuang.catalogue.facts import Situation
from yichuang.catalogue.planned import Known, Plan
from yichuang.catalogue.planning import plan
from yichuang.deadlines.data import Limit, Unit

ASKED = {SourceKind.UPLOAD, SourceKind.PAPER}
thorough = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

ELEMENTS = [f"e{number}" for number in range(5)]
MATERIALS = [f"m{number}" for number in range(6)]
ITEMS = [f"i{number}" for number in range(5)]
RESOURCES = ["r0", "r1"]
LICENCES = ["l0", "l1", "l2"]
WHEN = st.sampled_from(["", "q0 == 'a'", "q0 == 'b'", "q1 == 'a'", "q0 == 'a' and q1 == 'b'"])
QUESTIONS = (
    Situation("q0", "?", {"a": "A", "b": "B"}, default="a"),
    Situation("q1", "?", {"a": "A", "b": "B"}, when="q0 == 'a'"),
)
LIMITS = st.one_of(
    st.builds(Limit, st.integers(0, 30), st.sampled_from([Unit.WORKING_DAYS, Unit.CALENDAR_DAYS])),
    st.builds(Limit, st.integers(1, 240), st.just(Unit.MINUTES)),
)


STEPS = st.lists(st.builds(Step, st.sampled_from(["受理", "审查", "决定"]), st.just("officer")), max_size=3)
FEES = st.lists(
    st.builds(Fee, st.just("费"), st.integers(1, 1000), st.just("法"), WHEN, st.sampled_from(["", "单位"])),
    max_size=2,
)
SECTIONS = st.sampled_from(["", "甲"])


def make_item(draw: st.DrawFn, position: int) -> Item:
    """An item of any needs; the later half issues licences."""
    asked = draw(st.lists(st.sampled_from(MATERIALS[: position + 2]), max_size=4, unique=True))
    fields = draw(st.lists(st.sampled_from(ELEMENTS), max_size=4, unique=True))
    originals = st.integers(0, 1)
    return Item(
        key=ITEMS[position],
        name=f"事项{position}",
        department=f"d{draw(st.integers(0, 2))}",
        board="",
        catalog_code="",
        task_code="",
        type="20",
        level="3",
        subjects=("1",),
        kind=ItemKind.PROMISED,
        statutory_limit=None,
        promised_limit=draw(LIMITS),
        visits=draw(st.integers(0, 1)),
        visits_before=draw(st.integers(1, 4)),
        visits_reason="",
        channels=("counter",),
        depth=3,
        legal_bases=(),
        conditions=(),
        steps=tuple(draw(STEPS)),
        fees=tuple(draw(FEES)),
        result_name="",
        result_kind="licence",
        licence_type=LICENCES[position - 2] if position >= 2 else "",
        consult_phone="",
        complaint_phone="",
        address="",
        hours="",
        elements=tuple(ItemElement(key, draw(st.booleans()), draw(WHEN), draw(SECTIONS)) for key in fields),
        materials=tuple(
            ItemMaterial(key, draw(st.sampled_from(Necessity)), draw(WHEN), "法", draw(originals))
            for key in asked
        ),
        situations=QUESTIONS,
    )


def make_material(draw: st.DrawFn, key: str, items: Mapping[str, Item]) -> MaterialType:
    """Only items before the first that needs it may make it, so that nobody waits in a circle."""
    needing = [key in {entry.material for entry in item.materials} for item in items.values()]
    first = needing.index(True) if True in needing else len(ITEMS)
    choices = [f"resource:{name}" for name in RESOURCES] + [f"item:{name}" for name in ITEMS[:first]]
    if first > 2:  # the item that issues the licence comes before
        choices.append(f"licence:{LICENCES[0]}")
    return MaterialType(key, key, tuple(draw(st.lists(st.sampled_from(choices), max_size=3, unique=True))))


def make_member(draw: st.DrawFn, position: int) -> Member:
    earlier = ITEMS[:position]
    waits = draw(st.lists(st.sampled_from(earlier), max_size=2, unique=True)) if earlier else []
    return Member(
        ITEMS[position],
        when=draw(WHEN),
        after=tuple(waits[:1]),
        result_of=tuple(waits[1:]),
        simulate=tuple(draw(st.lists(st.sampled_from(earlier), max_size=1))) if earlier else (),
        optional=draw(st.booleans()),
        obligatory_for=tuple(draw(st.lists(st.sampled_from(["1", "2"]), max_size=1))),
    )


GRANTS = st.builds(
    Grant, st.sampled_from(RESOURCES), st.sampled_from(ITEMS), st.just("用途"), st.just(("f",))
)


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    """Any catalogue of one bundle whose members can be put in an order."""
    items = {ITEMS[position]: make_item(draw, position) for position in range(len(ITEMS))}
    members = tuple(make_member(draw, position) for position in range(len(ITEMS)))
    return Catalogue(
        city="c",
        name="市",
        release=1,
        elements={key: Element(key, key, "text") for key in ELEMENTS},
        materials={key: make_material(draw, key, items) for key in MATERIALS},
        licence_types={key: LicenceType(key, key, "", "paper") for key in LICENCES},
        resources={key: Resource(key, key, "d0", ELEMENTS[0], {"f": ELEMENTS[1]}) for key in RESOURCES},
        grants=tuple(draw(st.lists(GRANTS, max_size=8))),
        items=items,
        bundles={"b": Bundle("b", "一件事", "d0", "", members, situations=QUESTIONS)},
        department_names={},
    )


ANSWERS = st.dictionaries(st.sampled_from(["q0", "q1", "other"]), st.sampled_from(["a", "b", "c"]))
KNOWN = st.builds(
    Known,
    licences=st.frozensets(st.sampled_from(LICENCES)),
    values=st.dictionaries(st.sampled_from(ELEMENTS), st.sampled_from(RESOURCES)),
    resources=st.frozensets(st.sampled_from(RESOURCES)),
    uploads=st.frozensets(st.sampled_from(MATERIALS)),
    subject=st.sampled_from(["", "1", "2"]),
)
WITHOUT = st.frozensets(st.sampled_from(ITEMS))


@thorough
@given(catalogues(), ANSWERS, KNOWN, WITHOUT)
def test_nothing_is_asked_twice(
    catalogue: Catalogue, answers: dict[str, str], known: Known, without: frozenset[str]
) -> None:
    made = plan(catalogue, "b", answers, known, without)
    for keys in (
        [field.element.key for field in made.fields],
        [entry.material.key for entry in made.materials],
        [case.item.key for case in made.cases],
        [situation.key for situation in made.situations],
    ):
        assert len(keys) == len(set(keys))


@thorough
@given(catalogues(), ANSWERS, KNOWN, WITHOUT)
def test_what_a_member_makes_for_the_others_is_never_asked_for(
    catalogue: Catalogue, answers: dict[str, str], known: Known, without: frozenset[str]
) -> None:
    made = plan(catalogue, "b", answers, known, without)
    chosen = {case.item.key: case.item for case in made.cases}
    for entry in made.materials:
        makers = {key for key in chosen if f"item:{key}" in entry.material.stands_in}
        makers |= {
            key for key, item in chosen.items() if f"licence:{item.licence_type}" in entry.material.stands_in
        }
        if makers - set(entry.items):
            assert entry.source not in ASKED


@thorough
@given(catalogues(), ANSWERS, KNOWN, WITHOUT)
def test_the_plan_covers_all_that_each_member_needs(
    catalogue: Catalogue, answers: dict[str, str], known: Known, without: frozenset[str]
) -> None:
    """Never less than planning the member alone: each field, each material, at least as firmly, and its fees."""
    made = plan(catalogue, "b", answers, known, without)
    fields = {field.element.key: field for field in made.fields}
    materials = {entry.material.key: entry for entry in made.materials}
    for case in made.cases:
        alone = plan(catalogue, case.item.key, answers, known)
        for field in alone.fields:
            assert fields[field.element.key].required or not field.required
            assert case.item.key in fields[field.element.key].items
        for entry in alone.materials:
            assert case.item.key in materials[entry.material.key].items
            if entry.necessity is Necessity.REQUIRED:
                assert materials[entry.material.key].necessity is Necessity.REQUIRED
    assert made.now.visits >= max((case.item.visits for case in made.cases), default=0)
    assert made.now.materials <= made.before.materials
    if any(entry.source is SourceKind.PAPER for entry in made.materials):
        assert made.now.visits


@thorough
@given(catalogues(), ANSWERS, KNOWN, WITHOUT, st.randoms(use_true_random=False))
def test_the_order_of_the_members_changes_nothing(
    catalogue: Catalogue, answers: dict[str, str], known: Known, without: frozenset[str], random: Random
) -> None:
    bundle = catalogue.bundles["b"]
    shuffled = list(bundle.members)
    random.shuffle(shuffled)
    other = replace(catalogue, bundles={"b": replace(bundle, members=tuple(shuffled))})
    assert content(plan(catalogue, "b", answers, known, without)) == content(
        plan(other, "b", answers, known, without)
    )


def content(made: Plan) -> object:
    """What the plan says, whatever the order in which it says it."""
    return (
        {field.element.key: (field.required, frozenset(field.items), field.source) for field in made.fields},
        {
            entry.material.key: (
                entry.necessity,
                frozenset(entry.items),
                entry.source,
                entry.reference,
                str(entry.because),
            )
            for entry in made.materials
        },
        {case.item.key: frozenset(case.waits_for) for case in made.cases},
        (made.promised.value, made.promised.unit, made.before, made.now),
        {total.payer: (total.amount, dict(total.departments)) for total in made.totals},
        {(one.kind, one.key, one.because.code) for one in made.left_out},
    )


@thorough
@given(catalogues(), ANSWERS, KNOWN, WITHOUT)
def test_cases_come_after_all_that_they_wait_for(
    catalogue: Catalogue, answers: dict[str, str], known: Known, without: frozenset[str]
) -> None:
    made = plan(catalogue, "b", answers, known, without)
    order = [case.item.key for case in made.cases]
    for case in made.cases:
        assert all(order.index(key) < order.index(case.item.key) for key in case.waits_for)
    for entry in made.materials:
        if entry.source is SourceKind.SISTER:
            waits = {case.item.key: case.waits_for for case in made.cases}
            assert all(entry.reference in waits[key] for key in entry.items)


@thorough
@given(catalogues(), KNOWN)
def test_knowing_more_never_asks_for_more(catalogue: Catalogue, known: Known) -> None:
    def asked(known: Known) -> set[str]:
        return {
            entry.material.key for entry in plan(catalogue, "b", {}, known).materials if entry.source in ASKED
        }

    more = replace(known, resources=frozenset(RESOURCES), uploads=known.uploads | {MATERIALS[0]})
    assert asked(more) <= asked(known)


@thorough
@given(catalogues(), ANSWERS, KNOWN, WITHOUT)
def test_fees_add_up_and_are_those_of_the_items_alone(
    catalogue: Catalogue, answers: dict[str, str], known: Known, without: frozenset[str]
) -> None:
    made = plan(catalogue, "b", answers, known, without)
    alone = [plan(catalogue, case.item.key, answers, known) for case in made.cases]
    assert sorted(fee.fee.amount for fee in made.fees) == sorted(
        fee.fee.amount for one in alone for fee in one.fees
    )
    assert sum(total.amount for total in made.totals) == sum(fee.fee.amount for fee in made.fees)
    for total in made.totals:
        assert total.amount == sum(total.departments.values())


@thorough
@given(catalogues(), ANSWERS, KNOWN, WITHOUT)
def test_only_optional_members_are_left_out_and_every_member_is_accounted_for(
    catalogue: Catalogue, answers: dict[str, str], known: Known, without: frozenset[str]
) -> None:
    made = plan(catalogue, "b", answers, known, without)
    chosen = {case.item.key for case in made.cases}
    for one in made.members:
        key = one.item.key
        assert one.chosen == (key in chosen)
        assert one.chosen or not one.offered or (one.optional and key in without)
    assert chosen | {one.key for one in made.left_out if one.kind == "case"} == set(ITEMS)


@thorough
@given(catalogues(), ANSWERS, KNOWN, WITHOUT)
def test_every_number_is_the_sum_of_its_list(
    catalogue: Catalogue, answers: dict[str, str], known: Known, without: frozenset[str]
) -> None:
    made = plan(catalogue, "b", answers, known, without)
    for row in made.comparison:
        assert getattr(made.before, row.measure) == row.total_before
        assert getattr(made.now, row.measure) == row.total_now
