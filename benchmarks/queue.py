"""What claiming a job costs when ten thousand cases wait.

    python -m benchmarks.queue [--cases 10000] [--database URL] [--write]

A batch of that many cases by one submitter, and a few by ten others, stand in the database (SQLite in a
temporary folder unless a URL is given). Measured: `claim_like`, what a worker does with a hint, and the
rounds of the reconciler. `--write` puts the table into docs/benchmarks.md.
"""

import argparse
import platform
import statistics
import tempfile
import time

from benchmarks.marked import write_between
from pipeline import jobs
from pipeline.database import Database, open_database
from pipeline.reconcile import reconcile
from pipeline.stages import WORKFLOW
from pipeline.tables import case
from pipeline.workflow import Successor

MARKS = ("<!-- queue: written by benchmarks/queue.py -->", "<!-- /queue -->")
_OTHERS = 10
_CLAIMS = 300


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(options.database or f"sqlite:///{folder}/rebut.db")
        hint = fill(database, options.cases)
        claims = sorted(claim_seconds(database, hint) for _ in range(_CLAIMS))
        began = time.perf_counter()
        reconcile(database, WORKFLOW, lambda ready: [])
        watched = time.perf_counter() - began
        kind = database.engine.dialect.name
        database.close()
    table = f"""## Claiming a job

`python -m benchmarks.queue --write`: {options.cases} cases of one submitter and {_OTHERS * 10} of {_OTHERS} others wait
({kind}); {_CLAIMS} claims one after the other.

| | ms |
|---|---|
| claim, median | {statistics.median(claims) * 1000:.1f} |
| claim, 19 of 20 under | {claims[int(0.95 * len(claims))] * 1000:.1f} |
| a round of the reconciler | {watched * 1000:.0f} |

Python {platform.python_version()}, {platform.machine()}. Goal: a claim under 5 ms.
"""
    print(table)
    if options.write:
        write_between(MARKS, table)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The cost of claiming a job.")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--database", metavar="URL", help="an empty database")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    return parser.parse_args()


def fill(database: Database, cases: int) -> str:
    """Add cases with one waiting job each; returns the id of a job."""
    wanted = [("batch", number) for number in range(cases)]
    wanted += [(f"clinic-{who}", number) for who in range(_OTHERS) for number in range(10)]
    now, ready = time.time(), []
    with database.write() as connection:
        for submitter, number in wanted:
            case_id = f"{submitter.replace('-', '')}{number}"
            row = {"id": case_id, "created": now, "changed": now, "state": "queued", "today": "2026-03-01"}
            connection.execute(case.insert().values(**row, submitter=submitter))
            first = Successor(stage="intake", part="document", input_hash="0" * 64)
            ready += jobs.insert_jobs(connection, WORKFLOW, case_id, [first], False)
    return ready[0].job_id


def claim_seconds(database: Database, hint: str) -> float:
    """Return what a worker with a hint waits for its job."""
    began = time.perf_counter()
    if jobs.claim_like(database, hint) is None:
        raise SystemExit("nothing was left to claim")
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
