"""Jobs of one case on this machine: a process per core, no server.

The parent claims jobs and hands them out; a child works on one at a time. What the stages after
reading need takes seconds to load, so one child, the first, does all of them: it loads before it
takes its first job, while the others read (a child alone loads when there is nothing to do). Where
these stages go page by page it forks a process for each of the other cores (pipeline.spread). A
child that dies or takes too long costs its attempt only: the parent records it and starts another.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from pipeline import jobs
from pipeline.database import Database, DatabaseUnavailableError, open_database
from pipeline.jobs import LostLeaseError
from pipeline.progress import Progress, watch_case
from pipeline.reconcile import reconcile
from pipeline.spread import use_processes
from pipeline.storage import StorageUnavailableError, open_storage
from pipeline.work import seldom_collected, work_on
from pipeline.workflow import JobRow, Workflow
from workers.server import start_server

PRELOAD = ("workers.pool",)
_TICK_SECONDS = 0.5
_LOOK_SECONDS = 0.2  # between two looks at how far the case is, 3 ms of CPU each, while there is work
_CALM_SECONDS = 0.03  # without a job, before a child begins to load something else
_LOADED = "loaded"  # what a child says when nothing is left to load ahead


@dataclass(slots=True)
class _Child:
    """A process that works on one job at a time."""

    process: Any
    pipe: Connection
    thinks: bool  # works on the stages that need what is loaded ahead
    taken: JobRow | None = None
    killed_at: float = 0.0  # monotonic; when its job has had its time
    loaded: bool = False  # everything that these stages need


class Pool:
    """`size` child processes that work on the jobs of one database; `cores`, if more, for what one of them spreads."""

    def __init__(
        self, database_url: str, storage_url: str, workflow: Workflow, size: int, cores: int | None = None
    ) -> None:
        self._urls = (database_url, storage_url)
        self._workflow = workflow
        self._plain = [name for name, stage in workflow.stages.items() if not stage.thinks]
        self._size, self._cores = size, cores or size
        self._context = start_server(*PRELOAD)
        self._children = [self._start(thinks=number == 0) for number in range(size)]

    def drive(self, database: Database, case_id: str, watch: Callable[[Progress], None] | None = None) -> Progress:
        """Work until nothing of the case is left to do; returns where it ended."""
        seen, looked = None, 0.0
        while True:
            self._hand_out(database, case_id)
            busy = any(child.taken for child in self._children)
            if busy and time.monotonic() < looked + _LOOK_SECONDS:
                self._listen(database)
                continue
            progress, looked = watch_case(database, case_id), time.monotonic()
            if watch and progress != seen:
                watch(progress)
            seen = progress
            if not busy:
                if progress.state in ("ready", "failed") or not progress.jobs_open:
                    return progress
                if not all(child.loaded for child in self._children if self._is_waited_for(child)):
                    self._listen(database)
                    continue
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

    def _start(self, thinks: bool) -> _Child:
        ours, theirs = self._context.Pipe()
        arguments = (*self._urls, self._workflow, theirs, thinks, self._size, self._cores)
        process = self._context.Process(target=_work, args=arguments, daemon=True)
        process.start()
        theirs.close()
        return _Child(process=process, pipe=ours, thinks=thinks)

    def _is_waited_for(self, child: _Child) -> bool:
        """Say whether the child gets no job before it has loaded what is loaded ahead."""
        return child.thinks and self._size > 1 and self._workflow.ahead is not None

    def _hand_out(self, database: Database, case_id: str) -> None:
        for child in self._children:
            if child.taken or (self._is_waited_for(child) and not child.loaded):
                continue
            stages = None if child.thinks else self._plain
            if taken := jobs.claim_next(database, case_id=case_id, stages=stages):
                child.taken = taken
                child.killed_at = time.monotonic() + self._workflow.stages[taken.stage].seconds
                try:
                    child.pipe.send(taken)
                except OSError:  # it died while it had nothing to do
                    self._bury(database, child, "worker-lost")

    def _listen(self, database: Database) -> None:
        """Wait for a child to finish or die, or for time to pass."""
        heard = {child.pipe: child for child in self._children if child.taken or not child.loaded}
        for pipe in wait(list(heard), _TICK_SECONDS):
            child = heard[pipe]
            try:
                if pipe.recv() == _LOADED:
                    child.loaded = True
                else:
                    child.taken = None
            except (EOFError, ConnectionResetError):
                if child.taken:
                    self._bury(database, child, "worker-lost")
                child.loaded = True  # it died idle: that shows when it is to get its next job
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
        self._children[self._children.index(child)] = self._start(child.thinks)


def _work(
    database_url: str, storage_url: str, workflow: Workflow, pipe: Connection, thinks: bool, size: int, cores: int
) -> None:
    """The child: open the stores, then work on what comes down the pipe until it closes."""
    # The parent is gone; or the stores do not answer, which it finds out itself and tells better.
    with suppress(EOFError, BrokenPipeError, DatabaseUnavailableError, StorageUnavailableError):
        if workflow.begin:
            workflow.begin()
        database, storage = open_database(database_url), open_storage(storage_url)
        ahead = workflow.ahead() if workflow.ahead and thinks else []
        use_processes(cores)  # when it thinks, the other children have read all there is
        while True:
            _load(ahead, pipe, _CALM_SECONDS if size == 1 else 0.0)
            taken = pipe.recv()
            work_on(database, storage, workflow, taken)
            pipe.send(taken.id)


def _load(ahead: list[Callable[[], object]], pipe: Connection, calm: float) -> None:
    """Load one thing after the other for as long as no job comes for so many seconds."""
    while ahead and not pipe.poll(calm):
        with suppress(Exception), seldom_collected():  # the stage that needs it will fail of it, and say so
            ahead.pop(0)()
        if not ahead:
            pipe.send(_LOADED)
