"""Tokens of the HTTP interface: of a person, or of a service that has no person.

`rbt_ID_SECRET`: the id stands in lists and logs of a leak search, the secret is kept as a digest. A token never
allows more than its person may at that moment.
"""

import secrets
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select, update

from extractors.errors import RebutError
from pipeline.accounts.actor import Actor
from pipeline.accounts.roles import check_roles
from pipeline.accounts.secrets import digest_of, new_secret, same
from pipeline.database import Database
from pipeline.tables import api_token, person
from pipeline.trail import append

PREFIX = "rbt"
MOST_DAYS = 366
USUAL_DAYS = 90
_TOUCH_SECONDS = 60.0
_NOBODY = digest_of("nobody", "token")


class TokenTermError(RebutError):
    """A token shall live longer than allowed (days asked for, most)."""

    code = "token-term"
    message = "A token lives for 1 to {1} days, not {0}. Ask for fewer, and make a new one before it ends."
    exit_status = 2


class NoSuchTokenError(RebutError):
    """There is no such token to revoke (id)."""

    code = "token-unknown"
    message = "There is no token {0} in use. `rebut account token --list` shows those there are."


def make_token(
    connection: Connection,
    by: Actor,
    now: float,
    name: str,
    roles: Iterable[str],
    person_id: str | None = None,
    clinic: str | None = None,
    days: int = USUAL_DAYS,
) -> str:
    """Return a new token; it is shown this once. Without a person it belongs to a service of the clinic."""
    if not 1 <= days <= MOST_DAYS:
        raise TokenTermError(days, MOST_DAYS)
    token_id, secret, wanted = secrets.token_hex(6), new_secret(), check_roles(roles)
    row = {"id": token_id, "digest": digest_of(secret, "token"), "person_id": person_id, "name": name[:80]}
    term = {"created": now, "expires": now + days * 86400.0}
    connection.execute(api_token.insert().values(**row, **term, clinic=clinic, roles=wanted))
    told = {"roles": wanted, "days": days, "owner": person_id or "service"}
    append(connection, by, "token.make", token_id, clinic, told, now)
    return f"{PREFIX}_{token_id}_{secret}"


def find_token(database: Database, text: str, now: float, source: str | None = None) -> Actor | None:
    """Return whom the token stands for, or None: unknown, expired, revoked, or its person is disabled."""
    prefix, _, rest = text.partition("_")
    token_id, _, secret = rest.partition("_")
    if prefix != PREFIX or not token_id.isalnum() or not token_id.isascii() or not secret:
        return None
    whose = (person.c.state, person.c.roles.label("person_roles"), person.c.clinic.label("person_clinic"))
    wanted = select(api_token, *whose).join(person, isouter=True).where(api_token.c.id == token_id)
    with database.read() as connection:
        row = connection.execute(wanted).one_or_none()
    right = same(digest_of(secret, "token"), row.digest if row else _NOBODY)
    if row is None or not right or row.revoked is not None or row.expires <= now:
        return None
    if row.person_id and row.state != "active":
        return None
    if row.last_used is None or now - row.last_used > _TOUCH_SECONDS:
        with database.write() as connection:
            connection.execute(update(api_token).where(api_token.c.id == token_id).values(last_used=now))
    roles = frozenset(row.roles) & frozenset(row.person_roles) if row.person_id else frozenset(row.roles)
    clinic = row.person_clinic if row.person_id else row.clinic
    return Actor(id=row.person_id or f"token.{row.id}", roles=roles, clinic=clinic, via="token", source=source)


def list_tokens(connection: Connection, now: float, person_id: str | None = None) -> list[dict[str, Any]]:
    """Return the tokens in use, of one person or of all, without anything that could be used."""
    shown = [column for column in api_token.c if column.name != "digest"]
    found = select(*shown).where(api_token.c.revoked.is_(None), api_token.c.expires > now)
    if person_id is not None:
        found = found.where(api_token.c.person_id == person_id)
    return [dict(row._mapping) for row in connection.execute(found.order_by(api_token.c.created))]


def revoke_token(connection: Connection, by: Actor, now: float, token_id: str, person_id: str | None = None) -> None:
    """End a token; with `person_id` only one of that person. Raises NoSuchTokenError."""
    found = update(api_token).where(api_token.c.id == token_id, api_token.c.revoked.is_(None))
    if person_id is not None:
        found = found.where(api_token.c.person_id == person_id)
    if not connection.execute(found.values(revoked=now)).rowcount:
        raise NoSuchTokenError(token_id)
    append(connection, by, "token.revoke", token_id, now=now)
