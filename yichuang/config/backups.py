"""The whole installation in one file: PostgreSQL's own dump, made and read with the wheel's programs."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection

from yichuang.config import cluster, counting, runtime
from yichuang.config.runtime import CannotStart


def backup(file: Path, report: Callable[[str], None]) -> None:
    """Write the database as it stands at one moment to `file`, while everything runs on. Raises `CannotStart`."""
    if file.exists():
        raise CannotStart(f"{file} 已存在，请换一个文件名。", f"{file} exists already; choose another name.")
    draft = file.with_name(file.name + ".draft")
    draft.touch(mode=0o600)
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={draft}")
    draft.rename(file)
    report(f"已备份到 {file}({file.stat().st_size / 1_000_000:.1f} MB)。Backed up.")
    if not os.environ.get("YICHUANG_DATA_KEY") and not os.environ.get("YICHUANG_DATA_KEY_FILE"):
        report(f"密钥另存于 {runtime.home() / 'secrets.json'}，须分开保管；没有它，加密的个人信息无法恢复。")
        report("The keys are in that file: keep it apart. Without it encrypted personal data cannot be read.")


def restore(file: Path, report: Callable[[str], None]) -> None:
    """Read a backup into an empty database, whole or not at all. Raises `CannotStart`."""
    if not file.is_file():
        raise CannotStart(f"没有文件 {file}。", f"There is no file {file}.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        tables: int = cursor.fetchone()[0]
    if tables:
        raise CannotStart(
            f"数据库中已有 {tables} 张表。恢复只写入空数据库：请用 DATABASE_URL 或 YICHUANG_HOME 指定新的数据库。",
            f"The database has {tables} tables already. A backup is only read into an empty database: "
            "name a new one with DATABASE_URL, or a new YICHUANG_HOME.",
        )
    _run("pg_restore", "--single-transaction", "--no-owner", "--no-privileges", str(file))
    counting.count_on(report)
    report(f"已从 {file} 恢复。请执行 yichuang verify 核对。Restored; check it with `yichuang verify`.")


def _run(name: str, *arguments: str) -> None:
    command = [str(cluster.program(name)), *arguments, f"--dbname={settings.DATABASES['default']['NAME']}"]
    environment = {**os.environ, **_connection()}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise CannotStart(
            f"{name} 没有成功:\n{done.stderr.strip()}", f"{name} failed; above is what it said."
        )


def _connection() -> dict[str, str]:
    """How PostgreSQL's programs are told where to connect: not on the command line, which everybody can read."""
    database = settings.DATABASES["default"]
    named = {
        "PGHOST": database["HOST"] or database["OPTIONS"].get("host", ""),
        "PGPORT": database["PORT"] or database["OPTIONS"].get("port", ""),
        "PGUSER": database["USER"],
        "PGPASSWORD": database["PASSWORD"],
        "PGSSLMODE": database["OPTIONS"].get("sslmode", ""),
    }
    return {name: value for name, value in named.items() if value}
