"""People who look at the public pages, without a browser: what each of them brings along."""

import re
from datetime import datetime
from html import unescape
from typing import Any

from django.test import Client

from tests.city import run_journey
from tests.factories import MOTHER, NOW, accepted, decided, staff
from yichuang.cases import queries, reading
from yichuang.cases.models import Application
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Outcome
from yichuang.identity.models import Party, User
from yichuang.identity.queries import find_party

#: One item of one department, decided by one officer: the shortest way to a result.
ITEM, OFFICER = "housing_reform_proof", "officer-zhujian"


def text_of(response: Any) -> str:
    """What a person reads on the page, blanks made single."""
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", unescape(plain))


def ready(*, outcome: Outcome = Outcome.GRANTED, now: datetime = NOW, **changes: Any) -> ApplicationRow:
    """An application of one item whose result waits to be collected."""
    row = accepted(ITEM, now=now, **changes)
    decided(row, ITEM, OFFICER, outcome=outcome, now=now)
    run_journey(now)
    return queries.application(staff("clerk1"), row.number, now=now)


def code_of(row: ApplicationRow) -> str:
    """The query code on the receipt."""
    return reading.query_code(row.id)


def holder_of(row: ApplicationRow, client: Client | None = None) -> Client:
    """A browser in which the application was opened by number and code."""
    client = client or Client()
    response = client.post("/track/", {"number": row.number, "code": code_of(row)})
    assert response.status_code == 302, text_of(response)
    return client


def applicant(number: str = MOTHER.number, *, username: str = "") -> Client:
    """A browser in which the applicant with this ID number has logged in."""
    party = Party.objects.get(id=find_party("person", number))
    user = party.user or User.objects.create(username=username or f"p{party.id}")
    if party.user is None:
        Party.objects.filter(id=party.id).update(user=user)
    client = Client()
    client.force_login(user)
    return client


def member_of_staff(username: str = "clerk1") -> Client:
    """A browser in which this member of staff has logged in."""
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def fresh(row: ApplicationRow) -> ApplicationRow:
    """The application as it is now."""
    return queries.application(staff("clerk1"), row.number, now=NOW)


def id_of(row: ApplicationRow) -> int:
    """The id of the row in the database."""
    return Application.objects.get(number=row.number).id
