"""Cases: opened with their files, looked at, tried again, purged.

Whatever is done for somebody takes the Actor: it reaches the cases of its clinic alone, any other is as unknown as
one that never was, and the trail tells of it in the same transaction.
"""

import datetime as dt
import secrets
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from extractors.errors import RebutError, SameNameTwiceError
from pipeline.accounts import SYSTEM, Actor, within
from pipeline.database import Database
from pipeline.jobs import Ready, forget_jobs, hold_jobs, insert_jobs, release_jobs, write_audit
from pipeline.storage import UNDERSTOOD, Storage, digest
from pipeline.tables import MAIN, case, decision, document, job
from pipeline.trail import append, tell_read
from pipeline.workflow import Successor, Task, Workflow
from pipeline.workplace import is_gone


class NoSuchCaseError(RebutError):
    """No case has this id."""

    code = "case-unknown"
    message = "There is no case {0}. `rebut cases` lists those there are."


class BusyCaseError(RebutError):
    """The case is in a state in which this cannot be done (case id, state)."""

    code = "case-busy"
    message = "Case {0} is {1}, so this cannot be done now. Wait until it is ready or failed, then try again."


class NothingToRetryError(RebutError):
    """The case did not fail (case id)."""

    code = "case-not-failed"
    message = "Case {0} is ready: there is nothing to try again. `rebut show {0}` shows what became of it."


class UnusableFileError(RebutError):
    """A file of the case cannot be used, so adding others does not help (case id)."""

    code = "case-holds-unusable-file"
    message = "Case {0} holds a file that cannot be used. Start a new case without it, or with a mended copy."


class KeyReusedError(RebutError):
    """An Idempotency-Key came again with other files."""

    code = "idempotency-key-reused"
    message = "This Idempotency-Key was used before with other files. Send a new key with new files."


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A file as it was given."""

    name: str  # without folders
    sha256: str
    size: int  # bytes
    stream: BinaryIO  # seekable


def given(name: str, content: bytes | BinaryIO) -> Given:
    """Measure a file; a stream is read once from its start."""
    import hashlib

    stream = BytesIO(content) if isinstance(content, bytes) else content
    stream.seek(0)
    sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    return Given(name=name, sha256=sha256, size=stream.seek(0, 2), stream=stream)


def open_case(
    database: Database,
    storage: Storage,
    workflow: Workflow,
    files: Sequence[Given],
    today: dt.date,
    submitter: str = "local",
    idempotency_key: str | None = None,
    urgent: bool = False,
    options: Mapping[str, Any] | None = None,
    actor: Actor = SYSTEM,
) -> tuple[str, list[Ready]]:
    """Store the files, then the case with its first jobs in one transaction; returns its id.

    With a key that was used before for the same files, the case of that time is returned.
    """
    _refuse_same_names([file.name for file in files])
    clinic = actor.clinic or MAIN
    # keys of one clinic say nothing about those of another
    key = f"{'' if clinic == MAIN else f'{clinic}/'}{submitter}:{idempotency_key}" if idempotency_key else None
    told = digest("\n".join(f"{file.sha256} {file.name}" for file in files).encode())
    if key and (before := _case_of_key(database, key, told)):
        return before, []
    for file in files:
        storage.put_stream(file_key(file.sha256), file.stream)
    now, case_id = time.time(), secrets.token_hex(8)
    row = {
        "id": case_id,
        "created": now,
        "changed": now,
        "state": "queued",
        "today": today.isoformat(),
        "urgent": urgent,
        "submitter": submitter,
        "clinic": clinic,
        "idempotency_key": key,
        "idempotency_digest": told if key else None,
        "options": dict(options or {}),
        "summary": {},
    }
    try:
        with database.write() as connection:
            connection.execute(case.insert().values(row))
            ready = _add_files(connection, workflow, case_id, files, 0, urgent)
            write_audit(connection, case_id, "opened", detail={"files": len(files)})
            append(connection, actor, "case.open", case_id, clinic, {"files": len(files)})
    except IntegrityError:
        if key and (before := _case_of_key(database, key, told)):
            return before, []  # the same request, sent twice at once
        raise
    return case_id, ready


def add_files(
    database: Database,
    storage: Storage,
    workflow: Workflow,
    case_id: str,
    files: Sequence[Given],
    actor: Actor = SYSTEM,
) -> list[Ready]:
    """Add files to a case: they are read, and everything that rests on all files is done again."""
    with database.read() as connection:
        find_case(connection, case_id, actor, "case.open")  # else what is refused would leave files behind
    for file in files:
        storage.put_stream(file_key(file.sha256), file.stream)
    with database.write() as connection:
        mine = find_case(connection, case_id, actor, "case.open", lock=True)
        _refuse_unusable(connection, workflow, case_id)
        names = connection.execute(select(document.c.name).where(document.c.case_id == case_id)).scalars().all()
        _refuse_same_names([*names, *(file.name for file in files)])
        forget_jobs(connection, case_id, [stage for stage in workflow.stages if stage not in _PER_FILE])
        connection.execute(
            update(case)
            .where(case.c.id == case_id)
            .values(state="running", result_key=None, reviewed_key=None)
            .values(fault_code=None, fault_message=None, changed=time.time())
        )
        release_jobs(connection, case_id)
        ready = _add_files(connection, workflow, case_id, files, len(names), mine.urgent)
        write_audit(connection, case_id, "files-added", detail={"files": len(files)})
        append(connection, actor, "case.add", case_id, mine.clinic, {"files": len(files)})
    return ready


def has_file(database: Database, case_id: str, sha256: str) -> bool:
    """Whether the case holds a file of this content."""
    mine = select(document.c.id).where(document.c.case_id == case_id, document.c.sha256 == sha256).limit(1)
    with database.read() as connection:
        return connection.execute(mine).scalar() is not None


def drop_file(database: Database, storage: Storage, sha256: str) -> None:
    """Remove a stored file that no case holds."""
    with database.read() as connection:
        if connection.execute(select(document.c.id).where(document.c.sha256 == sha256).limit(1)).scalar():
            return
    for key in list(storage.keys(f"files/{sha256}/")):
        storage.delete(key)


def stop_case(database: Database, case_id: str) -> None:
    """Put down a case whose driver was told to stop: its jobs can be taken again at once."""
    with database.write() as connection:
        mine = find_case(connection, case_id, lock=True)
        if mine.state not in _OPEN:
            return
        held = update(job).where(job.c.case_id == case_id, job.c.state == "running")
        put_down = {"token": None, "worker": None, "lease_until": None, "attempts": job.c.attempts - 1}
        connection.execute(held.values(state="ready", **put_down))
        hold_jobs(connection, case_id)
        told = {"fault_code": "stopped", "fault_message": STOPPED.format(case_id)}
        connection.execute(update(case).where(case.c.id == case_id).values(state="failed", changed=time.time(), **told))
        write_audit(connection, case_id, "stopped")


STOPPED = "Stopped before the packet was made. What was read is kept: `rebut retry {0}` goes on from there."
_OPEN = ("queued", "running")


def retry_case(database: Database, workflow: Workflow, case_id: str, actor: Actor = SYSTEM) -> list[Ready]:
    """Give every failed and dead job of the case its attempts back.

    A case that is open is tried again too where nobody works on it: its driver was killed.
    """
    now = time.time()
    with database.write() as connection:
        mine = find_case(connection, case_id, actor, "case.decide", lock=True)
        held = select(job.c.worker).where(job.c.case_id == case_id, job.c.state == "running", job.c.lease_until > now)
        at_work = [worker for worker in connection.execute(held).scalars() if not is_gone(worker)]
        if mine.state == "ready":
            raise NothingToRetryError(case_id)
        if mine.state not in ("failed", *_OPEN) or at_work:
            raise BusyCaseError(case_id, mine.state)
        mended = connection.execute(
            update(job)
            .where(job.c.case_id == case_id, job.c.state.in_(("failed", "dead")))
            .where(job.c.stage.not_in([name for name, stage in workflow.stages.items() if stage.expendable]))
            .values(state="ready", attempts=0, next_attempt_at=now, published_at=None, fault_code=None)
        )
        connection.execute(
            update(case)
            .where(case.c.id == case_id)
            .values(state="running", fault_code=None, fault_message=None, changed=now)
        )
        release_jobs(connection, case_id)
        write_audit(connection, case_id, "retried", detail={"jobs": mended.rowcount})
        rows = connection.execute(
            select(job.c.id, job.c.stage, job.c.queue).where(job.c.case_id == case_id, job.c.state == "ready")
        ).all()
        append(connection, actor, "case.retry", case_id, mine.clinic, {"jobs": mended.rowcount})
    return [Ready(*row) for row in rows]


def purge_case(database: Database, storage: Storage, case_id: str, actor: Actor = SYSTEM) -> None:
    """Remove the case, its files and everything made from them; only the audit trail stays.

    A file that another case holds too is left to that case; what was understood of it is made again when it is needed.
    """
    with database.write() as connection:
        clinic = find_case(connection, case_id, actor, "case.purge", lock=True).clinic
        mine = set(connection.execute(select(document.c.sha256).where(document.c.case_id == case_id)).scalars())
        others = select(document.c.sha256).where(document.c.case_id != case_id, document.c.sha256.in_(mine))
        orphans = mine - set(connection.execute(others).scalars())
        taken = connection.execute(
            select(func.count()).select_from(decision).where(decision.c.case_id == case_id)
        ).scalar()
        connection.execute(delete(case).where(case.c.id == case_id))
        removed = 0
        for prefix in _made_for(case_id, mine, orphans):
            for key in list(storage.keys(prefix)):
                storage.delete(key)
                removed += 1
        told = {"files": len(mine), "objects": removed, "decisions": taken}
        write_audit(connection, case_id, "purged", detail=told)
        append(connection, actor, "case.purge", case_id, clinic, told)


def sweep_purged(database: Database, storage: Storage, task: Task) -> None:
    """Remove what a worker stored for a case that was purged under its hands; other cases lose nothing."""
    mine = {at.sha256 for at in task.documents}
    with database.read() as connection:
        if connection.execute(select(case.c.id).where(case.c.id == task.case.id)).scalar():
            return
        held = set(connection.execute(select(document.c.sha256).where(document.c.sha256.in_(mine))).scalars())
    for prefix in _made_for(task.case.id, mine, mine - held):
        for key in list(storage.keys(prefix)):
            storage.delete(key)


def _made_for(case_id: str, files: Collection[str], orphans: Collection[str]) -> Iterator[str]:
    """Yield the prefixes of what goes with a case: also what quotes its names of files that others hold too."""
    yield f"cases/{case_id}/"
    for sha256 in sorted(files):
        yield f"files/{sha256}/" if sha256 in orphans else f"files/{sha256}/{UNDERSTOOD}"


def show_case(database: Database, case_id: str, actor: Actor = SYSTEM, right: str = "case.read") -> dict[str, Any]:
    """Return the case with its files and the state of each stage."""
    with database.read() as connection:
        mine = find_case(connection, case_id, actor, right)
        documents = connection.execute(
            select(document).where(document.c.case_id == case_id).order_by(document.c.position)
        ).all()
        counts = connection.execute(
            select(job.c.stage, job.c.state, func.count(), func.min(job.c.created))
            .where(job.c.case_id == case_id)
            .group_by(job.c.stage, job.c.state)
        ).all()
    tell_read(database, actor, "case.read", case_id, mine.clinic)
    stages: dict[str, dict[str, Any]] = {}
    for stage, state, count, _ in sorted(counts, key=lambda row: row[3]):
        stages.setdefault(stage, {"stage": stage})[state] = count
    fault = {"code": mine.fault_code, "message": mine.fault_message} if mine.fault_code else None
    return {
        "case": mine.id,
        "state": mine.state,
        "clinic": mine.clinic,
        "created": dt.datetime.fromtimestamp(mine.created, dt.UTC).isoformat(timespec="seconds"),
        "today": mine.today,
        "urgent": mine.urgent,
        "files": [
            {"id": d.id, "name": d.name, "sha256": d.sha256, "pages": d.page_count, "kind": d.kind} for d in documents
        ],
        "stages": list(stages.values()),
        "error": fault,
        **mine.summary,
        "result_key": mine.result_key,
        "reviewed_key": mine.reviewed_key,  # of the result on which decisions were taken that are worked in now
        "revision": (mine.result_key or mine.reviewed_key or "").rpartition("/")[2] or None,
    }


def list_cases(database: Database, limit: int = 500, actor: Actor = SYSTEM) -> list[dict[str, Any]]:
    """Return the newest cases, one line each."""
    mine = select(case).where(within(case.c.clinic, actor, "case.read"))
    with database.read() as connection:
        rows = connection.execute(mine.order_by(case.c.created.desc()).limit(limit)).all()
    tell_read(database, actor, "case.list")
    blank = {"payer": None, "service": None, "last_day": None}
    return [
        {
            "case": row.id,
            "state": row.state,
            "created": dt.datetime.fromtimestamp(row.created, dt.UTC).isoformat(timespec="seconds"),
            "urgent": row.urgent,
            "error": row.fault_code,  # what the message says may name a file: it stands on the case
            **blank,
            **row.summary,
        }
        for row in rows
    ]


# Stages whose work on one file does not depend on the other files of the case.
_PER_FILE = ("intake", "read")


def file_key(sha256: str) -> str:
    return f"files/{sha256}/original"


def find_case(
    connection: Connection, case_id: str, actor: Actor = SYSTEM, right: str = "case.read", lock: bool = False
) -> Any:
    """Return the row of a case that this right of the actor reaches; raises NoSuchCaseError for any other."""
    if not (case_id.isascii() and case_id.isalnum()):  # nor does PostgreSQL take every character in a text
        raise NoSuchCaseError(case_id)
    statement = select(case).where(case.c.id == case_id, within(case.c.clinic, actor, right))
    row = connection.execute(statement.with_for_update() if lock else statement).one_or_none()
    if row is None:
        raise NoSuchCaseError(case_id)
    return row


def _refuse_same_names(names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise SameNameTwiceError(name)


def _refuse_unusable(connection: Connection, workflow: Workflow, case_id: str) -> None:
    """Raise where a file of the case could not be taken in: what waits for all files would wait for ever."""
    kept = [name for name in workflow.stages if name in _PER_FILE and not workflow.stages[name].expendable]
    bad = select(job.c.id).where(job.c.case_id == case_id, job.c.stage.in_(kept), job.c.state.in_(("failed", "dead")))
    if connection.execute(bad.limit(1)).scalar():
        raise UnusableFileError(case_id)


def _case_of_key(database: Database, key: str, told: str) -> str | None:
    with database.read() as connection:
        before = connection.execute(
            select(case.c.id, case.c.idempotency_digest).where(case.c.idempotency_key == key)
        ).one_or_none()
    if before is None:
        return None
    if before.idempotency_digest != told:
        raise KeyReusedError(key)
    return before.id


def _add_files(
    connection: Connection, workflow: Workflow, case_id: str, files: Sequence[Given], position: int, urgent: bool
) -> list[Ready]:
    rows = [
        {
            "id": secrets.token_hex(8),
            "case_id": case_id,
            "position": position + index,
            "name": file.name,
            "sha256": file.sha256,
            "size": file.size,
            "key": file_key(file.sha256),
        }
        for index, file in enumerate(files)
    ]
    connection.execute(document.insert(), rows)
    first = next(iter(workflow.stages))
    wanted = [Successor(stage=first, part=row["id"], input_hash=row["sha256"]) for row in rows]
    return insert_jobs(connection, workflow, case_id, wanted, urgent)
