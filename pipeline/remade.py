"""A case that was worked through before: the same files, as of the same day, by the same program.

Its packet would come out the same to the byte but for the case's number, so `rebut run` gives that one again.
Not where a person has decided something on it since, nor where a page was lost: another try may read it.
"""

import datetime as dt
import sysconfig
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import Connection, exists, select

from pipeline.accounts import Actor, within
from pipeline.cases import Given
from pipeline.database import Database
from pipeline.storage import digest
from pipeline.tables import case, decision, document, job

MADE_BY = "made_by"  # option of a case: `program_mark` of the program that opened it
_PACKAGES = ("extractors", "pipeline", "templates")


def find_remade(database: Database, given: Sequence[Given], today: dt.date, mark: str, actor: Actor) -> str | None:
    """Return the newest case that was made of just these files, in this order and under these names; None: no such."""
    told = [(file.name, file.sha256) for file in given]
    decided = exists().where(decision.c.case_id == case.c.id)
    unsettled = exists().where(job.c.case_id == case.c.id, job.c.state != "done")
    lost = exists().where(job.c.case_id == case.c.id, job.c.stage == "read", job.c.output_key.like("cases/%"))
    alike = (
        select(case.c.id, case.c.options)
        .join(document, document.c.case_id == case.c.id)
        .where(document.c.sha256 == given[0].sha256, case.c.state == "ready", case.c.today == today.isoformat())
        .where(within(case.c.clinic, actor, "case.read"), ~decided, ~unsettled, ~lost)
        .order_by(case.c.created.desc())
    )
    with database.read() as connection:
        for row in connection.execute(alike).all():
            if row.options.get(MADE_BY) == mark and _files_of(connection, row.id) == told:
                return row.id
    return None


def _files_of(connection: Connection, case_id: str) -> list[tuple[str, str]]:
    mine = select(document.c.name, document.c.sha256).where(document.c.case_id == case_id)
    return [(row.name, row.sha256) for row in connection.execute(mine.order_by(document.c.position))]


@cache
def program_mark(clinic: Path | None = None) -> str:
    """Return a digest of all that a packet depends on besides its files and the day: some 20 ms.

    Our code and data, the libraries that are installed, and the clinic's own letters.
    """
    told = sorted(path.name for path in Path(sysconfig.get_path("purelib")).glob("*.dist-info"))
    folders = [Path(next(iter(find_spec(name).submodule_search_locations))) for name in _PACKAGES]
    for folder in (*folders, *([clinic] if clinic else [])):
        kept = (path for path in sorted(folder.rglob("*")) if path.suffix != ".pyc" and path.is_file())
        told += [f"{path.relative_to(folder)} {digest(path.read_bytes())}" for path in kept]
    return digest("\n".join(told).encode())[:32]
