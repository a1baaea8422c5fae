"""`/metrics` says what the database says, in a form that Prometheus takes, and names nobody."""

import datetime as dt
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import create_engine, text, update

from pipeline import jobs
from pipeline.cases import given, open_case, purge_case
from pipeline.database import open_database
from pipeline.pulse import RECONCILER, WORKER, feel_pulse
from pipeline.reconcile import reconcile
from pipeline.storage import FolderStorage
from pipeline.tables import case, job, pulse
from pipeline.work import work_on
from rebut.web import metrics
from rebut.web.tally import Tally
from tests.servers import postgres_server
from tests.workflows import COUNTING

TODAY = dt.date(2026, 3, 20)


@pytest.fixture(scope="module")
def postgres():
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def stores(request, tmp_path):
    """Stores of the test's own, in each database that the product runs on."""
    url = f"sqlite:///{tmp_path}/rebut.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres")
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()
    database = open_database(url)
    yield database, FolderStorage(tmp_path / "files")
    database.close()


def opened(stores, text: bytes) -> str:
    return open_case(*stores, COUNTING, [given("Marisol Ketterman.txt", text)], TODAY)[0]


def work(stores) -> None:
    while taken := jobs.claim_next(stores[0]):
        work_on(*stores, COUNTING, taken)


def scraped(stores, tally) -> dict[tuple, float]:
    """Every sample by its name and the values of its labels, read by Prometheus' own parser."""
    text = metrics.render_metrics(stores[0], tally)
    assert "Marisol" not in text
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_every_queue_has_its_depth_and_age_even_when_empty(stores):
    """An alert on a queue that nobody used yet must not be about nothing."""
    tally = Tally(stores[0])
    opened(stores, b"one")
    with stores[0].write() as connection:
        connection.execute(update(job).values(next_attempt_at=time.time() - 700))

    found = scraped(stores, tally)

    assert found["rebut_queue_depth", "intake"] == 1
    assert found["rebut_oldest_ready_seconds", "intake"] >= 700
    for queue in ("urgent", "read", "understand", "assemble"):
        assert (found["rebut_queue_depth", queue], found["rebut_oldest_ready_seconds", queue]) == (0, 0)


def test_what_ended_is_counted_with_its_times_and_stays_counted(stores):
    """Outcomes, pages and both histograms; a purge takes nothing back, a second look counts nothing twice."""
    tally = Tally(stores[0])
    case_id = opened(stores, b"one\ntwo\nthree")
    work(stores)

    first = scraped(stores, tally)
    purge_case(*stores, case_id)
    second = scraped(stores, tally)

    assert first["rebut_jobs_ended_total", "done", "intake"] == 1
    assert first["rebut_jobs_ended_total", "done", "read"] == 2
    assert first["rebut_pages_read_total",] == 3
    assert first["rebut_job_run_seconds_count", "read"] == first["rebut_job_run_seconds_bucket", "+Inf", "read"] == 2
    assert first["rebut_job_wait_seconds_count", "assemble"] == 1
    assert first["rebut_job_run_seconds_sum", "read"] > 0
    for name in (("rebut_jobs_ended_total", "done", "read"), ("rebut_job_run_seconds_count", "read")):
        assert second[name] == first[name]
    assert second["rebut_events_total", "purged"] == 1


def test_a_row_that_is_committed_late_is_counted_too(stores):
    """Numbers of the trail are given before transactions commit, so a smaller one may come after."""
    tally = Tally(stores[0])
    with stores[0].write() as connection:
        jobs.write_audit(connection, "b", "retried")
    scraped(stores, tally)
    tally._newest += 3  # as if later numbers had been seen already
    with stores[0].write() as connection:
        jobs.write_audit(connection, "a", "retried")

    assert scraped(stores, tally)["rebut_events_total", "retried"] == 2


def test_a_dead_job_and_a_lost_lease_are_seen(stores):
    """A bug that fails its case, and a worker that never came back."""
    tally = Tally(stores[0])
    lost = opened(stores, b"one")
    assert jobs.claim_next(stores[0], case_id=lost, lease=-1)
    assert scraped(stores, tally)["rebut_expired_leases",] == 1
    reconcile(stores[0], COUNTING, lambda ready: [])
    opened(stores, b"one")
    with stores[0].write() as connection:
        connection.execute(update(job).where(job.c.case_id != lost).values(state="dead"))
        connection.execute(update(case).where(case.c.id != lost).values(state="failed"))

    found = scraped(stores, tally)

    assert found["rebut_lease_expiries_total",] == 1
    assert found["rebut_jobs_ended_total", "intake", "retry"] == 1
    assert (found["rebut_dead_jobs", "intake"], found["rebut_dead_jobs", "read"]) == (1, 0)


def test_deadlines_count_until_there_is_a_packet(stores, monkeypatch):
    """Days to the nearest, how many are near, how many were missed."""
    monkeypatch.setattr(metrics, "today", lambda: TODAY)
    for last_day, state in (
        ("2026-03-25", "running"),
        ("2026-05-01", "failed"),
        ("2026-03-01", "failed"),
        ("2026-03-21", "ready"),
        (None, "queued"),
    ):
        one = opened(stores, b"one")
        with stores[0].write() as connection:
            told = {"state": state, "summary": {"last_day": last_day}}
            connection.execute(update(case).where(case.c.id == one).values(**told))

    found = scraped(stores, Tally(stores[0]))

    assert (found["rebut_deadline_days", "no"], found["rebut_deadline_days", "yes"]) == (5, 1)
    assert (found["rebut_deadlines_near",], found["rebut_deadlines_missed",]) == (1, 1)


def test_who_is_silent_is_not_there(stores):
    """Workers count while they say so; a reconciler that never ran is infinitely old."""
    before = scraped(stores, Tally(stores[0]))
    for role in (RECONCILER, WORKER + "read@a", WORKER + "read@b"):
        feel_pulse(stores[0], role)
    feel_pulse(stores[0], WORKER + "read@a")
    now = scraped(stores, Tally(stores[0]))
    with stores[0].write() as connection:
        connection.execute(update(pulse).values(at=time.time() - 200))
    later = scraped(stores, Tally(stores[0]))

    assert (before["rebut_workers_online",], before["rebut_reconciler_age_seconds",]) == (0, float("inf"))
    assert now["rebut_workers_online",] == 2
    assert now["rebut_reconciler_age_seconds",] < 60
    assert later["rebut_workers_online",] == 0
    assert later["rebut_reconciler_age_seconds",] > 120
