"""One round of the webhooks: what happened becomes calls, calls that are due are made.

The audit rows of the jobs are the outbox: they are written in the transaction of what they tell of. A call is made
at least once; its id stays the same, so the receiver can tell a second one. Signatures after the Standard Webhooks
specification 1.0.0 (headers webhook-id, webhook-timestamp, webhook-signature: "v1," and the base64 HMAC-SHA256 of
"id.timestamp.body").
"""

import base64
import datetime as dt
import hmac
import json
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from extractors.errors import RebutError
from pipeline.accounts.vault import Vault
from pipeline.database import Database
from pipeline.hooks.address import Network, Target, resolve
from pipeline.tables import audit, case, hook, hook_call

# Between attempts; after the last a call is given up. Together 2 days: a receiver may be down over a weekend night.
WAITS = (5.0, 30.0, 300.0, 1800.0, 7200.0, 21600.0, 43200.0, 86400.0)
_OVERLAP = 1000  # audit rows looked at again: on PostgreSQL a row of a lower id may be committed later
_AT_ONCE = 20
_LEASE = 60.0  # seconds for which one process keeps a call to itself
_OPENED, _ENDED = "opened", ("done", "failed", "dead")

# Connects to the address, posts, returns the status; raises OSError.
Post = Callable[[Target, bytes, dict[str, str]], int]


@dataclass(slots=True)
class Round:
    """What one round did."""

    found: int = 0
    delivered: int = 0
    failed: int = 0
    given_up: int = 0


def go_round(
    database: Database,
    vault: Vault,
    last_stage: str,
    post: Post,
    networks: Sequence[Network] = (),
    now: Callable[[], float] = time.time,
) -> Round:
    """Find new events, then make the calls that are due."""
    done = Round(found=_find(database, last_stage, now()))
    for call in _due(database, now()):
        status = _call(call, vault, post, networks, now())
        delivered = 200 <= status < 300
        tries = call.tries + 1
        given_up = not delivered and tries > len(WAITS)
        state = "delivered" if delivered else "given-up" if given_up else "waiting"
        wait = 0.0 if delivered or given_up else WAITS[tries - 1]
        with database.write() as connection:
            changed = {"state": state, "tries": tries, "status": status, "next_at": now() + wait}
            connection.execute(update(hook_call).where(hook_call.c.id == call.id).values(**changed))
        done.delivered += delivered
        done.given_up += given_up
        done.failed += not delivered
    return done


def sign(secret: str, call_id: str, at: int, body: bytes) -> str:
    """Return the value of webhook-signature."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.digest(key, f"{call_id}.{at}.".encode() + body, "sha256")).decode()


def _find(database: Database, last_stage: str, now: float) -> int:
    """Make a call of each event that a hook asks for and that has none yet."""
    found = 0
    with database.read() as connection:
        hooks = connection.execute(select(hook).where(hook.c.removed.is_(None))).all()
    for one in hooks:
        with database.write() as connection:
            rows = _events(connection, one, last_stage)
            known = set(
                connection.execute(
                    select(hook_call.c.audit_id).where(
                        hook_call.c.hook_id == one.id, hook_call.c.audit_id > one.seen - _OVERLAP
                    )
                ).scalars()
            )
            for audit_id, event, case_id in rows:
                if event in one.events and audit_id not in known:
                    connection.execute(hook_call.insert().values(_new(one.id, audit_id, event, case_id, now)))
                    found += 1
            newest = max((audit_id for audit_id, *_ in rows), default=one.seen)
            connection.execute(update(hook).where(hook.c.id == one.id).values(seen=max(one.seen, newest)))
    return found


def _events(connection: Connection, one: Any, last_stage: str) -> list[tuple[int, str, str]]:
    """Return (audit row, event, case) of what happened since, to cases that the hook is told of."""
    rows = connection.execute(
        select(audit.c.id, audit.c.event, audit.c.detail, audit.c.case_id, case.c.state)
        .join(case, case.c.id == audit.c.case_id)
        .where(audit.c.id > one.seen - _OVERLAP, audit.c.at > one.created, audit.c.event.in_((_OPENED, *_ENDED)))
        .where(case.c.clinic == one.clinic if one.clinic else case.c.id.is_not(None))
        .order_by(audit.c.id)
        .limit(_OVERLAP * 5)
    ).all()
    found = []
    for row in rows:
        if row.event == _OPENED:
            found.append((row.id, "case.opened", row.case_id))
        elif row.event == "done" and row.detail.get("stage") == last_stage:
            found.append((row.id, "case.ready", row.case_id))
        elif row.event in ("failed", "dead") and row.state == "failed":
            found.append((row.id, "case.failed", row.case_id))
    return found


def _new(hook_id: str, audit_id: int, event: str, case_id: str, now: float) -> dict[str, Any]:
    return {
        "id": f"msg_{secrets.token_hex(8)}",
        "hook_id": hook_id,
        "audit_id": audit_id,
        "event": event,
        "case_id": case_id,
        "state": "waiting",
        "tries": 0,
        "next_at": now,
        "created": now,
    }


def _due(database: Database, now: float) -> list[Any]:
    """Take the calls that are due: for a while nobody else does."""
    wanted = (
        select(hook_call, hook.c.url, hook.c.sealed)
        .join(hook, hook.c.id == hook_call.c.hook_id)
        .where(hook_call.c.state == "waiting", hook_call.c.next_at <= now, hook.c.removed.is_(None))
        .order_by(hook_call.c.next_at)
        .limit(_AT_ONCE)
    )
    with database.read() as connection:
        rows = connection.execute(wanted).all()
    taken = []
    for row in rows:
        mine = update(hook_call).where(hook_call.c.id == row.id, hook_call.c.next_at == row.next_at)
        with database.write() as connection:
            if connection.execute(mine.values(next_at=now + _LEASE)).rowcount:
                taken.append(row)
    return taken


def _call(call: Any, vault: Vault, post: Post, networks: Sequence[Network], now: float) -> int:
    """Make one call; returns the status of the answer, 0 where there was none."""
    at = dt.datetime.fromtimestamp(call.created, dt.UTC).isoformat(timespec="seconds")
    body = json.dumps({"type": call.event, "timestamp": at, "data": {"case": call.case_id}}).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "rebut",
        "webhook-id": call.id,
        "webhook-timestamp": str(int(now)),
        "webhook-signature": sign(vault.unseal(call.sealed, f"hook {call.hook_id}"), call.id, int(now), body),
    }
    try:
        return post(resolve(call.url, networks), body, headers)
    except (OSError, RebutError):
        return 0
