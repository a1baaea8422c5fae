"""A limit on what one request may send, kept while it arrives."""

import re

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_OTHER_BYTES = 1 << 20  # boundaries and headers of the parts; all of a request that sends no files
_TAKES_FILES = re.compile(r"/(?:new|cases/[^/]+/files|api/cases(?:/[^/]+/documents)?)")
_SMALL = "This request is larger than 1 MB. Files are sent to the address that takes them."


class BodyLimit:
    """Stop reading a body that grows too large, whatever its Content-Length said.

    Files arrive piece by piece; anything else is held in memory, so it is held small.
    """

    def __init__(self, app: ASGIApp, megabytes: int) -> None:
        self.app = app
        self.megabytes = megabytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        files = _TAKES_FILES.fullmatch(scope["path"])
        why = f"The files are larger than {self.megabytes} MB together." if files else _SMALL
        left = (self.megabytes << 20 if files else 0) + _OTHER_BYTES
        told = Headers(scope=scope).get("content-length", "")
        if told.isdecimal() and int(told[:20]) > left:
            left = -1  # nothing of it is read

        async def counted() -> Message:
            nonlocal left
            message = await receive() if left >= 0 else {}
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, why)
            return message

        await self.app(scope, counted, send)
