"""`yichuang up`: the whole platform on one machine, started in order, watched, and stopped in order."""

import http.client
import json
import os
import select
import signal
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import structlog

from yichuang.config import embedded, machine, runtime, setup
from yichuang.config.processes import Child, fork, stop
from yichuang.config.runtime import CannotStart

_SECONDS_TO_FIRST_PAGE = 60
log = structlog.get_logger(__name__)


class _Stopped(BaseException):
    """A signal came while the platform was still starting."""


class _Signals:
    """SIGINT, SIGTERM and SIGHUP stop the platform in order; a second one stops it at once."""

    def __init__(self) -> None:
        self.asked = 0
        self.starting = True
        self._reading, writing = os.pipe()
        os.set_blocking(writing, False)
        os.set_blocking(self._reading, False)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)  # only to end the sleep

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.asked += 1
        if self.starting:
            self.starting = False
            raise _Stopped

    def sleep(self, seconds: float) -> None:
        """Until a signal comes, a child's death included, or `seconds` have passed."""
        if select.select([self._reading], [], [], seconds)[0]:
            with suppress(BlockingIOError):
                os.read(self._reading, 4096)


class _Platform:
    """What runs: the database, and the children in the order in which they stop."""

    def __init__(self, signals: _Signals, server: embedded.Server | None) -> None:
        self.signals = signals
        self.server = server
        self.web: list[Child] = []
        self.workers: list[Child] = []
        self.simulators: list[Child] = []

    def children(self) -> list[Child]:
        return [*self.web, *self.workers, *self.simulators]

    def start(self, children: list[Child]) -> None:
        for child in children:
            child.start()
        self._write_processes()

    def watch(self) -> None:
        """Restart what dies until a signal asks to stop."""
        while not self.signals.asked:
            if self.server is not None and not self.server.alive():
                log.error("database_died", restarting=True)
                self._restart_database(self.server)
            now = time.monotonic()
            for child in self.children():
                if not child.alive() and child.due <= now:
                    self.start([child])
            due = [child.due - now for child in self.children() if not child.pid]
            self.signals.sleep(max(0.05, min([5.0, *due])))

    def _restart_database(self, server: embedded.Server) -> None:
        try:
            server.start()
        except CannotStart as error:
            log.error("database_did_not_start", reason=str(error))
            self.signals.sleep(5)
        else:
            self._write_processes()

    def stop(self) -> None:
        """Web first, so that nothing new comes in; then workers, simulators, and the database last."""
        self.signals.starting = False
        already = self.signals.asked
        for children in (self.web, self.workers, self.simulators):
            stop(children, 40, lambda: self.signals.asked > max(already, 1))
        if self.server is not None:
            self.server.stop(signal.SIGQUIT if self.signals.asked > max(already, 1) else signal.SIGINT)
        (runtime.home() / "processes.json").unlink(missing_ok=True)

    def _write_processes(self) -> None:
        """Who runs under which process number, for the operator and `yichuang doctor`."""
        running = {child.name: child.pid for child in self.children() if child.pid}
        if self.server is not None and self.server.process is not None:
            running["database"] = self.server.process.pid
        path = runtime.home() / "processes.json"
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps(running, indent=2), encoding="utf-8")
        draft.replace(path)


def up() -> None:
    """Start everything, say where it is, and keep it running until told to stop. Raises `CannotStart`."""
    began = time.monotonic()
    os.umask(0o077)
    home = runtime.make_home()
    with machine.only_one(home) as describe:
        signals = _Signals()
        server = embedded.home_server(create_user=True) if runtime.uses_embedded_database() else None
        platform = _Platform(signals, server)
        try:
            _start(platform, home, began)
            describe(_public_url())
            signals.starting = False
            platform.watch()
        except _Stopped:
            pass
        finally:
            if signals.asked:
                print("\n正在停止… stopping", flush=True)
            platform.stop()


def _start(platform: _Platform, home: Path, began: float) -> None:
    from django.conf import settings

    setup.name_settings()
    machine.check_port(settings.BIND, settings.PORT, f"YICHUANG_PORT={settings.PORT + 10} make run")
    server = platform.server
    if server is not None:
        if not server.data.exists():
            _say(f"首次启动：在 {home} 建立数据库… first start")
        server.begin()
    # The server starts on another core while this one imports.
    setup.django()
    from django.db import connections

    from yichuang.config import greeting, preparing, serving, simulating

    if settings.SIMULATORS:
        simulating.check_ports()
        simulating.redirect_endpoints()
    if server is not None:
        server.wait(lambda seconds: _say(f"数据库正在恢复({seconds:.0f} 秒)… database recovering"))
    preparing.prepare(_say)
    simulators = simulating.children() if settings.SIMULATORS else []
    greeting_lines = greeting.lines()
    connections.close_all()  # a forked child must not share a connection

    platform.web = [Child("web", lambda: fork(serving.serve_web))]
    platform.start(platform.web)
    platform.workers = [
        Child(f"worker-{number}", lambda: fork(serving.run_worker))
        for number in range(1, settings.WORKERS + 1)
    ]
    platform.simulators = simulators
    platform.start([*platform.workers, *platform.simulators])
    _wait_for_first_page(platform, settings.BIND, settings.PORT, urlsplit(settings.PUBLIC_URL).netloc)
    for line in greeting_lines:
        print(line)
    print(
        f"  {time.monotonic() - began:.1f} 秒启动完毕。按 Ctrl-C 停止。 Ready; Ctrl-C stops everything.\n",
        flush=True,
    )


def _wait_for_first_page(platform: _Platform, bind: str, port: int, name: str) -> None:
    """Ask for the start page until it comes. Raises `CannotStart` where the web process ends instead."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind, bind)  # noqa: S104 - compared, not bound
    until = time.monotonic() + _SECONDS_TO_FIRST_PAGE
    while time.monotonic() < until:
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(host, port, timeout=_SECONDS_TO_FIRST_PAGE)
            try:
                connection.request("GET", "/", headers={"Host": name})
                connection.getresponse().read()
                return
            finally:
                connection.close()
        if not all(child.alive() for child in platform.web):
            raise CannotStart(
                "网页服务没有启动，原因见上面的输出。",
                "The web process did not start; its reason is printed above.",
            )
        time.sleep(0.02)
    raise CannotStart(
        f"网页服务在 {_SECONDS_TO_FIRST_PAGE} 秒内没有应答。", "The web process did not answer in time."
    )


def _public_url() -> str:
    from django.conf import settings

    return str(settings.PUBLIC_URL)


def _say(line: str) -> None:
    print(f"  {line}", flush=True)
