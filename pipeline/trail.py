"""What people and tokens did: a table that only grows, each row sealed by the digest of all before it.

A row is written in the transaction of the change it tells of, and for a read or a download before any byte goes
out. It holds ids and codes, never a word of a document: `detail` is held to that when it is written. `audit` is
another thing: what jobs did.

The head is locked while a row is added, so that rows follow each other whatever runs at once. Add the row as the
last thing of a transaction: the lock is held until its end.
"""

import hashlib
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from pipeline.accounts.actor import SYSTEM, Actor
from pipeline.accounts.scope import within
from pipeline.database import Database
from pipeline.tables import trail, trail_head

START = "0" * 64  # the digest before the first row
READ_AGAIN_SECONDS = 900.0  # a page that asks every second how far a case is was read once
_CODE = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_EVENT = re.compile(r"[a-z]+(?:[.-][a-z]+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A place at which the trail is not what was written."""

    seq: int  # of the first row that is wrong; 0 where it is the trail as a whole
    code: str  # altered, missing, head, expected
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a check of the whole trail found."""

    rows: int
    digest: str  # of the newest row: keep it elsewhere, and give it to the next check
    fault: Fault | None


def append(
    connection: Connection,
    actor: Actor,
    event: str,
    object_id: str | None = None,
    clinic: str | None = None,
    detail: Mapping[str, Any] | None = None,
    now: float | None = None,
) -> str:
    """Add a row in this transaction and return its digest.

    event: "case.read". detail: codes, counts and ids; anything longer or freer is a bug and raises ValueError.
    """
    told = dict(detail or {})
    _refuse_words(event, told)
    head = connection.execute(select(trail_head).where(trail_head.c.id == 1).with_for_update()).one()
    row: dict[str, Any] = {
        "seq": head.seq + 1,
        "at": round(time.time() if now is None else now, 6),
        "actor": actor.id,
        "via": actor.via,
        "clinic": clinic or actor.clinic,
        "event": event,
        "object": object_id,
        "source": actor.source,
        "detail": told,
    }
    row["digest"] = digest_row(head.digest, row)
    connection.execute(trail.insert().values(row))
    grown = {"seq": row["seq"], "digest": row["digest"]}
    connection.execute(update(trail_head).where(trail_head.c.id == 1).values(grown))
    return row["digest"]


def tell_read(
    database: Database, actor: Actor, event: str, object_id: str | None = None, clinic: str | None = None, **detail: Any
) -> None:
    """Add a row about something looked at, unless the same was told of this actor a moment ago."""
    if actor.id == SYSTEM.id:
        return
    now = time.time()
    same = (trail.c.actor == actor.id, trail.c.event == event, trail.c.object == object_id)
    known = select(trail.c.seq).where(*same, trail.c.at > now - READ_AGAIN_SECONDS).limit(1)
    with database.read() as connection:
        if connection.execute(known).scalar():
            return
    with database.write() as connection:
        append(connection, actor, event, object_id, clinic, detail, now)


def tell(
    database: Database, actor: Actor, event: str, object_id: str | None = None, clinic: str | None = None, **detail: Any
) -> None:
    """Add a row about something that changes no other table, such as a download; call it before the bytes go."""
    if actor.id == SYSTEM.id:
        return
    with database.write() as connection:
        append(connection, actor, event, object_id, clinic, detail)


def verify(connection: Connection, expect: str | None = None) -> Verdict:
    """Compute every digest again. `expect` is the head that an earlier check printed.

    Without it a trail whose end was cut off together with its head looks whole: what was never there and what is
    gone look the same.
    """
    digest, seq, fault, met = START, 0, None, expect in (None, START)
    for row in rows(connection):
        if fault is None and row["seq"] != seq + 1:
            fault = Fault(seq=seq + 1, code="missing", message=f"row {seq + 1} is missing or out of its place")
        seq = row["seq"]
        if fault is None and digest_row(digest, row) != row["digest"]:
            fault = Fault(seq=seq, code="altered", message=f"row {seq} is not what was written")
        digest = row["digest"]
        met = met or digest == expect
    head = connection.execute(select(trail_head).where(trail_head.c.id == 1)).one_or_none()
    if fault is None and (head is None or (head.seq, head.digest) != (seq, digest)):
        fault = Fault(seq=seq, code="head", message=f"rows after {seq} are missing, or the head was changed")
    if fault is None and not met:
        words = f"no row has the digest {expect}: the end of the trail was cut off, or the trail was written anew"
        fault = Fault(seq=0, code="expected", message=words)
    return Verdict(rows=seq, digest=digest, fault=fault)


def rows(connection: Connection, actor: Actor = SYSTEM) -> Iterator[dict[str, Any]]:
    """Yield every row, oldest first; to the auditor of one clinic those of that clinic."""
    mine = select(trail).where(within(trail.c.clinic, actor, "audit.read")).order_by(trail.c.seq)
    for row in connection.execute(mine.execution_options(stream_results=True, yield_per=1000)):
        yield dict(row._mapping)


def digest_row(before: str, row: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the digest before and the row in one form."""
    told = {name: value for name, value in row.items() if name != "digest"}
    told["at"] = f"{told['at']:.6f}"
    line = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{before}\n{line}".encode()).hexdigest()


def _refuse_words(event: str, detail: Mapping[str, Any]) -> None:
    if not _EVENT.fullmatch(event):
        raise ValueError("an event is named like case.read")
    for name, value in detail.items():
        many = value if isinstance(value, list) else [value]
        words = [one for one in many if not isinstance(one, int)]
        if not all(isinstance(one, str) and _CODE.fullmatch(one) for one in [name, *words]):
            raise ValueError(f"{event}: the detail {name} is not made of codes and counts")
