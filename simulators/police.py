"""A department's own system: the police household register (公安人口管理系统), under the partner contract.

It takes cases, answers later by a signed call-back, keeps its own book, and can be told over `POST /control`
to be slow, dead or wrong. See `simulators/README.md`.
"""

import argparse
import json
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, cast, get_args
from uuid import uuid4

import httpx

from simulators import signing
from simulators.household import decide
from simulators.people import People, read
from simulators.police_book import Book, Entry
from simulators.serving import HangUp, Reply, Request, options, serve

_DISPATCHED = "yichuang.case.dispatched.v1"
_ANSWERED = "yichuang.case.answered.v1"
Mode = Literal[
    "normal", "confirm-now", "slow", "dead", "cut", "double", "wrong", "out-of-order", "refuse", "lost"
]


@dataclass(frozen=True, slots=True)
class Conduct:
    """How the system behaves now; changed over `POST /control`."""

    mode: Mode = "normal"
    delay: float = 30.0  # seconds that a slow system takes to answer a call
    decide_after: float = 3.0  # seconds from taking a case to its decision
    decision: str = "granted"
    reason: str = ""
    callback: str = ""  # where answers are sent; without it they wait to be asked for


@dataclass
class Police:
    """The running system."""

    secret: str
    book: Book
    people: People
    retry: float = 2.0  # seconds until an answer that could not be delivered is tried again
    conduct: Conduct = field(default_factory=Conduct)
    calls: list[dict[str, Any]] = field(default_factory=list)
    wake: threading.Event = field(default_factory=threading.Event)

    # ── What the platform calls ──────────────────────────────────────────────────────────────────

    def take_case(self, request: Request) -> Reply:
        """`POST /cases`: a case as a CloudEvent; answers 200 confirmed, 202 later or 422 refused."""
        conduct = self.conduct
        self._note("case", request, conduct.mode)
        if conduct.mode == "dead":
            raise HangUp
        self._check(request.body, request)
        event = request.json()
        data = event.get("data") if event.get("type") == _DISPATCHED else None
        if not isinstance(data, dict) or not data.get("transaction") or not data.get("case"):
            return self._signed(
                400, {"answer": "refused", "code": "malformed", "reason": "报文缺少办件编号或事务编号。"}
            )
        if conduct.mode == "refuse" or not isinstance(data.get("payload"), dict) or not data["payload"]:
            refusal = {
                "answer": "refused",
                "code": "payload",
                "reason": conduct.reason or "报文内容不符合接收要求。",
            }
            return self._signed(422, {"transaction": data["transaction"], **refusal})
        entry = self.book.take(data, now=time.time(), delay=conduct.decide_after)
        if entry is None:
            refusal = {
                "answer": "refused",
                "code": "transaction_reused",
                "reason": "同一事务编号对应了不同的报文。",
            }
            return self._signed(409, {"transaction": data["transaction"], **refusal})
        return self._acknowledge(entry, conduct)

    def _acknowledge(self, entry: Entry, conduct: Conduct) -> Reply:
        self.wake.set()
        if conduct.mode == "slow":
            time.sleep(conduct.delay)
        if conduct.mode == "cut":
            raise HangUp
        if conduct.mode == "confirm-now":
            self._settle(entry)
            self.book.delivered(entry.transaction_id)
        if conduct.mode == "out-of-order":
            self._settle(entry)
            self._call_back(self._decided(entry))
            self._call_back(entry, answer={"answer": "later"}, event_id=str(uuid4()))
            self.book.delivered(entry.transaction_id)
            return self._signed(
                202, {"transaction": entry.transaction_id, "case": entry.case_number, "answer": "later"}
            )
        state = self._decided(entry).state()
        return self._signed(202 if state["answer"] == "later" else 200, state)

    def tell(self, request: Request) -> Reply:
        """`GET /transactions/<id>`: what the book says; 404 `never_heard` for an id that never came."""
        conduct = self.conduct
        self._note("question", request, conduct.mode)
        if conduct.mode == "dead":
            raise HangUp
        self._check(request.target.encode(), request)
        if conduct.mode == "slow":
            time.sleep(conduct.delay)
        entry = None if conduct.mode == "lost" else self.book.find(request.parts[0])
        if entry is None:
            return self._signed(404, {"transaction": request.parts[0], "answer": "never_heard"})
        return self._signed(200, entry.state())

    def list_day(self, request: Request) -> Reply:
        """`GET /transactions?day=YYYY-MM-DD`: the book of a day, for reconciliation."""
        if self.conduct.mode == "dead":
            raise HangUp
        self._check(request.target.encode(), request)
        day = request.query.get("day", "")
        try:
            entries = self.book.of_day(day)
        except ValueError:
            return self._signed(400, {"error": "day", "sentence": "日期应写成YYYY-MM-DD。"})
        return self._signed(200, {"day": day, "transactions": [entry.state() for entry in entries]})

    # ── What the person at the simulator calls ───────────────────────────────────────────────────

    def control(self, request: Request) -> Reply:
        """`POST /control`: change the conduct; what is not named stays. `reset` forgets book and log first."""
        wanted = request.json()
        reset = wanted.pop("reset", False)
        unknown = set(wanted) - set(Conduct.__slots__)
        if unknown or wanted.get("mode", "normal") not in get_args(Mode):
            return Reply(400, {"error": "control", "modes": list(get_args(Mode)), "unknown": sorted(unknown)})
        if reset:
            self.book.clear()
            self.calls = []
        self.conduct = replace(self.conduct, **wanted)
        self.wake.set()
        return Reply(200, {name: getattr(self.conduct, name) for name in Conduct.__slots__})

    def show(self, _request: Request) -> Reply:
        """`GET /log`: every call that came and every call-back that went, and the book."""
        entries = [{**entry.state(), "delivered": entry.delivered} for entry in self.book.all()]
        return Reply(200, {"calls": self.calls, "book": entries})

    def health(self, _request: Request) -> Reply:
        """`GET /health`."""
        return Reply(200, {"system": "police", "mode": self.conduct.mode})

    # ── The department at work ───────────────────────────────────────────────────────────────────

    def work(self) -> None:
        """Decide what is due and deliver it, for ever; one failure never ends it."""
        while True:
            self.wake.wait(timeout=0.2)
            self.wake.clear()
            if self.conduct.mode == "dead":
                continue
            for entry in self.book.due(time.time()):
                self._settle(entry)
                self._deliver(self._decided(entry))

    def _settle(self, entry: Entry) -> None:
        if entry.answer is None:
            conduct = self.conduct
            self.book.decide(
                entry.transaction_id,
                decide(entry.data, self.people, decision=conduct.decision, reason=conduct.reason),
            )

    def _decided(self, entry: Entry) -> Entry:
        return self.book.find(entry.transaction_id) or entry

    def _deliver(self, entry: Entry) -> None:
        mode = self.conduct.mode
        if not self.conduct.callback:
            self.book.delivered(entry.transaction_id)
            return
        if mode == "wrong":
            self._call_back(entry, secret=self.secret + "-wrong")
            self._call_back(entry, transaction=str(uuid4()))
            self.book.delivered(entry.transaction_id)
            return
        status = self._call_back(entry)
        if mode == "double":
            self._call_back(entry)
            self._call_back(entry, event_id=str(uuid4()))
        if status in {200, 409}:
            self.book.delivered(entry.transaction_id)
        else:
            self.book.postpone(entry.transaction_id, time.time() + self.retry)

    def _call_back(
        self,
        entry: Entry,
        *,
        answer: Mapping[str, Any] | None = None,
        event_id: str = "",
        transaction: str = "",
        secret: str = "",
    ) -> int:
        """Send the answer once; the HTTP status, or 0 where nobody answered."""
        transaction_id = transaction or entry.transaction_id
        event = {
            "specversion": "1.0",
            "id": event_id or entry.event_id,
            "source": "urn:simulators:police",
            "type": _ANSWERED,
            "subject": entry.case_number,
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "datacontenttype": "application/json",
            "data": {**entry.state(), **(answer or {}), "transaction": transaction_id},
        }
        content = json.dumps(event, ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/cloudevents+json; charset=utf-8",
            **signing.headers(secret or self.secret, content),
        }
        try:
            status = httpx.post(
                self.conduct.callback, content=content, headers=headers, timeout=10, trust_env=False
            ).status_code
        except httpx.HTTPError:
            status = 0
        self.calls.append(
            {"kind": "call-back", "transaction": transaction_id, "event": event["id"], "status": status}
        )
        return status

    def _note(self, kind: str, request: Request, mode: str) -> None:
        data = request.json().get("data")
        named = data.get("transaction", "") if isinstance(data, dict) else ""
        transaction = request.parts[0] if request.parts else named
        self.calls.append({"kind": kind, "transaction": transaction, "mode": mode})

    def _check(self, content: bytes, request: Request) -> None:
        if not signing.is_signed(self.secret, request.headers, content):
            raise Unsigned

    def _signed(self, status: int, body: Mapping[str, Any]) -> Reply:
        content = json.dumps(body, ensure_ascii=False).encode()
        return Reply(status, content, signing.headers(self.secret, content))


class Unsigned(Exception):  # noqa: N818 - a state of the call
    """The call bears no valid signature."""


def _guarded(handler: Any) -> Any:
    def answer(request: Request) -> Reply:
        try:
            return cast(Reply, handler(request))
        except Unsigned:
            return Reply(401, {"error": "signature", "sentence": "签名不符或时间戳超出允许范围。"})

    return answer


def main() -> None:
    """Read the command line and serve."""
    parser = options(__doc__ or "", 8101)
    parser.add_argument("--people", type=Path, required=True, help="YAML file of the sample people")
    parser.add_argument(
        "--callback", default="", help="where answers are sent; without it they wait to be asked for"
    )
    parser.add_argument(
        "--state", default="", help="SQLite file of the book; without it the book is in memory"
    )
    parser.add_argument("--delay", type=float, default=3.0, help="seconds from taking a case to its decision")
    parser.add_argument(
        "--retry", type=float, default=2.0, help="seconds until an undelivered answer is sent again"
    )
    parser.add_argument(
        "--secret-variable",
        default="YICHUANG_PARTNER_POLICE",
        help="environment variable with the shared secret",
    )
    arguments = parser.parse_args()
    police = Police(
        secret=_secret(arguments),
        book=Book(arguments.state),
        people=read(arguments.people),
        retry=arguments.retry,
        conduct=Conduct(decide_after=arguments.delay, callback=arguments.callback),
    )
    threading.Thread(target=police.work, name="department", daemon=True).start()
    routes = (
        ("POST", "/cases", _guarded(police.take_case)),
        ("GET", "/transactions", _guarded(police.list_day)),
        ("GET", "/transactions/([^/]+)", _guarded(police.tell)),
        ("POST", "/control", police.control),
        ("GET", "/log", police.show),
        ("GET", "/health", police.health),
    )
    serve("police", arguments.host, arguments.port, routes)


def _secret(arguments: argparse.Namespace) -> str:
    secret = os.environ.get(arguments.secret_variable, "")
    if not secret:
        raise SystemExit(
            f"police: {arguments.secret_variable} is not set. Set it to the secret that the platform "
            "uses for this partner, or name another variable with --secret-variable."
        )
    return secret


if __name__ == "__main__":
    main()
