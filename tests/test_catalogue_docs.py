"""The examples of `docs/adding-an-item.md` use the keys that the program reads."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from yichuang.catalogue import bundles, data, facts, folder, lists, topics
from yichuang.catalogue.numbering import NumberScheme
from yichuang.catalogue.regimes import Regime
from yichuang.deadlines.data import Rung

TEXT = (Path(__file__).resolve().parent.parent / "docs" / "adding-an-item.md").read_text(encoding="utf-8")
KINDS: dict[str, type] = {
    "regions": folder.Region,
    "departments": folder.Department,
    "counters": folder.Counter,
    "mandates": folder.Mandate,
    "staff": folder.StaffMember,
    "code_schemes": lists.CodeScheme,
    "topic_classes": lists.TopicClass,
    "standards": lists.StandardItem,
    "proofs": lists.Proof,
    "elements": data.Element,
    "materials": data.MaterialType,
    "licence_types": data.LicenceType,
    "situations": facts.Situation,
    "resources": data.Resource,
    "grants": data.Grant,
    "partners": data.Partner,
    "overrides": folder.DayOverride,
    "office_hours": folder.OfficeHoursEntry,
    "rungs": Rung,
    "numbers": NumberScheme,
    "words": topics.EverydayWord,
    "topics": topics.Topic,
    "regimes": Regime,
}


def keys(kind: type) -> set[str]:
    return {field.name for field in fields(kind)} - {"version"}


def test_the_examples_use_known_keys() -> None:
    files, item, bundle = (
        YAML(typ="safe").load(text) for text in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    )
    assert files.keys() == KINDS.keys()
    rows: list[tuple[type, Any]] = [(KINDS[name], row) for name, listed in files.items() for row in listed]
    rows += [(data.Item, item), (bundles.Bundle, bundle)]
    rows += [(lists.CodePart, row) for row in files["code_schemes"][0]["catalog_code"]]
    rows += [(data.ItemElement, row) for row in item["elements"]]
    rows += [(data.ItemMaterial, row) for row in item["materials"]]
    rows += [(data.Step, row) for row in item["steps"]]
    rows += [(facts.LegalBasis, row) for row in item["legal_bases"]]
    rows += [(facts.Authority, item["authority"]), (facts.Service, item["service"])]
    rows += [(bundles.Member, row) for row in bundle["members"] if isinstance(row, dict)]
    for kind, row in rows:
        assert set(row) <= keys(kind), (kind, row)


def test_every_key_of_an_item_its_groups_and_a_bundle_is_shown() -> None:
    _lists, item, bundle = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    groups = ((facts.Authority, item.replace("\n  ", "\n")), (facts.Service, item.replace("\n  ", "\n")))
    for kind, text in ((data.Item, item), (bundles.Bundle, bundle), *groups):
        assert [
            key for key in sorted(keys(kind)) if not re.search(rf"^(# )?{key}:", text, re.MULTILINE)
        ] == []
