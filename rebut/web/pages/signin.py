"""Signing in, step by step, and out: `/login`, `/login/code`, `/login/password`, `/login/enrol`, `/logout`."""

import time
from dataclasses import replace
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from extractors.errors import RebutError
from pipeline.accounts import signin, totp
from pipeline.accounts.passwords import LEAST, WeakPasswordError
from pipeline.accounts.secrets import new_secret
from pipeline.accounts.sessions import Session
from pipeline.accounts.throttle import WaitError
from rebut.web.actor import STEPS, SignInError, asker_of, cookie_name, is_secure
from rebut.web.pages.shell import page, said

router = APIRouter()
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
Text = Annotated[str, Form()]


class PlainHttpError(RebutError):
    """A password would go over the network as everybody can read it."""

    code = "https-needed"
    message = (
        "People sign in over https only. Put a proxy with a certificate before this server and set REBUT_PUBLIC_URL "
        "to its address, or sign in on the machine itself."
    )


@router.get("/login")
def get_login(request: Request, to: str = "/cases") -> Response:
    """Show the form; a cookie of its own guards it, since there is no session yet."""
    refuse_plain_http(request)
    asker = asker_of(request)
    if asker.actor is not None:
        return RedirectResponse(inside(to), 303)
    made = None if asker.secret else new_secret()
    if made:
        request.scope["rebut.asker"] = replace(asker, secret=made)
    answer = _form(request, "login.html", to=inside(to), login="")
    if made:
        _set_cookie(request, answer, made, before=True)
    return answer


@router.post("/login")
def post_login(request: Request, login: Text = "", password: Text = "", to: Text = "/cases") -> Response:
    """Take name and password."""
    refuse_plain_http(request)
    state, source = request.app.state, asker_of(request).source
    try:
        secret = signin.sign_in(state.database, login, password, time.time(), source)
    except (signin.WrongLoginError, WaitError) as error:
        return _form(request, "login.html", error, to=inside(to), login=login[:80])
    return begin(request, secret, to)


@router.get("/login/code")
def get_code(request: Request, to: str = "/cases") -> Response:
    _at_step(request, "second")
    return _form(request, "login-code.html", to=inside(to))


@router.post("/login/code")
def post_code(request: Request, code: Text = "", to: Text = "/cases") -> Response:
    """Take the second factor."""
    session, state = _at_step(request, "second"), request.app.state
    source = asker_of(request).source
    try:
        secret = signin.give_code(state.database, state.vault, session, code, time.time(), source)
    except (signin.WrongCodeError, WaitError) as error:
        return _form(request, "login-code.html", error, to=inside(to))
    return begin(request, secret, to)


@router.get("/login/password")
def get_password(request: Request, to: str = "/cases") -> Response:
    session = _at_step(request, "password", None, "enrol")
    return _form(request, "login-password.html", to=inside(to), given=session.must_change, least=LEAST)


@router.post("/login/password")
def post_password(request: Request, old: Text = "", new: Text = "", again: Text = "", to: Text = "/cases") -> Response:
    """Set an own password: the first one, or another."""
    session, source = _at_step(request, "password", None, "enrol"), asker_of(request).source
    told = {"to": inside(to), "given": session.must_change, "least": LEAST}
    try:
        if new != again:
            raise WeakPasswordError("the two do not match", LEAST)
        secret = signin.change_password(request.app.state.database, session, old, new, time.time(), source)
    except (signin.WrongLoginError, signin.SamePasswordError, WeakPasswordError, WaitError) as error:
        return _form(request, "login-password.html", error, **told)
    return begin(request, secret, to)


@router.get("/login/enrol")
def get_enrol(request: Request, to: str = "/cases") -> Response:
    """Show the square code of a new second factor."""
    return _enrol_form(request, _at_step(request, "enrol", None), inside(to))


@router.post("/login/enrol")
def post_enrol(request: Request, code: Text = "", to: Text = "/cases") -> Response:
    """Take the first code of it, and show the recovery codes this once."""
    session, state = _at_step(request, "enrol", None), request.app.state
    source = asker_of(request).source
    try:
        secret, codes = signin.end_enrolment(state.database, state.vault, session, code, time.time(), source)
    except (signin.WrongCodeError, WaitError) as error:
        return _enrol_form(request, session, inside(to), error)
    answer = _form(request, "login-codes.html", to=inside(to), codes=codes)
    _set_cookie(request, answer, secret)
    return answer


@router.post("/logout")
def post_logout(request: Request) -> Response:
    """End the session, here and not only in the browser."""
    if session := asker_of(request).session:
        signin.sign_out(request.app.state.database, session, asker_of(request).source)
    answer = RedirectResponse("/login", 303)
    secure = is_secure(request.scope, request.app.state.settings)
    answer.delete_cookie(cookie_name(secure), secure=secure, httponly=True, samesite="strict")
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def begin(request: Request, secret: str, to: str) -> Response:
    """Give the browser its new session and go on: to what is missing, else to where the person was going."""
    state = request.app.state
    from pipeline.accounts.sessions import find_session

    session = find_session(state.database, secret, time.time())
    step = session and session.missing(state.settings.mfa == "required")
    answer = RedirectResponse(f"{STEPS[step]}?to={quote(inside(to), safe='')}" if step else inside(to), 303)
    _set_cookie(request, answer, secret)
    secure = is_secure(request.scope, state.settings)
    answer.delete_cookie(cookie_name(secure, "before"), secure=secure, httponly=True, samesite="strict")
    return answer


def inside(to: str) -> str:
    """Return the address to go to, if it is one of ours."""
    plain = to.startswith("/") and not to.startswith(("//", "/\\")) and to.isascii() and to.isprintable()
    return to if plain and "\\" not in to else "/cases"


def _at_step(request: Request, *steps: str | None) -> Session:
    """Return the session if one of these is what is missing next (None: nothing); raises SignInError."""
    refuse_plain_http(request)
    session = asker_of(request).session
    if session is None or session.missing(request.app.state.settings.mfa == "required") not in steps:
        raise SignInError
    return session


def _enrol_form(request: Request, session: Session, to: str, error: RebutError | None = None) -> Response:
    import segno
    from markupsafe import Markup

    state = request.app.state
    if session.totp_on:
        raise SignInError
    seed = signin.begin_enrolment(state.database, state.vault, session)
    square = segno.make(totp.address_of(seed, session.login), micro=False)
    drawn = square.svg_inline(scale=5, border=3, dark="#000", light="#fff", svgclass=None, lineclass=None)
    grouped = " ".join(seed[at : at + 4] for at in range(0, len(seed), 4))
    return _form(request, "login-enrol.html", error, to=to, square=Markup(drawn), seed=grouped)  # noqa: S704  ours


def _form(request: Request, name: str, error: RebutError | None = None, **told: object) -> Response:
    status = 200 if error is None else 429 if isinstance(error, WaitError) else 403
    provider = request.app.state.provider
    shown = {"refused": said(error) if error else None, "provider": provider and provider.name}
    answer = page(request, name, status, **shown, **told)
    if isinstance(error, WaitError):
        answer.headers["Retry-After"] = str(error.args[0])
    return answer


def _set_cookie(request: Request, answer: Response, secret: str, before: bool = False) -> None:
    """Strict: the browser sends it only with what our own pages ask for. It ends with the browser."""
    secure = is_secure(request.scope, request.app.state.settings)
    name = cookie_name(secure, "before" if before else "")
    answer.set_cookie(name, secret, path="/", secure=secure, httponly=True, samesite="strict")


def refuse_plain_http(request: Request) -> None:
    """Raise PlainHttpError where the browser is on another machine and speaks no TLS."""
    if not is_secure(request.scope, request.app.state.settings) and request.url.hostname not in _HERE:
        raise PlainHttpError
