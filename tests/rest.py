"""A program that calls the REST interface."""

from dataclasses import asdict
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from yichuang.cases.data import Submission
from yichuang.identity.models import User


def logged_in(username: str = "clerk1", **options: Any) -> Client:
    """A client in which this account has logged in."""
    client = Client(**options)
    client.force_login(User.objects.get(username=username))
    return client


def post(client: Client, name: str, body: Any = None, *at: str, **headers: str) -> HttpResponse:
    """Call the operation of this name with JSON; `at` are the parts of its address."""
    address = reverse(f"api:{name}", args=at)
    return client.post(address, body or {}, content_type="application/json", headers=headers)


def get(client: Client, name: str, *at: str, **query: str) -> HttpResponse:
    """Call the operation of this name."""
    return client.get(reverse(f"api:{name}", args=at), query)


def as_json(given: Submission) -> dict[str, Any]:
    """The submission as the interface takes it."""
    materials = {
        key: {"source": settled.source, "checked": settled.checked}
        for key, settled in given.materials.items()
    }
    return {
        "key": str(given.key),
        "target": given.target,
        "applicant": asdict(given.applicant),
        "answers": dict(given.answers),
        "values": dict(given.values),
        "materials": materials,
    }
