"""`python -m bench`: measure speed on an installation of its own and print one table."""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import report
from bench.installation import Installation
from bench.report import Figure
from bench.start import measure_start

_SIZES, _QUICK_SIZES = (10_000, 1_000_000), (10_000, 100_000)
_PARTS = ("start", "single", "submissions", "jobs", "lives", "pages", "search", "replay", "catalogue")


def main() -> int:
    """Run what was asked for; 0 also where a budget was missed, because a figure is no fault."""
    chosen = _arguments()
    installation = Installation.create()
    figures: list[Figure] = []
    began = time.monotonic()
    try:
        for figure in _measure(installation, chosen):
            figures.append(figure)
            print(
                f"{time.monotonic() - began:5.0f} s  {figure.what}: {figure.figure}",
                file=sys.stderr,
                flush=True,
            )
    except KeyboardInterrupt:
        print("stopped; the table shows what was measured until now", file=sys.stderr)
    finally:
        installation.end(keep=chosen.keep)
    print(f"\n{report.markdown(figures) if chosen.markdown else report.table(figures)}\n")
    if chosen.json:
        settings = {"cores": len(os.sched_getaffinity(0)), "quick": chosen.quick, "sizes": chosen.cases}
        report.write_json(chosen.json, figures, settings)
    if chosen.keep:
        print(f"kept: YICHUANG_HOME={installation.home}")
    return 0


def _measure(installation: Installation, chosen: argparse.Namespace) -> Iterator[Figure]:
    wanted: set[str] = set(chosen.only or _PARTS)
    brief = chosen.quick
    if "start" in wanted:
        yield from measure_start(installation)
    installation.begin()
    from bench import catalogue, replaying, searching

    if "replay" in wanted:
        yield from replaying.measure(installation, 300 if brief else 2_000)
    if "search" in wanted:
        yield from searching.measure(installation, 20_000 if brief else 200_000, 150 if brief else 500)
    if not wanted <= {"start", "search", "replay", "catalogue"}:
        yield from _of_cases(installation, chosen, wanted)
    if "catalogue" in wanted:  # the last, because it puts another catalogue in force
        yield from catalogue.measure(installation, 500 if brief else 2_000)


def _of_cases(installation: Installation, chosen: argparse.Namespace, wanted: set[str]) -> Iterator[Figure]:
    from bench import filling, journeys, lives, pages, single, submissions
    from bench.specimens import make_specimens
    from yichuang.base import clock

    brief = chosen.quick
    if "single" in wanted:
        yield from single.measure_plan()
        yield from single.measure_licence(20 if brief else 60)
    sizes = sorted(chosen.cases)
    specimens = make_specimens(clock.now())
    with installation.web():
        if "single" in wanted:
            yield from single.measure_first_page(installation.port)
        comparison = submissions.Comparison.prepare(installation) if "submissions" in wanted else None
        taken: dict[str, list[Any]] = {}
        for place, size in enumerate(sizes):
            seconds = filling.fill(specimens, size, open_cases=max(size // 100, 1000), now=clock.now())
            print(f"         {size:,} cases filled in {seconds:.0f} s", file=sys.stderr, flush=True)
            if "pages" in wanted:
                for name, run in pages.measure(installation.port, 60 if brief else 150).items():
                    taken.setdefault(name, []).append(run)
            if place == 0 and "jobs" in wanted:
                yield from journeys.measure_jobs(
                    installation, plain=300 if brief else 1000, papers=20 if brief else 60
                )
            if place == 0 and "lives" in wanted:
                yield from lives.measure(installation, seconds=4 if brief else 8, turns=3)
                yield from journeys.measure_lives(installation, seconds=10 if brief else 25)
            if comparison is not None:
                yield from _submissions(comparison, size, first=place == 0, brief=brief)
        yield from _pages(taken, sizes)


def _submissions(comparison: Any, size: int, *, first: bool, brief: bool) -> list[Figure]:
    seconds, turns = (1.5, 3) if brief else (2.5, 3)
    label = f", {size:,} cases"
    if first:
        return list(comparison.measure(turns=turns, seconds=seconds, label=label))
    return list(comparison.measure(turns=turns, seconds=seconds, label=label, only=(8,)))


#: Pages that are lists, searches or public: their budget is on the server's time whatever the size.
_TWENTY = {"work list", "search by number", "tracking page"}


def _pages(taken: dict[str, list[Any]], sizes: list[int]) -> Iterator[Figure]:
    for name, runs in taken.items():
        for size, run in zip(sizes, runs, strict=True):
            yield report.at_most(f"{name}, p50, {size:,} cases", run.percentile(0.5), "ms")
            budget = 20 if name in _TWENTY else None
            yield report.at_most(f"{name}, p95, {size:,} cases", run.percentile(0.95), "ms", budget)
        if len(runs) > 1 and name in _TWENTY:
            growth = runs[-1].percentile(0.5) / runs[0].percentile(0.5)
            yield report.at_most(
                f"{name}, growth of p50 from {sizes[0]:,} to {sizes[-1]:,}", growth, "×", 1.2
            )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a minute or two: smaller sizes, shorter turns")
    parser.add_argument("--cases", type=_sizes, default=None, metavar="N,N", help="sizes of the database")
    parser.add_argument(
        "--only", action="append", choices=_PARTS, help="measure this part only; may be repeated"
    )
    parser.add_argument(
        "--markdown", action="store_true", help="print the table as docs/performance.md has it"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything to this file too")
    parser.add_argument("--keep", action="store_true", help="keep the installation and its database")
    chosen = parser.parse_args()
    chosen.cases = chosen.cases or (_QUICK_SIZES if chosen.quick else _SIZES)
    return chosen


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


if __name__ == "__main__":
    sys.exit(main())
