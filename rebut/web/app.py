"""The application: what is open to anybody, what needs the token, and how errors look to programs and people."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

from anyio import CapacityLimiter
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException as StarletteHTTPException

from extractors.errors import RebutError
from pipeline.accounts.oidc import NoRoleError, Provider, ProviderError
from pipeline.accounts.people import NoSuchPersonError
from pipeline.accounts.throttle import WaitError
from pipeline.accounts.tokens import NoSuchTokenError
from pipeline.accounts.vault import open_vault
from pipeline.cases import BusyCaseError, KeyReusedError, NoSuchCaseError, UnusableFileError
from pipeline.database import DatabaseUnavailableError, open_database
from pipeline.decisions import NotFinalError, StaleDecisionError, UnseenCaseError
from pipeline.hooks.book import NoSuchHookError
from pipeline.log import log, where
from pipeline.papers import Easel, NoSuchPaperError
from pipeline.sandbox import PageNotShownError
from pipeline.settings import Settings
from pipeline.storage import MissingObjectError, StorageUnavailableError, open_storage
from rebut.web import audit, decisions, hooks, pages
from rebut.web.actor import ForgedFormError, Gate, NotAllowedError, SignInError
from rebut.web.cases import NoPacketYetError, router
from rebut.web.csrf import CsrfGuard
from rebut.web.headers import ALWAYS, SecurityHeaders
from rebut.web.limit import BodyLimit
from rebut.web.metrics import render_metrics
from rebut.web.pages.shell import STATIC, page, said, words
from rebut.web.pages.signin import PlainHttpError
from rebut.web.receive import STORED_AT_ONCE, BrokenFormError, NoFilesError, TooLargeError, TooManyFilesError
from rebut.web.tally import Tally

_STATUS: dict[type[RebutError], int] = {
    SignInError: 401,
    NotAllowedError: 403,
    ForgedFormError: 403,
    PlainHttpError: 403,
    ProviderError: 403,
    NoRoleError: 403,
    NoSuchPersonError: 404,
    NoSuchTokenError: 404,
    NoSuchHookError: 404,
    WaitError: 429,
    NoSuchCaseError: 404,
    MissingObjectError: 404,
    NoSuchPaperError: 404,
    PageNotShownError: 404,
    NoPacketYetError: 404,
    BusyCaseError: 409,
    KeyReusedError: 409,
    UnusableFileError: 409,
    UnseenCaseError: 409,
    StaleDecisionError: 409,
    NotFinalError: 409,
    TooLargeError: 413,
    TooManyFilesError: 413,
    BrokenFormError: 400,
    NoFilesError: 422,
    DatabaseUnavailableError: 503,
    StorageUnavailableError: 503,
}
_CODES = {
    400: "bad-request",
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    413: "upload-too-large",
    415: "media-type",
    428: "revision-missing",
}


def build_app(settings: Settings) -> FastAPI:
    """Return the application on the stores that the settings name."""
    app = FastAPI(title="rebut", openapi_url="/api/openapi.json", docs_url=None, redoc_url=None, lifespan=_until_closed)
    app.state.settings = settings
    app.state.database = open_database(settings.database)
    app.state.tally = Tally(app.state.database)
    app.state.storage = open_storage(settings.storage)
    app.state.publish = _publisher(settings)
    app.state.vault = open_vault(settings)
    app.state.provider = Provider(settings) if settings.oidc_issuer else None
    app.state.storing = CapacityLimiter(STORED_AT_ONCE)
    app.state.easel = Easel(settings.limits)
    app.include_router(decisions.router)  # before the files of a case, which take any name
    app.include_router(router)
    app.include_router(hooks.router)
    app.include_router(audit.router)
    app.include_router(pages.router)
    app.mount("/static", _Static(directory=STATIC), name="static")
    _add_probes(app)
    _add_errors(app)
    app.add_middleware(BodyLimit, megabytes=settings.upload_mb)
    app.add_middleware(CsrfGuard)
    app.add_middleware(Gate, settings=settings, database=app.state.database)
    app.add_middleware(SecurityHeaders, https=(settings.public_url or "").startswith("https://"))  # added last, first
    return app


@asynccontextmanager
async def _until_closed(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.easel.close()


class _Static(StaticFiles):
    """Our own files, whose address changes with their content."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        answer = super().file_response(*args, **kwargs)
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer


def _add_probes(app: FastAPI) -> None:
    @app.get("/livez", response_class=PlainTextResponse)
    def livez() -> PlainTextResponse:
        """The process is alive."""
        return PlainTextResponse("ok\n")

    @app.get("/readyz", responses={503: {"description": "database or storage is away"}})
    def readyz() -> JSONResponse:
        """Database and storage answer; a broker that does not only slows things down."""
        checks: dict[str, str] = {}
        for name, check in (("database", app.state.database.check), ("storage", _storage_check(app))):
            try:
                check()
                checks[name] = "ok"
            except RebutError as error:
                checks[name] = error.code
        ready = set(checks.values()) == {"ok"}
        return JSONResponse({"ready": ready, **checks}, 200 if ready else 503)

    @app.get("/metrics", response_class=PlainTextResponse)
    def metrics() -> PlainTextResponse:
        """Counts for Prometheus."""
        return PlainTextResponse(
            render_metrics(app.state.database, app.state.tally), media_type="text/plain; version=0.0.4"
        )


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(RebutError)
    def expected(request: Request, error: RebutError) -> Response:
        status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 422)
        if _for_a_person(request):
            if isinstance(error, SignInError):
                return RedirectResponse(f"/login?to={quote(request.url.path)}", 303)
            return _error_page(request, status, error.code, said(error))
        return _error(status, error.code, said(error) if _of_a_page(request) else str(error), more=_more(error))

    @app.exception_handler(StarletteHTTPException)
    def refused(request: Request, error: StarletteHTTPException) -> Response:
        code = _CODES.get(error.status_code, "error")
        if _for_a_person(request):
            return _error_page(request, error.status_code, code, words()["errors"].get(code, str(error.detail)))
        return _error(error.status_code, code, str(error.detail), error.headers)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        names = sorted(
            {next(str(word) for word in reversed(at["loc"]) if isinstance(word, str)) for at in error.errors()}
        )
        message = f"Missing or wrong in the request: {', '.join(names)}."
        if _for_a_person(request):
            return _error_page(request, 422, "request-invalid", message)
        return _error(422, "request-invalid", message)

    @app.exception_handler(DataError)
    def unkept(request: Request, error: DataError) -> Response:
        """A NUL in a text, which PostgreSQL refuses; the statement was undone."""
        log("request holds what the database refuses", level="warning", at=where(error))
        message = "A value of the request holds characters that cannot be kept. Take them out, then send it again."
        if _for_a_person(request):
            return _error_page(request, 422, "request-invalid", message)
        return _error(422, "request-invalid", message)

    @app.exception_handler(Exception)
    def fault(request: Request, error: Exception) -> Response:
        log("request failed", level="error", error=type(error).__name__, at=where(error))
        if _for_a_person(request):
            answer = _error_page(request, 500, "internal", words()["errors"]["internal"])
        else:
            answer = _error(500, "internal", "The program failed on this request. It was noted in the log.")
        answer.headers.update({**ALWAYS, "cache-control": "no-store"})  # it goes out past the middleware
        return answer


def _error(status: int, code: str, message: str, headers: Any = None, more: Any = None) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message, **(more or {})}}, status, headers=headers)


def _more(error: RebutError) -> dict[str, Any]:
    """What a program can do something with: the points that stand open, what changed since."""
    if isinstance(error, NotFinalError):
        return {"open": error.open}
    return {"changed": error.changed, "revision": error.revision} if isinstance(error, StaleDecisionError) else {}


def _of_a_page(request: Request) -> bool:
    """Whether a page asks, or its script: the others are programs."""
    return not request.url.path.startswith(("/api/", "/livez", "/readyz", "/metrics", "/static/"))


def _for_a_person(request: Request) -> bool:
    return _of_a_page(request) and "text/html" in request.headers.get("accept", "")


def _error_page(request: Request, status: int, code: str, message: str) -> Response:
    title = words()["titles"].get(status, words()["titles"][500])
    _, kind, case_id, *_ = [*request.url.path.split("/"), "", "", ""]
    of_case = case_id if kind == "cases" and status not in (403, 404) else None
    return page(request, "error.html", status, title=title, code=code, message=message, case_id=of_case)


def _storage_check(app: FastAPI) -> Any:
    return lambda: app.state.storage.exists("ready")


def _publisher(settings: Settings) -> Any:
    """Without a broker nothing is published: whoever drives the jobs finds them in the database."""
    if not settings.broker:
        return lambda ready: []
    from workers.publish import publish_some as publish

    return publish
