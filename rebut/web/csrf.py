"""No change by a browser without the token that only our own pages know.

Looked at in one place, before any route runs. The token comes in the header X-CSRF-Token or in the field `form_token`;
of an upload (multipart) it must stand before the first file, so that no file is read for a stranger. Tokens of the
HTTP interface are sent by no browser on its own and need none.
"""

import re
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from extractors.errors import RebutError
from pipeline.accounts.secrets import same
from pipeline.accounts.sessions import csrf_of
from rebut.web.actor import ForgedFormError

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FORM_BYTES = 64 << 10  # of a form without files
_HEAD_BYTES = 8 << 10  # of an upload, until its first file begins
_FIELD = re.compile(
    rb'\r\ncontent-disposition: *form-data; *name="form_token"\r\n\r\n([0-9a-f]{64})\r\n', re.IGNORECASE
)


class CsrfGuard:
    """Refuse forged changes; what was read of the body goes on to the route."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asker = scope.get("rebut.asker")
        if scope["type"] != "http" or scope["method"] in _SAFE or asker is None or asker.bearer:
            await self.app(scope, receive, send)
            return
        sent, read = await _sent_token(Headers(scope=scope), receive)
        if not asker.secret or not same(sent, csrf_of(asker.secret)):
            refused = scope["app"].exception_handlers[RebutError](Request(scope), ForgedFormError())
            await refused(scope, receive, send)
            return
        await self.app(scope, _again(read, receive), send)


async def _sent_token(headers: Headers, receive: Receive) -> tuple[str, list[Message]]:
    """Return the token and the messages that were read to find it."""
    if token := headers.get("x-csrf-token"):
        return token, []
    kind = headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        body, read = await _read(receive, _HEAD_BYTES)
        first = _FIELD.search(body.partition(b"filename")[0])
        return first[1].decode() if first else "", read
    if kind.startswith("application/x-www-form-urlencoded"):
        body, read = await _read(receive, _FORM_BYTES)
        try:
            return parse_qs(body.decode("latin-1"), max_num_fields=200).get("form_token", [""])[0], read
        except ValueError:  # more fields than any form of ours has
            return "", read
    return "", []


async def _read(receive: Receive, least: int) -> tuple[bytes, list[Message]]:
    """Read messages until there are so many bytes or no more come."""
    body, read = b"", []
    while len(body) < least:
        message = await receive()
        read.append(message)
        body += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body"):
            break
    return body, read


def _again(read: list[Message], receive: Receive) -> Receive:
    left = iter(read)

    async def next_message() -> Message:
        return next(left, None) or await receive()

    return next_message
