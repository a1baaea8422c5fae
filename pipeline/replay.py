"""Give dead jobs another life, after what killed them was mended."""

from dataclasses import dataclass, field

from sqlalchemy import func, select

from pipeline.cases import BusyCaseError, NoSuchCaseError, NothingToRetryError, retry_case
from pipeline.database import Database
from pipeline.jobs import Ready
from pipeline.tables import case, job
from pipeline.workflow import Workflow


@dataclass(slots=True, kw_only=True)
class Replayed:
    """What came back."""

    cases: list[str] = field(default_factory=list)  # ids
    jobs: int = 0  # dead jobs that are ready again
    left: int = 0  # pages that were given up in cases which went on without them
    ready: list[Ready] = field(default_factory=list)


def replay_dead(database: Database, workflow: Workflow, dry: bool = False) -> Replayed:
    """Make every dead job ready again whose case failed by it.

    A page that killed its reader stays given up: its case went on and says which page is missing.
    """
    expendable = [name for name, stage in workflow.stages.items() if stage.expendable]
    dead = select(job.c.case_id, func.count()).join(case, case.c.id == job.c.case_id).where(job.c.state == "dead")
    failed = dead.where(case.c.state == "failed", job.c.stage.not_in(expendable)).group_by(job.c.case_id)
    lost = select(job.c.stage, job.c.part).where(job.c.state == "dead", job.c.stage.in_(expendable))
    found = Replayed()
    with database.read() as connection:
        waiting = connection.execute(failed.order_by(job.c.case_id)).all()
        found.left = sum(not _was_split(workflow, *row) for row in connection.execute(lost))
    for case_id, count in waiting:
        if not dry:
            try:
                found.ready += retry_case(database, workflow, case_id)
            except (BusyCaseError, NothingToRetryError, NoSuchCaseError):  # somebody else was quicker
                continue
        found.cases.append(case_id)
        found.jobs += count
    return found


def _was_split(workflow: Workflow, stage: str, part: str) -> bool:
    """Whether smaller jobs took the place of this one."""
    pieces = workflow.stages[stage].pieces
    return bool(pieces and pieces(part))
