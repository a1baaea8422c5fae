"""Claiming a job: one compare-and-set that gives a lease and a token, and what goes first.

Statements are built once, with names for their values: building them anew was half of a claim's own CPU.
"""

import secrets
import time
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, bindparam, exists, select, update

from pipeline.database import Database
from pipeline.tables import case, job
from pipeline.turns import pass_turn
from pipeline.workflow import JobRow
from pipeline.workplace import this_process

LEASE_SECONDS = 90.0  # three heartbeats fit in

_CLAIMED = (
    job.c.id,
    job.c.case_id,
    job.c.stage,
    job.c.part,
    job.c.queue,
    job.c.attempts,
    job.c.input_hash,
    job.c.token,
)
_CLAIM = (
    update(job)
    .where(job.c.id == bindparam("wanted"), job.c.state == "ready", job.c.next_attempt_at <= bindparam("now"))
    .where(exists().where(case.c.id == job.c.case_id, case.c.state != "failed"))
    .values(
        state="running",
        token=bindparam("new_token"),
        worker=bindparam("by"),
        lease_until=bindparam("until"),
        attempts=job.c.attempts + 1,
        started=bindparam("now"),
    )
    .returning(*_CLAIMED, job.c.turn)
)
_BEGIN_CASE = (
    update(case)
    .where(case.c.id == bindparam("begun"), case.c.state == "queued")
    .values(state="running", changed=bindparam("now"))
)
_KIND = select(job.c.queue, job.c.stage).where(job.c.id == bindparam("wanted"))
_IN_ORDER = (job.c.priority, job.c.turn, job.c.created, job.c.part)
_DUE = select(job.c.id).where(job.c.state == "ready", job.c.next_attempt_at <= bindparam("now"))
_DUE = _DUE.order_by(*_IN_ORDER).limit(8)  # several: another worker may be quicker
_ALIKE = _DUE.where(job.c.queue == bindparam("of_queue"), job.c.stage == bindparam("of_stage"))


def claim(database: Database, job_id: str, lease: float = LEASE_SECONDS) -> JobRow | None:
    """Take one ready job; None where it is not ready, not due yet, or someone else's."""
    now, token = time.time(), secrets.token_hex(16)
    values = {"wanted": job_id, "now": now, "new_token": token, "by": this_process(), "until": now + lease}
    with database.write() as connection:
        taken = connection.execute(_CLAIM, values).one_or_none()
        if taken is None:
            return None
        connection.execute(_BEGIN_CASE, {"begun": taken.case_id, "now": now})
    # By itself: all claims write this one row, and none shall wait until another's is on the disk.
    with database.write(durable=False) as connection:
        pass_turn(connection, taken.turn)
    return JobRow(**{column.name: value for column, value in zip(_CLAIMED, taken, strict=False)})


def claim_like(database: Database, job_id: str) -> JobRow | None:
    """Take the job that should go first among those of this one's stage, expedited ones before all.

    A hint says that there is something to do; what goes first the database says, so that whoever sent many
    jobs before does not hold up the others.
    """
    with database.read() as connection:
        told = connection.execute(_KIND, {"wanted": job_id}).one_or_none()
        if told is None:
            return None
        queues = dict.fromkeys(("urgent", told.queue))  # one after the other: each is a walk along the index
        wanted = [{"now": time.time(), "of_queue": queue, "of_stage": told.stage} for queue in queues]
        found = [one for values in wanted for one in connection.execute(_ALIKE, values).scalars()]
    return _claim_one(database, found)


def claim_next(
    database: Database,
    queues: Iterable[str] | None = None,
    case_id: str | None = None,
    lease: float = LEASE_SECONDS,
    stages: Iterable[str] | None = None,
) -> JobRow | None:
    """Take the job that should go first of these queues, of this case, of these stages; None where none is due."""
    with database.read() as connection:
        found = _first(connection, queues, case_id, stages)
    return _claim_one(database, found, lease)


def _first(
    connection: Connection,
    queues: Iterable[str] | None = None,
    case_id: str | None = None,
    stages: Iterable[str] | None = None,
) -> list[str]:
    """Return the jobs that are to go first."""
    wanted = _DUE
    if queues is not None:
        wanted = wanted.where(job.c.queue.in_(list(queues)))
    if case_id is not None:
        wanted = wanted.where(job.c.case_id == case_id)
    if stages is not None:
        wanted = wanted.where(job.c.stage.in_(list(stages)))
    return list(connection.execute(wanted, {"now": time.time()}).scalars())


def _claim_one(database: Database, candidates: Iterable[str], lease: float = LEASE_SECONDS) -> JobRow | None:
    return next((taken for candidate in candidates if (taken := claim(database, candidate, lease))), None)


def heartbeat(database: Database, taken: JobRow, lease: float = LEASE_SECONDS) -> bool:
    """Extend the lease; False: it is no longer ours."""
    with database.write(durable=False) as connection:
        kept = connection.execute(update(job).where(*held_by(taken)).values(lease_until=time.time() + lease))
    return kept.rowcount == 1


def held_by(taken: JobRow) -> tuple[Any, ...]:
    """Return the conditions under which a job is still this claim's."""
    return job.c.id == taken.id, job.c.token == taken.token, job.c.state == "running"
