"""Taking decisions: the rows, and the stages that rest on them made ready again, in one transaction."""

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select, update

from pipeline.accounts import SYSTEM, Actor, may
from pipeline.cases import find_case
from pipeline.database import Database
from pipeline.decisions.check import Seen, row_of
from pipeline.decisions.errors import DecisionRefusedError, NotFinalError, StaleDecisionError, UnseenCaseError
from pipeline.decisions.force import in_force, target_told
from pipeline.decisions.kinds import Wanted
from pipeline.jobs import (
    SETTLED,
    Ready,
    decisions_of,
    forget_jobs,
    insert_joined,
    release_jobs,
    write_audit,
)
from pipeline.results import load_case
from pipeline.storage import MissingObjectError, Storage
from pipeline.tables import case, decision, document, job
from pipeline.trail import append, tell_read
from pipeline.workflow import DecisionRow, Workflow


def take_decisions(
    database: Database,
    storage: Storage,
    workflow: Workflow,
    case_id: str,
    wanted: Sequence[Wanted],
    actor: Actor = SYSTEM,
    revision: str | None = None,
) -> list[Ready]:
    """Take decisions on the result with this revision, all of them or none; returns the jobs that became ready.

    `revision`: None takes whatever result there is, for a person who sees nothing else. While decisions taken
    before are worked in, others on the same result are taken too, except where they touch what someone else has
    just decided. Raises UnseenCaseError, StaleDecisionError, DecisionRefusedError, ValueFormatError, NotFinalError.
    """
    _refuse_mixed(wanted)
    key = _seen_key(database, case_id, actor, "case.decide")
    if key is None:
        raise UnseenCaseError(case_id)
    try:
        result = load_case(storage, key)
    except MissingObjectError:
        raise UnseenCaseError(case_id) from None
    with database.write() as connection:
        mine = find_case(connection, case_id, actor, "case.decide", lock=True)
        rows = decisions_of(connection, case_id)
        names = _names(connection, case_id)
        now_key = mine.result_key or mine.reviewed_key
        if now_key != key or (revision is not None and revision != revision_of(key)):
            raise StaleDecisionError(case_id, _changed(rows, names, revision), now_key and revision_of(now_key))
        seen = Seen(case_id=case_id, result=result, rows=rows, names=names, revision=revision_of(key))
        approver = may(actor, "case.approve")
        taken = [row_of(one, seen, actor.id, approver, number) for number, one in enumerate(wanted, len(rows) + 1)]
        _refuse_overtaken(case_id, taken, rows, names, seen.revision, mine)
        connection.execute(decision.insert(), [_as_columns(case_id, row) for row in taken])
        ready = _do_again(connection, workflow, case_id, mine, [_first(workflow, row, rows) for row in taken])
        connection.execute(
            update(case)
            .where(case.c.id == case_id)
            .values(state="running", reviewed_key=key, result_key=None, changed=time.time())
            .values(fault_code=None, fault_message=None)
        )
        for row in taken:
            detail = {"decision": row.number, "kind": row.kind, "actor": row.actor}
            write_audit(connection, case_id, "decided", detail=detail)
        told = {"decisions": len(taken), "first": taken[0].number, "kind": taken[0].kind}
        append(connection, actor, "case.decide", case_id, mine.clinic, told)
    return ready


def list_decisions(database: Database, case_id: str, actor: Actor = SYSTEM) -> list[dict[str, Any]]:
    """Return every decision on the case, oldest first, those that were superseded or undone too."""
    with database.read() as connection:
        clinic = find_case(connection, case_id, actor).clinic
        rows = decisions_of(connection, case_id)
        names = _names(connection, case_id)
    tell_read(database, actor, "case.read", case_id, clinic)
    standing = {row.number for row in in_force(rows)}
    return [
        {
            "number": row.number,
            "at": row.at,
            "by": row.actor,
            "kind": row.kind,
            "target": target_told(row.target, names),
            "value": row.value,
            "reason": row.reason,
            "before": row.before,
            "taken_on": row.taken_on,
            "in_force": row.number in standing,
        }
        for row in rows
    ]


def revision_of(key: str) -> str:
    """Return the digest that names a result: the same bytes have the same."""
    return key.rpartition("/")[2]


def _refuse_mixed(wanted: Sequence[Wanted]) -> None:
    if not wanted:
        raise DecisionRefusedError("there is none", "Send one decision or several.")
    if len(wanted) > 1 and any(one.kind == "approve" for one in wanted):
        raise DecisionRefusedError("others come with the approval", "Approve the result that holds them.")


def _seen_key(database: Database, case_id: str, actor: Actor, right: str) -> str | None:
    with database.read() as connection:
        row = find_case(connection, case_id, actor, right)
    return row.result_key or row.reviewed_key


def _names(connection: Connection, case_id: str) -> dict[str, str]:
    rows = connection.execute(select(document.c.id, document.c.name).where(document.c.case_id == case_id))
    return {row.id: row.name for row in rows}


def _changed(rows: Sequence[DecisionRow], names: dict[str, str], revision: str | None) -> list[str]:
    """Say what was decided on the result that the person saw, and since."""
    first = next((at for at, row in enumerate(rows) if row.taken_on == revision), len(rows))
    told = [_in_words(row, names) for row in rows[first:]]
    return told or ["files were added, or it was made again"]


_WORDS = {
    "correct_value": "{0} was corrected",
    "choose_candidate": "another candidate was chosen for {0}",
    "confirm_value": "{0} was confirmed",
    "overrule": "criterion {0} was overruled",
    "exclude_page": "{0} was left out",
    "include_page": "{0} was let in",
    "undo": "a decision on {0} was undone",
    "approve": "the packet was approved",
}


def _in_words(row: DecisionRow, names: dict[str, str]) -> str:
    return _WORDS[row.kind].format(target_told(row.target, names) or "the packet")


def _refuse_overtaken(
    case_id: str,
    taken: Sequence[DecisionRow],
    rows: Sequence[DecisionRow],
    names: dict[str, str],
    revision: str,
    mine: Any,
) -> None:
    """Raise where, since this result, someone else decided on the same thing: it is not in the result yet."""
    if mine.result_key:
        return
    if any(row.kind == "approve" for row in taken):
        raise NotFinalError(case_id, "it is being made again")
    last = {row.target: row for row in rows}
    for row in taken:
        other = last.get(row.target)
        if other and other.taken_on == revision and other.actor != row.actor:
            raise StaleDecisionError(case_id, [_in_words(other, names)], revision)


def _as_columns(case_id: str, row: DecisionRow) -> dict[str, Any]:
    return {"case_id": case_id, **{name: getattr(row, name) for name in DecisionRow.__dataclass_fields__}}


def _first(workflow: Workflow, row: DecisionRow, rows: Sequence[DecisionRow]) -> str:
    """Return the first stage that rests on the decision; for an undone one, on that."""
    kind = row.kind
    if kind == "undo":
        kind = next(at.kind for at in rows if at.number == row.value["decision"])
    return workflow.again.get(kind, workflow.last)


def _do_again(
    connection: Connection, workflow: Workflow, case_id: str, mine: Any, firsts: Sequence[str]
) -> list[Ready]:
    """Forget the jobs from the earliest of these stages on and add its job, unless earlier ones are still open.

    Those add it when they are done. A worker at one that is forgotten loses its claim, and its work is dropped.
    """
    order = list(workflow.stages)
    joined = [stage for stage in order if stage in workflow.joins]
    first = min(firsts, key=order.index)
    if mine.state == "failed":  # by what an earlier decision led to: all that may have failed is done again
        first = min({first, *workflow.again.values()}, key=order.index)
    forget_jobs(connection, case_id, order[order.index(first) :])
    release_jobs(connection, case_id)
    assert first in joined, "a stage that decisions lead back to waits for others"
    earlier = order[: order.index(first)]
    open_jobs = select(func.count()).select_from(job).where(job.c.case_id == case_id, job.c.stage.in_(earlier))
    if connection.execute(open_jobs.where(job.c.state.not_in(SETTLED))).scalar():
        return []
    return insert_joined(connection, workflow, case_id, first, mine.urgent)
