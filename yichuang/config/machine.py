"""What the operating system gives: users, memory, free space, ports, locks, and dying with one's parent."""

import ctypes
import fcntl
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from yichuang.config.runtime import CannotStart

_SERVICE_USER = "yichuang"
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Owner:
    """The unprivileged user that owns the embedded server and its files when the platform runs as root."""

    name: str
    uid: int
    gid: int


def service_owner(*, create: bool) -> Owner | None:
    """Whom the embedded server runs as; None: as ourselves, because we are not root.

    PostgreSQL refuses to run as root. As root a system user of its own is made; where the machine does not
    allow that (a read-only /etc), an unprivileged user that every machine has is taken.
    """
    if os.geteuid() != 0:
        return None
    for attempt in (_SERVICE_USER, "nobody"):
        if attempt == _SERVICE_USER and create and not _exists(attempt):
            _add_service_user()
        if _exists(attempt):
            entry = pwd.getpwnam(attempt)
            return Owner(attempt, entry.pw_uid, entry.pw_gid)
    raise CannotStart(
        "数据库不能以 root 身份运行，而本机没有可用的普通用户。请执行:useradd --system yichuang",
        "The database must not run as root and there is no other user. Run: useradd --system yichuang",
    )


def _add_service_user() -> None:
    if useradd := shutil.which("useradd"):
        options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        command = [useradd, *options, "--shell", "/usr/sbin/nologin", _SERVICE_USER]
        subprocess.run(command, capture_output=True, check=False)  # noqa: S603


def owner_of(folder: Path) -> Owner | None:
    """The unprivileged user that an earlier start, as root, gave `folder` to."""
    if os.geteuid() != 0 or not folder.exists() or (status := folder.stat()).st_uid == 0:
        return None
    try:
        name = pwd.getpwuid(status.st_uid).pw_name
    except KeyError:
        name = str(status.st_uid)
    return Owner(name, status.st_uid, status.st_gid)


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def memory_bytes() -> int:
    """The memory of the machine, or of the container where that is less."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return physical
    return min(physical, int(limit)) if limit.isdigit() else physical


def cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0))


def check_free_space(folder: Path, megabytes: int) -> None:
    """Raises `CannotStart` where the disk of `folder` has less than `megabytes` left."""
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < megabytes:
        raise CannotStart(
            f"{folder} 所在磁盘只剩 {free} MB，至少需要 {megabytes} MB。"
            "请清理磁盘，或用 YICHUANG_HOME 指定别处的目录。",
            f"The disk of {folder} has {free} MB left; {megabytes} MB are needed. "
            "Free some space, or set YICHUANG_HOME to a folder elsewhere.",
        )


def check_port(address: str, port: int, remedy: str) -> None:
    """Raises `CannotStart` where something already listens on `port`; `remedy` is a command that avoids it."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise CannotStart(
                f"{address}:{port} 不能使用({error.strerror})。请停止占用它的程序，或改用：{remedy}",
                f"{address}:{port} cannot be used ({error.strerror}). "
                f"Stop the program that holds it, or run: {remedy}",
            ) from error


@contextmanager
def only_one(folder: Path) -> Iterator[Callable[[str], None]]:
    """Hold the home folder while the platform runs on it; yields how to say at which address it does.

    Raises `CannotStart` that names the process which holds it. The lock goes with the process, however it ends.
    """
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)

    def describe(address: str) -> None:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "address": address}).encode(), 0)

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        written = os.pread(descriptor, 4096, 0)
        os.close(descriptor)
        raise _already_runs(folder, written) from error
    try:
        describe("")
        yield describe
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _already_runs(folder: Path, written: bytes) -> CannotStart:
    holder = json.loads(written or b"{}")
    pid, address = holder.get("pid", "?"), holder.get("address", "")
    return CannotStart(
        f"一窗已在 {folder} 上运行(进程号 {pid}){address and ':' + address}。"
        f"请直接使用它，或先停止:kill {pid};也可用 YICHUANG_HOME 另设目录。",
        f"Yichuang already runs on {folder} (process {pid}){address and ': ' + address}. "
        f"Use it, or stop it first: kill {pid}; or set YICHUANG_HOME to another folder.",
    )


def die_with_parent(number: int = signal.SIGTERM) -> None:
    """Let the kernel send this process `number` when its parent dies, so that kill -9 leaves no orphans."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
