"""The guide of a bundle follows who applies and which optional members are wanted: page, PDF, form and JSON."""

import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from tests.factories import NOW
from tests.portal_visitors import text_of
from yichuang.catalogue import queries
from yichuang.catalogue.actions.publishing import publish_folder
from yichuang.catalogue.data import Catalogue
from yichuang.identity.data import SYSTEM

pytestmark = pytest.mark.django_db

BUNDLE, OPTIONAL = "utilities_installation", "network_installation"
SWITCH = f"member.{OPTIONAL}"


def guide(**sent: str) -> Any:
    return Client().get(f"/api/guides/{BUNDLE}", sent).json()["guide"]


def items_of(made: Any) -> list[str]:
    return [item["key"] for wave in made["waves"] for item in wave]


def figures_of(made: Any) -> dict[str, float]:
    return {one["key"]: one["now"] for one in made["reductions"]}


@pytest.fixture
def obliged() -> None:
    """The optional member is obligatory for companies (2), and people (1) are served, too."""
    base = queries.folder()
    bundle, item = base.catalogue.bundles[BUNDLE], base.catalogue.items[OPTIONAL]
    members = [replace(one, obligatory_for=("2",)) if one.item == OPTIONAL else one for one in bundle.members]
    item = replace(
        item, subjects=("1", "2"), topic_classes=(*item.topic_classes, *_of_people(base.catalogue))
    )
    catalogue = replace(
        base.catalogue,
        bundles={**base.catalogue.bundles, BUNDLE: replace(bundle, members=tuple(members))},
        items={**base.catalogue.items, OPTIONAL: item},
    )
    publish_folder(replace(base, catalogue=catalogue), base=queries.current().release, actor=SYSTEM, now=NOW)


def _of_people(catalogue: Catalogue) -> list[str]:
    return [key for key, row in catalogue.topic_classes.items() if not row.for_organisations][:1]


def test_an_optional_member_is_a_question_and_is_handled_unless_it_is_switched_off() -> None:
    whole, without = guide(), guide(**{SWITCH: "no"})
    (question,) = [one for one in whole["questions"] if one["key"] == SWITCH]
    assert question["value"] == "yes"
    assert set(items_of(whole)) - set(items_of(without)) == {OPTIONAL}
    assert figures_of(without)["forms"] <= figures_of(whole)["forms"]
    assert without["fields"] <= whole["fields"]
    assert [one["value"] for one in without["questions"] if one["key"] == SWITCH] == ["no"]


def test_the_page_keeps_the_choice_and_hands_it_on_to_pdf_form_and_json() -> None:
    name = queries.current().items[OPTIONAL].name
    page = Client().get(f"/guide/{BUNDLE}/", {SWITCH: "no"})
    text = page.content.decode()
    assert re.search(rf'name="{SWITCH}"\s+id="[^"]+"\s+value="no"\s+checked', text)
    assert f"“{name}”一起办吗？ 这次不办" in text_of(page)
    for form in ("guide.pdf", "form.pdf"):
        assert re.search(rf'href="/guide/{BUNDLE}/{form}[^"]*{SWITCH}=no', text), form
    assert re.search(rf'href="/api/guides/{BUNDLE}[^"]*{SWITCH}=no', text)
    whole = Client().get(f"/guide/{BUNDLE}/guide.pdf").content
    assert Client().get(f"/guide/{BUNDLE}/guide.pdf", {SWITCH: "no"}).content != whole


@pytest.mark.usefixtures("obliged")
def test_who_applies_is_asked_where_it_makes_a_difference_and_decides_what_may_be_left_out() -> None:
    open_, person, company = guide(), guide(subject="1"), guide(subject="2", **{SWITCH: "no"})
    (who,) = [one for one in open_["questions"] if one["key"] == "subject"]
    assert [code for code, _label in who["options"]] == ["1", "2"]
    assert who["value"] == ""
    assert SWITCH in {one["key"] for one in person["questions"]}
    assert SWITCH not in {one["key"] for one in company["questions"]}
    assert OPTIONAL in items_of(company)
    assert OPTIONAL not in items_of(guide(subject="1", **{SWITCH: "no"}))
    assert "谁来办？" in text_of(Client().get(f"/guide/{BUNDLE}/"))


def test_who_applies_is_not_asked_where_nothing_turns_on_it() -> None:
    assert "subject" not in {one["key"] for one in guide(subject="9")["questions"]}


def test_a_member_that_is_always_part_of_it_cannot_be_switched_off() -> None:
    first = items_of(guide())[0]
    assert first in items_of(guide(**{f"member.{first}": "no"}))
