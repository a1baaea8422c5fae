"""Sessions of people at the browser, kept here and not in the cookie: they end when we say so.

45 CFR 164.312(a)(2)(iii): they end after a quarter of an hour in which nothing was done, and after ten hours in
any case. The cookie holds a random id, the table its digest.
"""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, Row, delete, or_, select, update

from pipeline.accounts.actor import Actor
from pipeline.accounts.secrets import digest_of, new_secret
from pipeline.database import Database
from pipeline.tables import glass, person, session

IDLE_SECONDS = 15 * 60.0
WHOLE_SECONDS = 10 * 3600.0
_TOUCH_SECONDS = 20.0  # a click writes at most so often, so idleness is measured that exactly

Step = Literal["second", "password", "enrol"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session that has not ended, with its person."""

    digest: str
    person_id: str
    login: str
    name: str
    roles: frozenset[str]
    clinic: str | None
    second: bool  # a second factor was given
    totp_on: bool
    must_change: bool  # the password is not this person's own
    by_provider: bool  # signed in by OpenID Connect, whose business the second factor is
    glass: str | None  # clinic it may read for a while

    def missing(self, second_factor: bool) -> Step | None:
        """What the person has to do before anything else; `second_factor`: everybody must have one."""
        if self.by_provider:
            return None
        if self.totp_on and not self.second:
            return "second"
        if self.must_change:
            return "password"
        return "enrol" if second_factor and not self.totp_on else None

    def actor(self, source: str | None = None) -> Actor:
        """The actor that this person is once nothing is missing."""
        return Actor(
            id=self.person_id,
            roles=self.roles,
            clinic=self.clinic,
            via="session",
            source=source,
            glass=self.glass,
        )


def start_session(connection: Connection, person_id: str, now: float, second: bool = False) -> str:
    """Begin a session and return the id for the cookie; what has ended long ago is forgotten."""
    secret = new_secret()
    connection.execute(delete(session).where(_ended(now)))
    row = {"digest": digest_of(secret, "session"), "person_id": person_id, "created": now, "seen": now}
    connection.execute(session.insert().values(**row, second=second))
    return secret


def find_session(database: Database, secret: str, now: float, busy: bool = True) -> Session | None:
    """Return the session of the cookie unless it has ended.

    busy: its person did something. What a page asks for by itself must not keep it alive.
    """
    digest = digest_of(secret, "session")
    wanted = select(session.c.seen, session.c.second, person).join(person).where(session.c.digest == digest)
    opened = select(glass.c.clinic).where(glass.c.until > now).order_by(glass.c.created.desc()).limit(1)
    with database.read() as connection:
        row = connection.execute(wanted.where(~_ended(now), person.c.state == "active")).one_or_none()
        broken = row and connection.execute(opened.where(glass.c.person_id == row.id)).scalar()
    if row is None:
        return None
    if busy and now - row.seen > _TOUCH_SECONDS:
        with database.write() as connection:
            connection.execute(update(session).where(session.c.digest == digest).values(seen=now))
    return _session(digest, row, broken)


def end_session(connection: Connection, digest: str) -> None:
    """Log out."""
    connection.execute(delete(session).where(session.c.digest == digest))


def end_sessions(connection: Connection, person_id: str) -> None:
    """End every session of a person: another password, other roles, or no account any more."""
    connection.execute(delete(session).where(session.c.person_id == person_id))


def csrf_of(secret: str) -> str:
    """Return the token that a change must carry beside the cookie; nothing of the cookie can be told from it."""
    return digest_of(secret, "csrf")


def _ended(now: float) -> object:
    return or_(session.c.seen <= now - IDLE_SECONDS, session.c.created <= now - WHOLE_SECONDS)


def _session(digest: str, row: Row, broken: str | None) -> Session:
    return Session(
        digest=digest,
        person_id=row.id,
        login=row.login,
        name=row.name,
        roles=frozenset(row.roles),
        clinic=row.clinic,
        second=row.second,
        totp_on=row.totp_on,
        must_change=row.must_change,
        by_provider=row.subject is not None,
        glass=broken,
    )
