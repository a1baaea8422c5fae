"""Counters and histograms, kept by reading what is new in the audit trail.

Counted from the trail and not where the work is done, so that one process can tell what all workers did and
purged cases take nothing back. They begin at zero with the process, as Prometheus expects of a counter.
"""

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select

from pipeline.database import Database
from pipeline.tables import audit, job

WAIT_SECONDS = (0.1, 0.5, 1, 5, 15, 60, 300, 600, 1800, 3600)
RUN_SECONDS = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600)
OUTCOMES = ("done", "failed", "dead", "retry", "split")
# A transaction that began earlier may commit later: so many of the newest rows are looked at again.
_WINDOW = 1000


@dataclass(slots=True)
class Histogram:
    """How many values fell below each bound."""

    bounds: tuple[float, ...]  # seconds
    counts: list[int] = field(default_factory=list)  # of each bound, and beyond the last
    total: float = 0.0

    def add(self, value: float) -> None:
        if not self.counts:
            self.counts = [0] * (len(self.bounds) + 1)
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class Tally:
    """What happened since this process started; safe to use from several threads."""

    def __init__(self, database: Database) -> None:
        self._lock = threading.Lock()
        self.ended: Counter[tuple[str, str]] = Counter()  # (stage, outcome)
        self.lease_expiries = 0
        self.pages_read = 0
        self.waits: dict[str, Histogram] = {}  # by queue
        self.runs: dict[str, Histogram] = {}  # by stage
        with database.read() as connection:
            counts = select(audit.c.event, func.count()).group_by(audit.c.event)
            self.events: Counter[str] = Counter(dict(connection.execute(counts).all()))
            last = select(func.max(audit.c.at)).where(audit.c.event == "backed-up")
            self.last_backup: float | None = connection.execute(last).scalar()
            self._newest = connection.execute(select(func.max(audit.c.id))).scalar() or 0
            self._seen = set(
                connection.execute(select(audit.c.id).where(audit.c.id > self._newest - _WINDOW)).scalars()
            )

    def catch_up(self, database: Database) -> None:
        """Count what is new."""
        with self._lock, database.read() as connection:
            for row in _rows_after(connection, self._newest - _WINDOW):
                if row.id not in self._seen:
                    self._seen.add(row.id)
                    self._count(row)
            self._newest = max(self._seen, default=0)
            self._seen = {one for one in self._seen if one > self._newest - _WINDOW}

    def _count(self, row: Any) -> None:
        self.events[row.event] += 1
        if row.event == "backed-up":
            self.last_backup = row.at
        stage = row.detail.get("stage")
        if row.event not in OUTCOMES or not stage:
            return
        self.ended[stage, row.event] += 1
        self.lease_expiries += row.detail.get("code") == "worker-lost"
        if row.event == "done" and stage == "read":
            self.pages_read += _pages_in(row.detail.get("part", ""))
        if row.finished and row.started:  # else it is tried again, or was purged or made anew since
            self.waits.setdefault(row.queue, Histogram(WAIT_SECONDS)).add(max(0.0, row.started - row.next_attempt_at))
            self.runs.setdefault(stage, Histogram(RUN_SECONDS)).add(max(0.0, row.finished - row.started))


def _rows_after(connection: Connection, newest: int) -> Iterator[Any]:
    columns = (audit.c.id, audit.c.at, audit.c.event, audit.c.detail)
    times = (job.c.queue, job.c.next_attempt_at, job.c.started, job.c.finished)
    joined = audit.outerjoin(job, job.c.id == audit.c.job_id)
    statement = select(*columns, *times).select_from(joined).where(audit.c.id > newest).order_by(audit.c.id)
    yield from connection.execution_options(stream_results=True, yield_per=500).execute(statement)


def _pages_in(part: str) -> int:
    """How many pages "a1b2:3-8" names."""
    first, _, last = part.rpartition(":")[2].partition("-")
    return int(last) - int(first) + 1 if first.isdigit() and last.isdigit() else 0
