"""Whose job goes first, on SQLite and PostgreSQL."""

import datetime as dt
import subprocess
import sys
import time

import pytest
from sqlalchemy import update

from pipeline import jobs
from pipeline.cases import given, open_case, retry_case, show_case
from pipeline.reconcile import reconcile
from pipeline.tables import case, job
from pipeline.turns import EXPEDITED, NEAR, USUAL, priority_of
from pipeline.work import work_on
from pipeline.workplace import is_gone, this_process
from tests.workflows import COUNTING

TODAY = dt.date(2026, 3, 1)


def send(database, storage, submitter: str, *texts: str, **options) -> str:
    files = [given(f"{n}.txt", text.encode()) for n, text in enumerate(texts or ("one",))]
    return open_case(database, storage, COUNTING, files, TODAY, submitter=submitter, **options)[0]


def claimed(database, count: int, **where) -> list[str]:
    """The cases whose jobs are claimed next, in order."""
    taken = [jobs.claim_next(database, **where) for _ in range(count)]
    return [at.case_id for at in taken if at]


def test_a_batch_does_not_starve_another_clinic(database, storage):
    """The case that comes after a batch of 60 is taken next, and so is each of the few that follow it."""
    batch = [send(database, storage, "hospital") for _ in range(60)]
    assert claimed(database, 3) == batch[:3]

    clinic = [send(database, storage, "clinic") for _ in range(3)]

    assert claimed(database, 6) == [batch[3], clinic[0], batch[4], clinic[1], batch[5], clinic[2]]


def test_three_submitters_take_turns(database, storage):
    """Whatever the order in which their batches came."""
    sent = {who: [send(database, storage, who) for _ in range(4)] for who in ("a", "b", "c")}

    first = claimed(database, 9)

    assert [sum(one in sent[who] for one in first) for who in sent] == [3, 3, 3]


def test_who_was_away_has_nothing_to_catch_up_on(database, storage):
    """A clinic that sends a batch after a month does not push aside those who worked meanwhile."""
    send(database, storage, "rare")
    claimed(database, 1)
    for _ in range(40):
        send(database, storage, "daily")
    claimed(database, 40)

    for _ in range(10):
        send(database, storage, "rare")
    daily = send(database, storage, "daily")

    assert daily in claimed(database, 3)


def test_an_expedited_case_goes_before_all_and_a_near_deadline_before_the_rest(database, storage):
    """By the case, not by when it came."""
    usual = send(database, storage, "a", "one\ntwo")
    near = send(database, storage, "a", "one\ntwo")
    with database.write() as connection:
        connection.execute(update(case).where(case.c.id == near).values(summary={"last_day": "2026-03-05"}))
    for _ in range(2):
        work_on(database, storage, COUNTING, jobs.claim_next(database, queues=["intake"]))
    urgent = send(database, storage, "b", urgent=True)

    assert claimed(database, 3) == [urgent, near, usual]


@pytest.mark.parametrize(
    ("urgent", "last_day", "expected"),
    [
        (True, "2026-12-01", EXPEDITED),
        (False, "2026-03-08", NEAR),
        (False, "2026-02-01", NEAR),  # past: a person must hear of it soon
        (False, "2026-03-09", USUAL),
        (False, None, USUAL),
    ],
)
def test_what_is_near(urgent, last_day, expected):
    """A week to the last day."""
    assert priority_of(urgent, last_day, "2026-03-01") == expected


def test_a_hint_takes_what_goes_first_of_its_stage(database, storage):
    """Of an expedited case before the one it names; and nothing of another stage, whose time is another."""
    late = send(database, storage, "a", "one\ntwo")
    other = send(database, storage, "a")
    work_on(database, storage, COUNTING, jobs.claim_next(database))
    (read,) = jobs.ready_jobs(database, late)
    urgent = send(database, storage, "b", urgent=True)
    (hint,) = jobs.ready_jobs(database, other)

    assert jobs.claim_like(database, hint.job_id).case_id == urgent
    assert jobs.claim_like(database, hint.job_id).case_id == other
    assert jobs.claim_like(database, hint.job_id) is None
    assert jobs.claim_like(database, read.job_id).stage == "read"
    assert jobs.claim_like(database, "no such job") is None


def test_jobs_of_a_failed_case_are_out_of_the_way(database, storage):
    """And are back when it is tried again."""
    failed = send(database, storage, "a", "unusable", *(["fine"] * 9))
    fine = send(database, storage, "b")
    work_on(database, storage, COUNTING, jobs.claim_next(database, case_id=failed))

    assert show_case(database, failed)["stages"] == [{"stage": "intake", "failed": 1, "held": 9}]
    assert claimed(database, 2) == [fine]
    assert len(retry_case(database, COUNTING, failed)) == 10


def test_what_follows_from_work_that_ends_after_its_case_failed_waits(database, storage):
    """One worker reads a file on while another finds a second file unusable: the queue holds nothing of the case."""
    failed = send(database, storage, "a", "fine\nfine", "unusable")
    good, bad = (jobs.claim_next(database, case_id=failed) for _ in range(2))
    work_on(database, storage, COUNTING, bad)

    assert work_on(database, storage, COUNTING, good) == []
    assert jobs.ready_jobs(database, failed) == []
    assert {job.stage for job in retry_case(database, COUNTING, failed)} == {"intake", "read"}


def test_a_job_whose_worker_was_killed_is_back_at_once(database, storage):
    """The reconciler on the same machine sees that the process has ended, and does not wait for the lease."""
    send(database, storage, "a")
    worker = (
        "import sys, time\nfrom pipeline import jobs\nfrom pipeline.database import open_database\n"
        "print(jobs.claim_next(open_database(sys.argv[1])).id, flush=True)\ntime.sleep(60)\n"
    )
    url = database.engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen([sys.executable, "-c", worker, url], stdout=subprocess.PIPE, text=True)
    claimed_job = process.stdout.readline().strip()
    alive = reconcile(database, COUNTING, lambda ready: [])
    process.kill()
    process.wait()

    found = reconcile(database, COUNTING, lambda ready: [])

    assert alive.expired == []
    assert found.expired == [claimed_job]
    with database.write() as connection:
        connection.execute(update(job).values(next_attempt_at=time.time()))
    assert jobs.claim_next(database).id == claimed_job


def test_the_pieces_of_a_lost_chunk_are_published_at_once(database, storage):
    """The reconciler tells the broker of them itself."""
    send(database, storage, "a", "one\ntwo")
    work_on(database, storage, COUNTING, jobs.claim_next(database))
    jobs.claim_next(database, lease=-1)
    told = []

    reconcile(database, COUNTING, lambda ready: told.extend(ready) or [at.job_id for at in ready])

    assert [at.stage for at in told] == ["read", "read"]


def test_a_process_is_known_by_more_than_its_id():
    """Another boot, another machine or an id that was used again is not taken for it."""
    here = this_process()
    place, _, rest = here.partition(":")

    assert not is_gone(here)
    assert is_gone(f"{place}:{rest.partition('.')[0]}.1")
    assert not is_gone(f"elsewhere:{rest}")
    assert not is_gone(None)
