"""Jobs: who may work on what, and what follows when it is done.

The rules, all kept by the database:

* a job is claimed by one compare-and-set that gives a lease and a token;
* whoever holds the token may finish or fail it, once; a claim that lost its lease finishes nothing;
* finishing writes the output, the successors and an audit row in one transaction, and the last
  of several jobs that another waits for is found by counting there, under the lock of the case;
* what the broker is told is a hint: `Ready` is returned to be published after the commit, and
  `pipeline.reconcile` publishes again what nobody picked up.
"""

import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, select, update

from extractors.errors import RebutError
from pipeline.claims import claim, claim_like, claim_next, heartbeat, held_by
from pipeline.database import Database
from pipeline.faults import Fault, fault_of
from pipeline.storage import Storage, digest
from pipeline.tables import audit, case, decision, document, job
from pipeline.turns import EXPEDITED, insert_of, rank_of, take_turns
from pipeline.workflow import CaseRow, DecisionRow, DocumentRow, JobRow, Outcome, Successor, Task, Workflow

__all__ = [
    "BACKOFF_SECONDS",
    "SETTLED",
    "LostLeaseError",
    "Ready",
    "claim",
    "claim_like",
    "claim_next",
    "decisions_of",
    "fail",
    "fail_in",
    "fail_killed",
    "finish",
    "forget_jobs",
    "gather",
    "heartbeat",
    "hold_jobs",
    "insert_jobs",
    "insert_joined",
    "mark_published",
    "ready_jobs",
    "release_jobs",
    "write_audit",
]

BACKOFF_SECONDS = (2.0, 15.0, 60.0)  # before the second, third and later attempts
PATIENT_ATTEMPTS = 6  # of a patient workflow: three workers may be killed in a row by what is no fault of the job
OUTAGE_SECONDS = 10.0  # before a job is tried again that our own servers failed
SETTLED = ("done", "dead")
GIVEN_UP = (
    "The program failed on this case and will not try again by itself. The files are kept: "
    "`rebut retry` tries again, and what went wrong is in the log of the worker under the number of the case."
)


# Built once: building statements anew is half of what a short job costs us.
_OF_CASE = bindparam("of_case")
_CASE = select(case).where(case.c.id == _OF_CASE)
_DOCUMENTS = select(document).where(document.c.case_id == _OF_CASE).order_by(document.c.position)
_SETTLED_JOBS = select(job.c.stage, job.c.part, job.c.output_key).where(
    job.c.case_id == _OF_CASE, job.c.state.in_(SETTLED)
)
_DECISIONS = select(*(decision.c[name] for name in DecisionRow.__dataclass_fields__))
_DECISIONS = _DECISIONS.where(decision.c.case_id == _OF_CASE).order_by(decision.c.number)


class LostLeaseError(Exception):
    """The job was given to someone else (or its case purged) while we worked on it: drop the result."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A job that can be worked on: what a driver is told."""

    job_id: str
    stage: str
    queue: str


def gather(database: Database, storage: Storage, taken: JobRow) -> Task:
    """Return the job with everything its stage may look at."""
    with database.read() as connection:
        of = {"of_case": taken.case_id}
        mine = connection.execute(_CASE, of).one_or_none()
        if mine is None:
            raise LostLeaseError(taken.id)
        documents = connection.execute(_DOCUMENTS, of).all()
        settled = connection.execute(_SETTLED_JOBS, of).all()
        decisions = decisions_of(connection, taken.case_id)
    return Task(
        job=taken,
        case=CaseRow(id=mine.id, today=mine.today, urgent=mine.urgent, options=mine.options),
        documents=[
            DocumentRow(id=d.id, name=d.name, sha256=d.sha256, key=d.key, kind=d.kind, page_count=d.page_count)
            for d in documents
        ],
        outputs={(row.stage, row.part): row.output_key for row in settled},
        storage=storage,
        decisions=decisions,
    )


def decisions_of(connection: Connection, case_id: str) -> list[DecisionRow]:
    """Return every decision on the case, in the order they were taken."""
    return [DecisionRow(**row._mapping) for row in connection.execute(_DECISIONS, {"of_case": case_id})]


def finish(database: Database, workflow: Workflow, taken: JobRow, outcome: Outcome) -> list[Ready]:
    """Write the output and what follows from it; returns the jobs that became ready.

    Raises LostLeaseError where the token is no longer the job's.
    """
    now = time.time()
    with database.write() as connection:
        mine = _lock_case(connection, taken.case_id)
        _close(connection, taken, now, state="done", output_key=outcome.output_key, fault_code=None)
        urgent = mine.urgent if outcome.urgent is None else outcome.urgent
        changed: dict[str, Any] = {"changed": now, "urgent": urgent}
        if outcome.summary:
            changed["summary"] = {**mine.summary, **outcome.summary}
        if taken.stage == workflow.last:
            changed |= {"state": "ready", "result_key": outcome.output_key, "fault_code": None, "fault_message": None}
            changed["reviewed_key"] = None
        connection.execute(update(case).where(case.c.id == taken.case_id).values(**changed))
        if outcome.document:
            learnt = {name: value for name, value in outcome.document.items() if name != "id"}
            connection.execute(update(document).where(document.c.id == outcome.document["id"]).values(**learnt))
        rank, _ = rank_of(connection, taken.case_id)
        waiting = update(job).where(job.c.case_id == taken.case_id, job.c.state == "ready")
        if urgent and not mine.urgent:
            connection.execute(waiting.values(queue="urgent", priority=rank, published_at=None))
        elif "last_day" in outcome.summary:
            connection.execute(waiting.values(priority=rank))
        ready = insert_jobs(connection, workflow, taken.case_id, outcome.successors, urgent)
        ready += _joined(connection, workflow, taken, urgent)
        write_audit(connection, taken.case_id, "done", taken, {**outcome.audit, "attempt": taken.attempts})
        if mine.state == "failed":  # another file ended the case while this job was at work
            hold_jobs(connection, taken.case_id)
            return []
    return ready


def fail(database: Database, workflow: Workflow, taken: JobRow, error: BaseException) -> list[Ready]:
    """Record a failed attempt; raises LostLeaseError as `finish` does.

    An input error ends the case; what may pass by itself is tried again with backoff; a bug is not, since it
    would only fail again; where our own stores or disks failed, a patient workflow waits for them. Returns what
    became ready: smaller pieces of a job that is given up may take its place.
    """
    known = isinstance(error, RebutError)
    code = error.code if isinstance(error, RebutError) else type(error).__name__
    with database.write() as connection:
        _lock_case(connection, taken.case_id)
        return fail_in(connection, workflow, taken, fault_of(error), code, str(error) if known else None)


def fail_killed(database: Database, workflow: Workflow, taken: JobRow, code: str) -> list[Ready]:
    """Record an attempt that took its process with it; raises LostLeaseError where the job was settled before."""
    with database.write() as connection:
        _lock_case(connection, taken.case_id)
        return fail_in(connection, workflow, taken, "killed", code)


def fail_in(
    connection: Connection, workflow: Workflow, taken: JobRow, fault: Fault, code: str, message: str | None = None
) -> list[Ready]:
    """Record a failed attempt within a transaction that holds the case; what comes of it waits if the case failed."""
    ready = _record_failure(connection, workflow, taken, fault, code, message)
    failed = select(case.c.id).where(case.c.id == taken.case_id, case.c.state == "failed")
    if connection.execute(failed).scalar() is None:
        return ready
    hold_jobs(connection, taken.case_id)  # another file ended the case while this job was at work
    return []


def _record_failure(
    connection: Connection, workflow: Workflow, taken: JobRow, fault: Fault, code: str, message: str | None
) -> list[Ready]:
    now, stage = time.time(), workflow.stages[taken.stage]
    urgent = bool(connection.execute(select(case.c.urgent).where(case.c.id == taken.case_id)).scalar())
    if fault == "outage" and workflow.patient:
        due = {"next_attempt_at": now + OUTAGE_SECONDS, "attempts": job.c.attempts - 1}
        _close(connection, taken, None, state="ready", published_at=None, fault_code=code, **due)
        write_audit(connection, taken.case_id, "retry", taken, {"code": code, "attempt": taken.attempts})
        return []
    most = max(stage.attempts, PATIENT_ATTEMPTS) if workflow.patient else stage.attempts
    again = fault not in ("input", "bug") and taken.attempts < most
    pieces = stage.pieces(taken.part) if stage.pieces and (fault == "killed" or not again) else []
    if pieces and fault != "input":  # one of these pages is poison: find out which, and lose no other with it
        _close(connection, taken, now, state="dead", fault_code=code)
        write_audit(connection, taken.case_id, "split", taken, {"code": code, "pieces": len(pieces)})
        smaller = [Successor(stage=taken.stage, part=part, input_hash=taken.input_hash) for part in pieces]
        return insert_jobs(connection, workflow, taken.case_id, smaller, urgent)
    if again:
        wait = BACKOFF_SECONDS[min(taken.attempts, len(BACKOFF_SECONDS)) - 1]
        _close(connection, taken, None, state="ready", next_attempt_at=now + wait, published_at=None, fault_code=code)
        write_audit(connection, taken.case_id, "retry", taken, {"code": code, "attempt": taken.attempts})
        return []  # not due yet: the reconciler publishes it when it is
    state = "failed" if fault == "input" else "dead"
    _close(connection, taken, now, state=state, fault_code=code)
    write_audit(connection, taken.case_id, state, taken, {"code": code, "attempt": taken.attempts})
    if stage.expendable and fault != "input":
        return _joined(connection, workflow, taken, urgent)
    connection.execute(
        update(case)
        .where(case.c.id == taken.case_id)
        .values(state="failed", fault_code=code, fault_message=message or GIVEN_UP, changed=now)
    )
    return []


def hold_jobs(connection: Connection, case_id: str) -> None:
    """Take the ready jobs of a case that failed out of the queues, where they would be looked at for ever."""
    waiting = update(job).where(job.c.case_id == case_id, job.c.state == "ready")
    connection.execute(waiting.values(state="held"))


def release_jobs(connection: Connection, case_id: str) -> None:
    """Put back what `hold_jobs` took out."""
    held = update(job).where(job.c.case_id == case_id, job.c.state == "held")
    connection.execute(held.values(state="ready", next_attempt_at=time.time(), published_at=None))


def ready_jobs(database: Database, case_id: str) -> list[Ready]:
    """Return every ready job of the case, due or waiting for its next attempt."""
    with database.read() as connection:
        rows = connection.execute(
            select(job.c.id, job.c.stage, job.c.queue).where(job.c.case_id == case_id, job.c.state == "ready")
        ).all()
    return [Ready(*row) for row in rows]


def mark_published(database: Database, job_ids: Iterable[str]) -> None:
    """Note that the broker was told of these jobs."""
    with database.write(durable=False) as connection:
        connection.execute(update(job).where(job.c.id.in_(list(job_ids))).values(published_at=time.time()))


def insert_jobs(
    connection: Connection, workflow: Workflow, case_id: str, successors: Iterable[Successor], urgent: bool
) -> list[Ready]:
    """Add jobs that are not there yet; returns those that were added."""
    wanted = list(successors)
    if not wanted:
        return []
    now, added = time.time(), []
    insert = insert_of(connection)
    rank, submitter = rank_of(connection, case_id)
    first = take_turns(connection, submitter, len(wanted))
    for number, successor in enumerate(wanted):
        row = {
            "id": secrets.token_hex(12),
            "case_id": case_id,
            "stage": successor.stage,
            "part": successor.part,
            "state": "ready",
            "queue": workflow.queue(successor.stage, urgent),
            "priority": EXPEDITED if urgent else rank,
            "turn": first + number,
            "input_hash": successor.input_hash,
            "next_attempt_at": now,
            "published_at": now,  # whoever commits this tells the broker; if that is lost, the reconciler does
            "created": now,
        }
        unique = [job.c.case_id, job.c.stage, job.c.part]
        statement = insert(job).values(row).on_conflict_do_nothing(index_elements=unique).returning(job.c.id)
        if connection.execute(statement).scalar():
            added.append(Ready(row["id"], row["stage"], row["queue"]))
    return added


def forget_jobs(connection: Connection, case_id: str, stages: Iterable[str]) -> None:
    """Remove the jobs of these stages, so that they are made again; a worker on one loses its lease."""
    connection.execute(delete(job).where(job.c.case_id == case_id, job.c.stage.in_(list(stages))))


def write_audit(
    connection: Connection,
    case_id: str,
    event: str,
    taken: JobRow | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add a line to the audit trail: codes, counts and digests, never names."""
    told = dict(detail or {})
    if taken is not None:
        told |= {"stage": taken.stage, "part": taken.part}
    row = {"at": time.time(), "case_id": case_id, "job_id": taken and taken.id, "event": event, "detail": told}
    connection.execute(audit.insert().values(row))


def _lock_case(connection: Connection, case_id: str) -> Any:
    """Hold the case until the end of the transaction, so that a count of its jobs stays true."""
    row = connection.execute(_CASE.with_for_update(), {"of_case": case_id}).one_or_none()
    if row is None:
        raise LostLeaseError(case_id)
    return row


def _close(connection: Connection, taken: JobRow, finished: float | None, **values: Any) -> None:
    changed = connection.execute(
        update(job)
        .where(*held_by(taken))
        .values(lease_until=None, token=None, worker=None, finished=finished, **values)
    )
    if changed.rowcount != 1:
        raise LostLeaseError(taken.id)


def _joined(connection: Connection, workflow: Workflow, taken: JobRow, urgent: bool) -> list[Ready]:
    """Add the jobs that waited for this one alone."""
    ready: list[Ready] = []
    for waiting in workflow.waiting_for(taken.stage):
        needed = and_(job.c.case_id == taken.case_id, job.c.stage.in_(workflow.joins[waiting]))
        open_jobs = select(func.count()).select_from(job).where(needed, job.c.state.not_in(SETTLED))
        if connection.execute(open_jobs).scalar():
            continue
        ready += insert_joined(connection, workflow, taken.case_id, waiting, urgent)
    return ready


def insert_joined(connection: Connection, workflow: Workflow, case_id: str, stage: str, urgent: bool) -> list[Ready]:
    """Add the job of a stage that waits for others, all of which are settled."""
    needed = and_(job.c.case_id == case_id, job.c.stage.in_(workflow.joins[stage]))
    inputs = connection.execute(
        select(job.c.stage, job.c.part, job.c.output_key).where(needed).order_by(job.c.stage, job.c.part)
    ).all()
    told = "\n".join(f"{row.stage} {row.part} {row.output_key}" for row in inputs)
    successor = Successor(stage=stage, input_hash=digest(f"{stage}\n{told}".encode()))
    return insert_jobs(connection, workflow, case_id, [successor], urgent)
