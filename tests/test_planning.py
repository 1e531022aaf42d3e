"""The plan: one form, one set of materials, one order, the same whoever asks and however the members are listed."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.catalogue_folder import write_folder
from yichuang.base.errors import NotVisible, Refused
from yichuang.catalogue.bundles import Member
from yichuang.catalogue.data import Catalogue, Fee, ItemElement, ItemMaterial, SourceKind
from yichuang.catalogue.loading import read
from yichuang.catalogue.planned import Known, Plan
from yichuang.catalogue.planning import everything_up, plan
from yichuang.deadlines.data import Limit, Unit


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
    # The licence held is an elder child's: the result that the bundle declares comes first.
    assert licences["birth_certificate"] == (SourceKind.SISTER, "birth_certificate_issue")
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
    fields = {field.element.key: str(field.because) for field in made.fields}
    materials = {entry.material.key: str(entry.because) for entry in made.materials}
    assert fields["mother_name"] == "人口库已填好（授权用途：核验身份），请核对"
    assert fields["child_name"] == "3个事项共用，只填一次"
    assert fields["child_sex"] == "“出生登记(落户)”需要"
    assert materials["marriage_certificate"] == "婚姻登记库可查（授权用途：核验婚姻关系），免提交"
    assert materials["birth_certificate"] == "由同时办理的“出生医学证明签发”产生，免提交"
    assert materials["id_card"] == "人口库暂时查不到，请自行提供"
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
    assert promised.basis == "按最长的办理路径计算：出生医学证明签发 → 出生登记(落户) → 城乡居民医保参保登记"


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
    assert (before.steps, before.forms, before.departments) == (10, 3, 3)
    assert (now.visits, now.materials, now.working_days) == (1, 2, 5.0)
    assert (now.steps, now.forms, now.departments) == (7, 1, 1)
    assert [planned.fee for planned in made.fees] == [Fee("参保费", 50000, "样例市医保办法第三条")]


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


def test_an_item_that_asks_under_two_conditions_counts_once(city: Catalogue) -> None:
    item = city.items["household_birth"]
    again = (*item.elements, ItemElement("child_sex", when="marriage == 'married'"))
    made = plan(
        replace(city, items={**city.items, item.key: replace(item, elements=again)}), "newborn", {}, Known()
    )
    sex = next(field for field in made.fields if field.element.key == "child_sex")
    assert (sex.items, str(sex.because)) == (("household_birth",), "“出生登记(落户)”需要")
