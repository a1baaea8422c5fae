"""Signing in at the OpenID provider: `/login/oidc` sends there, `/login/oidc/return` takes what comes back."""

import time

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pipeline.accounts.oidc import Provider, ProviderError, enter
from pipeline.log import log
from rebut.web.actor import asker_of, cookie_name, is_secure
from rebut.web.pages.shell import page
from rebut.web.pages.signin import refuse_plain_http

router = APIRouter(prefix="/login/oidc")


@router.get("")
def get_provider(request: Request) -> Response:
    """Begin: this one cookie is Lax, since the way back comes from the provider's page."""
    refuse_plain_http(request)
    address, browser = _provider(request).begin(request.app.state.database, _back(request), time.time())
    secure = is_secure(request.scope, request.app.state.settings)
    answer = RedirectResponse(address, 303)
    name = cookie_name(secure, "oidc")
    answer.set_cookie(name, browser, max_age=600, path="/", secure=secure, httponly=True, samesite="lax")
    return answer


@router.get("/return")
def get_return(request: Request, code: str = "", state: str = "", error: str = "") -> Response:
    """End: a page, and no redirect, goes on, since a strict cookie does not travel with another site's redirect."""
    refuse_plain_http(request)
    settings, database = request.app.state.settings, request.app.state.database
    secure, source = is_secure(request.scope, settings), asker_of(request).source
    browser = request.cookies.get(cookie_name(secure, "oidc"), "")
    try:
        claims = _provider(request).end(
            database, code if not error else "", state, browser, _back(request), time.time()
        )
        secret = enter(database, claims, time.time(), source)
    except ProviderError as refused:
        log("provider sign-in refused", level="warning", code=str(refused.args[0]))
        raise
    answer = page(request, "login-through.html")
    answer.set_cookie(cookie_name(secure), secret, path="/", secure=secure, httponly=True, samesite="strict")
    answer.delete_cookie(cookie_name(secure, "oidc"), path="/", secure=secure, httponly=True, samesite="lax")
    return answer


def _provider(request: Request) -> Provider:
    provider = request.app.state.provider
    if provider is None:
        raise ProviderError("none")
    return provider


def _back(request: Request) -> str:
    """Our address as the provider knows it: of the settings, never of a header that a stranger can write."""
    settings = request.app.state.settings
    base = (settings.public_url or f"{request.url.scheme}://{request.url.netloc}").rstrip("/")
    return f"{base}/login/oidc/return"
