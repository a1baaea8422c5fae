"""People and clinics: made, changed, disabled. Nobody is deleted, since the trail names them by id."""

import re
import secrets
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from extractors.errors import RebutError
from pipeline.accounts.actor import SYSTEM, Actor
from pipeline.accounts.passwords import hash_password
from pipeline.accounts.roles import check_roles, rules
from pipeline.accounts.scope import within
from pipeline.accounts.sessions import end_sessions
from pipeline.database import Database
from pipeline.tables import MAIN, api_token, clinic, glass, person, recovery_code
from pipeline.trail import append

ONE_TIME_SECONDS = 24 * 3600.0
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,79}")
_CLINIC = re.compile(r"[a-z0-9][a-z0-9-]{0,23}")  # short: it stands before idempotency keys


class NoSuchPersonError(RebutError):
    """No account has this sign-in name or id, or it belongs to another clinic."""

    code = "account-unknown"
    message = "There is no account {0}. `rebut account list` shows those there are."


class LoginTakenError(RebutError):
    """An account of this name is there."""

    code = "login-taken"
    message = "There is an account {0} already. Take another sign-in name, or change that account."
    exit_status = 2


class BadNameError(RebutError):
    """A sign-in name or clinic id is not made of the characters allowed (name, allowed)."""

    code = "name-unusable"
    message = "{0} cannot be used: take {1}."
    exit_status = 2


class LastAdminError(RebutError):
    """Afterwards nobody could manage accounts."""

    code = "last-admin"
    message = "This is the last account that can manage accounts. Give another one the role admin first."
    exit_status = 2


class NoSuchReasonError(RebutError):
    """The glass is broken only for a reason that the rules know (reason, those there are)."""

    code = "glass-reason"
    message = "{0} is no reason that opens the cases of a clinic. The reasons are {1}."
    exit_status = 2


def make_person(
    connection: Connection,
    by: Actor,
    now: float,
    login: str,
    roles: Iterable[str],
    clinic_id: str | None = MAIN,
    name: str = "",
    subject: str | None = None,
) -> tuple[str, str | None]:
    """Make an account; returns its id and a one-time password (None where a provider signs the person in)."""
    login, wanted = login.strip().lower(), check_roles(roles)
    if not _LOGIN.fullmatch(login):
        raise BadNameError(login, "2 to 80 small letters, digits and . _ @ + -, a letter or digit first")
    clinic_id = _reachable(by, clinic_id)
    if connection.execute(select(person.c.id).where(person.c.login == login)).scalar():
        raise LoginTakenError(login)
    password = None if subject else new_password()
    row = {
        "id": secrets.token_hex(8),
        "login": login,
        "name": name[:120],
        "clinic": clinic_id,
        "roles": wanted,
        "state": "active",
        "password": password and hash_password(password),
        "must_change": password is not None,
        "one_time_until": now + ONE_TIME_SECONDS if password else None,
        "totp_on": False,
        "subject": subject,
        "created": now,
        "changed": now,
    }
    ensure_clinic(connection, by, now, clinic_id)
    connection.execute(person.insert().values(row))
    append(connection, by, "account.make", row["id"], clinic_id, {"roles": wanted}, now)
    return row["id"], password


def ensure_clinic(connection: Connection, by: Actor, now: float, clinic_id: str | None, name: str = "") -> None:
    """Make the clinic where it is new."""
    if clinic_id is None or connection.execute(select(clinic.c.id).where(clinic.c.id == clinic_id)).scalar():
        return
    if not _CLINIC.fullmatch(clinic_id):
        raise BadNameError(clinic_id, "1 to 24 small letters, digits and -, a letter or digit first")
    connection.execute(clinic.insert().values(id=clinic_id, name=name or clinic_id, created=now))
    append(connection, by, "clinic.make", clinic_id, clinic_id, now=now)


def find_person(connection: Connection, login_or_id: str, by: Actor = SYSTEM) -> Row:
    """Return the row of an account that `by` may manage; raises NoSuchPersonError."""
    who = person.c.login == login_or_id.strip().lower(), person.c.id == login_or_id
    found = select(person).where(who[0] | who[1], within(person.c.clinic, by, "account.manage"))
    row = connection.execute(found).one_or_none()
    if row is None:
        raise NoSuchPersonError(login_or_id)
    return row


def list_people(connection: Connection, by: Actor = SYSTEM) -> list[dict[str, Any]]:
    """Return the accounts that `by` may manage, without anything secret."""
    shown = ("id", "login", "name", "clinic", "roles", "state", "must_change", "totp_on", "created")
    found = select(*(person.c[name] for name in shown)).where(within(person.c.clinic, by, "account.manage"))
    return [dict(row._mapping) for row in connection.execute(found.order_by(person.c.login))]


def change_roles(
    connection: Connection, by: Actor, now: float, person_id: str, roles: Iterable[str], clinic_id: str | None
) -> None:
    """Give other roles or another clinic; every session of the person ends."""
    before, wanted = find_person(connection, person_id, by), check_roles(roles)
    clinic_id = _reachable(by, clinic_id)
    ensure_clinic(connection, by, now, clinic_id)
    changed = update(person).where(person.c.id == before.id).values(roles=wanted, clinic=clinic_id, changed=now)
    connection.execute(changed)
    _keep_an_admin(connection)
    end_sessions(connection, before.id)
    told = {"roles": wanted, "before": list(before.roles)}
    append(connection, by, "account.roles", before.id, clinic_id, told, now)


def set_state(connection: Connection, by: Actor, now: float, person_id: str, state: str) -> None:
    """Disable an account, or enable it again: sessions and tokens of a disabled one end."""
    before = find_person(connection, person_id, by)
    connection.execute(update(person).where(person.c.id == before.id).values(state=state, changed=now))
    _keep_an_admin(connection)
    if state == "disabled":
        end_sessions(connection, before.id)
        live = update(api_token).where(api_token.c.person_id == before.id, api_token.c.revoked.is_(None))
        connection.execute(live.values(revoked=now))
    append(connection, by, "account.disable" if state == "disabled" else "account.enable", before.id, before.clinic)


def reset_person(connection: Connection, by: Actor, now: float, person_id: str) -> str:
    """Return a new one-time password; second factor, recovery codes and sessions are gone."""
    before, password = find_person(connection, person_id, by), new_password()
    forgotten = {"totp_seed": None, "totp_on": False, "totp_last": None}
    given = {"password": hash_password(password), "must_change": True, "one_time_until": now + ONE_TIME_SECONDS}
    connection.execute(update(person).where(person.c.id == before.id).values(**given, **forgotten, changed=now))
    connection.execute(delete(recovery_code).where(recovery_code.c.person_id == before.id))
    end_sessions(connection, before.id)
    append(connection, by, "account.reset", before.id, before.clinic, now=now)
    return password


def first_admin(database: Database, now: float) -> str | None:
    """At the first start: make the account `admin` and return its one-time password, to be shown this once."""
    with database.read() as connection:
        if connection.execute(select(func.count()).select_from(person)).scalar():
            return None
    try:
        with database.write() as connection:
            ensure_clinic(connection, SYSTEM, now, MAIN)
            return make_person(connection, SYSTEM, now, "admin", ["admin"], clinic_id=None)[1]
    except (IntegrityError, LoginTakenError):
        return None  # another process was faster, and told it


def break_glass(connection: Connection, by: Actor, now: float, clinic_id: str, reason: str) -> float:
    """Let an administrator read the cases of a clinic for a while; returns until when.

    Only a session may: a person stands behind it. Its reason is a code, so that no patient gets into the trail.
    """
    rule = rules().glass
    if reason not in rule.reasons:
        raise NoSuchReasonError(reason, ", ".join(rule.reasons))
    if not connection.execute(select(clinic.c.id).where(clinic.c.id == _reachable(by, clinic_id))).scalar():
        raise BadNameError(clinic_id, "the id of a clinic there is")
    until = now + rule.minutes * 60.0
    row = {"id": secrets.token_hex(8), "person_id": by.id, "clinic": clinic_id, "reason": reason}
    connection.execute(glass.insert().values(**row, created=now, until=until))
    append(connection, by, "glass.break", row["id"], clinic_id, {"reason": reason, "minutes": rule.minutes}, now)
    return until


def new_password() -> str:
    """Return a one-time password of 99 random bits, easy to type: `kfr4-...`."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(5))


def _reachable(by: Actor, clinic_id: str | None) -> str | None:
    """Who manages one clinic gives access to no other."""
    if by.via != "system" and by.clinic is not None and clinic_id != by.clinic:
        raise BadNameError(clinic_id or "every clinic", f"the clinic {by.clinic}, which this account manages")
    return clinic_id


def _keep_an_admin(connection: Connection) -> None:
    """Raise LastAdminError, which undoes the transaction, where no active account manages all clinics."""
    active = select(person.c.roles).where(person.c.state == "active", person.c.clinic.is_(None))
    if not any("admin" in roles for roles in connection.execute(active).scalars()):
        raise LastAdminError
