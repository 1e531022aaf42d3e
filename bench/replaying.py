"""A small year of a city by `yichuang replay`, in a process and on a database of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.installation import ROOT, Installation
from bench.report import Figure, at_least, at_most


def measure(installation: Installation, cases: int) -> list[Figure]:
    """Cases a second from receipt to their end, bytes a case, and how long it takes to verify all of them."""
    told = installation.home / "replay.json"
    _run(told, cases)
    facts = json.loads(told.read_text(encoding="utf-8"))
    label = f", {facts['cases']:,} cases, without papers and messages"
    return [
        at_least(f"a year of the city replayed{label}", facts["rate"], "cases a second"),
        at_most("  database", facts["bytes_per_case"] / 1000, "kB a case"),
        at_most("  verify", facts["verify_seconds"], "s"),
    ]


def _run(told: Path, cases: int) -> None:
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("YICHUANG_", "DATABASE_URL"))
    }
    command = ["-m", "yichuang.config.cli", "replay", "--cases", str(cases), "--json", str(told)]
    subprocess.run([sys.executable, *command], cwd=ROOT, env=own, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
