"""What every simulator stands on: a small threaded HTTP server for JSON, and its command line.

The simulators import nothing of the platform: they meet it only through the published contracts, as a
department's own programmers would (`docs/connecting-a-department.md`).
"""

import argparse
import json
import re
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

#: No message of any contract here is larger; a longer one is refused before it is read.
_MOST_BYTES = 5_000_000


class HangUp(Exception):  # noqa: N818 - an order to the server, not a fault
    """Close the connection without a word, as a machine does that dies."""


@dataclass(frozen=True, slots=True)
class Request:
    """A call as a handler sees it; `parts` are the groups of its route, `target` the path with its query."""

    method: str
    target: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    parts: tuple[str, ...] = ()

    def json(self) -> dict[str, Any]:
        """The body as an object; anything else is an empty object."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `body` is sent as JSON, or as it is where it is bytes."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Request], Reply]
#: (method, pattern that the whole path must match, handler)
Routes = Sequence[tuple[str, str, Handler]]
#: Headers that depend on who asks, such as the permission for a browser to read the answer.
Headers = Callable[[Request], Mapping[str, str]]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], routes: Routes, permit: Headers) -> None:
        self.routes = [(method, re.compile(pattern), handler) for method, pattern, handler in routes]
        self.permit = permit
        super().__init__(address, _Connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is an everyday event, not worth a traceback."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def answer(self, request: Request) -> Reply:
        """The reply of the first route that matches."""
        path = unquote(urlsplit(request.target).path)
        known = False
        for method, pattern, handler in self.routes:
            match = pattern.fullmatch(path)
            known = known or match is not None
            if match is not None and method == request.method:
                parts = tuple(match.groups())
                return handler(
                    Request(
                        request.method, request.target, request.query, request.headers, request.body, parts
                    )
                )
        return Reply(405 if known else 404, {"error": "method" if known else "no_such_address"})


class _Connection(BaseHTTPRequestHandler):
    """One connection of a caller. Answers leave in one piece, so that no caller waits for a second packet."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > _MOST_BYTES:
            self.close_connection = True
            self._send(Reply(413, {"error": "too_large"}), {})
            return
        request = Request(
            method=self.command,
            target=self.path,
            query=dict(parse_qsl(urlsplit(self.path).query)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        try:
            reply = self.server.answer(request)
        except HangUp:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._send(reply, self.server.permit(request))

    do_GET = do_POST = do_OPTIONS = _serve  # noqa: N815 - names that the standard library asks for

    def _send(self, reply: Reply, permit: Mapping[str, str]) -> None:
        if isinstance(reply.body, bytes):
            content = reply.body
        else:
            content = b"" if reply.body is None else json.dumps(reply.body, ensure_ascii=False).encode()
        self.send_response(reply.status)
        headers = {"Content-Type": "application/json; charset=utf-8", **permit, **reply.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's signature
        """Silent: what a simulator logs are its own records, asked for over HTTP."""


def options(description: str, port: int) -> argparse.ArgumentParser:
    """The command line that all simulators share."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--port", type=int, default=port, help="port to listen on; 0 takes a free one")
    return parser


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def serve(name: str, host: str, port: int, routes: Routes, *, permit: Headers = lambda _request: {}) -> None:
    """Serve until the process is told to stop; the first line of output says where, once calls are taken."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    try:
        server = _Server((host, port), routes, permit)
    except OSError as error:
        raise SystemExit(
            f"{name}: cannot listen on {host}:{port}: {error.strerror}. Choose another --port."
        ) from error
    with server:
        print(f"{name} listening on http://{host}:{server.server_address[1]}", flush=True)
        server.serve_forever(poll_interval=0.1)
