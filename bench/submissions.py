"""Submissions of the bundle over HTTP beside pgbench writing the same rows: in turns, to meet the same weather."""

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import clients, material, pgbench, processor
from bench.http_client import Client
from bench.installation import Installation
from bench.report import Figure, at_least, at_most

_CLIENTS = (1, 4, 8)
#: What the platform should reach of PostgreSQL's own rate, at the number of clients that fills two cores.
_LEAST_RATIO = 0.5


@dataclass
class _Turns:
    """Rates of both, turn by turn, and the processor time of an act in milliseconds."""

    http: list[float] = field(default_factory=list)
    pgbench: list[float] = field(default_factory=list)
    latencies: list[clients.Run] = field(default_factory=list)
    web_cost: list[float] = field(default_factory=list)
    server_cost: list[float] = field(default_factory=list)
    pgbench_cost: list[float] = field(default_factory=list)


@dataclass
class Comparison:
    """Prepared once: the session, the script and where the next people come from."""

    installation: Installation
    script: Path
    session: str
    _people: int = 0

    @classmethod
    def prepare(cls, installation: Installation) -> "Comparison":
        """Submit once, and let pgbench's script be made from what that wrote."""
        made = cls(installation, installation.home / "submission.sql", material.session_of("clerk1"))
        answer = made._client().post("/api/applications", made._bodies().next()).check(201)
        pgbench.write_script(made.script, json.loads(answer.body)["number"])
        return made

    def measure(
        self, *, turns: int, seconds: float, label: str = "", only: tuple[int, ...] = _CLIENTS
    ) -> list[Figure]:
        """Both with so many clients, in turns; the medians and their ratio."""
        self._http(max(only), 1.0)
        pgbench.run(self.script, self.installation.sockets, clients=max(only), seconds=1)
        figures = []
        for count in only:
            done = _Turns()
            for _turn in range(turns):
                self._turn(count, seconds, done)
            figures += _figures(count, done, label)
        return figures

    def _turn(self, count: int, seconds: float, done: _Turns) -> None:
        web, server = self.installation.web_pid, self.installation.server_pid
        before_web, before_server = processor.spent(web), processor.spent(server)
        run = self._http(count, seconds)
        done.http.append(run.rate)
        done.latencies.append(run)
        done.web_cost.append(1000 * (processor.spent(web) - before_web) / run.done)
        done.server_cost.append(1000 * (processor.spent(server) - before_server) / run.done)
        before_server, began = processor.spent(server), time.perf_counter()
        rate = pgbench.run(self.script, self.installation.sockets, clients=count, seconds=seconds)
        done.pgbench.append(rate)
        acts = rate * min(time.perf_counter() - began, seconds)
        done.pgbench_cost.append(1000 * (processor.spent(server) - before_server) / acts)

    def _http(self, count: int, seconds: float) -> clients.Run:
        return clients.for_seconds([self._task() for _client in range(count)], seconds)

    def _task(self) -> Callable[[], object]:
        client, bodies = self._client(), self._bodies()
        return lambda: client.post("/api/applications", bodies.next()).check(201)

    def _client(self) -> Client:
        return Client(self.installation.port, session=self.session, token=material.token())

    def _bodies(self) -> material.Bodies:
        self._people += 100_000
        return material.Bodies(self._people)


def _figures(count: int, done: _Turns, label: str) -> list[Figure]:
    http, yardstick = statistics.median(done.http), statistics.median(done.pgbench)
    together = clients.Run(1, 1.0, tuple(taken for run in done.latencies for taken in run.durations))
    facts: dict[str, Any] = {
        "clients": count,
        "turns": [round(rate, 1) for rate in done.http],
        "p50_ms": round(together.percentile(0.5), 2),
        "p95_ms": round(together.percentile(0.95), 2),
    }
    who = f"{count} client{'s' if count > 1 else ''}{label}"
    figures = [
        at_least(f"submissions, {who}", http, "a second", **facts),
        at_least(
            f"  pgbench writing the same rows, {who}",
            yardstick,
            "a second",
            turns=[round(rate, 1) for rate in done.pgbench],
        ),
        at_least(f"  ratio, {who}", http / yardstick, "", _LEAST_RATIO if count > 1 else None),
    ]
    if count == max(_CLIENTS):
        figures += [
            at_most(f"  processor time of one, web{label}", statistics.median(done.web_cost), "ms"),
            at_most(f"  processor time of one, PostgreSQL{label}", statistics.median(done.server_cost), "ms"),
            at_most(
                f"  processor time of pgbench's, PostgreSQL{label}",
                statistics.median(done.pgbench_cost),
                "ms",
            ),
        ]
    return figures
