"""Our own servers and disks fail, and workers are killed: that costs a case time, and nothing else."""

import errno
import threading
import time
import traceback
from dataclasses import replace

import pytest
from sqlalchemy import select, text, update

from pipeline import jobs
from pipeline.cases import given, open_case, show_case
from pipeline.database import DatabaseUnavailableError, open_database, patiently
from pipeline.jobs import PATIENT_ATTEMPTS
from pipeline.reconcile import reconcile
from pipeline.sandbox.faults import ReaderKilledError
from pipeline.storage import StorageUnavailableError, UnwritableStorageError
from pipeline.tables import audit, job
from pipeline.work import work_on
from rebut.today import today
from tests.servers import postgres
from tests.workflows import COUNTING, with_total

PATIENT = replace(COUNTING, patient=True)
OUTAGES = [
    StorageUnavailableError("get: 503"),
    UnwritableStorageError("/disk", "no space left on device"),
    DatabaseUnavailableError("OperationalError"),
    OSError(errno.ENOSPC, "no space left on device"),
]


def opened(database, storage, *texts: str) -> str:
    files = [given(f"{n}.txt", text.encode()) for n, text in enumerate(texts)]
    return open_case(database, storage, COUNTING, files, today())[0]


def failing(error: Exception, times: int, stage: str = "read"):
    """The patient workflow, one stage of which fails so often before it works."""
    left = [times]

    def run(task):
        if left[0]:
            left[0] -= 1
            raise error
        return COUNTING.stages[stage].run(task)

    return replace(PATIENT, stages={**PATIENT.stages, stage: replace(PATIENT.stages[stage], run=run)})


def worked(database, storage, workflow, case_id: str) -> dict:
    """Work until the case ends, without waiting for what is to wait."""
    while show_case(database, case_id)["state"] not in ("ready", "failed"):
        taken = jobs.claim_next(database, case_id=case_id)
        if taken:
            work_on(database, storage, workflow, taken)
        make_due(database)
    return show_case(database, case_id)


def make_due(database) -> None:
    with database.write() as connection:
        connection.execute(update(job).where(job.c.state == "ready").values(next_attempt_at=time.time()))


@pytest.mark.parametrize("error", OUTAGES, ids=lambda error: type(error).__name__)
def test_an_outage_costs_no_page(database, storage, error):
    """However long the servers are away, the pages are read afterwards: none is left out for what is not its fault."""
    case_id = opened(database, storage, "one\ntwo")

    case = worked(database, storage, failing(error, 20), case_id)

    assert case["state"] == "ready"
    assert {"stage": "read", "done": 1} in case["stages"]


def test_who_waits_at_a_terminal_is_told_soon(database, storage):
    """`rebut run` has nobody who would mend the disk meanwhile."""
    case_id = opened(database, storage, "one")
    workflow = replace(failing(OUTAGES[1], 20, "intake"), patient=False)

    case = worked(database, storage, workflow, case_id)

    assert case["state"] == "failed"
    assert case["error"]["code"] == "storage-unwritable"


def test_workers_killed_in_a_row_cost_no_page(database, storage):
    """Half a dozen in a row, and only then it is taken for the doing of the page."""
    case_id = opened(database, storage, "one\ntwo")
    work_on(database, storage, PATIENT, jobs.claim_next(database))
    for _ in range(PATIENT_ATTEMPTS - 1):
        while jobs.claim_next(database, lease=-1):  # killed: the lease runs out
            pass
        reconcile(database, PATIENT, lambda ready: [])
        make_due(database)

    case = worked(database, storage, PATIENT, case_id)

    assert case["state"] == "ready"
    with database.read() as connection:
        lost = select(job.c.part).where(job.c.state == "dead", job.c.part.like("%-1"))
        assert connection.execute(lost).all() == []


def test_a_reader_killed_from_outside_costs_no_page(database, storage):
    """As by the kernel when memory is short, several times in a row."""
    case_id = opened(database, storage, "one\ntwo")

    case = worked(database, storage, failing(ReaderKilledError(), 4), case_id)

    assert case["state"] == "ready"
    with database.read() as connection:
        events = connection.execute(select(audit.c.event).where(audit.c.case_id == case_id)).scalars().all()
    assert "dead" not in events


@pytest.mark.slow
def test_what_is_done_waits_for_a_database_that_restarts(storage):
    """The work is not done again: its result is written once the server is back, and the connection too."""
    with postgres() as server:
        database = open_database(server.url)
        case_id = opened(database, storage, "one two")
        runs = []

        def total(task):
            runs.append(threading.Thread(target=server.restart, args=(1.5,)))
            runs[-1].start()
            time.sleep(1.0)
            return COUNTING.stages["total"].run(task)

        case = worked(database, storage, with_total(PATIENT, total), case_id)
        runs[0].join()
        database.close()

    assert case["state"] == "ready"
    assert len(runs) == 1


def test_nobody_waits_for_a_file(tmp_path):
    """A database on this machine's disk that cannot be written says so at once."""
    database = open_database(f"sqlite:///{tmp_path}/rebut.db")
    asked = []

    def ask():
        asked.append(1)
        raise DatabaseUnavailableError("database or disk is full")

    with pytest.raises(DatabaseUnavailableError):
        patiently(database, ask)
    assert len(asked) == 1


def test_an_error_of_the_database_quotes_no_values(database_url):
    """Files' names are values of statements; a trace that reaches a log must not hold them."""
    database = open_database(database_url)
    with pytest.raises(Exception, match=r"nowhere|ProgrammingError") as told, database.write() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": "Marisol Ketterman.pdf"})
    database.close()

    trace = "".join(traceback.format_exception(told.value))
    assert "INSERT INTO nowhere" in trace
    assert "Ketterman" not in trace.replace('{"name": "Marisol Ketterman.pdf"}', "")  # the line of this test
