"""Simulators as processes: started on a free port, waited for, stopped by their own id.

The fixtures are known to every test (`conftest.py`). The platform is pointed at the simulators by
`YICHUANG_ENDPOINTS`, so the published sample city stays as it is.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parent.parent
PEOPLE = ROOT / "catalogues" / "quzhou" / "people.yaml"
SECRET = "a-shared-secret-of-the-tests"
#: Where the sample city's catalogue says that the systems are.
POLICE, REGISTERS = "http://127.0.0.1:8101", "http://127.0.0.1:8102"


@dataclass(frozen=True)
class Simulator:
    """A running simulator."""

    url: str
    process: subprocess.Popen[str]

    def control(self, **orders: Any) -> None:
        """Tell it how to behave."""
        answer = httpx.post(f"{self.url}/control", json=orders, trust_env=False)
        assert answer.status_code == 200, answer.text

    def log(self) -> dict[str, Any]:
        """What it did and was asked."""
        found: dict[str, Any] = httpx.get(f"{self.url}/log", trust_env=False).json()
        return found

    def calls(self, kind: str) -> list[str]:
        """The transaction ids of the calls of one kind, in order (police only)."""
        return [call["transaction"] for call in self.log()["calls"] if call["kind"] == kind]


@contextmanager
def running(module: str, *options: str, environment: Mapping[str, str] | None = None) -> Iterator[Simulator]:
    """`python -m <module>` on a free port until the block ends. Ready when it takes calls."""
    command = [sys.executable, "-m", module, "--port", "0", *options]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **(environment or {})}, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert " listening on " in line, f"{module} did not start: {line!r}"
        simulator = Simulator(line.rsplit(" ", 1)[1].strip(), process)
        assert httpx.get(f"{simulator.url}/health", trust_env=False).status_code == 200
        yield simulator
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


@dataclass(frozen=True)
class Call:
    """A call that a `Box` received."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as an object."""
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Box:
    """An HTTP server of the test's own that keeps every call; `answer` and `status` are what it says to each."""

    url: str = ""
    status: int = 200
    answer: bytes = b"{}"
    calls: list[Call] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, count: int, *, seconds: float = 20) -> list[Call]:
        """The calls, once there are so many."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.calls) >= count, seconds), f"only {len(self.calls)}"
            return list(self.calls)

    def take(self, call: Call) -> None:
        """Keep a call."""
        with self.arrived:
            self.calls.append(call)
            self.arrived.notify_all()


@contextmanager
def box() -> Iterator[Box]:
    """A box that listens until the block ends."""
    kept = Box()

    class Connection(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kept.take(Call(self.path, dict(self.headers), body))
            self.send_response(kept.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(kept.answer)))
            self.end_headers()
            self.wfile.write(kept.answer)

        do_GET = do_POST = serve  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Connection)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def point(monkeypatch: pytest.MonkeyPatch, written: str, called: str) -> None:
    """Send the platform's calls to `written` (an address in the catalogue) to `called`."""
    others = [
        pair
        for pair in os.environ.get("YICHUANG_ENDPOINTS", "").split(",")
        if pair and not pair.startswith(f"{written}=")
    ]
    monkeypatch.setenv("YICHUANG_ENDPOINTS", ",".join([*others, f"{written}={called}"]))


@pytest.fixture(scope="session")
def police_process() -> Iterator[Simulator]:
    """One police system for the run."""
    options = ["--people", str(PEOPLE), "--retry", "0.1"]
    with running("simulators.police", *options, environment={"YICHUANG_PARTNER_POLICE": SECRET}) as simulator:
        yield simulator


@pytest.fixture(scope="session")
def registers_process() -> Iterator[Simulator]:
    """One set of registers for the run."""
    with running("simulators.registers", "--people", str(PEOPLE)) as simulator:
        yield simulator


@pytest.fixture
def callbacks() -> Iterator[Box]:
    """Where the simulated police sends its answers."""
    with box() as kept:
        yield kept


@pytest.fixture
def police(police_process: Simulator, callbacks: Box, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    """The police system with an empty book: decides at once and calls `callbacks` back."""
    monkeypatch.setenv("YICHUANG_PARTNER_POLICE", SECRET)
    point(monkeypatch, POLICE, police_process.url)
    usual = {"mode": "normal", "delay": 30, "decide_after": 0, "decision": "granted", "reason": ""}
    police_process.control(reset=True, callback=callbacks.url, **usual)
    return police_process


@pytest.fixture
def registers(registers_process: Simulator, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    """All registers of the sample city, in good order and with an empty log."""
    point(monkeypatch, REGISTERS, registers_process.url)
    registers_process.control(reset=True, mode="normal", delay=5)
    return registers_process


@pytest.fixture(scope="session")
def card_reader() -> Iterator[Simulator]:
    """The card reader of a clerk whose platform is at http://127.0.0.1:8000."""
    with running("simulators.card_reader", "--people", str(PEOPLE)) as simulator:
        yield simulator


@pytest.fixture
def reader(site: str, settings: Any) -> Iterator[str]:
    """The card reader on the desk of a clerk whose platform is `site`."""
    with running("simulators.card_reader", "--people", str(PEOPLE), "--origin", site) as simulator:
        settings.CARD_READER_URL = simulator.url
        yield simulator.url
