"""A limit on what one request may send, kept while it arrives."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FORM_BYTES = 1 << 20  # boundaries and headers of the parts


class BodyLimit:
    """Stop reading a body that grows too large, whatever its Content-Length said."""

    def __init__(self, app: ASGIApp, megabytes: int) -> None:
        self.app = app
        self.megabytes = megabytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        left = (self.megabytes << 20) + _FORM_BYTES

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, f"The files are larger than {self.megabytes} MB together.")
            return message

        await self.app(scope, counted, send)
