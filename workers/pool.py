"""Jobs of one case on this machine: a process per core, no server.

The parent claims jobs and hands them out; a child works on one at a time. A child that
dies or takes too long costs its attempt only: the parent records it and starts another.
"""

import multiprocessing
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from pipeline import jobs
from pipeline.cases import Progress, watch_case
from pipeline.database import Database, open_database
from pipeline.jobs import LostLeaseError
from pipeline.reconcile import reconcile
from pipeline.storage import Storage, open_storage
from pipeline.work import work_on
from pipeline.workflow import JobRow, Workflow

# Modules the first child would otherwise spend its first second on: loaded once, in the server that forks children.
PRELOAD = ("extractors.pages", "pipeline.reading", "workers.pool")
_TICK_SECONDS = 0.5


@dataclass(slots=True)
class _Child:
    """A process that works on one job at a time."""

    process: Any
    pipe: Connection
    taken: JobRow | None = None
    killed_at: float = 0.0  # monotonic; when its job has had its time


class Pool:
    """`size` child processes that work on the jobs of one database."""

    def __init__(self, database_url: str, storage_url: str, workflow: Workflow, size: int) -> None:
        os.environ["OMP_THREAD_LIMIT"] = "1"  # one page per core beats four threads per page
        self._urls = (database_url, storage_url)
        self._workflow = workflow
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(PRELOAD))
        self._children = [self._start() for _ in range(size)]

    def drive(self, database: Database, case_id: str, watch: Callable[[Progress], None] | None = None) -> Progress:
        """Work until nothing of the case is left to do; returns where it ended."""
        seen = None
        while True:
            self._hand_out(database, case_id)
            progress = watch_case(database, case_id)
            if watch and progress != seen:
                watch(progress)
            seen = progress
            if not any(child.taken for child in self._children):
                if progress.state in ("ready", "failed") or not progress.jobs_open:
                    return progress
                # Waiting for an attempt that is not due, or for the lease of a driver that died.
                reconcile(database, self._workflow, lambda _: [])
                due = progress.next_due or time.time() + _TICK_SECONDS
                time.sleep(min(_TICK_SECONDS, max(0.01, due - time.time())))
                continue
            self._listen(database)

    def close(self) -> None:
        """Stop the children; one at work is killed, and its job's lease runs out."""
        for child in self._children:
            child.pipe.close()
            if child.taken:
                child.process.kill()
        for child in self._children:
            child.process.join(5)
            if child.process.is_alive():
                child.process.kill()

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self) -> _Child:
        ours, theirs = self._context.Pipe()
        arguments = (*self._urls, self._workflow, theirs)
        process = self._context.Process(target=_work, args=arguments, daemon=True)
        process.start()
        theirs.close()
        return _Child(process=process, pipe=ours)

    def _hand_out(self, database: Database, case_id: str) -> None:
        for child in self._children:
            if child.taken is None and (taken := jobs.claim_next(database, case_id=case_id)):
                child.taken = taken
                child.killed_at = time.monotonic() + self._workflow.stages[taken.stage].seconds
                child.pipe.send(taken)

    def _listen(self, database: Database) -> None:
        """Wait for a child to finish or die, or for time to pass."""
        busy = {child.pipe: child for child in self._children if child.taken}
        for pipe in wait(list(busy), _TICK_SECONDS):
            try:
                pipe.recv()
                busy[pipe].taken = None
            except (EOFError, ConnectionResetError):
                self._bury(database, busy[pipe], "worker-lost")
        for child in self._children:
            if child.taken and time.monotonic() > child.killed_at:
                child.process.kill()
                self._bury(database, child, "time-limit")

    def _bury(self, database: Database, child: _Child, code: str) -> None:
        """Record the attempt that took its process with it, and start another process in its place."""
        child.process.join(5)
        child.pipe.close()
        if taken := child.taken:
            with suppress(LostLeaseError):  # it had settled its job and died after
                jobs.fail_killed(database, self._workflow, taken, code)
        self._children[self._children.index(child)] = self._start()


def _work(database_url: str, storage_url: str, workflow: Workflow, pipe: Connection) -> None:
    """The child: open the stores, then work on what comes down the pipe until it closes."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    database, storage = _open(database_url, storage_url)
    while True:
        try:
            taken = pipe.recv()
        except EOFError:
            return
        work_on(database, storage, workflow, taken)
        pipe.send(taken.id)


def _open(database_url: str, storage_url: str) -> tuple[Database, Storage]:
    return open_database(database_url), open_storage(storage_url)
