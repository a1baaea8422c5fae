"""Whose job goes next: expedited cases, then near deadlines, then the submitters in turn.

Start-time fair queueing. A job gets the turn after the one its submitter's newest job has, or after
the turn that was claimed last where that is later. A batch of 500 cases so takes 500 turns ahead, and
the next case of another clinic stands one turn ahead: it is claimed next. A clinic that was away has
no turns to catch up on, so its own batch does not push others aside either.
"""

import datetime as dt
from typing import Any

from sqlalchemy import Connection, bindparam, case, select, update

from pipeline import tables
from pipeline.tables import turn

CLOCK = ""  # the submitter under whom the turn claimed last is kept
EXPEDITED, NEAR, USUAL = 0, 1, 2
NEAR_DAYS = 7  # to the last day of a deadline


_PASS = update(turn).where(turn.c.submitter == CLOCK, turn.c.last < bindparam("claimed"))
_PASS = _PASS.values(last=bindparam("claimed"))


def priority_of(urgent: bool, last_day: str | None, today: str) -> int:
    """Return the rank of a case's jobs: lower goes first. Dates are ISO."""
    if urgent:
        return EXPEDITED
    if last_day and (dt.date.fromisoformat(last_day) - dt.date.fromisoformat(today)).days <= NEAR_DAYS:
        return NEAR
    return USUAL


def take_turns(connection: Connection, submitter: str, count: int) -> float:
    """Reserve `count` turns for new jobs of the submitter; returns the first."""
    now = connection.execute(select(turn.c.last).where(turn.c.submitter == CLOCK)).scalar() or 0.0
    insert = insert_of(connection)
    later = case((turn.c.last > now, turn.c.last), else_=now)
    statement = insert(turn).values(submitter=submitter, last=now + count)
    statement = statement.on_conflict_do_update(index_elements=[turn.c.submitter], set_={"last": later + count})
    last = connection.execute(statement.returning(turn.c.last)).scalar_one()
    return last - count + 1


def pass_turn(connection: Connection, claimed: float) -> None:
    """Note that a job of this turn was claimed: nobody gets an earlier one from here on."""
    moved = connection.execute(_PASS, {"claimed": claimed})
    if not moved.rowcount:
        first = insert_of(connection)(turn).values(submitter=CLOCK, last=claimed)
        connection.execute(first.on_conflict_do_nothing(index_elements=[turn.c.submitter]))


def rank_of(connection: Connection, case_id: str) -> tuple[int, str]:
    """Return (priority, submitter) of a case's jobs as the case stands."""
    columns = (tables.case.c.urgent, tables.case.c.summary, tables.case.c.today, tables.case.c.submitter)
    mine = connection.execute(select(*columns).where(tables.case.c.id == case_id)).one()
    return priority_of(mine.urgent, (mine.summary or {}).get("last_day"), mine.today), mine.submitter


def insert_of(connection: Connection) -> Any:
    """Return the dialect's INSERT, the one that knows ON CONFLICT; each is imported only where it is used."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert
    return insert
