"""Making a database ready to work on: schema, the sample city, trial accounts, seals, static files.

Each step first looks whether there is anything to do, so that a second start takes seconds.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from yichuang.base import clock
from yichuang.catalogue.finding import index
from yichuang.config import counting, runtime, trial
from yichuang.config.runtime import CannotStart
from yichuang.ledger.partitions import ensure_partitions

LEAST_POSTGRES = 15
_LOCK = 0x59434D49  # "YCMI": of two machines that start together, one prepares and the other waits


def prepare(report: Callable[[str], None]) -> None:
    """All of it. Raises `CannotStart` with what is wrong and what to do."""
    check_database()
    migrate(report)
    if settings.TRIAL:
        trial.establish_trial(settings.CATALOGUE_DIR, now=clock.now(), report=report)
    index.refresh()
    collect_static(report)


def check_database() -> None:
    """Raises `CannotStart` where the database cannot be reached or is too old."""
    database = settings.DATABASES["default"]
    place = f"{database['HOST'] or database['OPTIONS'].get('host', '')}:{database['PORT']}/{database['NAME']}"
    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise CannotStart(
            f"连不上数据库 {place}。请检查 DATABASE_URL，并确认数据库已启动:\n    {error}",
            f"The database {place} cannot be reached; above is what it said. Check DATABASE_URL.",
        ) from error
    if (major := server_version() // 10000) < LEAST_POSTGRES:
        raise CannotStart(
            f"数据库 {place} 是 PostgreSQL {major}，至少需要 {LEAST_POSTGRES}。请先升级数据库。",
            f"The database {place} is PostgreSQL {major}; {LEAST_POSTGRES} is the least. Upgrade it first.",
        )


def server_version() -> int:
    """The version of the PostgreSQL in use, as it numbers it: 180006 is 18.6."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int")
        return int(cursor.fetchone()[0])


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def pending_migrations() -> list[str]:
    """The migrations that the database lacks, in order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [str(migration) for migration, _backwards in plan]


def migrate(report: Callable[[str], None]) -> None:
    """Bring the schema up to date, where it is not, and make the ledger ready to be written and sealed."""
    if pending_migrations():
        with _alone():
            if pending := pending_migrations():
                report(f"更新数据库结构({len(pending)})… migrating")
                call_command("migrate", interactive=False, verbosity=0)
    counting.count_on(report)
    ensure_partitions(clock.now())  # before the first entry, or its month stays in the default partition


def collect_static(report: Callable[[str], None]) -> None:
    """Copy the static files to where web processes serve them, compressed, if they are not those of last time."""
    digest, record = _static_digest(), runtime.home() / "static.digest"
    if record.exists() and record.read_text(encoding="ascii") == digest:
        return
    report("整理静态文件… static files")
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    record.write_text(digest, encoding="ascii")


def _static_digest() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            state = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()
