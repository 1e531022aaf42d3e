"""The whole platform as real processes with a home and ports of its own, and people who use it over HTTP.

Everything is as an operator has it: `yichuang up`, the embedded PostgreSQL with fsync, web processes, workers and
simulators. What it prints goes to a file in its home.
"""

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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psycopg

from tests.factories import MOTHER, sample_value
from yichuang.base import ids
from yichuang.catalogue import loading
from yichuang.catalogue.data import Catalogue, SourceKind
from yichuang.catalogue.planned import Known
from yichuang.catalogue.planning import plan as make_plan
from yichuang.config import runtime
from yichuang.identity.data import TRIAL_PASSWORD

ROOT = Path(__file__).resolve().parent.parent
#: Seconds after which a test gives up; on an idle machine everything comes within a fraction of it.
PATIENCE = 120.0
_NEVER = threading.Event()
_SEAL = (
    "from yichuang.config import setup; setup.django(); from yichuang.base import clock; "
    "from yichuang.ledger.sealing import seal; seal(clock.now())"
)

Found = TypeVar("Found")


def until(so: Callable[[], Found], what: str, *, seconds: float = PATIENCE, every: float = 0.05) -> Found:
    """The first true answer of `so`, asked again and again. Fails, saying `what` was waited for."""
    end = time.monotonic() + seconds
    while not (found := so()):
        assert time.monotonic() < end, f"waited {seconds:.0f} seconds in vain for {what}"
        _NEVER.wait(every)
    return found


def descendants(pid: int) -> list[int]:
    """Every process that stems from `pid`, itself first."""
    children: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with suppress(OSError):
                state = Path(entry.path, "stat").read_text(encoding="ascii", errors="replace")
                children.setdefault(int(state.rpartition(")")[2].split()[1]), []).append(int(entry.name))
    found = [pid]
    for parent in found:
        found += children.get(parent, [])
    return found


def exists(pid: int) -> bool:
    """Whether a process runs; one that ended and is not yet reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2]
    except OSError:
        return False
    return state.split()[0] != "Z"


@dataclass
class Platform:
    """One installation; `start`, kill parts of it, `stop`."""

    home: Path
    workers: int = 2
    port: int = field(default_factory=lambda: free_ports(1))
    simulators_port: int = field(default_factory=lambda: free_ports(4))
    process: "subprocess.Popen[bytes] | None" = None
    people: dict[str, "Person"] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def police(self) -> str:
        return f"http://127.0.0.1:{self.simulators_port}"

    @property
    def log(self) -> Path:
        return self.home / "printed.log"

    def environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("YICHUANG_", "DATABASE_", "PYTEST_", "DJANGO_"))
        }
        return {
            **kept,
            "YICHUANG_HOME": str(self.home),
            "YICHUANG_PORT": str(self.port),
            "YICHUANG_SIMULATORS_PORT": str(self.simulators_port),
            "YICHUANG_WEB_PROCESSES": "2",
            "YICHUANG_WORKERS": str(self.workers),
        }

    # ── Life and death ───────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """`yichuang up`, until it says that it is up."""
        with self.log.open("ab") as log:
            began = log.seek(0, os.SEEK_END)
            command = [sys.executable, "-m", "yichuang.config.cli", "up"]
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

        def is_up() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, self.printed(began)
            return "Ready;" in self.printed(began)

        until(is_up, "the platform to be up")

    def stop(self) -> int:
        """SIGTERM as a service manager sends it; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def kill_everything(self) -> None:
        """kill -9 of every process at once, the database's too; returns when all are gone."""
        assert self.process is not None
        doomed = descendants(self.process.pid)
        for pid in doomed:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(PATIENCE)
        until(lambda: not any(exists(pid) for pid in doomed), "the killed processes to be gone")

    def kill(self, name: str) -> int:
        """kill -9 of one process by the name that the platform gives it; its number."""
        pid = until(lambda: self.pids().get(name), f"{name} to run")
        os.kill(pid, signal.SIGKILL)
        return pid

    def kill_web_worker(self) -> int:
        """kill -9 of one of the processes that answer requests; its number."""
        pid = descendants(until(lambda: self.pids().get("web"), "web to run"))[-1]
        os.kill(pid, signal.SIGKILL)
        return pid

    def pids(self) -> dict[str, int]:
        """Process numbers by name, of those that run."""
        path = self.home / "processes.json"
        found = dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}
        return {name: pid for name, pid in found.items() if exists(pid)}

    def printed(self, since: int = 0) -> str:
        """What it has printed, from a place in the file on."""
        with self.log.open("rb") as log:
            log.seek(since)
            return log.read().decode(errors="replace")

    def person(self, username: str) -> "Person":
        """Somebody who is logged in; the same one for the same name."""
        if username not in self.people:
            self.people[username] = Person(self, username)
        return self.people[username]

    # ── Looking behind the pages ─────────────────────────────────────────────────────────────────

    def command(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """One `yichuang` command on this home, run to its end."""
        return self._run("-m", "yichuang.config.cli", *arguments)

    def seal(self) -> None:
        """Seal the ledger now, as the workers do each minute."""
        done = self._run("-c", _SEAL)
        assert done.returncode == 0, done.stdout

    def _run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
            check=False,
        )

    def connect(self) -> "psycopg.Connection[tuple[Any, ...]]":
        """A connection to its database, for looking; each statement stands alone."""
        return psycopg.connect(runtime.embedded_url(self.home / "database"), autocommit=True)

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with self.connect() as connection:
            return connection.execute(sql.encode(), values).fetchall()

    def one(self, sql: str, *values: Any) -> Any:
        """The one value of a query."""
        return self.rows(sql, *values)[0][0]

    def settle(self, *, seconds: float = PATIENCE) -> None:
        """Wait until no job waits or runs. A job that is to be tried again later counts as waiting."""
        open_jobs = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
        until(lambda: self.one(open_jobs) == 0, "every job to be done", seconds=seconds)

    def failed_jobs(self) -> list[tuple[Any, ...]]:
        """What was given up."""
        return self.rows("SELECT task_name, args FROM procrastinate_jobs WHERE status = 'failed'")

    @contextmanager
    def explained(self) -> Iterator[None]:
        """A failure inside is shown together with how the platform stands."""
        try:
            yield
        except BaseException:
            self.describe()
            raise

    def describe(self) -> None:
        """Print how it stands."""
        print(self.printed()[-20_000:])
        with suppress(psycopg.Error, httpx.HTTPError):
            for sql in (
                "SELECT id, lock, args, status, scheduled_at, attempts, worker_id, now() FROM procrastinate_jobs",
                "SELECT *, now() FROM procrastinate_workers",
                "SELECT case_number, state, code, attempts, sent_at, next_attempt_at FROM departments_dispatch",
                "SELECT stage, count(*) FROM cases_case GROUP BY stage",
            ):
                print(sql, *self.rows(sql), sep="\n    ")
            print(self.police_book())

    def control_police(self, **orders: Any) -> None:
        """Tell the police system how to behave."""
        assert httpx.post(f"{self.police}/control", json=orders, trust_env=False).status_code == 200

    def police_book(self) -> list[dict[str, Any]]:
        """The police system's own book."""
        found: list[dict[str, Any]] = httpx.get(f"{self.police}/log", trust_env=False).json()["book"]
        return found


@contextmanager
def new_platform(**options: Any) -> Iterator[Platform]:
    """A platform in a home of its own, started; in the end stopped and taken away."""
    home = Path(tempfile.mkdtemp(prefix="yichuang-platform-"))
    home.chmod(0o711)
    platform = Platform(home, **options)
    try:
        with platform.explained():
            platform.start()
        yield platform
    finally:
        for person in platform.people.values():
            person.client.close()
        if platform.process is not None and platform.process.poll() is None:
            platform.kill_everything()
        shutil.rmtree(home)


def free_ports(count: int) -> int:
    """The first of `count` ports in a row that are free now."""
    while True:
        with socket.socket() as first:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
        with suppress(OSError, OverflowError):
            for each in range(port, port + count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", each))
            return port


# ── People ───────────────────────────────────────────────────────────────────────────────────────


class Person:
    """Somebody with a log-in session who does not give up.

    A connection that breaks and an answer of 5xx leave *unknown* what became of a request, so it is sent again,
    unchanged, until somebody answers. `unknown` counts how often that was so.
    """

    def __init__(self, platform: Platform, username: str) -> None:
        self.client = httpx.Client(base_url=platform.url, timeout=30, trust_env=False)
        self.unknown = 0
        self.insist("GET", "/accounts/login/")
        typed = {"login": username, "password": TRIAL_PASSWORD}
        answer = self.insist("POST", "/accounts/login/", data={**typed, **self._token("csrfmiddlewaretoken")})
        assert answer.status_code == 302, answer.text

    def get(self, path: str) -> httpx.Response:
        return self.insist("GET", path)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> httpx.Response:
        return self.insist("POST", path, json=body or {}, headers=self._token("X-CSRFToken"))

    def insist(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The first answer that is one."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                answer = self.client.request(method, path, **options)
                said = f"{answer.status_code} {answer.text[:1000]}"
            except httpx.TransportError as error:
                answer, said = None, repr(error)
            if answer is not None and answer.status_code < 500:
                return answer
            self.unknown += 1
            assert time.monotonic() < end, f"{method} {path} got no answer but {said}"
            _NEVER.wait(0.2)

    def _token(self, name: str) -> dict[str, str]:
        return {name: self.client.cookies["csrftoken"]}


@cache
def _city() -> Catalogue:
    catalogue = loading.read(ROOT / "catalogues" / "quzhou").catalogue
    assert catalogue is not None
    return catalogue


def submission(target: str = "newborn", *, number: str = MOTHER.number) -> dict[str, Any]:
    """The body of a complete submission under a fresh key: every field filled, every material shown on paper."""
    given: dict[str, str] = {}
    while (plan := make_plan(_city(), target, given, Known())).unanswered:
        for situation in plan.situations:
            if situation.key in plan.unanswered:
                given[situation.key] = situation.default or next(iter(situation.options))
    paper = {"source": SourceKind.PAPER, "checked": True}
    wanted = [planned.material.key for planned in plan.materials if planned.source is not SourceKind.SISTER]
    return {
        "key": str(ids.new_key()),
        "target": target,
        "applicant": {"kind": "person", "number": number, "name": "林知夏", "phone": MOTHER.phone},
        "answers": given,
        "values": {planned.element.key: sample_value(planned.element) for planned in plan.fields},
        "materials": dict.fromkeys(wanted, paper),
    }


def case_of(application: Mapping[str, Any], item: str) -> dict[str, Any]:
    """The case of one item, as REST tells it."""
    return next(case for case in application["cases"] if case["item"] == item)


def stages(application: Mapping[str, Any]) -> Sequence[str]:
    """The stages of its cases, in order."""
    return [case["stage"] for case in application["cases"]]
