"""The OpenAPI document against the interface: what is published is what is answered, and nothing breaks it.

Schemathesis makes calls from the document alone, good and bad ones, the same in every run. Among the good ones
are calls with real numbers and nearly right bodies, so that they get past the first look-up.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from tests.factories import accepted, case_of, submission
from tests.rest import as_json, logged_in

_CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
_TOKEN = "a" * 32
_BOUNDED = settings(
    max_examples=20, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)

schema = schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())
schema.config.generation.update(with_security_parameters=False)  # the log-in is the test's own


@dataclass(frozen=True)
class World:
    """What is really there, and who calls."""

    numbers: dict[str, str]
    bodies: dict[str, dict[str, Any]]
    clerk: str
    officer: str


@pytest.fixture
def world(db: None) -> World:
    row = accepted()
    return World(
        numbers={"applications": row.number, "cases": case_of(row, "birth_certificate").number},
        bodies={
            "/applications": as_json(submission()),
            "/plan": {"target": "newborn", "answers": dict(submission().answers)},
            "/track": {"number": row.number, "code": "000000"},
            "/track/rating": {"number": row.number, "code": "000000", "grade": "good"},
            "/decide": {"outcome": "granted", "opinion": "同意"},
        },
        clerk=logged_in("clerk1").cookies["sessionid"].value,
        officer=logged_in("officer-weijian").cookies["sessionid"].value,
    )


@pytest.fixture(autouse=True)
def _one_transaction() -> Iterator[None]:
    """What a test did is undone at its end: the connection stays open over all its calls."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def make_real(case: schemathesis.Case, world: World, data: st.DataObject) -> None:
    """A number that exists, and a right body in which one part may be wrong."""
    area = case.path.split("/")[2]
    if "number" in case.path_parameters:
        case.path_parameters["number"] = world.numbers[area]
    if "partner" in case.path_parameters:
        case.path_parameters["partner"] = "police"
    right = next((body for end, body in world.bodies.items() if case.path.endswith(end)), None)
    if right is not None and isinstance(case.body, dict):
        changed = data.draw(st.sampled_from(["nothing", *sorted(case.body)]), label="changed")
        case.body = {**right, **{key: value for key, value in case.body.items() if key == changed}}


@schema.given(data=st.data())
@schema.parametrize()
@_BOUNDED
def test_an_operation_answers_as_the_document_says(
    case: schemathesis.Case, data: st.DataObject, world: World
) -> None:
    if case.meta.generation.mode is GenerationMode.POSITIVE and data.draw(st.booleans(), label="real"):
        make_real(case, world, data)
    who = world.officer if "/cases/" in case.path else world.clerk
    case.call_and_validate(
        headers={"X-CSRFToken": _TOKEN}, cookies={"sessionid": who, "csrftoken": _TOKEN}, checks=_CHECKS
    )
