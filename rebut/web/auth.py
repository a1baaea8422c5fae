"""Who may call: the token is asked for before a byte of the body is read."""

import secrets

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_GUARDED = "/api/"
_OPEN = ("/api/openapi.json",)


class TokenGate:
    """Refuse calls of the interface without the bearer token."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        if not token:
            raise ValueError("an interface without a token would be open to everybody")
        self.app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        guarded = scope["type"] == "http" and scope["path"].startswith(_GUARDED) and scope["path"] not in _OPEN
        if guarded and not self._allowed(Headers(scope=scope).get("authorization", "")):
            error = {"code": "unauthorized", "message": "Send the header Authorization: Bearer TOKEN."}
            refusal = JSONResponse({"error": error}, 401, {"WWW-Authenticate": "Bearer"})
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _allowed(self, header: str) -> bool:
        """The time this takes does not tell how much of the token was right."""
        scheme, _, token = header.partition(" ")
        return scheme.lower() == "bearer" and secrets.compare_digest(token.encode(), self._token)
