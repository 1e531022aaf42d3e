"""An SMS gateway (短信网关) that delivers to one page: what a person trying the platform would get on the phone.

The protocol is in `docs/operator.md`. `POST /messages` takes a message, the same id once; `GET /` shows them
like phones, `GET /messages` as JSON. `POST /control` makes the gateway slow, dead or unwilling.
"""

import re
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from typing import Any

from simulators.serving import HangUp, Reply, Request, options, serve

_MODES = ("normal", "slow", "dead", "error", "refuse")
_REQUIRED = ("id", "phone", "text")
_MOST_KEPT = 1_000
_ADDRESS = re.compile(r"https?://[\w./:?=&%\[\]-]+")

_PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>手机短信（模拟）</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif; }
  body { margin: 0; padding: 1.5rem; background: light-dark(#eef1f4, #14181c); }
  header, .phones { max-width: 72rem; margin: 0 auto; }
  h1 { font-size: 1.25rem; margin: 0; }
  header p { margin: 0 0 1.5rem; color: light-dark(#4a5560, #a9b4bf); }
  .phones { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); gap: 1.5rem; }
  section { padding: 1rem; border-radius: 1.5rem; background: light-dark(#fff, #1f252b); }
  h2 { font-size: 1rem; margin: 0 0 .75rem; text-align: center; font-variant-numeric: tabular-nums; }
  ol { list-style: none; margin: 0; padding: 0; display: grid; gap: .75rem; }
  time { display: block; text-align: center; font-size: .75rem; color: light-dark(#55606b, #a9b4bf); }
  li p { margin: 0; padding: .6rem .8rem; border-radius: .25rem 1rem 1rem 1rem;
         background: light-dark(#e6f0ea, #24382c); overflow-wrap: anywhere; }
  a { color: light-dark(#0b5c3a, #8fd6b0); }
</style>
</head>
<body>
<header>
<h1>手机短信（模拟）</h1>
<p>平台发给申请人的短信都在这里，没有真的发出。页面每四秒更新一次。</p>
</header>
<main class="phones">
%s
</main>
<script>setTimeout(function () { location.reload() }, 4000)</script>
</body>
</html>
"""


@dataclass
class Gateway:
    """The running gateway; `taken` are the messages by id, in the order in which they came."""

    delay: float = 5.0
    mode: str = "normal"
    calls: int = 0
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, request: Request) -> Reply:
        """`POST /messages`: 200 once the message is taken, also the second time; 400 if it is not whole."""
        self.calls += 1
        if self.mode == "dead":
            raise HangUp
        if self.mode == "error":
            return Reply(500, {"error": "internal"})
        message = request.json()
        missing = [name for name in _REQUIRED if not message.get(name)]
        if missing:
            return Reply(400, {"error": "incomplete", "missing": missing})
        if self.mode == "refuse":
            return Reply(422, {"error": "phone", "sentence": "号码不存在。"})
        with self.lock:
            kept = {name: str(message[name]) for name in _REQUIRED}
            self.taken.setdefault(kept["id"], {**kept, "at": datetime.now(UTC).isoformat()})
            while len(self.taken) > _MOST_KEPT:
                del self.taken[next(iter(self.taken))]
        if self.mode == "slow":
            time.sleep(self.delay)
        return Reply(200, {"id": kept["id"]})

    def show(self, _request: Request) -> Reply:
        """`GET /messages`: what was taken, oldest first, and how often the gateway was called."""
        return Reply(200, {"messages": self._messages(), "calls": self.calls})

    def page(self, _request: Request) -> Reply:
        """`GET /`: a phone for each number, the newest message first."""
        phones: dict[str, list[dict[str, Any]]] = {}
        for message in reversed(self._messages()):
            phones.setdefault(message["phone"], []).append(message)
        shown = "\n".join(_phone(number, messages) for number, messages in phones.items())
        page = _PAGE % (shown or "<p>还没有短信。在窗口收件后，申请人的短信会出现在这里。</p>")
        return Reply(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"})

    def control(self, request: Request) -> Reply:
        """`POST /control` {"mode": …, "delay": seconds, "reset": true}."""
        wanted = request.json()
        if wanted.get("mode", self.mode) not in _MODES:
            return Reply(400, {"error": "control", "modes": list(_MODES)})
        if wanted.get("reset"):
            with self.lock:
                self.taken.clear()
                self.calls = 0
        self.mode = wanted.get("mode", self.mode)
        self.delay = float(wanted.get("delay", self.delay))
        return Reply(200, {"mode": self.mode, "delay": self.delay})

    def health(self, _request: Request) -> Reply:
        """`GET /health`."""
        return Reply(200, {"system": "sms gateway", "mode": self.mode, "messages": len(self.taken)})

    def _messages(self) -> list[dict[str, Any]]:
        with self.lock:
            return list(self.taken.values())


def _phone(number: str, messages: list[dict[str, Any]]) -> str:
    lines = "".join(
        f"<li>{_time(message['at'])}<p>{_linked(message['text'])}</p></li>" for message in messages
    )
    return f"<section><h2>{escape(number)}</h2><ol>{lines}</ol></section>"


def _time(at: str) -> str:
    return f'<time datetime="{at}">{datetime.fromisoformat(at).astimezone():%m-%d %H:%M:%S}</time>'


def _linked(text: str) -> str:
    """The text with its addresses as links."""
    parts, end = [], 0
    for found in _ADDRESS.finditer(text):
        address = escape(found[0])
        parts += [escape(text[end : found.start()]), f'<a href="{address}">{address}</a>']
        end = found.end()
    return "".join([*parts, escape(text[end:])])


def main() -> None:
    """Read the command line and serve."""
    parser = options(__doc__ or "", 8104)
    parser.add_argument("--delay", type=float, default=5.0, help="seconds that a slow gateway takes")
    arguments = parser.parse_args()
    gateway = Gateway(arguments.delay)
    routes = (
        ("POST", "/messages", gateway.take),
        ("GET", "/messages", gateway.show),
        ("GET", "/", gateway.page),
        ("POST", "/control", gateway.control),
        ("GET", "/health", gateway.health),
    )
    serve("sms_gateway", arguments.host, arguments.port, routes)


if __name__ == "__main__":
    main()
