"""The cases as a desk sees them: what is due first, what waits for whom, what went wrong."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, true
from sqlalchemy import case as either

from pipeline.accounts import SYSTEM, Actor, within
from pipeline.database import Database
from pipeline.tables import case, document
from pipeline.trail import tell_read

Shelf = Literal["open", "reviewer", "approver", "program", "failed", "ready", "all"]
PAGE_LINES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLine:
    """One case in the list."""

    case: str
    state: str
    waits_for: str  # a Shelf: whose turn it is; "ready" is nobody's
    created: dt.datetime  # UTC
    urgent: bool
    payer: str | None
    service: str | None
    last_day: dt.date | None
    days_left: int | None  # negative: the last day is past
    open_values: int  # that a reviewer still has to look at
    files: tuple[str, ...]
    result_key: str | None
    fault: tuple[str, str] | None  # code, message


@dataclass(frozen=True, slots=True, kw_only=True)
class Worklist:
    """One page of the list."""

    lines: tuple[WorkLine, ...]
    counts: Mapping[str, int]  # of each shelf, under the same search
    page: int  # 1 is the first
    pages: int


def list_work(
    database: Database,
    today: dt.date,
    shelf: str = "open",
    search: str = "",
    page: int = 1,
    actor: Actor = SYSTEM,
    right: str = "case.read",
    names: Mapping[str, str] | None = None,
) -> Worklist:
    """Return the cases of a shelf whose payer, drug, files or id hold every word of the search.

    Nearest deadline first; a case that missed its day without a final packet stands above all others, one that has
    one below. names: the patient of some cases by id, searched too; the database holds none.
    """
    mine = within(case.c.clinic, actor, right)
    found = and_(mine, *(_holds(word, names or {}) for word in search.split()[:8]))
    with database.read() as connection:
        counts = _count(connection, found)
        total = counts.get(shelf, 0)
        pages = max(1, -(-total // PAGE_LINES))
        page = min(max(page, 1), pages)
        rows = connection.execute(
            select(case)
            .where(found, _SHELVES[shelf])
            .order_by(*_order(today))
            .limit(PAGE_LINES)
            .offset(PAGE_LINES * (page - 1))
        ).all()
        names = _names(connection, [row.id for row in rows])
    tell_read(database, actor, "case.list")
    lines = tuple(_line(row, names.get(row.id, ()), today) for row in rows)
    return Worklist(lines=lines, counts=counts, page=page, pages=pages)


def newest_results(database: Database, actor: Actor, most: int = 300) -> dict[str, str]:
    """Return the key of the result of each of the newest cases that have one, by id."""
    key = func.coalesce(case.c.result_key, case.c.reviewed_key)
    mine = select(case.c.id, key).where(key.is_not(None), within(case.c.clinic, actor, "case.read"))
    with database.read() as connection:
        return {row[0]: row[1] for row in connection.execute(mine.order_by(case.c.created.desc()).limit(most))}


def same_files(
    database: Database, digests: Sequence[str], actor: Actor, beside: str | None = None
) -> dict[str, list[tuple[str, str]]]:
    """Return, for each of the digests that a case holds, those cases and the file's name there, newest first."""
    known = select(document.c.sha256, document.c.case_id, document.c.name).join(case, case.c.id == document.c.case_id)
    known = known.where(document.c.sha256.in_(digests), within(case.c.clinic, actor, "case.read")).order_by(
        case.c.created.desc()
    )
    found: dict[str, list[tuple[str, str]]] = {}
    with database.read() as connection:
        for sha256, case_id, name in connection.execute(known):
            if case_id != beside:
                found.setdefault(sha256, []).append((case_id, name))
    return found


def _summed(name: str) -> ColumnElement[Any]:
    return case.c.summary[name].as_string()


_OPEN_VALUES = func.coalesce(case.c.summary["open_points"].as_integer(), 0)
_FINAL = func.coalesce(case.c.summary["final"].as_boolean(), False)
_DONE = case.c.state.in_(("ready", "review"))
_SHELVES: dict[str, ColumnElement[bool]] = {
    "open": or_(case.c.state.not_in(("ready", "review")), _FINAL.is_(False)),
    "reviewer": and_(_DONE, _FINAL.is_(False), _OPEN_VALUES > 0),
    "approver": and_(_DONE, _FINAL.is_(False), _OPEN_VALUES == 0),
    "program": case.c.state.in_(("queued", "running")),
    "failed": case.c.state == "failed",
    "ready": and_(_DONE, _FINAL.is_(True)),
    "all": true(),
}


def _holds(word: str, names: Mapping[str, str]) -> ColumnElement[bool]:
    theirs = [case_id for case_id, name in names.items() if word.casefold() in name.casefold()]
    named = select(document.c.id).where(
        document.c.case_id == case.c.id, document.c.name.icontains(word, autoescape=True)
    )
    told = [_summed(name).icontains(word, autoescape=True) for name in ("payer", "service")]
    return or_(*told, case.c.id.icontains(word, autoescape=True), case.c.id.in_(theirs), named.exists())


def _order(today: dt.date) -> list[ColumnElement[Any]]:
    last_day = _summed("last_day")
    past = last_day < today.isoformat()
    rank = either((and_(past, _FINAL.is_(False)), 0), (last_day.is_(None), 2), (past, 3), else_=1)
    return [rank, last_day, case.c.created.desc()]


def _count(connection: Connection, found: ColumnElement[bool]) -> dict[str, int]:
    told = [func.sum(either((shelf, 1), else_=0)) for shelf in _SHELVES.values()]
    row = connection.execute(select(*told).where(found)).one()
    return {name: count or 0 for name, count in zip(_SHELVES, row, strict=True)}


def _names(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    rows = select(document.c.case_id, document.c.name).where(document.c.case_id.in_(ids)).order_by(document.c.position)
    names: dict[str, tuple[str, ...]] = {}
    for case_id, name in connection.execute(rows):
        names[case_id] = (*names.get(case_id, ()), name)
    return names


def _line(row: Any, files: tuple[str, ...], today: dt.date) -> WorkLine:
    told = row.summary
    last_day = dt.date.fromisoformat(told["last_day"]) if told.get("last_day") else None
    return WorkLine(
        case=row.id,
        state=row.state,
        waits_for=_waits_for(row.state, told),
        created=dt.datetime.fromtimestamp(row.created, dt.UTC),
        urgent=row.urgent,
        payer=told.get("payer"),
        service=told.get("service"),
        last_day=last_day,
        days_left=(last_day - today).days if last_day else None,
        open_values=told.get("open_points") or 0,
        files=files,
        result_key=row.result_key or row.reviewed_key,
        fault=(row.fault_code, row.fault_message) if row.fault_code else None,
    )


def _waits_for(state: str, told: Mapping[str, Any]) -> str:
    if state == "failed":
        return "failed"
    if state not in ("ready", "review"):
        return "program"
    if told.get("final"):
        return "ready"
    return "reviewer" if told.get("open_points") else "approver"
