"""A whole city's catalogue: 2,000 items made from the sample city's, published and held by a web process."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

from bench.installation import ROOT, Installation
from bench.report import Figure, at_most
from yichuang.base import clock
from yichuang.catalogue.actions.publishing import publish
from yichuang.identity.data import SYSTEM

_CITY = ROOT / "catalogues" / "quzhou"
_MEGABYTE = 1_000_000
#: What a web process does, and by how much its memory grows when it first holds the catalogue.
_HOLDING = """
import ctypes, gc, time
from yichuang.config import setup
setup.django()
from django.db import connection
from yichuang.catalogue import queries
def resident():
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096
connection.ensure_connection()
before, began = resident(), time.perf_counter()
catalogue = queries.current()
took = time.perf_counter() - began
print(len(catalogue.items), took, resident() - before)
"""


def measure(installation: Installation, size: int) -> Iterator[Figure]:
    """Publishing `size` items, and what they take in a process that reads them. Changes what is in force."""
    folder = _multiplied(installation.home / "catalogue", size)
    began = time.monotonic()
    publish(folder, actor=SYSTEM, now=clock.now())
    yield at_most(f"publishing {size:,} items", time.monotonic() - began, "s", 60)
    done = subprocess.run(  # noqa: S603 - this very program
        [sys.executable, "-c", _HOLDING], capture_output=True, text=True, check=True, cwd=ROOT, env=os.environ
    )
    items, seconds, grown = (float(word) for word in done.stdout.split())
    yield at_most(f"a process reads {items:,.0f} items", seconds, "s")
    yield at_most(f"{items:,.0f} items in the memory of a process", grown / _MEGABYTE, "MB", 60)


def _multiplied(folder: Path, size: int) -> Path:
    """The sample city, its items written again as variants (业务办理项) until there are `size`."""
    shutil.copytree(_CITY, folder)
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted((_CITY / "items").glob("*.yaml"))}
    copies = ((number, key) for number in count(1) for key in texts)
    for number, key in islice(copies, size - len(texts)):
        text = re.sub(r"^standard: .*\n", "", texts[key], flags=re.MULTILINE)
        text = re.sub(r"^key: .*$", f"key: {key}_{number}", text, count=1, flags=re.MULTILINE)
        text = re.sub(r"^name: .*$", rf"\g<0>（第{number}类）", text, count=1, flags=re.MULTILINE)
        text = re.sub(r"^level: .*$", rf'\g<0>\nvariant: "{number:02d}"', text, count=1, flags=re.MULTILINE)
        (folder / "items" / f"{key}_{number}.yaml").write_text(text, encoding="utf-8")
    return folder
