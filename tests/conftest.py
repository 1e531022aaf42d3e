"""Shared fixtures. Tests run on a real PostgreSQL and never reach beyond this machine."""

from tests.browser import browser, page_desktop, page_phone, site, web_server
from tests.city import committed_db, django_db_setup
from tests.dispatching import short_patience
from tests.simulators_fixtures import (
    callbacks,
    card_reader,
    police,
    police_process,
    registers,
    registers_process,
)

__all__ = [
    "browser",
    "callbacks",
    "card_reader",
    "committed_db",
    "django_db_setup",
    "page_desktop",
    "page_phone",
    "police",
    "police_process",
    "registers",
    "registers_process",
    "short_patience",
    "site",
    "web_server",
]
