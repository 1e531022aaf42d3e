"""Trying a template before anybody relies on it: in a process of its own, with little time and memory.

A template is a program that somebody wrote: it may be wrong, run for ever or fill the memory. What is tried here
sees no file and no network, and takes nobody's turn when it does not end.
"""

import base64
import hashlib
import json
import os
import re
import resource
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import typst

from yichuang.base.pdf.document import Template
from yichuang.base.pdf.render import render

#: Seconds of processor for each template (a page takes 0.05), and bytes of memory for all.
_SECONDS = 5
_MEMORY = 2 * 1024**3
_PLACE = re.compile(r"┌─ \S*?([\w-]+)\.typ:(\d+):")
_MOST_KEPT = 1024
#: The problem of a template that does not end, or wants too much memory.
TOO_MUCH = "too much"
#: A package that a template asks for is looked for at a proxy that is not there.
_NOWHERE = dict.fromkeys(
    ("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9"
)
#: What the process says first.
_BEGUN = b"begun"
_kept: OrderedDict[str, "Tried"] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Job:
    """A template and the data it is tried with, plain values only (`render.plain`)."""

    template: Template
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Tried:
    """The page, or what is wrong where: in which source (without `.typ`; `main`: the template itself) and line."""

    pdf: bytes = b""
    problem: str = ""
    source: str = "main"
    line: int = 1


def try_all(jobs: Sequence[Job]) -> list[Tried]:
    """What comes of each; what was tried before in this process is not tried again."""
    digests = [hashlib.sha256(_text(job).encode()).hexdigest() for job in jobs]
    new = {digest: job for digest, job in zip(digests, jobs, strict=True) if digest not in _kept}
    found = dict(zip(new, _run(list(new.values())), strict=True))
    tried = [found.get(digest) or _kept[digest] for digest in digests]
    _kept.update(found)
    while len(_kept) > _MOST_KEPT:
        _kept.popitem(last=False)
    return tried


def _run(jobs: list[Job]) -> list[Tried]:
    """All in one process; where that does not end, each in its own, so that one harms no other.

    Raises RuntimeError where the process cannot even begin: that is no template's fault.
    """
    if not jobs:
        return []
    try:
        done = subprocess.run(  # noqa: S603 - this program itself
            [sys.executable, "-m", __name__, str(_SECONDS * len(jobs))],
            input="\n".join(map(_text, jobs)).encode(),
            capture_output=True,
            env=os.environ | _NOWHERE,
            timeout=4 * _SECONDS * len(jobs),
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        if not (error.stdout or b"").startswith(_BEGUN):
            raise RuntimeError((error.stderr or b"").decode(errors="replace")) from error
        if len(jobs) == 1:
            return [Tried(problem=TOO_MUCH)]
        return [tried for job in jobs for tried in _run([job])]
    return [
        Tried(**{**row, "pdf": base64.b64decode(row["pdf"])})
        for row in map(json.loads, done.stdout.decode().splitlines()[1:])
    ]


def _text(job: Job) -> str:
    return json.dumps(
        {"source": job.template.source, "parts": dict(job.template.parts), "data": job.data},
        ensure_ascii=False,
        sort_keys=True,
    )


def _try(text: str) -> Tried:
    job = json.loads(text)
    try:
        return Tried(render(job["source"], job["data"], parts=job["parts"]))
    except typst.TypstError as error:
        place = _PLACE.search(error.diagnostic)
        source, line = (place[1], int(place[2])) if place else ("main", 1)
        return Tried(problem=error.message, source=source, line=line)


def main() -> None:
    """Try what comes in, one job a line; answer with one line each."""
    seconds = int(sys.argv[1])
    sys.stdout.write(f"{_BEGUN.decode()}\n")
    sys.stdout.flush()
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    for text in sys.stdin.buffer.read().decode().split("\n"):
        tried = asdict(_try(text))
        sys.stdout.write(json.dumps({**tried, "pdf": base64.b64encode(tried["pdf"]).decode()}) + "\n")


if __name__ == "__main__":
    main()
