"""`yichuang replay`: a made-up year of a city, lived through by the acts themselves, measured and verified.

On a database of its own, made for it and thrown away, unless DATABASE_URL names one that is empty.
"""

import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from multiprocessing.synchronize import Barrier
from pathlib import Path
from threading import BrokenBarrierError
from typing import Any

from yichuang.base import env
from yichuang.config import embedded, machine, setup
from yichuang.config.runtime import CannotStart

_BAR = 30
_LOOKS_SECONDS = 0.5


@dataclass(frozen=True)
class Told:
    """What a replay came to. `rate`: cases a second from receipt to their end; sizes in bytes, times in seconds."""

    cases: int
    applications: int
    entries: int
    processes: int
    papers: bool
    seconds: float
    rate: float
    bytes_per_case: float
    verify_seconds: float
    is_clean: bool
    stages: dict[str, int] = field(default_factory=dict)
    acts: dict[str, int] = field(default_factory=dict)
    never_done: list[str] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)


def run(*, cases: int, papers: bool, seed: int, keep: bool, output: Path | None) -> int:
    """Replay, verify, tell. 0 where everything folds and every seal holds. Raises `CannotStart`."""
    with _database(keep=keep):
        setup.django()
        told = _replay(cases, papers=papers, seed=seed)
    for line in _lines(told):
        print(line)
    if output is not None:
        output.write_text(json.dumps(asdict(told), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return 0 if told.is_clean else 1


@contextmanager
def _database(*, keep: bool) -> Iterator[None]:
    """DATABASE_URL, or an installation in a folder of its own, removed afterwards unless it is to be kept."""
    if env.text("DATABASE_URL", ""):
        yield
        return
    home = Path(tempfile.mkdtemp(prefix="yichuang-replay-", dir=_on_a_disk()))
    home.chmod(0o711 if os.geteuid() == 0 else 0o700)  # as root the server's own user has to pass through
    os.environ |= {"YICHUANG_HOME": str(home), "YICHUANG_LOG_LEVEL": "WARNING"}
    try:
        with embedded.available():
            yield
    finally:
        if keep:
            print(f"保留在 kept: YICHUANG_HOME={home}")
        else:
            shutil.rmtree(home, ignore_errors=True)


def _on_a_disk() -> Path | None:
    """A memory disk would flatter every figure."""
    return Path("/var/tmp") if Path("/var/tmp").is_dir() else None  # noqa: S108 - mkdtemp makes a private folder


def _replay(cases: int, *, papers: bool, seed: int) -> Told:
    from django.db import connections

    from yichuang.base import clock
    from yichuang.config import preparing

    preparing.prepare(print)
    _check_empty()
    year = clock.local(clock.now()).year
    _make_partitions(year)
    before = _size()
    # Papers are numbered one after the other: two processes would wait for each other until the day is over.
    processes = 1 if papers else machine.cores()
    connections.close_all()
    began = time.monotonic()
    refused = _live_in_processes(cases, processes, year=year, seed=seed, papers=papers)
    seconds = time.monotonic() - began
    return _told(refused, seconds, before, processes, papers=papers)


def _check_empty() -> None:
    from yichuang.cases.models import Application

    if Application.objects.exists():
        raise CannotStart(
            "数据库里已有申办，不能在其中重放。请让 DATABASE_URL 指向一个空数据库，或不设置它。",
            "There are applications in this database. Point DATABASE_URL to an empty one, or leave it unset.",
        )


def _make_partitions(year: int) -> None:
    from datetime import datetime

    from yichuang.base.clock import CITY_ZONE
    from yichuang.ledger.partitions import MONTHS_AHEAD, ensure_partitions

    for month in range(1, 13, MONTHS_AHEAD + 1):
        ensure_partitions(datetime(year, month, 1, 12, tzinfo=CITY_ZONE))
    ensure_partitions(datetime(year + 1, 1, 1, 12, tzinfo=CITY_ZONE))


def _size() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def _live_in_processes(cases: int, processes: int, *, year: int, seed: int, papers: bool) -> Counter[str]:
    from yichuang.config.replay.year import Part

    context = multiprocessing.get_context("spawn")
    together, received, day = context.Barrier(processes), context.Array("q", processes), context.Value("q", 0)
    parts = [Part(rank, -(-cases // processes), year, seed, papers) for rank in range(processes)]
    refused: Counter[str] = Counter()
    with ProcessPoolExecutor(
        processes, mp_context=context, initializer=_share, initargs=(together, received, day)
    ) as pool:
        running = [pool.submit(_live, part) for part in parts]
        _watch(running, received, day, cases, date(year, 1, 1).toordinal())
        failures = [failure for future in running if (failure := future.exception())]
        for failure in sorted(failures, key=lambda one: isinstance(one, BrokenBarrierError)):
            raise failure  # what broke first; the others only waited for it in vain
        for future in running:
            refused.update(future.result())
    return refused


class _Shared:
    """What every process of the replay was handed when it began."""

    together: Any = None
    received: Any = None
    day: Any = None


def _share(together: Barrier, received: Any, day: Any) -> None:
    _Shared.together, _Shared.received, _Shared.day = together, received, day
    setup.django()


def _live(part: Any) -> dict[str, int]:
    from yichuang.config.replay.year import live

    return live(part, _Shared.together, _Shared.received, _Shared.day)


def _watch(running: list[Future[dict[str, int]]], received: Any, day: Any, cases: int, first: int) -> None:
    """A bar, drawn anew on a terminal; else a line for every tenth."""
    began, told = time.monotonic(), -1
    while not all(future.done() for future in running):
        time.sleep(_LOOKS_SECONDS)
        done, ordinal = sum(received), day.value or first
        share = min(done / cases, 1.0)
        rate = done / (time.monotonic() - began)
        filled = round(share * _BAR)
        line = (
            f"[{'█' * filled}{'·' * (_BAR - filled)}] {share:4.0%}  {date.fromordinal(ordinal)}  "
            f"收件 received {done:,}  {rate:,.0f}/s"
        )
        if sys.stderr.isatty():
            print(f"\r{line}", end="", file=sys.stderr, flush=True)
        elif (tenth := int(share * 10)) > told:
            told = tenth
            print(line, file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print(file=sys.stderr)


def _told(refused: Counter[str], seconds: float, before: int, processes: int, *, papers: bool) -> Told:
    from yichuang.cases.models import Application, Case
    from yichuang.cases.states import Verb
    from yichuang.cases.verifying import verify_all
    from yichuang.ledger.models import Entry

    count = Case.objects.count()
    acts = Counter(dict(_grouped(Entry.objects.filter(subject_kind="case").order_by(), "verb")))
    began = time.monotonic()
    is_clean = verify_all(print)
    return Told(
        cases=count,
        applications=Application.objects.count(),
        entries=Entry.objects.count(),
        processes=processes,
        papers=papers,
        seconds=seconds,
        rate=count / seconds,
        bytes_per_case=(_size() - before) / max(count, 1),
        verify_seconds=time.monotonic() - began,
        is_clean=is_clean,
        stages=dict(_grouped(Case.objects.order_by(), "stage")),
        acts=dict(acts.most_common()),
        never_done=[verb for verb in Verb if verb not in acts],
        refused=dict(refused.most_common()),
    )


def _grouped(rows: Any, name: str) -> list[tuple[str, int]]:
    from django.db.models import Count

    return list(rows.values_list(name).annotate(number=Count("id")).order_by("-number"))


def _lines(told: Told) -> Iterator[str]:
    yield ""
    papers = (
        "含文书和短信 with papers and messages"
        if told.papers
        else "不含文书和短信 without papers and messages"
    )
    yield f"{told.cases:,} 办件 cases · {told.applications:,} 申办 applications · {told.entries:,} 台账 entries"
    yield papers
    yield f"{told.seconds:,.0f} s · {told.rate:,.0f} 办件/秒 cases a second · {told.processes} 进程 processes"
    yield f"{told.bytes_per_case / 1000:.1f} kB 每件 a case · 核对 verify {told.verify_seconds:.0f} s"
    yield f"状态 stages: {_counted(told.stages)}"
    yield f"动作 acts: {_counted(told.acts)}"
    yield f"没有演到 never done: {' '.join(told.never_done) or '–'}"
    yield f"被拒绝 refused: {_counted(told.refused) or '–'}"


def _counted(numbers: dict[str, int]) -> str:
    return "  ".join(f"{name} {number:,}" for name, number in numbers.items())
