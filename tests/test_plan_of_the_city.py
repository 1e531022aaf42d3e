"""Plans of the sample city that people would notice if they were wrong."""

import pytest

from yichuang.catalogue import queries
from yichuang.catalogue.data import SourceKind
from yichuang.catalogue.planned import Known
from yichuang.catalogue.planning import everything_up, plan

pytestmark = pytest.mark.django_db


def test_the_birth_certificate_of_an_elder_child_never_serves_for_the_new_one() -> None:
    catalogue = queries.current()
    known = Known(licences=frozenset({"birth_certificate"}), resources=everything_up(catalogue).resources)
    answers = {"in_wedlock": "yes", "follow": "mother"}
    sources = {
        line.material.key: line.source for line in plan(catalogue, "newborn", answers, known).materials
    }
    assert SourceKind.SISTER in sources.values()
    assert SourceKind.LICENCE not in sources.values()
