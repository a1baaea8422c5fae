"""How far a case is: what a bar on a terminal and a page in a browser draw."""

from dataclasses import dataclass

from sqlalchemy import select

from pipeline.accounts import SYSTEM, Actor
from pipeline.cases import find_case
from pipeline.database import Database
from pipeline.tables import document, job


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a case is."""

    state: str
    pages_read: int
    pages: int
    pages_known: bool  # every file is counted
    running: tuple[str, ...]  # stages at work
    jobs_open: int
    next_due: float | None  # seconds since 1970 of the earliest ready job


def watch_case(database: Database, case_id: str, actor: Actor = SYSTEM) -> Progress:
    """Return how far the case is."""
    with database.read() as connection:
        mine = find_case(connection, case_id, actor)
        counted = connection.execute(select(document.c.page_count).where(document.c.case_id == case_id)).scalars().all()
        rows = connection.execute(
            select(job.c.stage, job.c.part, job.c.state, job.c.next_attempt_at).where(job.c.case_id == case_id)
        ).all()
    read = sum(_pages_of(row.part) for row in rows if row.stage == "read" and row.state == "done")
    due = [row.next_attempt_at for row in rows if row.state == "ready"]
    return Progress(
        state=mine.state,
        pages_read=read,
        pages=sum(pages or 0 for pages in counted),
        pages_known=None not in counted,
        running=tuple(sorted({row.stage for row in rows if row.state == "running"})),
        jobs_open=sum(row.state in ("ready", "running") for row in rows),
        next_due=min(due) if due else None,
    )


def _pages_of(part: str) -> int:
    first, _, last = part.rpartition(":")[2].partition("-")
    return int(last) - int(first) + 1 if first.isdigit() and last.isdigit() else 0
