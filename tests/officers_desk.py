"""What the tests of the officers' and the manager's pages share: a stopped clock, and a log-in by keyboard."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page

from tests.counter_desk import clerk_client
from tests.factories import NOW, accepted, case_of
from yichuang.cases.data import CaseRow
from yichuang.cases.models import Case
from yichuang.identity.data import TRIAL_PASSWORD
from yichuang.web import opening
from yichuang.web.desk import (
    approval,
    cases,
    hearings,
    home,
    in_turn,
    inspecting,
    opinion_drafts,
    opinion_templates,
    opinions,
    papers,
    procedures,
    substitutes,
)
from yichuang.web.manage import views

#: When the pages are looked at: an hour after the applications came in.
LATER = NOW + timedelta(hours=1)
FIRST = "birth_certificate"
PROOF = "housing_reform_proof"


def stop_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime = LATER) -> None:
    """Let every page of officers and managers take this moment for the present."""
    for module in (
        opening,
        approval,
        cases,
        hearings,
        home,
        in_turn,
        inspecting,
        opinion_drafts,
        opinion_templates,
        opinions,
        papers,
        procedures,
        substitutes,
        views,
    ):
        monkeypatch.setattr(module, "now", lambda: moment)


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages are looked at `LATER`."""
    stop_clock(monkeypatch)


def log_in(page: Page, site: str, username: str, start: str) -> Any:
    """Log in and come to `start`."""
    page.goto(f"{site}/accounts/login/?next={start}")
    page.locator("[name=login]").fill(username)
    page.locator("[name=password]").fill(TRIAL_PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(f"{site}{start}")


def officer(username: str = "officer-zhujian") -> Client:
    """The desk of an officer who has logged in."""
    return clerk_client(username)


def proof(**changes: object) -> CaseRow:
    """A case of the housing department that waits for an officer."""
    return case_of(accepted(PROOF, **changes), PROOF)


def page_of(case: CaseRow) -> str:
    """The address of the case at the desk."""
    return f"/desk/cases/{case.number}/"


def row_of(case_id: int) -> Case:
    """The case as it stands now."""
    return Case.objects.get(id=case_id)
