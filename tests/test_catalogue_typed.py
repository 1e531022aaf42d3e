"""What is typed, made values of by the reader of the files; and two people's words brought together."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.city import CITY
from yichuang.catalogue import stored
from yichuang.catalogue.authoring import typed
from yichuang.catalogue.authoring.merging import merge
from yichuang.catalogue.data import Element, Item, ItemKind
from yichuang.catalogue.loading import read

FOLDER = read(CITY).folder
assert FOLDER is not None
CATALOGUE = FOLDER.catalogue
HOUSING = CATALOGUE.items["housing_reform_proof"]


def test_whatever_the_city_says_can_be_typed() -> None:
    for kind in ("items", "bundles", "elements", "materials"):
        for key, value in getattr(CATALOGUE, kind).items():
            kept = json.loads(stored.to_text(typed.typed(value)))
            faults: list[Any] = []
            assert typed.read(type(value), kept, (kind, key), faults) == value
            assert faults == []


def typed_housing(**changes: Any) -> typed.Content:
    return {**typed.typed(HOUSING), **changes}


@pytest.mark.parametrize(
    ("changes", "place", "problem"),
    [
        ({"visits": "一次"}, "items.h.visits", "“一次”不是整数"),
        ({"visits": ""}, "items.h.visits", "不是整数"),
        ({"kind": "later"}, "items.h.kind", "不在可选值内"),
        ({"promised_limit": {"value": "", "unit": "", "basis": ""}}, "items.h.promised_limit", "value"),
        ({"effective_date": "明天"}, "items.h.effective_date", "不是日期"),
        ({"questions": [["问", "答"], ["问", "另答"]]}, "items.h.questions.问", "写了两次"),
    ],
)
def test_what_cannot_be_read_is_kept_and_its_place_told(
    changes: dict[str, Any], place: str, problem: str
) -> None:
    faults: list[Any] = []
    assert typed.read(Item, typed_housing(**changes), ("items", "h"), faults) is None or problem == "写了两次"
    assert any(
        fault.place.startswith(place) and problem in f"{fault.place} {fault.problem}" for fault in faults
    )


def test_words_that_yaml_would_read_otherwise_are_words() -> None:
    faults: list[Any] = []
    content = {**typed.blank(Element), "key": "no", "label": "~", "type": "null", "hint": "- {a: b"}
    made = typed.read(Element, content, ("elements", "no"), faults)
    assert made == Element("no", "~", "null", hint="- {a: b")


def test_a_new_record_has_the_defaults_of_its_class() -> None:
    assert typed.blank(Element)["max_length"] == "200"
    assert typed.completed(Item, {"kind": ItemKind.INSTANT})["kind"] == "instant"
    assert typed.is_empty(typed.blank(Item)["statutory_limit"])


def test_what_a_class_gained_since_is_there_when_an_old_draft_is_opened() -> None:
    old = typed_housing()
    del old["topics"], old["steps"][0]["days"]
    filled = typed.completed(Item, old)
    assert filled["topics"] == []
    assert filled["steps"][0]["days"] == "0"


TEXTS = st.sampled_from(["", "甲", "乙", "丙"])
CONTENT = st.fixed_dictionaries(
    {
        "name": TEXTS,
        "limit": st.fixed_dictionaries({"value": TEXTS, "basis": TEXTS}),
        "steps": st.lists(st.fixed_dictionaries({"name": TEXTS, "days": TEXTS}), max_size=3),
        "questions": st.lists(st.lists(TEXTS, min_size=2, max_size=2), max_size=2),
    }
)


def leaves(content: Any, place: str = "") -> dict[str, str]:
    if isinstance(content, str):
        return {place: content}
    parts = content.items() if isinstance(content, dict) else enumerate(content)
    return {
        where: text
        for key, part in parts
        for where, text in leaves(part, f"{place}-{key}" if place else str(key)).items()
    }


@given(base=CONTENT, mine=CONTENT, theirs=CONTENT)
def test_no_word_that_either_changed_is_lost(base: Any, mine: Any, theirs: Any) -> None:
    merged, conflicts = merge(base, mine, theirs)
    kept = leaves(merged)
    before = leaves(base)
    for side in (mine, theirs):
        for place, text in leaves(side).items():
            if before.get(place) != text:
                told = any(place.startswith(where) for where in conflicts)
                assert kept.get(place) == text or told, (place, text)


@given(base=CONTENT, mine=CONTENT)
def test_alone_nobody_is_asked(base: Any, mine: Any) -> None:
    assert merge(base, mine, base) == (mine, {})
    assert merge(base, base, mine) == (mine, {})
    assert merge(base, mine, mine) == (mine, {})


def test_two_who_change_different_fields_both_find_their_words() -> None:
    base = typed_housing()
    mine = {
        **base,
        "address": "一楼A区1号窗口",
        "steps": [{**base["steps"][0], "days": "1"}, *base["steps"][1:]],
    }
    theirs = {
        **base,
        "hours": "工作日 9:00—17:00",
        "steps": [*base["steps"][:-1], {**base["steps"][-1], "who": "窗口"}],
    }
    merged, conflicts = merge(base, mine, theirs)
    assert conflicts == {}
    assert (merged["address"], merged["hours"]) == ("一楼A区1号窗口", "工作日 9:00—17:00")
    assert (merged["steps"][0]["days"], merged["steps"][-1]["who"]) == ("1", "窗口")


def test_the_same_field_changed_by_both_stands_twice() -> None:
    base = typed_housing()
    merged, conflicts = merge(base, {**base, "address": "甲"}, {**base, "address": "乙"})
    assert (merged["address"], conflicts) == ("甲", {"address": "乙"})
