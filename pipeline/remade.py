"""A case that was worked through before: the same files, as of the same day, by the same program.

Its packet would come out the same to the byte but for the case's number, so `rebut run` gives that one again.
Not where a person has decided something on it since, nor where a page was lost: another try may read it.
"""

import datetime as dt
import json
import sqlite3
import sys
import sysconfig
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from pipeline.storage import digest

MADE_BY = "made_by"  # option of a case: `program_mark` of the program that opened it
_PACKAGES = ("extractors", "pipeline", "templates")
_SQLITE = "sqlite:///"

# One row for each file of each case that may be it, newest case first.
_ALIKE = """
SELECT c.id, c.result_key, CAST(c.options AS TEXT) AS options, d.name, d.sha256
FROM case_file c JOIN document d ON d.case_id = c.id
WHERE c.state = 'ready' AND c.today = :today
  AND c.id IN (SELECT case_id FROM document WHERE sha256 = :first)
  AND NOT EXISTS (SELECT 1 FROM decision WHERE case_id = c.id)
  AND NOT EXISTS (
    SELECT 1 FROM job
    WHERE case_id = c.id AND (state <> 'done' OR stage = 'read' AND output_key LIKE 'cases/%')
  )
ORDER BY c.created DESC, c.id, d.position
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remade:
    """An earlier case and where the index of its packet lies."""

    case_id: str
    result_key: str


def find_remade(url: str, files: Sequence[tuple[str, str]], today: dt.date, mark: str) -> Remade | None:
    """Return the newest case that was made of just these files, in this order and under these names; None: no such.

    `url`: of the database. `files`: name and SHA-256 of each. For the command line alone: it asks of every clinic.
    """
    rows = _asked(url, {"today": today.isoformat(), "first": files[0][1]})
    for (case_id, result_key, options), held in groupby(rows, key=itemgetter(0, 1, 2)):
        if [tuple(row[3:]) for row in held] == list(files) and json.loads(options).get(MADE_BY) == mark:
            return Remade(case_id=case_id, result_key=result_key)
    return None


def _asked(url: str, values: Mapping[str, Any]) -> Iterable[Sequence[Any]]:
    """Return the rows that `_ALIKE` finds.

    A file is asked without SQLAlchemy: to import it takes 0.2 s, and the whole of such a run is 0.2 s besides. What
    is wrong with that file, the run itself will say.
    """
    if url.startswith(_SQLITE) and "?" not in url:
        with suppress(sqlite3.Error), closing(_opened(url.removeprefix(_SQLITE))) as connection:
            return connection.execute(_ALIKE, values).fetchall()
        return []
    from sqlalchemy import text

    from pipeline.database import open_database

    with open_database(url).read() as connection:
        return connection.execute(text(_ALIKE), values).all()


def _opened(path: str) -> sqlite3.Connection:
    """Open a database that is there; the file is not made where it is not."""
    return sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=rw", timeout=30, uri=True)


@cache
def program_mark(clinic: Path | None = None) -> str:
    """Return a digest of all that a packet depends on besides its files and the day: some 20 ms.

    Our code and data, but for what Python and we ourselves compile of them; Python, the libraries that are installed,
    and the clinic's own letters.
    """
    told = [sys.version, *sorted(path.name for path in Path(sysconfig.get_path("purelib")).glob("*.dist-info"))]
    folders = [Path(next(iter(find_spec(name).submodule_search_locations))) for name in _PACKAGES]
    for folder in (*folders, *([clinic] if clinic else [])):
        kept = (path for path in sorted(folder.rglob("*")) if "__pycache__" not in path.parts and path.is_file())
        told += [f"{path.relative_to(folder)} {digest(path.read_bytes())}" for path in kept]
    return digest("\n".join(told).encode())[:32]
