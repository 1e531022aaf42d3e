"""Shared fixtures. Tests run on a real PostgreSQL and never reach beyond this machine."""

from tests.browser import browser, page_desktop, page_phone, site, web_server
from tests.city import _nobody_outside, committed_db, django_db_setup

__all__ = [
    "browser",
    "committed_db",
    "django_db_setup",
    "page_desktop",
    "page_phone",
    "site",
    "web_server",
]
