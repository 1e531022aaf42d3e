"""Conditions over answers and known facts, and decision tables: all tried before they are published."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.catalogue_folder import write_folder
from yichuang.catalogue.checking import examine
from yichuang.catalogue.data import Catalogue, Fee, Step
from yichuang.catalogue.facts import Situation
from yichuang.catalogue.planned import Known, Plan
from yichuang.catalogue.planning import plan

HOUSEHOLD = "items/household_birth.yaml"
ASKED = "when: marriage == 'married'"
SEX = ("resources.yaml", "answers: {spouse: father_name}", "answers: {spouse: father_name, sex: child_sex}")
SEX_GRANTED = ("resources.yaml", "fields: [spouse]", "fields: [spouse, sex]")
AGE = (
    "elements.yaml",
    "  - {key: child_name",
    "  - {key: age, label: 年龄, type: number}\n  - {key: child_name",
)
AGE_TOLD = ("resources.yaml", "answers: {spouse: father_name}", "answers: {spouse: father_name, age: age}")
AGE_GRANTED = ("resources.yaml", "fields: [spouse]", "fields: [spouse, age]")
OLD = (AGE, AGE_TOLD, AGE_GRANTED)


def told(root: Path, *edits: tuple[str, str, str]) -> list[str]:
    return [str(fault) for fault in examine(write_folder(root, *edits)).faults]


def when(condition: str) -> tuple[str, str, str]:
    return (HOUSEHOLD, ASKED, f'when: "{condition}"')


@pytest.mark.parametrize(
    "edits",
    [
        (when("subject == '1' and marriage == 'married'"),),
        (when("child_sex == '1'"), SEX, SEX_GRANTED),
        (when("age != null and age >= 60"), *OLD),
        (when("not (marriage == 'single')"),),
    ],
)
def test_a_condition_may_turn_on_answers_who_applies_and_what_registers_told(
    tmp_path: Path, edits: tuple[tuple[str, str, str], ...]
) -> None:
    assert told(tmp_path, *edits) == []


@pytest.mark.parametrize(
    ("edits", "problem"),
    [
        ((when("marriage == 'married' and marriage == 'single'"),), "在任何回答下都不成立"),
        ((when("child_sex == '1'"),), "没有数据资源获授权"),
        ((when("child_sex == '1'"), SEX), "没有数据资源获授权"),
        ((when("child_sex == '3'"), SEX, SEX_GRANTED), "没有选项“3”"),
        ((when("subject == '7'"),), "没有选项“7”"),
        ((when("age >= 60"), *OLD), "age=null时不是真也不是假"),
        ((when("age != null and age == '60'"), *OLD), "试过的取值都不成立"),
        ((when("marriage"),), "不是真也不是假"),
        (
            (
                ("situations.yaml", "key: marriage", "key: child_sex"),
                (HOUSEHOLD, "situations: [marriage]", "situations: [child_sex]"),
            ),
            "分不清",
        ),
    ],
)
def test_a_condition_that_cannot_be_right_is_told_with_its_line(
    tmp_path: Path, edits: tuple[tuple[str, str, str], ...], problem: str
) -> None:
    found = [fault for fault in told(tmp_path, *edits) if problem in fault]
    assert found
    assert all(".yaml:" in fault for fault in found)


def test_a_step_and_a_fee_have_conditions_that_are_checked_too(tmp_path: Path) -> None:
    step = (HOUSEHOLD, "steps:\n", "steps:\n  - {name: 核查, role: officer, when: \"nothing == '1'\"}\n")
    assert any("steps[1].when" in fault and "nothing" in fault for fault in told(tmp_path, step))


# ── Decision tables ──────────────────────────────────────────────────────────────────────────────


def table(rules: list[tuple[str, str]], *, policy: str = "first", output: str = "grade") -> str:
    """A table of the engine's editor over `marriage`."""
    content = {
        "hitPolicy": policy,
        "inputs": [{"id": "in", "name": "婚姻", "field": "marriage"}],
        "outputs": [{"id": "out", "name": "档次", "field": output}],
        "rules": [{"_id": str(row), "in": cell, "out": code} for row, (cell, code) in enumerate(rules)],
    }
    nodes = [
        {"id": "a", "type": "inputNode", "name": "in"},
        {"id": "b", "type": "decisionTableNode", "name": "table", "content": content},
        {"id": "c", "type": "outputNode", "name": "out"},
    ]
    edges = [{"id": "1", "sourceId": "a", "targetId": "b"}, {"id": "2", "sourceId": "b", "targetId": "c"}]
    return json.dumps({"nodes": nodes, "edges": edges})


GRADE = (
    "situations.yaml",
    "situations:\n",
    "situations:\n  - {key: grade, question: 档次, options: {a: 甲, b: 乙}, table: grade}\n",
)
USED = (HOUSEHOLD, "situations: [marriage]", "situations: [marriage, grade]")
COMPLETE = [("'married'", "'a'"), ("", "'b'")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (table(COMPLETE), ""),
        (table([("'married'", "'a'"), ("'single'", "'b'")], policy="collect"), ""),
        (table([("'married'", "'a'")]), "marriage=single时没有一行适用"),
        (table([("", "'a'"), ("'single'", "'b'")]), "第2行永远轮不到"),
        (table(COMPLETE, policy="collect"), "marriage=married时有多行适用"),
        (table([("'married'", "'c'"), ("", "'b'")]), "不是问题“grade”的选项"),
        (table(COMPLETE, output="other"), "决策表的输出是“other”"),
        (table([("> 3", "'a'"), ("", "'b'")]), "第1行永远轮不到"),
        ("{}", "不是决策表"),
        ("not json", "不是决策表"),
    ],
)
def test_a_table_answers_every_combination_once(tmp_path: Path, text: str, problem: str) -> None:
    root = write_folder(tmp_path, GRADE, USED)
    (root / "tables").mkdir()
    (root / "tables" / "grade.json").write_text(text, encoding="utf-8")
    faults = [str(fault) for fault in examine(root).faults]
    if problem:
        assert any(problem in fault and fault.startswith("tables/grade.json:") for fault in faults), faults
    else:
        assert faults == []


def test_a_table_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert any("tables中没有“grade”" in fault for fault in told(tmp_path, GRADE, USED))


# ── In the plan ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    reading = examine(write_folder(tmp_path_factory.mktemp("city"), *OLD))
    assert reading.catalogue is not None, reading.faults
    return reading.catalogue


def changed(city: Catalogue, **changes: Any) -> Catalogue:
    item = city.items["household_birth"]
    return replace(city, items={**city.items, item.key: replace(item, **changes)})


def fees(made: Plan) -> list[tuple[str, int]]:
    return [(planned.fee.name, planned.fee.amount) for planned in made.fees]


def test_what_a_register_told_decides_steps_and_fees(city: Catalogue) -> None:
    steps = (Step("受理", "clerk"), Step("上门核查", "officer", when="age != null and age >= 60"))
    charges = (
        Fee("工本费", 1000, "某法", when="age == null or age < 60"),
        Fee("工本费", 500, "某法", when="age != null and age >= 60"),
    )
    catalogue = changed(city, steps=steps, fees=charges)
    young = plan(catalogue, "household_birth", {}, Known(facts={"age": "30"}))
    old = plan(catalogue, "household_birth", {}, Known(facts={"age": "60"}))
    assert [step.name for step in young.cases[0].steps] == ["受理"]
    assert [step.name for step in old.cases[0].steps] == ["受理", "上门核查"]
    assert (fees(young), fees(old)) == ([("工本费", 1000)], [("工本费", 500)])
    spared = [(one.kind, one.name, str(one.because)) for one in young.left_out]
    assert ("step", "上门核查", "本次不需要（“年龄”为“30.0”）") in spared
    wanted = plan(catalogue, "household_birth", {}, Known(resources=frozenset({"marriage"})))
    assert "age" in {element for lookup in wanted.lookups for element in lookup.elements}


def test_who_applies_decides(city: Catalogue) -> None:
    charges = (Fee("工本费", 1000, "某法", when="subject == '2'"),)
    catalogue = changed(city, fees=charges)
    assert fees(plan(catalogue, "household_birth", {}, Known(subject="2"))) == [("工本费", 1000)]
    assert fees(plan(catalogue, "household_birth", {}, Known(subject="1"))) == []
    assert fees(plan(catalogue, "household_birth", {}, Known())) == []


def test_a_table_answers_a_question_that_nobody_is_asked(city: Catalogue) -> None:
    grade = Situation("grade", "档次", {"a": "甲", "b": "乙"}, table="grade")
    situations = (*city.items["household_birth"].situations, grade)
    charges = (Fee("工本费", 1000, "某法", when="grade == 'a'"),)
    catalogue = replace(changed(city, situations=situations, fees=charges), tables={"grade": table(COMPLETE)})
    married = plan(catalogue, "household_birth", {"marriage": "married"}, Known())
    single = plan(catalogue, "household_birth", {"marriage": "single"}, Known())
    assert [situation.key for situation in married.situations] == ["marriage"]
    assert (married.derived, single.derived) == ({"grade": "a"}, {"grade": "b"})
    assert (fees(married), fees(single)) == ([("工本费", 1000)], [])
