"""Signing in: a password, then a second factor; each step begins a new session and ends the one before."""

from typing import Any

from sqlalchemy import Connection, delete, select, update

from extractors.errors import RebutError
from pipeline.accounts import throttle, totp
from pipeline.accounts.actor import Actor
from pipeline.accounts.passwords import check_password, hash_password, is_right
from pipeline.accounts.sessions import Session, end_session, end_sessions, start_session
from pipeline.accounts.vault import Vault
from pipeline.database import Database
from pipeline.tables import person, recovery_code
from pipeline.trail import append


class WrongLoginError(RebutError):
    """Name or password is wrong, or the account is disabled: which of them is told to nobody."""

    code = "login-wrong"
    message = "Sign-in name or password is wrong. Try again, or ask whoever manages accounts for a new password."


class WrongCodeError(RebutError):
    """The code of the second factor is wrong, or was used before."""

    code = "code-wrong"
    message = "This code is wrong or was used before. Wait for the next one of the app, or take a recovery code."


class SamePasswordError(RebutError):
    """The new password is the old one."""

    code = "password-same"
    message = "This is the password you have. Choose another one."


def sign_in(database: Database, login: str, password: str, now: float, source: str | None = None) -> str:
    """Return the secret of a new session; raises WrongLoginError or WaitError.

    The work is the same whether somebody has the name or not. What was typed as a name is kept nowhere.
    """
    login = login.strip().lower()[:80]
    counted = throttle.of_login(login), throttle.of_source(source)
    try:
        throttle.begin_attempt(database, now, *counted)
    except throttle.WaitError:
        _tell(database, Actor(id="nobody", roles=frozenset(), source=source, via="session"), "login.throttled")
        raise
    with database.read() as connection:
        row = connection.execute(select(person).where(person.c.login == login)).one_or_none()
    right = is_right(password, row and row.password)
    if row is None or not right or row.state != "active" or (row.one_time_until or now + 1) <= now:
        nobody = Actor(id="nobody", roles=frozenset(), source=source, via="session")
        _tell(database, nobody, "login.failed", row and row.id)
        raise WrongLoginError
    with database.write() as connection:
        throttle.end_attempt(connection, *counted)
        secret = start_session(connection, row.id, now)
        append(connection, _actor(row, source), "login.password", row.id, row.clinic, now=now)
    return secret


def give_code(
    database: Database, vault: Vault, session: Session, code: str, now: float, source: str | None = None
) -> str:
    """Take the second factor and return the secret of the session that is whole; raises WrongCodeError, WaitError."""
    counted = throttle.of_second(session.person_id), throttle.of_source(source)
    throttle.begin_attempt(database, now, *counted)
    with database.write() as connection:
        row = connection.execute(select(person).where(person.c.id == session.person_id).with_for_update()).one()
        how = _accept_code(connection, vault, row, code, now)
        if how:
            throttle.end_attempt(connection, *counted)
            end_session(connection, session.digest)
            secret = start_session(connection, row.id, now, second=True)
        event = "login.second" if how else "login.code-failed"
        append(connection, _actor(row, source), event, row.id, row.clinic, {"how": how} if how else {}, now)
    if not how:
        raise WrongCodeError
    return secret


def begin_enrolment(database: Database, vault: Vault, session: Session) -> str:
    """Return the seed to show; the one begun before is kept, so that a page loaded twice shows the same."""
    with database.write() as connection:
        row = connection.execute(select(person).where(person.c.id == session.person_id).with_for_update()).one()
        if row.totp_on:
            raise WrongCodeError
        if row.totp_seed:
            return vault.unseal(row.totp_seed, row.id)
        seed = totp.new_seed()
        changed = update(person).where(person.c.id == row.id)
        connection.execute(changed.values(totp_seed=vault.seal(seed, row.id), totp_last=None))
    return seed


def end_enrolment(
    database: Database, vault: Vault, session: Session, code: str, now: float, source: str | None = None
) -> tuple[str, list[str]]:
    """Take the first code of the new seed; returns the secret of a new session and the recovery codes."""
    counted = throttle.of_second(session.person_id), throttle.of_source(source)
    throttle.begin_attempt(database, now, *counted)
    with database.write() as connection:
        row = connection.execute(select(person).where(person.c.id == session.person_id).with_for_update()).one()
        step = None
        if row.totp_seed and not row.totp_on:
            step = totp.step_of(vault.unseal(row.totp_seed, row.id), code, now, None)
        if step is None:
            raise WrongCodeError
        throttle.end_attempt(connection, *counted)
        changed = update(person).where(person.c.id == row.id)
        connection.execute(changed.values(totp_on=True, totp_last=step, changed=now))
        codes = _new_codes(connection, row.id)
        end_sessions(connection, row.id)
        secret = start_session(connection, row.id, now, second=True)
        append(connection, _actor(row, source), "account.second-factor", row.id, row.clinic, now=now)
    return secret, codes


def change_password(
    database: Database, session: Session, old: str, new: str, now: float, source: str | None = None
) -> str:
    """Set a new password and return the secret of a new session; every other one ends."""
    check_password(new, session.login)
    counted = throttle.of_login(session.login), throttle.of_source(source)
    throttle.begin_attempt(database, now, *counted)
    with database.read() as connection:
        row = connection.execute(select(person).where(person.c.id == session.person_id)).one()
    if not is_right(old, row.password):
        _tell(database, _actor(row, source), "login.failed", row.id)
        raise WrongLoginError
    if old == new:
        raise SamePasswordError
    stored = hash_password(new)
    with database.write() as connection:
        throttle.end_attempt(connection, *counted)
        kept = {"password": stored, "must_change": False, "one_time_until": None, "changed": now}
        connection.execute(update(person).where(person.c.id == row.id).values(kept))
        end_sessions(connection, row.id)
        secret = start_session(connection, row.id, now, second=session.second)
        append(connection, _actor(row, source), "account.password", row.id, row.clinic, now=now)
    return secret


def sign_out(database: Database, session: Session, source: str | None = None) -> None:
    """End the session."""
    with database.write() as connection:
        end_session(connection, session.digest)
        append(connection, session.actor(source), "login.out", session.person_id, session.clinic)


def _accept_code(connection: Connection, vault: Vault, row: Any, code: str, now: float) -> str | None:
    """Spend a code of the app or a recovery code; returns which it was."""
    step = totp.step_of(vault.unseal(row.totp_seed, row.id), code, now, row.totp_last) if row.totp_on else None
    if step is not None:
        connection.execute(update(person).where(person.c.id == row.id).values(totp_last=step))
        return "app"
    digest = totp.digest_recovery(row.id, code)
    unused = update(recovery_code).where(recovery_code.c.digest == digest, recovery_code.c.used.is_(None))
    mine = unused.where(recovery_code.c.person_id == row.id)
    return "recovery" if row.totp_on and connection.execute(mine.values(used=now)).rowcount else None


def _new_codes(connection: Connection, person_id: str) -> list[str]:
    codes = totp.new_recovery_codes()
    connection.execute(delete(recovery_code).where(recovery_code.c.person_id == person_id))
    kept = [{"digest": totp.digest_recovery(person_id, code), "person_id": person_id} for code in codes]
    connection.execute(recovery_code.insert(), kept)
    return codes


def _actor(row: Any, source: str | None) -> Actor:
    return Actor(id=row.id, roles=frozenset(row.roles), clinic=row.clinic, via="session", source=source)


def _tell(database: Database, actor: Actor, event: str, object_id: str | None = None) -> None:
    with database.write() as connection:
        append(connection, actor, event, object_id)
