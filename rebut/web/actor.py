"""Who asks: the one place that answers it, before a byte of the body is read.

A bearer token or the cookie of a session. Whoever is neither gets to the open paths alone; every other path is
closed by default, also one that does not exist. Which of the rest may be done, each route asks by `require`.
"""

import time
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from extractors.errors import RebutError
from pipeline.accounts import Actor, may, service_actor
from pipeline.accounts.secrets import same
from pipeline.accounts.sessions import Session, csrf_of, find_session
from pipeline.accounts.tokens import find_token
from pipeline.database import Database
from pipeline.settings import Settings

_OPEN = frozenset({"/livez", "/readyz", "/metrics", "/api/openapi.json", "/login", "/favicon.ico"})
_OPEN_BELOW = ("/static/", "/login/")
STEPS = {"second": "/login/code", "password": "/login/password", "enrol": "/login/enrol"}


class SignInError(RebutError):
    """Nobody we know asks."""

    code = "unauthorized"
    message = "Send the header Authorization: Bearer TOKEN, or sign in."


class NotAllowedError(RebutError):
    """The actor lacks the right (what it allows)."""

    code = "not-allowed"
    message = "This account may not {0}. Ask whoever manages accounts for a role that may."


class ForgedFormError(RebutError):
    """A change came without the token of the page it should come from."""

    code = "form-stale"
    message = "This form is out of date, so nothing was changed. Load the page again and send it once more."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """What a request says of who sent it."""

    actor: Actor | None = None  # None: nobody, or a session that is not whole yet
    session: Session | None = None
    secret: str | None = None  # of the cookie: session, or else browser before sign-in
    bearer: bool = False  # a token was sent, right or wrong: the cookie does not count
    source: str | None = None


def actor_of(request: Request) -> Actor:
    """Return who asks; raises SignInError."""
    actor = asker_of(request).actor
    if actor is None:
        raise SignInError
    return actor


def require(request: Request, right: str) -> Actor:
    """Return who asks if the right is theirs; raises NotAllowedError and SignInError."""
    actor = actor_of(request)
    if not may(actor, right):
        from pipeline.accounts.roles import rules

        raise NotAllowedError(rules().rights[right])
    return actor


def asker_of(request: Request) -> Asker:
    """Return what the gate found."""
    return request.scope.get("rebut.asker") or Asker()


def form_token(request: Request) -> str:
    """Return what every form sends along as `form_token`, before any file, and scripts as X-CSRF-Token."""
    secret = asker_of(request).secret
    return csrf_of(secret) if secret else ""


def check_form(request: Request, told: str | None = None) -> None:
    """Raise ForgedFormError unless the form or the header carries the token; CsrfGuard has asked already."""
    given = told or request.headers.get("x-csrf-token", "")
    if not asker_of(request).bearer and not (form_token(request) and same(given, form_token(request))):
        raise ForgedFormError


def is_secure(scope: Scope, settings: Settings) -> bool:
    """Whether the browser speaks TLS, with us or with a proxy that we believe."""
    return scope.get("scheme") == "https" or (settings.public_url or "").startswith("https://")


def cookie_name(secure: bool, what: Literal["", "before", "oidc"] = "") -> str:
    """Return the name of the session's cookie; "before": of the one that guards the forms of sign-in.

    __Host-: a browser takes it over TLS alone, for this host alone, and no neighbour host can set it.
    """
    return ("__Host-" if secure else "") + (f"rebut-{what}" if what else "rebut")


class Gate:
    """Let through who is known, and everybody to what is open."""

    def __init__(self, app: ASGIApp, settings: Settings, database: Database) -> None:
        if not settings.token:
            raise ValueError("an interface without a token would be open to everybody")
        self.app = app
        self._settings = settings
        self._database = database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asker = await self._asker(scope)
        scope["rebut.asker"] = asker
        path = scope["path"]
        if asker.actor is None and path not in _OPEN and not path.startswith(_OPEN_BELOW):
            await self._refuse(scope, asker)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    async def _asker(self, scope: Scope) -> Asker:
        headers = Headers(scope=scope)
        source = scope["client"][0] if scope.get("client") else None
        if header := headers.get("authorization"):
            scheme, _, token = header.partition(" ")
            if scheme.lower() != "bearer":
                return Asker(bearer=True, source=source)
            if same(token, self._settings.token or ""):
                return Asker(actor=service_actor(source), bearer=True, source=source)
            found = await run_in_threadpool(find_token, self._database, token, time.time(), source)
            return Asker(actor=found, bearer=True, source=source)
        cookies = cookie_parser(headers.get("cookie", ""))
        secure = is_secure(scope, self._settings)
        if secret := cookies.get(cookie_name(secure)):
            busy = "text/event-stream" not in headers.get("accept", "") and "x-rebut-idle" not in headers
            session = await run_in_threadpool(find_session, self._database, secret, time.time(), busy)
            if session:
                whole = session.missing(self._settings.mfa == "required") is None
                actor = session.actor(source) if whole else None
                return Asker(actor=actor, session=session, secret=secret, source=source)
        return Asker(secret=cookies.get(cookie_name(secure, "before")), source=source)

    def _refuse(self, scope: Scope, asker: Asker) -> Response:
        person = "text/html" in Headers(scope=scope).get("accept", "") and not asker.bearer
        if scope["path"].startswith("/api/") or not person:
            error = {"code": SignInError.code, "message": SignInError.message}
            return JSONResponse({"error": error}, 401, {"WWW-Authenticate": "Bearer"})
        step = asker.session and asker.session.missing(self._settings.mfa == "required")
        to = quote(scope["path"], safe="/") if scope["method"] == "GET" else "/cases"
        return RedirectResponse(f"{STEPS[step] if step else '/login'}?to={to}", 303)
