"""A throw-away PostgreSQL for one run of the tests, unless `DATABASE_URL` names one.

Loaded with `-p` from pyproject.toml, because Django reads its settings before any conftest. Processes of
pytest-xdist inherit the address from the process that started them, and so do not start servers of their own.
"""

import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from yichuang.config import embedded, machine, runtime

#: A crash may lose all of it: then the run is repeated.
_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
}


class _Run:
    """What this process made for the run, to be taken away at its end."""

    folder: Path | None = None
    server: embedded.Server | None = None


def pytest_configure(config: pytest.Config) -> None:
    """Start the server, where there are tests to run and the folder was made by this process."""
    if _Run.server is not None and not config.option.collectonly:
        _Run.server.start()


def pytest_unconfigure() -> None:
    """Stop the server and remove everything."""
    if _Run.server is not None:
        _Run.server.stop(signal.SIGQUIT)
    if _Run.folder is not None:
        shutil.rmtree(_Run.folder, ignore_errors=True)


def _prepare() -> None:
    """A home of its own for the run, so that tests never touch the data of a platform on this machine."""
    if os.environ.get("YICHUANG_TEST_RUN"):
        return
    os.environ["YICHUANG_TEST_RUN"] = "1"
    _Run.folder = Path(tempfile.mkdtemp(prefix="yichuang-test-"))
    _Run.folder.chmod(0o711)
    os.environ["YICHUANG_HOME"] = str(_Run.folder)
    if runtime.uses_embedded_database():
        database = _Run.folder / "database"
        _Run.server = embedded.Server(database, machine.service_owner(create=False), _SETTINGS)
        os.environ["DATABASE_URL"] = runtime.embedded_url(database)


_prepare()
