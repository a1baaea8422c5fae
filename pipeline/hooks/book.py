"""The hooks there are, and the calls that wait: rows, so that a killed process forgets none."""

import base64
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update

from extractors.errors import RebutError
from pipeline.accounts import SYSTEM, Actor
from pipeline.accounts.vault import Vault
from pipeline.database import Database
from pipeline.hooks.address import check_url
from pipeline.tables import audit, hook
from pipeline.trail import append

EVENTS = ("case.opened", "case.ready", "case.failed")
_SECRET_BYTES = 32


class NoSuchHookError(RebutError):
    """No webhook has this id."""

    code = "hook-unknown"
    message = "There is no webhook {0}. `rebut hook list` lists those there are."


class HookEventError(RebutError):
    """An event that is not told (its name)."""

    code = "hook-event"
    message = "There is no event {0}. Webhooks tell of " + ", ".join(EVENTS) + "."
    exit_status = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A program that wants to be told."""

    id: str
    clinic: str | None  # None: every clinic
    url: str
    events: tuple[str, ...]


def add_hook(
    database: Database,
    vault: Vault,
    url: str,
    events: Sequence[str] = EVENTS,
    actor: Actor = SYSTEM,
    clinic: str | None = None,
) -> tuple[Hook, str]:
    """Add a webhook; returns it and the secret that its calls are signed with, which is shown this once."""
    check_url(url)
    for event in events:
        if event not in EVENTS:
            raise HookEventError(event)
    hook_id = secrets.token_hex(8)
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    with database.write() as connection:
        newest = connection.execute(select(func.max(audit.c.id))).scalar() or 0
        connection.execute(
            hook.insert().values(
                id=hook_id,
                clinic=clinic or actor.clinic,
                url=url,
                events=list(events),
                sealed=vault.seal(secret, f"hook {hook_id}"),
                seen=newest,
                created=time.time(),
            )
        )
        append(connection, actor, "hook.add", hook_id, clinic or actor.clinic)
    return Hook(id=hook_id, clinic=clinic or actor.clinic, url=url, events=tuple(events)), secret


def list_hooks(database: Database, actor: Actor = SYSTEM) -> list[Hook]:
    """Return the webhooks of the actor's clinic."""
    statement = select(hook.c.id, hook.c.clinic, hook.c.url, hook.c.events).where(
        hook.c.removed.is_(None), _mine(actor)
    )
    with database.read() as connection:
        rows = connection.execute(statement.order_by(hook.c.created)).all()
    return [Hook(id=row.id, clinic=row.clinic, url=row.url, events=tuple(row.events)) for row in rows]


def remove_hook(database: Database, hook_id: str, actor: Actor = SYSTEM) -> None:
    """End a webhook; calls that wait are not made any more. Raises NoSuchHookError."""
    with database.write() as connection:
        ended = update(hook).where(hook.c.id == hook_id, hook.c.removed.is_(None), _mine(actor))
        if not connection.execute(ended.values(removed=time.time())).rowcount:
            raise NoSuchHookError(hook_id)
        append(connection, actor, "hook.remove", hook_id, actor.clinic)


def _mine(actor: Actor) -> Any:
    return hook.c.clinic == actor.clinic if actor.clinic else hook.c.id.is_not(None)
