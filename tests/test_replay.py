"""A replayed year: acts by lot through the domain, and afterwards everything folds and every seal holds."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from yichuang.cases import rules
from yichuang.cases.outline import outline
from yichuang.cases.states import ENDED, Verb
from yichuang.catalogue import queries as catalogue_queries
from yichuang.journey import made_up

CASES = 60


@pytest.mark.processes
def test_a_small_year_is_lived_through_verified_and_told(tmp_path: Path) -> None:
    told = tmp_path / "told.json"
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("YICHUANG_", "DATABASE_URL"))
    }
    done = subprocess.run(
        [sys.executable, "-m", "yichuang.config.cli", "replay", "--cases", str(CASES), "--json", str(told)],
        env=own,
        cwd=Path(__file__).resolve().parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    facts = json.loads(told.read_text(encoding="utf-8"))
    assert facts["is_clean"]
    assert facts["cases"] >= CASES
    assert sum(facts["stages"].values()) == facts["acts"][Verb.RECEIVE] == facts["cases"]
    assert sum(number for stage, number in facts["stages"].items() if stage in ENDED) > CASES * 0.8
    assert set(facts["acts"]) | set(facts["never_done"]) == set(Verb)
    assert facts["bytes_per_case"] > 0


@pytest.mark.django_db
def test_a_made_up_application_is_complete_for_every_bundle_and_item() -> None:
    catalogue = catalogue_queries.current()
    for target in (*catalogue.bundles, *catalogue.items):
        given, plan = made_up.planned(target, {})
        sent = made_up.submission(plan, given)
        prepared = outline(sent)
        rules.check_answers(prepared.plan)
        rules.check_form(prepared.plan, sent.values, sent.materials)
