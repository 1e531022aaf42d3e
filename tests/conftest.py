"""Shared fixtures. Tests run on a real PostgreSQL and never reach beyond this machine."""

import pytest

from tests.browser import browser, page_desktop, page_phone, site, web_server
from tests.city import committed_db, django_db_setup, nobody_outside, own_catalogue
from tests.dispatching import short_patience
from tests.simulators_fixtures import (
    callbacks,
    card_reader,
    police,
    police_process,
    reader,
    registers,
    registers_process,
)


def _drives(item: pytest.Item) -> bool:
    return "browser" in getattr(item, "fixturenames", ())


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that drive a browser come last.

    Playwright's event loop runs in the main thread from the first browser on; what makes a loop of its own
    (sealing a paper, a worker) cannot run there any more. A file goes to one worker whole: it drives a browser, or not.
    """
    driving = {drives: {item.path for item in items if _drives(item) is drives} for drives in (False, True)}
    mixed = sorted(path.name for path in driving[False] & driving[True] if not path.stem.endswith("_browser"))
    if mixed:
        raise pytest.UsageError(
            f"Tests that drive a browser need a file of their own, test_…_browser.py: {mixed}"
        )
    items.sort(key=_drives)


__all__ = [
    "browser",
    "callbacks",
    "card_reader",
    "committed_db",
    "django_db_setup",
    "nobody_outside",
    "own_catalogue",
    "page_desktop",
    "page_phone",
    "police",
    "police_process",
    "reader",
    "registers",
    "registers_process",
    "short_patience",
    "site",
    "web_server",
]
