"""A way to S3 that can be told to fail: it stands before the real server and answers as a tired one does.

One request per connection. Undisturbed it hands on what comes, both ways. Disturbed it answers 500 or 503,
waits, cuts the answer short, or does what was asked and then hangs up without a word.
"""

import random
import socket
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

ILLS = ("500", "503", "slow", "cut", "silent")
_BODY = b"<?xml version='1.0'?><Error><Code>%b</Code><Message>try later</Message></Error>"
_CODES = {"500": b"InternalError", "503": b"SlowDown"}
_PATIENCE = 60.0
SLOW_SECONDS = 2.0


@dataclass(slots=True)
class TiredProxy:
    """Listens on a port of 127.0.0.1 until closed."""

    upstream: str  # URL of the real endpoint
    seed: int = 0
    share: float = 0.0  # of requests that are treated ill
    once: bool = False  # only the next one
    ills: Counter[str] = field(default_factory=Counter)  # what was done, by kind
    _listener: socket.socket | None = None
    _closed: bool = False

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=200)
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()

    @property
    def url(self) -> str:
        assert self._listener
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        self._closed = True
        if self._listener:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()

    def _accept(self) -> None:
        chance = random.Random(self.seed)
        assert self._listener
        while not self._closed:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            ill = chance.choice(ILLS) if chance.random() < self.share else ""
            if ill and self.once:
                self.share = 0.0
            threading.Thread(target=self._serve, args=(client, ill), daemon=True).start()

    def _serve(self, client: socket.socket, ill: str) -> None:
        with client, suppress(OSError):
            client.settimeout(_PATIENCE)
            head, rest = _head(client)
            if not head:
                return
            if ill:
                self.ills[ill] += 1
            if ill in _CODES:
                _refuse(client, ill)
                return
            if ill == "slow":
                time.sleep(SLOW_SECONDS)
            place = urlsplit(self.upstream)
            with socket.create_connection((place.hostname, place.port), _PATIENCE) as server:
                server.sendall(_closing(head) + rest)
                _carry(client, server, ill)
                client.shutdown(socket.SHUT_RDWR)  # closing alone says nothing while another thread waits on it


def _head(client: socket.socket) -> tuple[bytes, bytes]:
    """Return the head of the request, and what came of its body with it."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = client.recv(65536)
        if not piece:
            return b"", b""
        data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def _closing(head: bytes) -> bytes:
    """The same head, asking that the connection ends with the answer; no signature covers that line."""
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*lines, b"Connection: close", b"", b""])


def _refuse(client: socket.socket, ill: str) -> None:
    body = _BODY % _CODES[ill]
    head = b"HTTP/1.1 %b ill\r\nContent-Type: application/xml\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    client.sendall(head % (ill.encode(), len(body)) + body)
    client.shutdown(socket.SHUT_WR)
    client.settimeout(1.0)
    while client.recv(65536):  # else what it still sends would make a reset of our answer
        pass


def _carry(client: socket.socket, server: socket.socket, ill: str) -> None:
    """Hand on the body, then the answer; ill: the answer is cut in the middle, or kept back."""

    def up() -> None:
        with suppress(OSError):
            while piece := client.recv(65536):
                server.sendall(piece)

    threading.Thread(target=up, daemon=True).start()
    while piece := server.recv(65536):
        final = not piece.startswith(b"HTTP/1.1 100")
        if ill == "silent" and final:
            return
        if ill == "cut" and final:
            client.sendall(piece[: len(piece) // 2])
            return
        client.sendall(piece)
