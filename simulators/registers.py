"""The registers of the sharing platform (审批数据共享服务平台): each resource answers about one subject.

`POST /resources/<key>` wants subject, fields, case, item and purpose; a query that does not say what for is
refused, and every query is logged. `POST /control` makes all or one of them slow or dead.
"""

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from simulators.people import People, read
from simulators.serving import HangUp, Reply, Request, options, serve

_MODES = ("normal", "slow", "dead", "error")
_REQUIRED = ("subject", "fields", "case", "item", "purpose")


@dataclass
class Registers:
    """The running registers. `conduct` is the mode by resource key; `""` is that of all others."""

    people: People
    delay: float = 5.0
    conduct: dict[str, str] = field(default_factory=dict)
    queries: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=10_000))

    def answer(self, request: Request) -> Reply:
        """`POST /resources/<key>`: 200 with the record's fields, 404 `absent`, 400 if incomplete."""
        key = request.parts[0]
        mode = self.conduct.get(key) or self.conduct.get("", "normal")
        query = request.json()
        self.queries.append(
            {"at": datetime.now(UTC).isoformat(), "resource": key, "mode": mode, **_logged(query)}
        )
        if mode == "dead":
            raise HangUp
        if mode == "slow":
            time.sleep(self.delay)
        if mode == "error":
            return Reply(500, {"error": "internal"})
        if key not in self.people.records:
            return Reply(404, {"error": "no_such_resource"})
        missing = [name for name in _REQUIRED if not query.get(name)]
        if missing or not isinstance(query["fields"], list):
            return Reply(
                400, {"error": "incomplete", "missing": missing, "sentence": "查询须说明办件、事项和用途。"}
            )
        record = self.people.find(key, str(query["subject"]))
        if record is None:
            return Reply(404, {"error": "absent"})
        return Reply(200, {"record": {name: record[name] for name in query["fields"] if name in record}})

    def control(self, request: Request) -> Reply:
        """`POST /control` {"mode": …, "resource": … (all where left out), "delay": seconds, "reset": true}."""
        wanted = request.json()
        if wanted.get("reset"):
            self.queries.clear()
        if wanted.get("mode") not in _MODES:
            return Reply(400, {"error": "control", "modes": list(_MODES)})
        self.conduct = {**self.conduct, str(wanted.get("resource", "")): wanted["mode"]}
        if not wanted.get("resource"):
            self.conduct = {"": wanted["mode"]}
        self.delay = float(wanted.get("delay", self.delay))
        return Reply(200, {"conduct": self.conduct, "delay": self.delay})

    def show(self, _request: Request) -> Reply:
        """`GET /log`: the queries, without the subject's number."""
        return Reply(200, {"queries": list(self.queries)})

    def health(self, _request: Request) -> Reply:
        """`GET /health`."""
        return Reply(
            200,
            {
                "system": "registers",
                "resources": sorted(self.people.records),
                "threads": threading.active_count(),
            },
        )


def _logged(query: dict[str, Any]) -> dict[str, Any]:
    return {name: query.get(name) for name in ("case", "item", "purpose", "fields")}


def main() -> None:
    """Read the command line and serve."""
    parser = options(__doc__ or "", 8102)
    parser.add_argument("--people", type=Path, required=True, help="YAML file of the sample people")
    parser.add_argument("--delay", type=float, default=5.0, help="seconds that a slow register takes")
    arguments = parser.parse_args()
    registers = Registers(read(arguments.people), arguments.delay)
    routes = (
        ("POST", "/resources/([^/]+)", registers.answer),
        ("POST", "/control", registers.control),
        ("GET", "/log", registers.show),
        ("GET", "/health", registers.health),
    )
    serve("registers", arguments.host, arguments.port, routes)


if __name__ == "__main__":
    main()
