"""The guide in all its forms: page, PDF and JSON say the same; old versions open; nobody needs the right words."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.catalogue_folder import write_folder
from tests.factories import NOW
from tests.portal_visitors import text_of
from yichuang.catalogue import queries
from yichuang.catalogue.actions.publishing import publish
from yichuang.catalogue.data import Catalogue, Fee, Item, ItemMaterial, Step
from yichuang.catalogue.facts import (
    Authority,
    Commitment,
    Intermediary,
    LegalBasis,
    PowerSource,
    Scope,
    Service,
    SpecialProcedure,
)
from yichuang.catalogue.finding import guided
from yichuang.catalogue.guides import guide_of
from yichuang.deadlines.data import Limit, Unit
from yichuang.identity.data import SYSTEM

pytestmark = pytest.mark.django_db
KEYS = ("newborn", "construction_permit", "housing_reform_proof", "real_estate_transfer")
#: Fields of an item that a guide does not tell by themselves: shown elsewhere on it, or for machines.
NOT_TOLD = {
    "key", "name", "board", "elements", "materials", "situations", "aliases", "questions", "partner", "applicant",
    "limit_before", "steps_before", "materials_before", "visits_before", "visits_reason", "standard", "authority",
    "topics", "service", "review", "licence_type", "result_sample", "version",
}  # fmt: skip


def asked(key: str, **answers: Any) -> Any:
    return Client().get(f"/api/guides/{key}", answers).json()["guide"]


def facts_of(guide: Any) -> Iterator[tuple[str, list[str]]]:
    """Every (label, values) of a guide as JSON."""
    items = [item for wave in guide["waves"] for item in wave]
    groups = [section["facts"] for item in items for section in item["sections"]]
    groups += [line["facts"] for line in guide["brought"]]
    for facts in groups:
        for fact in facts:
            yield fact["label"], fact["values"]


def pdf_text(content: bytes) -> str:
    """The words of a PDF, as Poppler reads them, without blanks: lines break where they like."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (poppler-utils) is not installed")
    read = subprocess.run(["pdftotext", "-raw", "-", "-"], input=content, capture_output=True, check=True)
    return re.sub(r"\s+", "", read.stdout.decode())


@pytest.mark.parametrize("key", KEYS)
def test_page_and_json_say_the_same(key: str) -> None:
    guide, page = asked(key), re.sub(r"\s+", "", text_of(Client().get(f"/guide/{key}/")))
    told = list(facts_of(guide))
    assert len(told) > 20
    for label, values in told:
        for text in (label, *values):
            assert re.sub(r"\s+", "", text) in page, text
    for line in (*guide["brought"], *guide["spared"]):
        assert line["name"] in page
    assert f"第{guide['version']}版" in page


@pytest.mark.parametrize("key", KEYS)
def test_the_pdf_says_the_same_and_is_pdf_a(key: str) -> None:
    response = Client().get(f"/guide/{key}/guide.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert b"pdfaid:part" in response.content
    assert re.search(rb"pdfaid:conformance[^A-Z]*U", response.content)
    text = pdf_text(response.content)
    for label, values in facts_of(asked(key)):
        for each in (label, *values):
            letters = re.sub(r"[\s★]+", "", each)
            assert letters in text, each


def test_the_pdf_is_for_the_situation_that_was_answered() -> None:
    statement = queries.current().materials["out_of_wedlock_statement"].name
    married = Client().get("/guide/newborn/guide.pdf", {"in_wedlock": "yes"}).content
    unmarried = Client().get("/guide/newborn/guide.pdf", {"in_wedlock": "no"}).content
    assert statement not in pdf_text(married)
    assert statement in pdf_text(unmarried)
    page = Client().get("/guide/newborn/", {"in_wedlock": "no", "nonsense": "x"}).content.decode()
    assert "/guide/newborn/guide.pdf?in_wedlock=no&amp;follow=mother" in page


def test_every_element_of_an_item_is_told() -> None:
    """An item that says everything: its guide leaves nothing out but what stands elsewhere."""
    guide = guide_of(
        _with(_talkative(queries.current().items["construction_permit"])), "construction_permit", {}
    )
    (item,) = guide.items
    told = {fact.key for section in item.sections for fact in section.facts}
    assert {field.name for field in fields(Item)} - NOT_TOLD - told == set()
    assert {field.name for field in fields(Authority)} - told == set()
    assert {field.name for field in fields(Service)} - told - {"in_hall", "express"} == set()
    words = " ".join(value for section in item.sections for fact in section.facts for value in fact.values)
    for word in (
        "残疾人免收",
        "专家评审",
        "施工图审查机构",
        "全国通办",
        "★★★★★",
        "快递送达",
        "第八条原文",
        "户籍民警",
        "每年五百个",
    ):
        assert word in words, word
    (line,) = (*guide.brought, *guide.spared)
    assert {"checkpoints", "issued_within", "supply_within", "legal_basis"} <= {
        fact.key for fact in line.facts
    }


def _with(item: Item) -> Catalogue:
    catalogue = queries.current()
    return replace(catalogue, items={**catalogue.items, item.key: item})


def _talkative(item: Item) -> Item:
    limit = Limit(5, Unit.WORKING_DAYS)
    service = Service(
        Scope.NATION, 5, True, True, True, True, True, "https://example.org/web", "https://example.org/m"
    )
    return replace(
        item,
        authority=Authority(power_source=PowerSource.OWN, entrusted_by="省厅", undertaker="审批处", division="市县分级",
                            exercise="受理", joint_departments=("police",)),
        service=service,
        steps=(Step("审查", "officer", 1, who="户籍民警", standard="齐全", result="同意"),),
        special_procedures=(SpecialProcedure("专家评审", limit=limit, basis="条例"),),
        intermediaries=(Intermediary("施工图审查机构", limit=limit),),
        fees=(Fee("工本费", 1000, "依据", reducible=True, reduction="残疾人免收"),),
        legal_bases=(LegalBasis("建筑法", "第八条", "第八条原文"),),
        commitment=Commitment(item.materials[0].material, ("id_card",), ("告知",), ("承诺",), ("后果",), "法"),
        quantity_limit="每年五百个",
        topic_classes=("工程建设",),
        variant="01",
        local_catalog_code="许可-00278-000",
        handling_code="123308002501234567332000200100001",
        local_task_code="local",
        consult_address="一楼",
        complaint_address="二楼",
        effective_date=date(2026, 1, 1),
        cancel_date=date(2036, 1, 1),
        materials=(
            ItemMaterial(item.materials[0].material, legal_basis="法", checkpoints=("盖章",), issued_within="一个月内",
                         supply_within=limit),
        ),
    )  # fmt: skip


def test_an_old_version_opens_by_its_number_as_it_was(tmp_path: Path) -> None:
    root = write_folder(tmp_path)
    publish(root, actor=SYSTEM, now=NOW)
    first = queries.current().items["household_birth"].version
    for name, old, new in (
        ("items/household_birth.yaml", "出生后一个月以内", "出生后两个月以内"),
        ("materials.yaml", "name: 居民户口簿", "name: 户口簿"),
    ):
        path = root / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    publish(root, actor=SYSTEM, now=NOW)
    page = Client().get("/guide/household_birth/")
    assert "出生后两个月以内" in text_of(page)
    assert f'href="?version={first}"' in page.content.decode()
    old_page = Client().get("/guide/household_birth/", {"version": first, "marriage": "single"})
    text = text_of(old_page)
    assert "出生后一个月以内" in text
    assert "居民户口簿" in text
    assert f"第 {first} 版，已经不再执行" in text
    assert f"guide.pdf?marriage=single&amp;version={first}" in old_page.content.decode()
    assert asked("household_birth", version=first)["is_current"] is False
    assert "不再执行" in pdf_text(
        Client().get("/guide/household_birth/guide.pdf", {"version": first}).content
    )
    bundle = queries.current().bundles["newborn"].version
    assert "不再执行" not in text_of(Client().get("/guide/newborn/", {"version": bundle}))


@pytest.mark.parametrize("version", ["99", "9" * 30])
def test_a_version_that_never_was_is_told(version: str) -> None:
    response = Client().get("/guide/newborn/", {"version": version})
    assert response.status_code == 404
    assert "没有事项“newborn”" in text_of(response)


def test_the_card_for_the_desk_has_the_address_as_a_code() -> None:
    page = Client().get("/guide/newborn/card/").content.decode()
    assert "/guide/newborn/</p>" in page
    assert "<svg" in page


def test_whoever_has_no_words_finds_the_birth_by_answering() -> None:
    here = "/find/"
    for answer in ("我为自己或家人办", "出生", "孩子出生了"):
        page = Client().get(here).content.decode()
        (here,) = re.findall(rf'href="(/find/\w+/)">{answer}</a>', page)
    assert 'href="/guide/newborn/"' in Client().get(here).content.decode()


def test_every_topic_opens_and_every_bundle_can_be_found_by_answering() -> None:
    catalogue = queries.current()
    reached = set()
    for topic in catalogue.topics.values():
        with CaptureQueriesContext(connection) as asked_for:
            assert Client().get(f"/find/{topic.key}/").status_code == 200
        assert len(asked_for) <= 1
        reached |= {target.key for target in guided.leads_to(catalogue, topic)}
    assert set(catalogue.bundles) - reached == set()
    assert Client().get("/find/no_such_topic/").status_code == 404


def test_an_item_may_name_its_topics_itself() -> None:
    catalogue = queries.current()
    item = replace(catalogue.items["passport"], topics=("就医",))
    medicine = guided.topic(catalogue, "medicine")
    assert item.key not in {target.key for target in guided.leads_to(catalogue, medicine)}
    assert item.key in {target.key for target in guided.leads_to(_with(item), medicine)}


def test_pdf_and_json_cost_no_more_than_asking_for_the_release() -> None:
    Client().get("/guide/newborn/")
    for address in ("/guide/newborn/guide.pdf", "/api/guides/newborn", "/guide/newborn/card/"):
        with CaptureQueriesContext(connection) as asked_for:
            assert Client().get(address).status_code == 200
        assert len(asked_for) <= 1, address


@pytest.mark.parametrize(("filled", "words"), [("", "□男"), ("1", "样表")])
def test_the_form_and_its_filled_sample_are_those_of_the_situation(filled: str, words: str) -> None:
    address = "/guide/newborn/form.pdf"
    unmarried = pdf_text(Client().get(address, {"in_wedlock": "no", "filled": filled}).content)
    married = pdf_text(Client().get(address, {"in_wedlock": "yes", "filled": filled}).content)
    assert words in unmarried
    assert ("父亲姓名" in married, "父亲姓名" in unmarried) == (True, False)


def test_a_published_blank_or_sample_opens_and_no_other_file_does() -> None:
    catalogue = queries.current()
    name = next(iter(catalogue.files))
    response = Client().get(f"/guide/files/{name}")
    assert (response.status_code, response.content[:5]) == (200, b"%PDF-")
    assert Client().get("/guide/files/secrets.json").status_code == 404
