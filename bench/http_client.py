"""A client that costs next to nothing: one socket kept open, one request after the other.

Measured clients share the machine with what they measure, so they do no more than write and read bytes.
"""

import socket
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    head: bytes
    body: bytes

    def check(self, *expected: int) -> "Answer":
        """Raises `RuntimeError` where the status is none of those expected."""
        if self.status not in expected:
            raise RuntimeError(f"HTTP {self.status}: {self.body[:400].decode(errors='replace')}")
        return self


class Client:
    """A browser without a browser: one kept connection with the cookies of one session."""

    def __init__(self, port: int, *, session: str = "", token: str = "", encoding: str = "gzip, br") -> None:
        self._address = ("127.0.0.1", port)
        self._connect()
        cookies = "; ".join(
            f"{name}={value}" for name, value in (("sessionid", session), ("csrftoken", token)) if value
        )
        self._common = f"Host: 127.0.0.1:{port}\r\nAccept-Encoding: {encoding}\r\nAccept-Language: zh-CN\r\n"
        if cookies:
            self._common += f"Cookie: {cookies}\r\n"
        if token:
            self._common += f"X-CSRFToken: {token}\r\n"

    def get(self, path: str) -> Answer:
        """GET `path`, on a new connection where the server has closed one that was idle for too long."""
        request = f"GET {path} HTTP/1.1\r\n{self._common}\r\n".encode()
        try:
            self._socket.sendall(request)
            return self._read()
        except ConnectionError:
            self._socket.close()
            self._connect()
            self._socket.sendall(request)
            return self._read()

    def post(self, path: str, body: bytes, media_type: str = "application/json") -> Answer:
        """POST `body` to `path`."""
        length = f"Content-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        head = f"POST {path} HTTP/1.1\r\n{self._common}{length}"
        self._socket.sendall(head.encode() + body)
        return self._read()

    def _connect(self) -> None:
        self._socket = socket.create_connection(self._address, timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _read(self) -> Answer:
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        head, body = received[:end], received[end + 4 :]
        lowered = head.lower()
        place = lowered.find(b"\r\ncontent-length:")
        if place < 0:
            raise RuntimeError(f"an answer without a length: {head.decode(errors='replace')}")
        length = int(lowered[place + 17 :].split(b"\r\n", 1)[0])
        parts = [body]
        missing = length - len(body)
        while missing > 0:
            parts.append(self._more())
            missing -= len(parts[-1])
        return Answer(int(head[9:12]), head, b"".join(parts))

    def _more(self) -> bytes:
        piece = self._socket.recv(262_144)
        if not piece:
            raise ConnectionError("the server hung up")
        return piece
