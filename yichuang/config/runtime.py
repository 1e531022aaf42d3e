"""Where this installation lives on the machine: its home folder, trial secrets and database address."""

import errno
import fcntl
import hashlib
import json
import os
import secrets
import tempfile
from pathlib import Path
from urllib.parse import quote

from yichuang.base import env

#: PostgreSQL names its UNIX socket after the port. A socket's path may have 107 bytes.
SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_BYTES = 107


class CannotStart(Exception):  # noqa: N818 - what it says is for a person, not for a programmer
    """The platform cannot start or go on. The text says why and what to do, in Chinese and in English."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese}\n{english}")


def home() -> Path:
    """The installation's own folder: as root a system folder, because the database runs as another user."""
    default = "/var/lib/yichuang" if os.geteuid() == 0 else ".yichuang"
    return Path.cwd() / env.text("YICHUANG_HOME", default)


def make_home() -> Path:
    """The home folder, made where it is missing, and known to be writable. Raises `CannotStart`."""
    folder = home()
    try:
        _make_folders(folder)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"yichuang")
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise CannotStart(
                f"数据目录 {folder} 所在磁盘已满。请先清理磁盘，或用环境变量 YICHUANG_HOME 指定别处的目录。",
                f"The disk of {folder} is full. Free some space, or set YICHUANG_HOME to a folder elsewhere.",
            ) from error
        raise CannotStart(
            f"数据目录 {folder} 不能写入({error.strerror})。"
            "请更正其权限，或用环境变量 YICHUANG_HOME 指定另一个目录。",
            f"{folder} cannot be written ({error.strerror}). "
            "Correct its rights, or set YICHUANG_HOME to another folder.",
        ) from error
    return folder


def _make_folders(folder: Path) -> None:
    """Make `folder` and what is missing above it; the rights of folders that exist are left as they are."""
    if folder.is_dir():
        return
    _make_folders(folder.parent)
    folder.mkdir(exist_ok=True)
    # Whatever the umask: as root the server's own user has to pass through, but nobody else may list it.
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _kept_secrets(path: Path) -> dict[str, str]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}


def trial_secret(name: str) -> str:
    """A secret made on first use and kept in the home folder: no two trials share one."""
    path = home() / "secrets.json"
    if name in (kept := _kept_secrets(path)):
        return kept[name]
    with (make_home() / "secrets.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two processes that start together must not make two secrets
        kept = _kept_secrets(path)
        if name not in kept:
            kept[name] = secrets.token_hex(32)
            draft = path.with_suffix(".draft")
            draft.touch(mode=0o600)
            draft.write_text(json.dumps(kept, indent=2), encoding="utf-8")
            draft.replace(path)
    return kept[name]


def secret(name: str, kept_as: str, *, trial: bool) -> str:
    """The secret of the environment; on a trial without one, the one that the home folder keeps."""
    given = os.environ.get(name) or os.environ.get(f"{name}_FILE")
    return env.secret(name, trial_secret(kept_as) if trial and not given else None)


def database_folder() -> Path:
    """Everything of the embedded PostgreSQL: data, log and, where its path is short enough, the socket."""
    return home() / "database"


def socket_folder(database: Path) -> Path:
    """Where the embedded server puts its socket: beside its data, or in /tmp where that path is too long."""
    beside = database / "run"
    if len(os.fsencode(beside / SOCKET_NAME)) <= _SOCKET_PATH_BYTES:
        return beside
    return Path("/tmp") / f"yichuang-{hashlib.sha256(os.fsencode(database)).hexdigest()[:16]}"  # noqa: S108 - made 0700, ownership checked


def embedded_url(database: Path) -> str:
    """The address of the embedded server whose files are in `database`."""
    return f"postgresql://yichuang@/yichuang?host={quote(str(socket_folder(database)))}&port=5432"


def uses_embedded_database() -> bool:
    """Whether nobody named a PostgreSQL, so that the platform keeps its own."""
    return not (os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"))


def database_url() -> str:
    """`DATABASE_URL` (or the file that `DATABASE_URL_FILE` names), or the embedded server's address."""
    return env.secret("DATABASE_URL", embedded_url(database_folder()) if uses_embedded_database() else None)
