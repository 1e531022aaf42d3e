"""Jobs a second, and whole lives of a bundle: over HTTP, with the workers and the police's own system."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from bench import clients, material
from bench.http_client import Client
from bench.installation import Installation
from bench.report import Figure, at_least, at_most
from yichuang.cases.states import Verb
from yichuang.identity.models import Department, Staff
from yichuang.journey.runner import REACT_QUEUE
from yichuang.ledger.models import Entry

_WAITING = (
    "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND queue_name <> 'upkeep'"
)
_FORGET = "DELETE FROM procrastinate_jobs WHERE queue_name <> 'upkeep'"
_DEFER = (
    "INSERT INTO procrastinate_jobs (queue_name, task_name, args) "
    "SELECT %s, 'journey:react', jsonb_build_object('entry_ids', jsonb_build_array(id)) FROM unnest(%s::bigint[]) AS id"
)
_LONGEST = 120.0


def measure_jobs(installation: Installation, *, plain: int, papers: int) -> list[Figure]:
    """Two workers: jobs whose step finds its work done, and jobs whose step makes a sealed paper."""
    closed = Entry.objects.filter(verb=Verb.DELIVER).order_by("id").values_list("id", flat=True)[:plain]
    with installation.workers():
        _run_down([*closed[:20]])  # the workers are up when these are done
        seconds = _run_down([*closed])
        rate = 2 * len(closed) / seconds
        figures = [
            at_least("jobs without a paper (reaction and step)", rate, "a second", jobs=2 * len(closed))
        ]
        received = _submit(papers)
        seconds = _run_down(received)
        figures.append(
            at_least(
                "receipts as sealed papers (reaction, paper, message)",
                papers / seconds,
                "a second",
                papers=papers,
            )
        )
    return figures


def _submit(count: int) -> list[int]:
    """Fresh applications whose receipts are still to be made; the entries that they follow from."""
    from yichuang.base import clock
    from yichuang.cases.actions.receipt import receive

    newest = Entry.objects.order_by("-id").values_list("id", flat=True)[0]
    clerk, numbers = material.staff("clerk1"), material.citizen_numbers(90_000_000)
    for _application in range(count):
        given = material.submission(number=next(numbers))
        receive(actor=clerk, submission=given, now=clock.now())
    found = Entry.objects.filter(id__gt=newest, verb="application.received").order_by("id")
    return list(found.values_list("id", flat=True))


def _run_down(entries: Sequence[int]) -> float:
    """Defer one reaction for each entry and nothing else; the seconds until nothing waits any more."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET)
        began = time.perf_counter()
        cursor.execute(_DEFER, [REACT_QUEUE, list(entries)])
        while time.perf_counter() - began < _LONGEST:
            cursor.execute(_WAITING)
            if not cursor.fetchone()[0]:
                return time.perf_counter() - began
            time.sleep(0.02)
    raise RuntimeError(f"{len(entries)} jobs were not done in {_LONGEST:.0f} seconds")


# ── Whole lives ──────────────────────────────────────────────────────────────────────────────────


@dataclass
class _Counter:
    """One clerk, the officers of every department, and one application after the other from birth to end."""

    clerk: Client
    officers: dict[str, Client]
    bodies: material.Bodies
    pause: float = 0.05

    def live(self) -> None:
        """Submit, accept, decide as cases fall due, hand over, see everything closed."""
        receipt = json.loads(self.clerk.post("/api/applications", self.bodies.next()).check(201).body)
        address = f"/api/applications/{receipt['number']}"
        self.clerk.post(f"{address}/accept", b"").check(200)
        self._until(address, self._decide, lambda row: row["ready"])
        self.clerk.post(f"{address}/hand-over", b"{}").check(200)
        self._until(
            address, lambda _case: None, lambda row: all(case["stage"] == "closed" for case in row["cases"])
        )

    def _until(
        self, address: str, act: Callable[[dict[str, Any]], None], done: Callable[[dict[str, Any]], bool]
    ) -> None:
        until = time.monotonic() + _LONGEST
        while time.monotonic() < until:
            row = json.loads(self.clerk.get(address).check(200).body)
            if done(row):
                return
            for case in row["cases"]:
                act(case)
            time.sleep(self.pause)
        raise RuntimeError(f"{address} did not go on")

    def _decide(self, case: dict[str, Any]) -> None:
        officer = self.officers.get(case["department"])
        if (
            case["stage"] != "accepted"
            or case["waits_for"]
            or case["item"] == "household_registration"
            or officer is None
        ):
            return
        decision = json.dumps({"outcome": "granted", "opinion": "材料齐全，符合条件。"}).encode()
        officer.post(f"/api/cases/{case['number']}/decide", decision).check(200)


def measure_lives(installation: Installation, *, seconds: float, at_once: int = 8) -> list[Figure]:
    """Lives ended a second with so many applications on their way, two workers and the police."""
    before = _papers()
    with connection.cursor() as cursor:
        cursor.execute(_FORGET)
    with installation.police(), installation.workers():
        tasks = [_counter(installation, place).live for place in range(at_once)]
        run = clients.for_seconds(tasks, seconds)
    papers = (_papers() - before) / run.done
    return [
        at_least(
            "whole lives of the bundle, with all papers",
            run.rate,
            "a second",
            lives=run.done,
            at_once=at_once,
        ),
        at_most(
            "  one life, from submission to closing",
            run.percentile(0.5) / 1000,
            "s",
            p95=run.percentile(0.95) / 1000,
        ),
        at_most("  sealed papers in one life", papers, "papers"),
    ]


def _counter(installation: Installation, place: int) -> _Counter:
    names = dict(Department.objects.values_list("id", "short_name"))
    officers = Staff.objects.filter(roles__contains=["officer"]).order_by("id").select_related("user")
    clients_of = {
        names[row.department_id]: Client(
            installation.port, session=material.session_of(row.user.username), token=material.token()
        )
        for row in officers
        if row.department.key in {"health", "healthcare_security", "human_resources"}
    }
    clerk = Client(installation.port, session=material.session_of("clerk1"), token=material.token())
    return _Counter(clerk, clients_of, material.Bodies(50_000_000 + place * 10_000))


def _papers() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM base_file")
        return int(cursor.fetchone()[0])
