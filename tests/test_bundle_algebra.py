"""The bundle algebra: choice, simulated approval, fees by payer, limits, clocks, outcome, and the comparison."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.catalogue_folder import write_folder
from yichuang.catalogue.bundles import Course, Member, OutcomePolicy, Undo
from yichuang.catalogue.data import Catalogue, Fee, SourceKind
from yichuang.catalogue.loading import read
from yichuang.catalogue.plan_text import comparison_facts, comparison_lines, plan_facts
from yichuang.catalogue.planned import Known, Measure, Plan
from yichuang.catalogue.planning import everything_up, plan
from yichuang.deadlines.data import Limit, Unit

ISSUE, HOUSEHOLD, INSURANCE = "birth_certificate_issue", "household_birth", "medical_insurance"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    catalogue = read(write_folder(tmp_path_factory.mktemp("city"))).catalogue
    assert catalogue is not None
    return catalogue


def bundled(city: Catalogue, members: Mapping[str, Mapping[str, Any]], **changes: Any) -> Catalogue:
    rows = tuple(Member(item, **dict(said)) for item, said in members.items())
    return replace(city, bundles={"newborn": replace(city.bundles["newborn"], members=rows, **changes)})


def items(made: Plan) -> list[str]:
    return [case.item.key for case in made.cases]


# ── Choice ───────────────────────────────────────────────────────────────────────────────────────


def test_an_optional_member_can_be_left_out_and_an_obligatory_one_cannot(city: Catalogue) -> None:
    catalogue = bundled(city, {ISSUE: {}, HOUSEHOLD: {}, INSURANCE: {"optional": True}})
    assert items(plan(catalogue, "newborn", {}, Known())) == [ISSUE, HOUSEHOLD, INSURANCE]
    made = plan(catalogue, "newborn", {}, Known(), {INSURANCE, HOUSEHOLD})
    assert items(made) == [ISSUE, HOUSEHOLD]
    assert "photo" not in {entry.material.key for entry in made.materials}
    assert [(one.key, str(one.because)) for one in made.left_out] == [(INSURANCE, "本次没有选办")]


def test_for_some_subjects_the_member_is_obligatory(city: Catalogue) -> None:
    members = {ISSUE: {}, HOUSEHOLD: {"optional": True, "obligatory_for": ("1",)}}
    catalogue = bundled(city, members)
    assert items(plan(catalogue, "newborn", {}, Known(subject="1"), {HOUSEHOLD})) == [ISSUE, HOUSEHOLD]
    assert items(plan(catalogue, "newborn", {}, Known(subject="2"), {HOUSEHOLD})) == [ISSUE]


def test_what_a_member_that_was_not_chosen_would_have_made_is_asked_for(city: Catalogue) -> None:
    catalogue = bundled(city, {ISSUE: {"optional": True}, HOUSEHOLD: {"result_of": (ISSUE,)}})
    chosen = plan(catalogue, "newborn", {}, Known())
    alone = plan(catalogue, "newborn", {}, Known(), {ISSUE})
    of = {entry.material.key: entry.source for entry in chosen.materials}
    assert of["birth_certificate"] is SourceKind.SISTER
    assert {entry.material.key: entry.source for entry in alone.materials}[
        "birth_certificate"
    ] is SourceKind.UPLOAD
    assert alone.cases[0].waits_for == ()


# ── Order, clocks, limits ────────────────────────────────────────────────────────────────────────


def test_clocks_start_together_or_on_notice_and_a_simulated_review_at_once(city: Catalogue) -> None:
    """浙江规定 art. 5: in parallel all at the same time, one after the other on written notice."""
    members = {ISSUE: {}, HOUSEHOLD: {"simulate": (ISSUE,)}, INSURANCE: {"after": (HOUSEHOLD,)}}
    made = plan(bundled(city, members), "newborn", {}, Known())
    assert [case.clock.code for case in made.cases] == [
        "clock_together",
        "clock_simulated",
        "clock_on_notice",
    ]
    assert made.cases[1].waits_for == made.cases[1].simulates == (ISSUE,)


def test_a_simulated_approval_takes_no_longer_than_the_longer_of_both(city: Catalogue) -> None:
    limits = {ISSUE: Limit(4), HOUSEHOLD: Limit(3)}
    slow = {key: replace(city.items[key], promised_limit=limit) for key, limit in limits.items()}
    catalogue = replace(city, items={**city.items, **slow})
    serial = bundled(catalogue, {ISSUE: {}, HOUSEHOLD: {"after": (ISSUE,)}})
    simulated = bundled(catalogue, {ISSUE: {}, HOUSEHOLD: {"simulate": (ISSUE,)}})
    without = replace(catalogue.materials["birth_certificate"], stands_in=())
    serial, simulated = (
        replace(one, materials={**one.materials, "birth_certificate": without}) for one in (serial, simulated)
    )
    assert plan(serial, "newborn", {}, Known()).promised.value == 7
    assert plan(simulated, "newborn", {}, Known()).promised.value == 4


def test_the_limit_of_joint_handling_overrides_what_the_members_add_up_to(city: Catalogue) -> None:
    """行政许可法 art. 42: 45 days, extended by 15, whatever each organ has for itself."""
    joint, extension = Limit(3, Unit.WORKING_DAYS, "行政许可法第四十二条"), Limit(15)
    members = city.bundles["newborn"].members
    bundle = replace(city.bundles["newborn"], members=members, joint_limit=joint, joint_extension=extension)
    made = plan(replace(city, bundles={"newborn": bundle}), "newborn", {}, Known())
    assert (made.promised, made.promised_because.code) == (joint, "limit_joint")
    assert made.joint_extension == extension


def test_the_plan_says_what_happens_when_a_member_fails(city: Catalogue) -> None:
    members = {
        ISSUE: {"undo": Undo.WITHHOLD},
        HOUSEHOLD: {"undo": Undo.REVOKE, "if_returned": Course.CONTINUE, "if_late": Course.END},
    }
    made = plan(bundled(city, members, outcome=OutcomePolicy.ALL_OR_NOTHING), "newborn", {}, Known())
    assert made.outcome is OutcomePolicy.ALL_OR_NOTHING
    second = made.cases[1]
    assert (second.undo, second.if_refused, second.if_returned, second.if_late) == (
        Undo.REVOKE,
        Course.END,
        Course.CONTINUE,
        Course.END,
    )


# ── Fees, visits, comparison ─────────────────────────────────────────────────────────────────────


def test_fees_are_summed_by_payer_and_kept_apart_by_department(city: Catalogue) -> None:
    charges = {
        ISSUE: (Fee("甲", 100, "某法"),),
        HOUSEHOLD: (Fee("乙", 20, "某法"), Fee("丙", 3, "某法", payer="单位")),
        INSURANCE: (Fee("丁", 4000, "某法"),),
    }
    charged = {key: replace(city.items[key], fees=fees) for key, fees in charges.items()}
    made = plan(replace(city, items=charged), "newborn", {}, Known())
    assert [(total.payer, total.amount, dict(total.departments)) for total in made.totals] == [
        ("", 4120, {"health": 100, "police": 20, "insurance": 4000}),
        ("单位", 3, {"police": 3}),
    ]


def test_one_visit_is_counted_for_all_items_together(city: Catalogue) -> None:
    visited = {key: replace(item, visits=1, visits_reason="核对本人") for key, item in city.items.items()}
    made = plan(replace(city, items=visited), "newborn", {}, Known())
    assert (made.before.visits, made.now.visits) == (4, 1)
    assert "整件事只到场一次" in str(made.visits_because)


def test_behind_every_number_stands_the_list_that_adds_up_to_it(city: Catalogue) -> None:
    made = plan(city, "newborn", {}, everything_up(city))
    assert [row.measure for row in made.comparison] == list(Measure)
    for row in made.comparison:
        assert row.total_before == getattr(made.before, row.measure)
        assert row.total_now == getattr(made.now, row.measure)
    materials = made.comparison[1]
    spared = {line.name: str(line.because) for line in materials.now if not line.amount}
    assert spared["居民身份证"] == "人口库可查（授权用途：核验身份），免提交"
    assert [line.name for line in materials.before if line.item == "出生医学证明签发"] == ["居民身份证"]


def test_a_guide_of_before_the_reform_is_counted_as_it_was(city: Catalogue) -> None:
    item = replace(
        city.items[ISSUE],
        steps_before=("申请", "受理", "初审", "复核", "发证"),
        materials_before=("证明一", "证明二"),
    )
    made = plan(replace(city, items={**city.items, ISSUE: item}), ISSUE, {}, Known())
    assert (made.before.steps, made.before.materials) == (5, 2)
    assert (made.now.steps, made.now.materials) == (3, 1)


def test_the_comparison_is_printed_with_its_lists_and_as_facts(city: Catalogue) -> None:
    made = plan(city, "newborn", {}, everything_up(city))
    text = "\n".join(comparison_lines(made))
    assert "跑动次数 4 → 1" in text
    assert "材料 7 → 2" in text
    facts = {row["measure"]: row for row in comparison_facts(made)}
    assert sum(line["amount"] for line in facts["materials"]["before"]["lines"]) == 7
    assert plan_facts(made)["promised_because"]["code"] == "limit_path"
