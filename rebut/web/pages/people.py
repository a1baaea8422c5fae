"""`/accounts`: who may do what, for those who manage accounts. A session only: a person stands behind each change."""

import time
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection, select

from extractors.errors import RebutError
from pipeline.accounts import ROLES, Actor, people
from pipeline.accounts.roles import rules
from pipeline.log import log
from pipeline.tables import MAIN, clinic
from rebut.web.actor import require
from rebut.web.pages.account import own_session
from rebut.web.pages.shell import page, said

router = APIRouter(prefix="/accounts")
Text = Annotated[str, Form()]
Many = Annotated[tuple[str, ...], Form()]
_EVERY = "*"  # every clinic, in a form


@router.get("")
def get_accounts(request: Request) -> Response:
    """List the accounts with what can be done to them."""
    return _page(request)


@router.post("")
def post_account(
    request: Request, login: Text = "", name: Text = "", roles: Many = (), of_clinic: Text = MAIN
) -> Response:
    """Make an account and show its one-time password this once."""
    given: list[str | None] = []

    def make(connection: Connection, by: Actor) -> None:
        _, password = people.make_person(connection, by, time.time(), login, roles, _clinic(of_clinic), name)
        given.append(password)

    return _changed(request, make, lambda: _page(request, told=(login.strip().lower(), given[0])))


@router.post("/{person_id}/roles")
def post_roles(request: Request, person_id: str, roles: Many = (), of_clinic: Text = MAIN) -> Response:
    """Give other roles."""
    at = _clinic(of_clinic)
    return _changed(request, lambda c, by: people.change_roles(c, by, time.time(), person_id, roles, at))


@router.post("/{person_id}/state")
def post_state(request: Request, person_id: str, state: Text = "") -> Response:
    """Disable an account, or enable it."""
    wanted = "disabled" if state == "disabled" else "active"
    return _changed(request, lambda c, by: people.set_state(c, by, time.time(), person_id, wanted))


@router.post("/{person_id}/reset")
def post_reset(request: Request, person_id: str) -> Response:
    """Give a new one-time password; the second factor has to be enrolled again."""
    given: list[tuple[str, str]] = []

    def reset(connection: Connection, by: Actor) -> None:
        login = people.find_person(connection, person_id, by).login
        given.append((login, people.reset_person(connection, by, time.time(), person_id)))

    return _changed(request, reset, lambda: _page(request, told=given[0]))


@router.post("/glass")
def post_glass(request: Request, of_clinic: Text = "", reason: Text = "") -> Response:
    """Open the cases of a clinic for reading, in an emergency."""
    done = _changed(request, lambda c, by: people.break_glass(c, by, time.time(), of_clinic, reason))
    log("glass broken", level="warning", code=reason if reason in rules().glass.reasons else "unknown")
    return done


def _changed(
    request: Request, change: Callable[[Connection, Actor], Any], shown: Callable[[], Response] | None = None
) -> Response:
    actor = require(request, "account.manage")
    own_session(request)
    try:
        with request.app.state.database.write() as connection:
            change(connection, actor)
    except people.NoSuchPersonError:
        raise
    except RebutError as error:
        return _page(request, error)
    return shown() if shown else RedirectResponse("/accounts", 303)


def _page(request: Request, error: RebutError | None = None, told: tuple[str, str | None] | None = None) -> Response:
    actor = require(request, "account.manage")
    own_session(request)
    with request.app.state.database.read() as connection:
        found = people.list_people(connection, actor)
        clinics = list(connection.execute(select(clinic.c.id).order_by(clinic.c.id)).scalars())
    if actor.clinic is not None:
        clinics = [actor.clinic]
    return page(
        request,
        "accounts.html",
        403 if error else 200,
        people=found,
        roles=[(role, rules().why[role]) for role in ROLES],
        clinics=clinics,
        every=_EVERY if actor.clinic is None else None,
        glass=rules().glass,
        opened=actor.glass,
        told=told,
        refused=said(error) if error else None,
    )


def _clinic(told: str) -> str | None:
    return None if told == _EVERY else told.strip()
