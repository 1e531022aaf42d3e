"""`yichuang up` as an operator meets it: real processes, started, killed, started again, stopped."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.platform import exists, free_ports

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parent.parent
_PATIENCE = 120.0
_NEVER = threading.Event()


def _until(so: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not so():
        assert time.monotonic() < end, "waited in vain"
        _NEVER.wait(0.05)


@dataclass
class Platform:
    """One platform on a home and port of its own."""

    home: Path
    port: int = field(default_factory=lambda: free_ports(1))
    process: "subprocess.Popen[str] | None" = None

    def run(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        """One command of the command line on this home."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("YICHUANG_", "DATABASE_"))
        }
        own = {
            "YICHUANG_HOME": str(self.home),
            "YICHUANG_PORT": str(self.port),
            "YICHUANG_SIMULATORS": "0",
            "YICHUANG_WEB_PROCESSES": "1",
            "YICHUANG_WORKERS": "1",
        }
        return subprocess.Popen(
            [sys.executable, "-m", "yichuang.config.cli", *arguments],
            cwd=ROOT,
            env={**kept, **own, **environment},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def start(self) -> None:
        self.process = self.run("up")
        _until(self.is_up)

    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def is_up(self) -> bool:
        """Whether it has said where it is, which it does once the first page came."""
        assert self.runs(), self.said()
        lock = self.home / "lock"
        holder = json.loads(lock.read_text(encoding="utf-8") or "{}") if lock.exists() else {}
        return bool(self.process and holder.get("pid") == self.process.pid and holder["address"])

    def answers(self) -> bool:
        """Whether the start page comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def said(self) -> str:
        """Everything that it printed, once it has ended."""
        assert self.process is not None
        return self.process.communicate(timeout=_PATIENCE)[0]

    def pids(self) -> dict[str, int]:
        """Process numbers by name, as the platform writes them down."""
        path = self.home / "processes.json"
        return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}

    def stop(self) -> str:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.said()


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="yichuang-home-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def kept_platform(home: Path) -> Iterator[Platform]:
    platform = Platform(home)
    yield platform
    if platform.runs():
        platform.stop()


@pytest.fixture
def platform(kept_platform: Platform) -> Platform:
    """A running platform: the one that the test before left running, else started."""
    if not kept_platform.runs():
        kept_platform.start()
    return kept_platform


def test_ctrl_c_stops_all_of_it_and_the_next_start_keeps_the_data(platform: Platform) -> None:
    _until(lambda: {"database", "web", "worker-1"} <= platform.pids().keys())
    running = platform.pids()
    said = platform.stop()
    assert platform.process is not None
    assert platform.process.returncode == 0, said
    assert "TRIAL" in said
    assert "clerk1" in said
    assert not [name for name, pid in running.items() if exists(pid)]
    platform.start()
    assert "首次启动" not in platform.stop()


def test_a_start_while_another_runs_is_told_where_it_runs(platform: Platform) -> None:
    assert platform.process is not None
    second = platform.run("up")
    said = second.communicate(timeout=_PATIENCE)[0]
    assert second.returncode == 1
    assert f"进程号 {platform.process.pid}" in said
    assert f"http://127.0.0.1:{platform.port}" in said
    assert "Traceback" not in said


def test_a_busy_port_is_told_with_a_command_that_avoids_it(tmp_path: Path) -> None:
    platform = Platform(tmp_path)
    with socket.create_server(("127.0.0.1", platform.port)):
        start = platform.run("up")
        said = start.communicate(timeout=_PATIENCE)[0]
    assert start.returncode == 1
    assert f"YICHUANG_PORT={platform.port + 10} make run" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("victim", ["web", "worker-1", "database"])
def test_what_is_killed_comes_back(platform: Platform, victim: str) -> None:
    _until(lambda: victim in platform.pids())
    killed = platform.pids()[victim]
    os.kill(killed, signal.SIGKILL)
    _until(lambda: platform.pids().get(victim, killed) != killed and platform.answers())


def test_after_kill_nine_of_the_platform_nothing_is_left_and_it_starts_again(platform: Platform) -> None:
    _until(lambda: "worker-1" in platform.pids())
    running = platform.pids()
    assert platform.process is not None
    platform.process.kill()
    platform.said()
    _until(lambda: not any(exists(pid) for pid in running.values()))
    platform.start()


def test_a_short_command_uses_the_database_that_runs_and_else_starts_it(platform: Platform) -> None:
    while_it_runs = platform.run("migrate")
    said = while_it_runs.communicate(timeout=_PATIENCE)[0]
    assert while_it_runs.returncode == 0, said
    platform.stop()
    alone = platform.run("migrate")
    said = alone.communicate(timeout=_PATIENCE)[0]
    assert alone.returncode == 0, said
    assert "最新" in said


def test_a_backup_is_restored_into_a_new_home_and_proves_itself(platform: Platform, home: Path) -> None:
    file = home / "backup.dump"
    made = platform.run("backup", str(file))
    said = made.communicate(timeout=_PATIENCE)[0]
    assert made.returncode == 0, said
    new = Platform(home / "new")
    new.home.mkdir()
    new.home.chmod(0o711)
    shutil.copy(home / "secrets.json", new.home)
    for command, told in ((("restore", str(file)), "延续事务编号"), (("verify",), "")):
        done = new.run(*command)
        said = done.communicate(timeout=_PATIENCE)[0]
        assert done.returncode == 0, said
        assert told in said
    again = new.run("restore", str(file))
    said = again.communicate(timeout=_PATIENCE)[0]
    assert again.returncode == 1
    assert "空数据库" in said


def test_the_doctor_finds_a_running_platform_well(platform: Platform) -> None:
    _until(lambda: "worker-1" in platform.pids())

    def well() -> bool:
        doctor = platform.run("doctor")
        said = doctor.communicate(timeout=_PATIENCE)[0]
        assert "Traceback" not in said, said
        return doctor.returncode == 0

    _until(well)
