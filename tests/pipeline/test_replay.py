"""Dead jobs get another life once what killed them is mended."""

import datetime as dt

from pipeline import jobs
from pipeline.cases import given, open_case, show_case
from pipeline.replay import replay_dead
from pipeline.work import work_on
from pipeline.workflow import Outcome, Task, Workflow
from tests.workflows import COUNTING, with_total

TODAY = dt.date(2026, 3, 20)


def broken_total(task: Task) -> Outcome:
    raise KeyError("a bug of this release")


BROKEN = with_total(COUNTING, broken_total)


def open_and_work(database, storage, workflow: Workflow, text: bytes) -> str:
    case_id, _ = open_case(database, storage, COUNTING, [given("a.txt", text)], TODAY)
    work(database, storage, workflow)
    return case_id


def work(database, storage, workflow: Workflow) -> None:
    while taken := jobs.claim_next(database):
        work_on(database, storage, workflow, taken)


def test_dead_jobs_are_ready_again_and_counted(database, storage):
    """Cases that failed by a bug end well after the release that mends it; others are left as they are."""
    dead = sorted(open_and_work(database, storage, BROKEN, text) for text in (b"one", b"two\nthree"))
    unusable = open_and_work(database, storage, BROKEN, b"unusable")

    planned = replay_dead(database, COUNTING, dry=True)
    untouched = show_case(database, dead[0])["state"]
    found = replay_dead(database, COUNTING)
    work(database, storage, COUNTING)

    assert (planned.cases, planned.jobs, planned.ready, untouched) == (dead, 2, [], "failed")
    assert (found.cases, found.jobs, len(found.ready)) == (dead, 2, 2)
    assert [show_case(database, one)["state"] for one in (*dead, unusable)] == ["ready", "ready", "failed"]
    assert replay_dead(database, COUNTING).jobs == 0


def test_a_page_that_was_given_up_is_counted_and_left(database, storage):
    """Its case went on without it and says so; the chunk it was cut out of is not counted beside it."""
    case_id = open_and_work(database, storage, COUNTING, b"one\nbug\nthree")

    found = replay_dead(database, COUNTING)

    assert (found.jobs, found.left) == (0, 1)
    assert show_case(database, case_id)["state"] == "ready"
