"""Figures of one thing alone: a plan, a sealed licence, the first page."""

import re
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urljoin

from bench import material
from bench.http_client import Client
from bench.report import Figure, at_most
from yichuang.base import clock
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.bundles import Bundle, Member
from yichuang.catalogue.data import Catalogue
from yichuang.catalogue.planned import Known
from yichuang.catalogue.planning import plan as make_plan
from yichuang.identity import queries as identity_queries
from yichuang.licences.actions import issue_licence

_LINKED = re.compile(rb"""<(?:link|script|img)\b[^>]*?\b(?:href|src)=["']([^"'#]+)["'][^>]*>""")
_IMPORTED = re.compile(rb"""(?:@import\s+(?:url\()?|url\()\s*["']?([^"')]+)""")


def measure_plan() -> list[Figure]:
    """The plan of the bundle, and of a bundle of ten items."""
    catalogue = catalogue_queries.current()
    ten = replace(catalogue, bundles={"ten": _ten(catalogue)})
    known = Known(resources=frozenset(catalogue.resources))
    return [
        at_most(
            "plan of the bundle of five",
            _milliseconds(lambda: make_plan(catalogue, material.BUNDLE, {}, known)),
            "ms",
        ),
        at_most("plan of a bundle of ten", _milliseconds(lambda: make_plan(ten, "ten", {}, known)), "ms", 2),
    ]


def _ten(catalogue: Catalogue) -> Bundle:
    items = sorted(catalogue.items, key=lambda key: -len(catalogue.items[key].elements))[:10]
    bundle = catalogue.bundles[material.BUNDLE]
    return replace(bundle, key="ten", members=tuple(Member(item) for item in items))


def _milliseconds(act: Callable[[], object], times: int = 200) -> float:
    durations = []
    for _time in range(times):
        began = time.perf_counter()
        act()
        durations.append(time.perf_counter() - began)
    return 1000 * statistics.median(durations)


def measure_licence(times: int) -> list[Figure]:
    """A licence issued: numbered, rendered, signed and stored."""
    department = identity_queries.department_id("health")
    serial = iter(range(1, 10_000))

    def issue() -> None:
        issue_licence(
            type_key="birth_certificate", holder_kind="person", holder_number="330802199504182463",
            holder_name="林知夏", facts={"child_name": "林小满"},
            case_number=f"BENCH-{next(serial):06d}", department_id=department, now=clock.now(),
        )  # fmt: skip

    for _warm in range(3):
        issue()
    return [at_most("a sealed licence (number, render, sign, store)", _milliseconds(issue, times), "ms", 50)]


def measure_first_page(port: int) -> list[Figure]:
    """The bytes of the portal's first page with all that it loads, for a browser that was never here."""
    client = Client(port)
    fetched: dict[str, int] = {}
    waiting = ["/"]
    while waiting:
        path = waiting.pop()
        if path in fetched or path.startswith(("http:", "https:", "data:")):
            continue
        answer = client.get(path)
        if answer.status != 200:
            continue
        fetched[path] = len(answer.head) + 4 + len(answer.body)
        if path == "/" or path.endswith(".css"):
            text = _plain(port, path)
            pattern = _LINKED if path == "/" else _IMPORTED
            waiting += [urljoin(path, found.decode()) for found in pattern.findall(text) if _is_loaded(found)]
    kilobytes = sum(fetched.values()) / 1000
    return [at_most("first page of the portal, cold, over the wire", kilobytes, "kB", 60, files=fetched)]


def _is_loaded(address: bytes) -> bool:
    """Pages that are only linked to are not fetched with the page; files are."""
    return re.search(rb"\.\w+$", address) is not None


def _plain(port: int, path: str) -> bytes:
    client = Client(port, encoding="identity")
    body = client.get(path).check(200).body
    client.close()
    return body
