"""The measured database is one that the acts could have written: small, and proved case by case."""

from collections import Counter

import pytest
from django.db import connection

from bench.filling import fill
from bench.specimens import make_specimens
from yichuang.base import clock
from yichuang.cases import queries
from yichuang.cases.models import Application, Case
from yichuang.cases.verifying import verify_all
from yichuang.identity.models import User
from yichuang.identity.queries import actor_of

pytestmark = pytest.mark.django_db

CASES, OPEN = 400, 120


def test_a_filled_database_folds_and_holds_what_was_asked_for() -> None:
    now = clock.now()
    fill(make_specimens(now), CASES, open_cases=OPEN, now=now)
    told: list[str] = []
    assert verify_all(told.append), told
    connection.check_constraints()
    stages = Counter(Case.objects.values_list("stage", flat=True))
    assert CASES <= stages.total() < CASES + 10
    assert OPEN <= stages.total() - stages["closed"] < OPEN + 10
    clerk = actor_of(User.objects.get(username="clerk1"))
    copy = Application.objects.order_by("-id")[0]
    row = queries.application(clerk, copy.number, now=now)
    assert [case.number for case in row.cases] == [
        f"{copy.number}-{place:02d}" for place in range(1, len(row.cases) + 1)
    ]
    officer = actor_of(User.objects.get(username="officer-weijian"))
    assert len(queries.work_list(officer, now=now).rows) > 5
