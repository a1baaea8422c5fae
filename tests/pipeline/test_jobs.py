"""What the database promises about jobs."""

import datetime as dt
import json
import threading
import time
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from extractors.errors import SameNameTwiceError
from pipeline import jobs
from pipeline.cases import (
    KeyReusedError,
    NoSuchCaseError,
    UnusableFileError,
    add_files,
    given,
    list_cases,
    open_case,
    purge_case,
    retry_case,
    show_case,
)
from pipeline.jobs import LostLeaseError
from pipeline.progress import watch_case
from pipeline.reconcile import reconcile
from pipeline.tables import audit, document, job
from pipeline.work import work_on
from pipeline.workflow import Outcome
from tests.errors import UnusableError
from tests.workflows import COUNTING

TODAY = dt.date(2026, 3, 1)


def opened(database, storage, *texts: str, **options) -> str:
    files = [given(f"{n}.txt", text.encode()) for n, text in enumerate(texts)]
    return open_case(database, storage, COUNTING, files, TODAY, **options)[0]


def worked(database, storage, case_id: str) -> dict:
    """Work on the case in this process until nothing is ready."""
    while taken := jobs.claim_next(database, case_id=case_id):
        work_on(database, storage, COUNTING, taken)
    return show_case(database, case_id)


def result(storage, case: dict) -> dict:
    return json.loads(storage.get(case["result_key"]))


def test_a_case_goes_from_files_to_result(database, storage):
    """Every file is taken in and read in parts, and the last part to finish starts what waits for all."""
    case_id = opened(database, storage, "one two\nthree\nfour", "five six")

    case = worked(database, storage, case_id)

    assert case["state"] == "ready"
    assert result(storage, case) == {"words": 6, "lines": 4}
    assert case["stages"] == [
        {"stage": "intake", "done": 2},
        {"stage": "read", "done": 3},
        {"stage": "total", "done": 1},
    ]
    assert list_cases(database)[0]["payer"] == "Test"
    assert list_cases(database)[0]["error"] is None


def test_the_list_of_cases_says_why_one_failed(database, storage):
    """The operator at night sees from the list what to look at."""
    case_id = opened(database, storage, "unusable")

    worked(database, storage, case_id)

    assert [(row["state"], row["error"]) for row in list_cases(database)] == [("failed", UnusableError.code)]


def test_a_job_is_claimed_once(database, storage):
    """Two workers that were told of the same job do not both get it."""
    opened(database, storage, "one")
    (ready,) = [row.job_id for row in _ready(database)]
    got = []

    threads = [threading.Thread(target=lambda: got.append(jobs.claim(database, ready))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len([taken for taken in got if taken]) == 1


def test_a_lost_lease_finishes_nothing(database, storage):
    """A worker that was given up for dead and comes back writes no result over its successor's."""
    opened(database, storage, "one")
    late = jobs.claim_next(database, lease=-1)
    reconcile(database, COUNTING, lambda ready: [])
    _make_due(database)
    again = jobs.claim(database, late.id)

    with pytest.raises(LostLeaseError):
        jobs.finish(database, COUNTING, late, Outcome(output_key="cases/x/late"))
    with pytest.raises(LostLeaseError):
        jobs.fail(database, COUNTING, late, ValueError())
    assert not jobs.heartbeat(database, late)
    assert jobs.heartbeat(database, again)
    assert again.attempts == 2


def test_finishing_twice_adds_no_successor_twice(database, storage):
    """The same work done again, after the same claim was settled, changes nothing."""
    opened(database, storage, "one\ntwo\nthree")
    taken = jobs.claim_next(database)
    work_on(database, storage, COUNTING, taken)
    before = _count(database)

    work_on(database, storage, COUNTING, taken)

    assert _count(database) == before == 3


@pytest.mark.parametrize("workers", [4])
def test_parallel_finishers_start_what_follows_once(database, storage, workers):
    """However many parts end at the same moment, what waits for all of them is started once."""
    case_id = opened(database, storage, "\n".join("a b c" for _ in range(40)))
    work_on(database, storage, COUNTING, jobs.claim_next(database))

    def drain() -> None:
        while taken := jobs.claim_next(database, queues=["read"]):
            work_on(database, storage, COUNTING, taken)

    threads = [threading.Thread(target=drain) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {"stage": "total", "ready": 1} in show_case(database, case_id)["stages"]
    assert result(storage, worked(database, storage, case_id)) == {"words": 120, "lines": 40}


def test_an_unusable_file_ends_the_case_with_its_reason(database, storage):
    """The error names the file and says what to do, and nothing more of the case is worked on."""
    case_id = opened(database, storage, "unusable", "fine\nfine")

    case = worked(database, storage, case_id)

    assert case["state"] == "failed"
    assert case["error"] == {"code": "test-unusable", "message": "0.txt cannot be used. Send another."}
    assert case["result_key"] is None
    assert {"stage": "total"} not in [{"stage": s["stage"]} for s in case["stages"]]


def test_what_may_pass_is_tried_again_later(database, storage, monkeypatch):
    """A failed connection or a full disk gives the job back, not before its time."""
    monkeypatch.setattr(jobs, "BACKOFF_SECONDS", (3600.0,))  # longer than any machine is slow
    case_id = opened(database, storage, "flaky")
    assert worked(database, storage, case_id)["state"] == "running"
    assert watch_case(database, case_id).next_due > time.time()
    _make_due(database)

    assert worked(database, storage, case_id)["state"] == "ready"


def test_a_page_that_always_fails_costs_itself_alone(database, storage):
    """The chunk that holds it is cut up, its neighbours are read, and the case goes on without it."""
    case_id = opened(database, storage, "one two\nbug\nthree\nfour")

    case = worked(database, storage, case_id)

    assert case["state"] == "ready"
    assert result(storage, case) == {"words": 4, "lines": 3}


def test_a_failed_case_can_be_tried_again(database, storage):
    """`retry` gives the failed jobs their attempts back and takes the error off the case."""
    case_id = opened(database, storage, "unusable")
    worked(database, storage, case_id)

    (ready,) = retry_case(database, COUNTING, case_id)

    assert ready.stage == "intake"
    assert show_case(database, case_id)["state"] == "running"
    assert worked(database, storage, case_id)["state"] == "failed"


def test_a_lost_hint_is_published_again(database, storage):
    """What the broker forgot is told to it again, and nothing is told twice within the half minute."""
    opened(database, storage, "one", "two")
    told = []

    def publish(ready):
        told.extend(ready)
        return [at.job_id for at in ready]

    fresh = reconcile(database, COUNTING, publish)
    late = reconcile(database, COUNTING, publish, republish_after=-1)
    again = reconcile(database, COUNTING, publish)

    assert fresh.published == again.published == []
    assert len(late.published) == len(told) == 2


def test_attempts_run_out(database, storage):
    """A job whose worker dies every time is parked as dead, and its case failed with a way on."""
    case_id = opened(database, storage, "one")
    for _ in range(3):
        _make_due(database)
        assert jobs.claim_next(database, lease=-1)
        reconcile(database, COUNTING, lambda ready: [])

    case = show_case(database, case_id)

    assert case["stages"] == [{"stage": "intake", "dead": 1}]
    assert case["state"] == "failed"
    assert case["error"]["code"] == "worker-lost"
    assert "rebut retry" in case["error"]["message"]


def test_a_dry_run_changes_nothing(database, storage):
    """The reconciler can be asked what it would do."""
    opened(database, storage, "one", "two")
    taken = jobs.claim_next(database, lease=-1)

    found = reconcile(database, COUNTING, lambda ready: pytest.fail("published"), dry=True, republish_after=-1)

    assert found.expired == [taken.id]
    assert len(found.published) == 1
    assert jobs.heartbeat(database, taken)


def test_an_urgent_case_goes_first(database, storage):
    """A job of an expedited case is claimed before older ones."""
    opened(database, storage, "one")
    urgent = opened(database, storage, "two", urgent=True)

    assert jobs.claim_next(database).case_id == urgent


def test_added_files_are_read_and_all_that_rests_on_them_is_done_again(database, storage):
    """The pages read before are not read again."""
    case_id = opened(database, storage, "one")
    worked(database, storage, case_id)

    add_files(database, storage, COUNTING, case_id, [given("more.txt", b"two three")])
    case = worked(database, storage, case_id)

    assert result(storage, case) == {"words": 3, "lines": 2}
    assert {"stage": "read", "done": 2} in case["stages"]
    with pytest.raises(SameNameTwiceError):
        add_files(database, storage, COUNTING, case_id, [given("more.txt", b"other")])


def test_the_same_key_is_the_same_case(database, storage):
    """A request sent twice with one Idempotency-Key opens one case; with other files it is refused."""
    first = opened(database, storage, "one", idempotency_key="k")

    assert opened(database, storage, "one", idempotency_key="k") == first
    with pytest.raises(KeyReusedError):
        opened(database, storage, "two", idempotency_key="k")


def test_files_added_to_a_case_that_cannot_be_read_are_refused(database, storage):
    """What waits for all files would wait for ever."""
    case_id = opened(database, storage, "unusable")
    worked(database, storage, case_id)

    with pytest.raises(UnusableFileError):
        add_files(database, storage, COUNTING, case_id, [given("more.txt", b"two")])


def test_a_case_purged_under_a_worker_leaves_nothing(database, storage):
    """What the worker stores after the purge is swept when it finds its lease gone."""

    def purged_meanwhile(task):
        outcome = COUNTING.stages["intake"].run(task)
        purge_case(database, storage, task.case.id)
        task.store(b"late result")
        storage.put(f"files/{task.documents[0].sha256}/pages", b"late pages")
        return outcome

    opened(database, storage, "one")
    stage = replace(COUNTING.stages["intake"], run=purged_meanwhile)
    workflow = replace(COUNTING, stages={**COUNTING.stages, "intake": stage})

    assert work_on(database, storage, workflow, jobs.claim_next(database)) == []
    assert list(storage.keys("")) == []


def test_two_files_of_one_name_are_refused(database, storage):
    """A citation must name one file."""
    files = [given("a.pdf", b"1"), given("a.pdf", b"2")]

    with pytest.raises(SameNameTwiceError):
        open_case(database, storage, COUNTING, files, TODAY)
    assert list_cases(database) == []


def test_a_purged_case_leaves_only_its_audit_trail(database, storage):
    """Rows and objects go; a file that another case holds stays for that case."""
    gone = opened(database, storage, "one", "shared")
    kept = opened(database, storage, "shared")
    worked(database, storage, gone)
    worked(database, storage, kept)

    purge_case(database, storage, gone)

    assert not any(gone in key for key in storage.keys("cases/"))
    assert len(list(storage.keys("files/"))) == 1
    with pytest.raises(NoSuchCaseError):
        show_case(database, gone)
    with database.read() as connection:
        assert connection.execute(select(document).where(document.c.case_id == gone)).all() == []
        events = connection.execute(select(audit.c.event).where(audit.c.case_id == gone)).scalars().all()
    assert events[0] == "opened"
    assert events[-1] == "purged"
    assert show_case(database, kept)["state"] == "ready"


def test_the_audit_trail_holds_no_name(database, storage):
    """Ids, codes and counts only."""
    files = [given("Marisol Ketterman.txt", b"unusable")]
    case_id, _ = open_case(database, storage, COUNTING, files, TODAY)
    worked(database, storage, case_id)

    with database.read() as connection:
        rows = connection.execute(select(audit)).all()

    assert rows
    assert "Ketterman" not in str(rows)


def _ready(database) -> list[jobs.Ready]:
    with database.read() as connection:
        return [jobs.Ready(*row) for row in connection.execute(select(job.c.id, job.c.stage, job.c.queue))]


def _count(database) -> int:
    with database.read() as connection:
        return len(connection.execute(select(job.c.id)).all())


def _make_due(database) -> None:
    with database.write() as connection:
        connection.execute(update(job).values(next_attempt_at=0))


def test_a_job_given_back_after_its_case_failed_waits_with_the_others(database, storage):
    """Two files at once: one ends the case, the process that has the other dies then. Nobody would take it up again."""
    case_id = opened(database, storage, "unusable", "one two")
    first, second = (jobs.claim_next(database, case_id=case_id) for _ in range(2))
    work_on(database, storage, COUNTING, first)
    jobs.fail_killed(database, COUNTING, second, "worker-lost")
    assert show_case(database, case_id)["state"] == "failed"
    with database.read() as connection:
        assert "ready" not in connection.execute(select(job.c.state)).scalars().all()
