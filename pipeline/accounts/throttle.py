"""Guessing is slow: after a few failures each further attempt has to wait, twice as long every time.

Counted for what was typed as sign-in name, whether somebody has it or not, and for the address it came from. An
attempt is counted before it is looked at, so that many at once are no way round.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from extractors.errors import RebutError
from pipeline.accounts.secrets import digest_of
from pipeline.database import Database
from pipeline.tables import login_wait

_MOST_SECONDS = 15 * 60.0
_FORGET_SECONDS = 24 * 3600.0


class WaitError(RebutError):
    """Too many attempts (seconds to wait)."""

    code = "too-many-attempts"
    message = "Too many attempts. Wait {0} seconds, then try again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Something attempts are counted for."""

    key: str  # digest: what was typed may be a password
    free: int  # failures before the first wait


def of_login(login: str) -> Counted:
    return Counted(key=digest_of(login, "login"), free=4)


def of_source(source: str | None) -> Counted:
    """A clinic comes from one address, so many may err there."""
    return Counted(key=digest_of(source or "?", "source"), free=20)


def of_second(person_id: str) -> Counted:
    return Counted(key=digest_of(person_id, "second"), free=4)


def wait_after(failures: int, free: int) -> float:
    """Seconds until the next attempt is looked at: 0 while few failed, then 1, 2, 4 and so on to a quarter hour."""
    return 0.0 if failures <= free else min(_MOST_SECONDS, 2.0 ** min(failures - free - 1, 30))


def begin_attempt(database: Database, now: float, *counted: Counted) -> None:
    """Count an attempt as failed for all of these; raises WaitError, and counts nothing, where one has to wait."""
    with database.write() as connection:
        keys = sorted(one.key for one in counted)  # one order, so that two attempts cannot lock each other out
        held = select(login_wait).where(login_wait.c.key.in_(keys)).order_by(login_wait.c.key).with_for_update()
        known = {row.key: row for row in connection.execute(held)}
        left = max((row.until - now for row in known.values()), default=0.0)
        if left > 0:
            raise WaitError(int(left) + 1)
        for one in counted:
            _count(connection, one, known.get(one.key), now)
        connection.execute(delete(login_wait).where(login_wait.c.changed < now - _FORGET_SECONDS))


def end_attempt(connection: Connection, forgiven: Counted, *uncounted: Counted) -> None:
    """The attempt was right: forget the failures of one, take this attempt back from the others.

    Not all is forgotten of an address: who has an account could else go on guessing at another.
    """
    connection.execute(delete(login_wait).where(login_wait.c.key == forgiven.key))
    for one in uncounted:
        back = update(login_wait).where(login_wait.c.key == one.key, login_wait.c.failures > 0)
        connection.execute(back.values(failures=login_wait.c.failures - 1, until=0.0))


def _count(connection: Connection, one: Counted, row: object, now: float) -> None:
    failures = 1 if row is None else row.failures + 1
    values = {"failures": failures, "until": now + wait_after(failures, one.free), "changed": now}
    if row is None:
        _insert(connection, {"key": one.key, **values})
    else:
        connection.execute(update(login_wait).where(login_wait.c.key == one.key).values(values))


def _insert(connection: Connection, values: dict[str, object]) -> None:
    """Insert, or count on where another process was faster."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert
    grown = {**values, "failures": login_wait.c.failures + 1}
    connection.execute(insert(login_wait).values(values).on_conflict_do_update(index_elements=["key"], set_=grown))
