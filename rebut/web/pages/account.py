"""`/account`: what a person sees and changes of the own account. A token opens none of this."""

import time
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from extractors.errors import RebutError
from pipeline.accounts import ROLES
from pipeline.accounts.roles import rules
from pipeline.accounts.sessions import Session
from pipeline.accounts.tokens import MOST_DAYS, USUAL_DAYS, list_tokens, make_token, revoke_token
from rebut.web.actor import SignInError, actor_of, asker_of
from rebut.web.pages.shell import page, said

router = APIRouter(prefix="/account")


@router.get("")
def get_account(request: Request) -> Response:
    """Show roles, second factor and tokens."""
    return _page(request)


@router.post("/tokens")
def post_token(
    request: Request,
    name: Annotated[str, Form()] = "",
    roles: Annotated[tuple[str, ...], Form()] = (),
    days: Annotated[int, Form()] = USUAL_DAYS,
) -> Response:
    """Make a token and show it this once; never with more rights than the person has."""
    session, actor = own_session(request), actor_of(request)
    wanted = [role for role in roles if role in session.roles]
    try:
        with request.app.state.database.write() as connection:
            told = (name or "token", wanted, session.person_id, session.clinic, days)
            made = make_token(connection, actor, time.time(), *told)
    except RebutError as error:
        return _page(request, error)
    return _page(request, made=made)


@router.post("/tokens/{token_id}/revoke")
def post_revoke(request: Request, token_id: str) -> Response:
    """End a token."""
    session = own_session(request)
    with request.app.state.database.write() as connection:
        revoke_token(connection, actor_of(request), time.time(), token_id, session.person_id)
    return RedirectResponse("/account", 303)


def own_session(request: Request) -> Session:
    """Return the session of a person who is signed in whole; raises SignInError, for a token too."""
    actor, session = actor_of(request), asker_of(request).session
    if session is None or actor.via != "session":
        raise SignInError
    return session


def _page(request: Request, error: RebutError | None = None, made: str | None = None) -> Response:
    session = own_session(request)
    with request.app.state.database.read() as connection:
        tokens = list_tokens(connection, time.time(), session.person_id)
    return page(
        request,
        "account.html",
        403 if error else 200,
        person=session,
        roles=[(role, rules().why[role]) for role in ROLES if role in session.roles],
        tokens=tokens,
        most_days=MOST_DAYS,
        usual_days=USUAL_DAYS,
        made=made,
        refused=said(error) if error else None,
    )
