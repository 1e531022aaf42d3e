"""The plan: one form, one set of materials, one order, the same whoever asks and however the members are listed."""

import itertools
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.catalogue_folder import write_folder
from yichuang.base.errors import NotVisible, Refused
from yichuang.catalogue.data import (
    Bundle,
    Catalogue,
    Element,
    Fee,
    Grant,
    Item,
    ItemElement,
    ItemKind,
    ItemMaterial,
    Known,
    LicenceType,
    MaterialType,
    Member,
    Necessity,
    Plan,
    Resource,
    Situation,
    SourceKind,
    Step,
)
from yichuang.catalogue.loading import read
from yichuang.catalogue.planning import everything_up, plan
from yichuang.deadlines.data import Limit, Unit

ASKED = {SourceKind.UPLOAD, SourceKind.PAPER}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    catalogue = read(write_folder(tmp_path_factory.mktemp("city"))).catalogue
    assert catalogue is not None
    return catalogue


def sources(made: Plan) -> dict[str, tuple[SourceKind, str]]:
    return {entry.material.key: (entry.source, entry.reference) for entry in made.materials}


# ── The sample bundle ────────────────────────────────────────────────────────────────────────────


def test_a_field_is_asked_once_and_required_if_any_item_requires_it(city: Catalogue) -> None:
    made = plan(city, "newborn", {}, Known())
    assert [field.element.key for field in made.fields] == [
        "mother_number",
        "mother_name",
        "child_name",
        "child_sex",
        "father_name",
    ]
    needed = {field.element.key: (field.required, len(field.items)) for field in made.fields}
    assert needed["child_name"] == (True, 3)
    assert needed["father_name"] == (False, 1)


def test_a_situation_trims_fields_and_materials(city: Catalogue) -> None:
    single = plan(city, "newborn", {"marriage": "single"}, Known())
    assert "father_name" not in {field.element.key for field in single.fields}
    assert "marriage_certificate" not in sources(single)
    assert single.unanswered == ()


@pytest.mark.parametrize("answers", [{}, {"marriage": "no such option"}])
def test_an_open_question_is_listed_and_its_default_taken(city: Catalogue, answers: dict[str, str]) -> None:
    made = plan(city, "newborn", answers, Known())
    assert [situation.key for situation in made.situations] == ["marriage"]
    assert made.unanswered == ("marriage",)
    assert "marriage_certificate" in sources(made)


def test_materials_are_settled_in_the_declared_order(city: Catalogue) -> None:
    nothing = sources(plan(city, "newborn", {}, Known()))
    assert nothing == {
        "id_card": (SourceKind.UPLOAD, ""),
        "birth_certificate": (SourceKind.SISTER, "birth_certificate_issue"),
        "marriage_certificate": (SourceKind.UPLOAD, ""),
        "photo": (SourceKind.UPLOAD, ""),
        "household_book": (SourceKind.PAPER, ""),
    }
    registers = sources(plan(city, "newborn", {}, everything_up(city)))
    assert registers["id_card"] == (SourceKind.SHARED, "population")
    assert registers["marriage_certificate"] == (SourceKind.SHARED, "marriage")
    held = Known(
        licences=frozenset({"marriage_licence", "birth_certificate"}), resources=frozenset(city.resources)
    )
    licences = sources(plan(city, "newborn", {}, held))
    assert licences["marriage_certificate"] == (SourceKind.LICENCE, "marriage_licence")
    assert licences["birth_certificate"] == (SourceKind.LICENCE, "birth_certificate")
    earlier = sources(plan(city, "newborn", {}, Known(uploads=frozenset({"photo", "birth_certificate"}))))
    assert earlier["photo"] == (SourceKind.EARLIER, "")
    assert earlier["birth_certificate"] == (SourceKind.SISTER, "birth_certificate_issue")


def test_a_register_without_a_grant_for_every_item_settles_nothing(city: Catalogue) -> None:
    granted = tuple(grant for grant in city.grants if grant.item != "medical_insurance")
    made = plan(replace(city, grants=granted), "newborn", {}, everything_up(city))
    assert sources(made)["id_card"] == (SourceKind.UPLOAD, "")


def test_each_field_and_material_says_why(city: Catalogue) -> None:
    known = Known(values={"mother_name": "population"}, resources=frozenset({"marriage"}))
    made = plan(city, "newborn", {}, known)
    fields = {field.element.key: field.because for field in made.fields}
    materials = {entry.material.key: entry.because for entry in made.materials}
    assert fields["mother_name"] == "人口库已填好,请核对"
    assert fields["child_name"] == "3个事项共用,只填一次"
    assert fields["child_sex"] == "“出生登记(落户)”需要"
    assert materials["marriage_certificate"] == "婚姻登记库可查,免提交"
    assert materials["birth_certificate"] == "由同时办理的“出生医学证明签发”产生,免提交"
    assert materials["id_card"] == "人口库暂时查不到,请自行提供"
    assert materials["photo"] == "“城乡居民医保参保登记”需要"


def test_the_registers_to_ask_are_named_each_fact_once(city: Catalogue) -> None:
    made = plan(city, "newborn", {}, everything_up(city))
    asked = [(lookup.resource, lookup.elements, lookup.materials) for lookup in made.lookups]
    assert asked == [
        ("population", ("mother_name",), ("id_card",)),
        ("marriage", ("father_name",), ("marriage_certificate",)),
    ]
    assert {lookup.subject for lookup in made.lookups} == {"mother_number"}
    assert plan(city, "newborn", {}, Known()).lookups == ()


def test_cases_wait_for_the_members_that_they_name(city: Catalogue) -> None:
    made = plan(city, "newborn", {}, Known())
    assert [(case.item.key, case.waits_for) for case in made.cases] == [
        ("birth_certificate_issue", ()),
        ("household_birth", ("birth_certificate_issue",)),
        ("medical_insurance", ("household_birth",)),
    ]


def test_the_promise_is_the_longest_path_and_says_so(city: Catalogue) -> None:
    promised = plan(city, "newborn", {}, Known()).promised
    assert (promised.value, promised.unit) == (5, Unit.WORKING_DAYS)
    assert promised.basis == "按最长的办理路径计算:出生医学证明签发 → 出生登记(落户) → 城乡居民医保参保登记"


@pytest.mark.parametrize(
    ("declared", "value", "basis"),
    [
        (Limit(4), Limit(4), "“新生儿出生”一件事的整体承诺"),
        (Limit(60, Unit.MINUTES, "公告"), Limit(60, Unit.MINUTES), "公告"),
        (Limit(7, Unit.CALENDAR_DAYS), Limit(7, Unit.CALENDAR_DAYS), "整体承诺"),
        (Limit(6), Limit(5), "按最长的办理路径计算"),
    ],
)
def test_a_shorter_promise_for_the_whole_wins(
    city: Catalogue, declared: Limit, value: Limit, basis: str
) -> None:
    bundles = {"newborn": replace(city.bundles["newborn"], promised_limit=declared)}
    promised = plan(replace(city, bundles=bundles), "newborn", {}, Known()).promised
    assert (promised.value, promised.unit) == (value.value, value.unit)
    assert basis in promised.basis


def test_calendar_days_add_up_to_whole_weeks(city: Catalogue) -> None:
    """Seven items of one calendar day are five working days, and no rounding makes six of them."""
    one = replace(city.items["medical_insurance"], promised_limit=Limit(1, Unit.CALENDAR_DAYS))
    items = {f"i{number}": replace(one, key=f"i{number}") for number in range(7)}
    members = tuple(Member(f"i{number}", after=(f"i{number - 1}",) if number else ()) for number in range(7))
    bundle = replace(city.bundles["newborn"], members=members)
    made = plan(replace(city, items=items, bundles={"newborn": bundle}), "newborn", {}, Known())
    assert (made.promised.value, made.promised.unit, made.before.working_days) == (5, Unit.WORKING_DAYS, 5.0)


def test_the_figures_compare_one_by_one_with_all_at_once(city: Catalogue) -> None:
    made = plan(city, "newborn", {}, everything_up(city))
    before, now = made.before, made.now
    assert (before.visits, before.materials, before.working_days) == (4, 7, 6.0)
    assert (before.steps, before.forms, before.departments) == (12, 3, 3)
    assert (now.visits, now.materials, now.working_days) == (1, 2, 5.0)
    assert (now.steps, now.forms, now.departments) == (7, 1, 1)
    assert made.fees == (Fee("参保费", 50000, "样例市医保办法第三条"),)


def test_a_single_item_is_planned_as_a_bundle_of_one(city: Catalogue) -> None:
    made = plan(city, "household_birth", {}, Known())
    assert (made.target, made.name) == ("household_birth", "出生登记(落户)")
    assert [case.item.key for case in made.cases] == ["household_birth"]
    assert made.promised == Limit(3)
    assert sources(made)["birth_certificate"] == (SourceKind.UPLOAD, "")
    assert made.applicant == {"number": "mother_number", "name": "mother_name"}


def test_what_is_not_in_the_catalogue_cannot_be_planned(city: Catalogue) -> None:
    with pytest.raises(NotVisible, match="请重新查找"):
        plan(city, "nothing", {}, Known())


def test_members_that_wait_for_each_other_are_refused(city: Catalogue) -> None:
    members = (
        Member("household_birth", after=("medical_insurance",)),
        Member("medical_insurance", after=("household_birth",)),
    )
    bundles = {"newborn": replace(city.bundles["newborn"], members=members)}
    with pytest.raises(Refused, match="互相等待"):
        plan(replace(city, bundles=bundles), "newborn", {}, Known())


def test_a_renewal_does_not_supply_itself(city: Catalogue) -> None:
    """Who needs the old licence to get the new one is asked for the old one."""
    issue = city.items["birth_certificate_issue"]
    old = ItemMaterial("birth_certificate", legal_basis="某法")
    items = {**city.items, issue.key: replace(issue, materials=(old,))}
    assert sources(plan(replace(city, items=items), "newborn", {}, Known()))["birth_certificate"] == (
        SourceKind.UPLOAD,
        "",
    )


def test_conditions_are_evaluated_by_many_threads_at_once(city: Catalogue) -> None:
    expected = plan(city, "newborn", {}, Known())
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _turn: plan(city, "newborn", {}, Known()), range(200)))
    assert all(one == expected for one in made)


# ── Any catalogue ────────────────────────────────────────────────────────────────────────────────

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
        fees=(),
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
    return Member(ITEMS[position], when=draw(WHEN), after=tuple(waits[:1]), result_of=tuple(waits[1:]))


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
)


@thorough
@given(catalogues(), ANSWERS, KNOWN)
def test_nothing_is_asked_twice(catalogue: Catalogue, answers: dict[str, str], known: Known) -> None:
    made = plan(catalogue, "b", answers, known)
    for keys in (
        [field.element.key for field in made.fields],
        [entry.material.key for entry in made.materials],
        [case.item.key for case in made.cases],
        [situation.key for situation in made.situations],
    ):
        assert len(keys) == len(set(keys))


@thorough
@given(catalogues(), ANSWERS, KNOWN)
def test_what_a_member_makes_for_the_others_is_never_asked_for(
    catalogue: Catalogue, answers: dict[str, str], known: Known
) -> None:
    made = plan(catalogue, "b", answers, known)
    chosen = {case.item.key: case.item for case in made.cases}
    for entry in made.materials:
        makers = {key for key in chosen if f"item:{key}" in entry.material.stands_in}
        makers |= {
            key for key, item in chosen.items() if f"licence:{item.licence_type}" in entry.material.stands_in
        }
        if makers - set(entry.items):
            assert entry.source not in ASKED


@thorough
@given(catalogues(), ANSWERS, KNOWN)
def test_the_plan_covers_all_that_each_member_needs(
    catalogue: Catalogue, answers: dict[str, str], known: Known
) -> None:
    """Never less than planning the member alone: each field, each material, at least as firmly, and its fees."""
    made = plan(catalogue, "b", answers, known)
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
@given(catalogues(), ANSWERS, KNOWN, st.randoms(use_true_random=False))
def test_the_order_of_the_members_changes_nothing(
    catalogue: Catalogue, answers: dict[str, str], known: Known, random: Random
) -> None:
    bundle = catalogue.bundles["b"]
    shuffled = list(bundle.members)
    random.shuffle(shuffled)
    other = replace(catalogue, bundles={"b": replace(bundle, members=tuple(shuffled))})
    assert content(plan(catalogue, "b", answers, known)) == content(plan(other, "b", answers, known))


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
                entry.because,
            )
            for entry in made.materials
        },
        {case.item.key: frozenset(case.waits_for) for case in made.cases},
        (made.promised.value, made.promised.unit, made.before, made.now),
    )


@thorough
@given(catalogues(), ANSWERS, KNOWN)
def test_cases_come_after_all_that_they_wait_for(
    catalogue: Catalogue, answers: dict[str, str], known: Known
) -> None:
    made = plan(catalogue, "b", answers, known)
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


def test_every_order_of_the_sample_bundle_gives_the_same_plan(city: Catalogue) -> None:
    bundle = city.bundles["newborn"]
    plans = [
        content(
            plan(replace(city, bundles={"newborn": replace(bundle, members=members)}), "newborn", {}, Known())
        )
        for members in itertools.permutations(bundle.members)
    ]
    assert all(made == plans[0] for made in plans)
