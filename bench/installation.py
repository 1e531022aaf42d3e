"""An installation of its own for one run: home folder, database server, web processes, workers.

Nothing here touches another installation. The home folder lies on a real disk (a memory disk would flatter
every figure), the server gets the settings that production gets, and everything is removed afterwards.
"""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yichuang.config.embedded import Server

ROOT = Path(__file__).resolve().parent.parent
#: Where a temporary home is looked for, the first that lies on a disk.
_PLACES = (Path("/var/tmp"), Path(tempfile.gettempdir()), ROOT)  # noqa: S108 - mkdtemp makes a private folder
_MEMORY_DISKS = {"tmpfs", "ramfs"}
_SECONDS_TO_ANSWER = 60


def new_home() -> Path:
    """A new, empty home folder on a real disk."""
    place = next(place for place in _PLACES if place.is_dir() and _file_system(place) not in _MEMORY_DISKS)
    home = Path(tempfile.mkdtemp(prefix="yichuang-bench-", dir=place))
    home.chmod(0o711 if os.geteuid() == 0 else 0o700)  # as root the server's own user has to pass through
    return home


def _file_system(folder: Path) -> str:
    """The type of the file system that `folder` is on: the longest mount point above it."""
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    above = [(point, kind) for point, kind in mounts if folder.resolve().is_relative_to(point)]
    return max(above, key=lambda mount: len(mount[0]))[1]


def free_port() -> int:
    """A port of the loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _four_ports() -> int:
    """The first of four free ports in a row, for the simulators."""
    while True:
        first = free_port()
        with suppress(OSError, OverflowError):
            for port in (first + 1, first + 2, first + 3):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
            return first


@dataclass
class Installation:
    """One installation of the platform, whose settings are the environment of this process."""

    home: Path
    port: int
    simulators_port: int
    _server: "Server | None" = None
    web_pid: int = 0
    _running: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    @classmethod
    def create(cls) -> "Installation":
        """Choose home and ports, and set this process's environment so that Django finds them."""
        made = cls(new_home(), free_port(), _four_ports())
        for name in [name for name in os.environ if name.startswith(("YICHUANG_", "DATABASE_URL"))]:
            del os.environ[name]
        os.environ |= {
            "YICHUANG_HOME": str(made.home),
            "YICHUANG_PORT": str(made.port),
            "YICHUANG_SIMULATORS_PORT": str(made.simulators_port),
            "YICHUANG_LOG_LEVEL": "WARNING",
        }
        return made

    @property
    def sockets(self) -> Path:
        """The folder of the database's socket."""
        from yichuang.config import runtime

        return runtime.socket_folder(runtime.database_folder())

    @property
    def server_pid(self) -> int:
        """The postmaster."""
        assert self._server is not None  # noqa: S101 - called after `begin`
        assert self._server.process is not None  # noqa: S101
        return self._server.process.pid

    def begin(self) -> None:
        """Start the database, make Django ready in this process, publish the sample city."""
        from yichuang.config import embedded, setup

        self._server = embedded.home_server(create_user=True)
        self._server.start()
        setup.django()
        from yichuang.config import preparing

        preparing.prepare(lambda _line: None)

    def forget_files(self) -> None:
        """Start the database anew with nothing of its files in memory, neither its own nor the system's."""
        from django.db import connections

        assert self._server is not None  # noqa: S101 - called after `begin`
        connections.close_all()
        self._server.stop()
        os.sync()
        for path in self._server.data.rglob("*"):
            if path.is_file():
                with path.open("rb") as file:
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        self._server.start()

    def end(self, *, keep: bool = False) -> None:
        """Stop everything that was started; remove the home folder unless told to `keep` it."""
        for process in [*self._running]:
            self.stop(process)
        self.let_go()
        if not keep:
            shutil.rmtree(self.home, ignore_errors=True)

    def let_go(self) -> None:
        """Stop the database, so that `yichuang up` can start it."""
        if self._server is not None:
            from django.db import connections

            with suppress(Exception):
                connections.close_all()
            self._server.stop()
            self._server = None

    def start(self, *command: str, **environment: str) -> "subprocess.Popen[bytes]":
        """Run `python -m …` in this installation."""
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._running.append(process)
        return process

    def stop(self, process: "subprocess.Popen[bytes]") -> None:
        """Ask a process to end, and kill its group where it does not within 40 seconds."""
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._running.remove(process)

    @contextmanager
    def web(self) -> Iterator[None]:
        """The web processes as `yichuang web` runs them, answering."""
        process = self.start("yichuang.config.cli", "web")
        try:
            self.wait_for_page(process)
            self.web_pid = process.pid
            yield
        finally:
            self.stop(process)

    @contextmanager
    def workers(self, count: int = 2) -> Iterator[None]:
        """`count` worker processes."""
        running = [self.start("yichuang.config.cli", "worker") for _number in range(count)]
        try:
            yield
        finally:
            for process in running:
                self.stop(process)

    @contextmanager
    def police(self) -> Iterator[None]:
        """The simulated police system, which decides at once and calls back."""
        from yichuang.catalogue import queries
        from yichuang.config import simulating
        from yichuang.departments import signing

        simulating.redirect_endpoints()
        secret = signing.secret_of(queries.current().partners["police"])
        people = ROOT / "catalogues" / "quzhou" / "people.yaml"
        callback = f"http://127.0.0.1:{self.port}/api/partners/police/answers"
        options = ["--port", str(self.simulators_port), "--people", str(people), "--callback", callback]
        process = self.start("simulators.police", *options, YICHUANG_PARTNER_POLICE=secret)
        try:
            self._wait_for(self.simulators_port, "/health", process)
            call(self.simulators_port, "POST", "/control", b'{"decide_after": 0}')
            yield
        finally:
            self.stop(process)

    def wait_for_page(self, process: "subprocess.Popen[bytes]") -> float:
        """Seconds until the first page has come, from now on."""
        began = time.monotonic()
        self._wait_for(self.port, "/", process)
        return time.monotonic() - began

    def _wait_for(self, port: int, path: str, process: "subprocess.Popen[bytes]") -> None:
        until = time.monotonic() + _SECONDS_TO_ANSWER
        while time.monotonic() < until and process.poll() is None:
            with suppress(OSError, http.client.HTTPException):
                if call(port, "GET", path) == 200:
                    return
            time.sleep(0.01)
        raise RuntimeError(f"{process.args!r} did not answer at {path}")


def call(port: int, method: str, path: str, body: bytes = b"") -> int:
    """One request on a connection of its own; the status of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS_TO_ANSWER)
    try:
        connection.request(method, path, body or None)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()
