"""Work on one claimed job from start to end: what every driver does with a job id."""

import gc
import os
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from extractors.errors import RebutError
from pipeline import jobs
from pipeline.cases import sweep_purged
from pipeline.database import Database, patiently
from pipeline.log import log, where
from pipeline.storage import Storage
from pipeline.workflow import JobRow, Task, Workflow

_HEARTBEAT_SECONDS = 20.0
_NEW_OBJECTS = 50_000  # made between two searches for cycles; at Python's 700 these took an eighth of reading a chart


def work_on(database: Database, storage: Storage, workflow: Workflow, taken: JobRow) -> list[jobs.Ready]:
    """Run the stage of a claimed job and settle the job; returns what became ready.

    Whatever the stage raises is recorded on the job and not raised; only a database that stays away is. Work
    that is done waits for a server that restarts: settling it twice is settling it once, by the token of the claim.
    """
    task: Task | None = None
    with _kept_alive(database, taken):
        try:
            try:
                task = patiently(database, lambda: jobs.gather(database, storage, taken))
                with seldom_collected():
                    outcome = workflow.stages[taken.stage].run(task)
            except jobs.LostLeaseError:
                raise
            except Exception as error:  # recorded and tried again: a bug in one stage must not stop the worker
                _log_failure(taken, error)
                if os.environ.get("REBUT_DEBUG"):
                    traceback.print_exc()
                failed = error  # its name ends with this block
                return patiently(database, lambda: jobs.fail(database, workflow, taken, failed))
            return patiently(database, lambda: jobs.finish(database, workflow, taken, outcome))
        except jobs.LostLeaseError:
            log("lease lost", level="warning", job=taken.id, stage=taken.stage)
            if task:
                sweep_purged(database, storage, task)
            return []


def _log_failure(taken: JobRow, error: Exception) -> None:
    """Note where it failed: a file that cannot be used is the sender's to mend, anything else is ours."""
    expected = isinstance(error, RebutError)
    level = "info" if expected and error.exit_status == 3 else "warning"
    code = error.code if isinstance(error, RebutError) else type(error).__name__
    log("job failed", level, job=taken.id, case=taken.case_id, stage=taken.stage, error=code, at=where(error))


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Search for cycles seldom: a stage makes plain records by the hundred thousand, and loading makes what stays."""
    before = gc.get_threshold()
    gc.set_threshold(_NEW_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def _kept_alive(database: Database, taken: JobRow) -> Iterator[None]:
    """Extend the lease in the background for as long as the work goes on."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(_HEARTBEAT_SECONDS):
            try:
                if not jobs.heartbeat(database, taken):
                    return
            except Exception as error:  # the database may be back by the next beat
                log("heartbeat failed", level="warning", job=taken.id, error=type(error).__name__)

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
