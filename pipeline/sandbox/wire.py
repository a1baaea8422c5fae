"""Messages between a worker and the process that reads: a line of JSON and, with some, bytes.

JSON and nothing else: what comes back was made by a process that opened a stranger's file.
"""

import json
import socket
import struct
from typing import Any

_HEAD = struct.Struct("!IQ")
_MOST_JSON = 16 << 20
_MOST_BYTES = 256 << 20  # of one page as JSON: a page of 16 million pixels cannot hold as many words


class BrokenWireError(Exception):
    """The other side is gone, or what it says is no message."""


def send(channel: socket.socket, told: dict[str, Any], data: bytes = b"") -> None:
    """Send one message; raises BrokenWireError."""
    words = json.dumps(told).encode()
    try:
        channel.sendall(_HEAD.pack(len(words), len(data)) + words + data)
    except OSError as error:
        raise BrokenWireError from error


def receive(channel: socket.socket) -> tuple[dict[str, Any], bytes]:
    """Return the next message; raises BrokenWireError, and TimeoutError where the channel has one."""
    words, data = _HEAD.unpack(_exactly(channel, _HEAD.size))
    if words > _MOST_JSON or data > _MOST_BYTES:
        raise BrokenWireError
    try:
        told = json.loads(_exactly(channel, words))
    except ValueError as error:
        raise BrokenWireError from error
    if not isinstance(told, dict):
        raise BrokenWireError
    return told, _exactly(channel, data)


def _exactly(channel: socket.socket, count: int) -> bytes:
    pieces = []
    while count:
        try:
            piece = channel.recv(min(count, 1 << 20))
        except TimeoutError:
            raise
        except OSError as error:
            raise BrokenWireError from error
        if not piece:
            raise BrokenWireError
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)
