"""What puts right what a dead worker or a forgetful broker left: decided from the database alone.

Running two of these at once is harmless: each change is a compare-and-set on the token, and a
hint published twice is claimed once.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlalchemy import or_, select, update

from pipeline.database import Database
from pipeline.jobs import LostLeaseError, Ready, fail_in, mark_published
from pipeline.tables import case, job
from pipeline.workflow import JobRow, Workflow

# A ready job that nobody took for so long is published again: the hint may be lost.
REPUBLISH_SECONDS = 30.0
_BATCH = 500


@dataclass(slots=True)
class Reconciled:
    """What was found (and, unless dry, mended)."""

    expired: list[str] = field(default_factory=list)  # job ids
    published: list[str] = field(default_factory=list)


def reconcile(
    database: Database,
    workflow: Workflow,
    publish: Callable[[Iterable[Ready]], Iterable[str]],
    dry: bool = False,
    republish_after: float = REPUBLISH_SECONDS,
) -> Reconciled:
    """Return expired leases to the queue, and tell the broker of ready jobs again.

    `publish` gets jobs and returns the ids of those the broker took.
    """
    found = Reconciled()
    for taken in _expired(database):
        found.expired.append(taken.id)
        if not dry:
            _give_back(database, workflow, taken)
    waiting = _unheard(database, republish_after)
    found.published = [ready.job_id for ready in waiting]
    if waiting and not dry:
        found.published = list(publish(waiting))
        mark_published(database, found.published)
    return found


def _expired(database: Database) -> list[JobRow]:
    columns = (job.c.id, job.c.case_id, job.c.stage, job.c.part, job.c.queue, job.c.attempts)
    statement = (
        select(*columns, job.c.input_hash, job.c.token)
        .where(job.c.state == "running", job.c.lease_until < time.time())
        .limit(_BATCH)
    )
    with database.read() as connection:
        return [JobRow(**row._mapping) for row in connection.execute(statement)]


def _give_back(database: Database, workflow: Workflow, taken: JobRow) -> None:
    try:
        with database.write() as connection:
            connection.execute(select(case.c.id).where(case.c.id == taken.case_id).with_for_update())
            # A heartbeat may have come in since we looked.
            still = update(job).where(job.c.id == taken.id, job.c.token == taken.token, job.c.lease_until < time.time())
            if connection.execute(still.values(lease_until=0)).rowcount:
                fail_in(connection, workflow, taken, "killed", "worker-lost")
    except LostLeaseError:
        return


def _unheard(database: Database, republish_after: float) -> list[Ready]:
    now = time.time()
    statement = (
        select(job.c.id, job.c.stage, job.c.queue)
        .join(case, case.c.id == job.c.case_id)
        .where(job.c.state == "ready", job.c.next_attempt_at <= now, case.c.state != "failed")
        .where(or_(job.c.published_at.is_(None), job.c.published_at < now - republish_after))
        .order_by(job.c.priority, job.c.created)
        .limit(_BATCH)
    )
    with database.read() as connection:
        return [Ready(*row) for row in connection.execute(statement)]
