"""What puts right what a dead worker or a forgetful broker left: decided from the database alone.

Running two of these at once is harmless: each change is a compare-and-set on the token, and a
hint published twice is claimed once.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlalchemy import or_, select

from pipeline.database import Database
from pipeline.jobs import LostLeaseError, Ready, fail_in, mark_published
from pipeline.tables import case, job
from pipeline.workflow import JobRow, Workflow
from pipeline.workplace import is_gone

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
    pieces: list[Ready] = []
    for taken in _lost(database):
        found.expired.append(taken.id)
        if not dry:
            pieces += _give_back(database, workflow, taken)
    waiting = [*pieces, *_unheard(database, republish_after)]
    found.published = [ready.job_id for ready in waiting]
    if waiting and not dry:
        found.published = list(publish(waiting))
        mark_published(database, found.published)
    return found


def _lost(database: Database) -> list[JobRow]:
    """Return the jobs whose lease ran out, and those whose process can be seen to have ended."""
    columns = (job.c.id, job.c.case_id, job.c.stage, job.c.part, job.c.queue, job.c.attempts)
    columns = (*columns, job.c.input_hash, job.c.token, job.c.worker, job.c.lease_until)
    statement = select(*columns).where(job.c.state == "running").order_by(job.c.lease_until).limit(_BATCH)
    now, found = time.time(), []
    with database.read() as connection:
        for row in connection.execute(statement):
            told = dict(row._mapping)
            if told.pop("lease_until") < now or is_gone(told["worker"]):
                del told["worker"]
                found.append(JobRow(**told))
    return found


def _give_back(database: Database, workflow: Workflow, taken: JobRow) -> list[Ready]:
    """Fail the attempt; returns the smaller jobs that take its place."""
    try:
        with database.write() as connection:
            connection.execute(select(case.c.id).where(case.c.id == taken.case_id).with_for_update())
            columns = (job.c.worker, job.c.lease_until)
            still = connection.execute(
                select(*columns).where(job.c.id == taken.id, job.c.token == taken.token, job.c.state == "running")
            ).one_or_none()
            # A heartbeat may have come in since we looked.
            if still and (still.lease_until < time.time() or is_gone(still.worker)):
                return fail_in(connection, workflow, taken, "killed", "worker-lost")
    except LostLeaseError:
        pass
    return []


def _unheard(database: Database, republish_after: float) -> list[Ready]:
    now = time.time()
    statement = (
        select(job.c.id, job.c.stage, job.c.queue)
        .join(case, case.c.id == job.c.case_id)
        .where(job.c.state == "ready", job.c.next_attempt_at <= now, case.c.state != "failed")
        .where(or_(job.c.published_at.is_(None), job.c.published_at < now - republish_after))
        .order_by(job.c.priority, job.c.turn)
        .limit(_BATCH)
    )
    with database.read() as connection:
        return [Ready(*row) for row in connection.execute(statement)]
