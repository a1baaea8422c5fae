"""A file that was understood once is not understood again, and is never taken for what it is not."""

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from extractors.chart import as_of
from extractors.chart.facts import Chart
from pipeline import codec, jobs, kept, understanding
from pipeline.cases import given, open_case, purge_case, show_case
from pipeline.stages import WORKFLOW
from pipeline.storage import UNDERSTOOD, DamagedObjectError, digest
from pipeline.tables import job
from pipeline.work import work_on
from tests.papers import CHART, DENIAL, MARISOL, POLICY, pdf_of

DAY = dt.date(2026, 3, 20)
PAPERS = {
    "letter.pdf": pdf_of(DENIAL.format(**MARISOL)),
    "chart.pdf": pdf_of(CHART.format(**MARISOL)),
    "policy.pdf": pdf_of(POLICY),
}
OTHER_POLICY = pdf_of(POLICY.replace("Policy", "Medical policy", 1) + "\nEffective 02/01/2026")

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def work(database, storage, monkeypatch):
    """Work a case through; returns its id, the chart as `match` found it, and how many files were read for what."""
    asked: dict[str, int] = {}
    charts: dict[str, Chart] = {}

    def counted(name: str):
        real = getattr(understanding, name)

        def count(*told):
            asked[name] = asked.get(name, 0) + 1
            return real(*told)

        monkeypatch.setattr(understanding, name, count)

    counted("understand_chart")
    counted("split_file")

    def run(papers=PAPERS, day=DAY, before=lambda: None):
        asked.clear()
        case_id, _ = open_case(database, storage, WORKFLOW, [given(*one) for one in papers.items()], day)
        while taken := jobs.claim_next(database, case_id=case_id):
            before()
            if taken.stage == "match":
                charts[case_id] = codec.fetch(jobs.gather(database, storage, taken), Chart, "understand", "chart")
            work_on(database, storage, WORKFLOW, taken)
        assert show_case(database, case_id)["state"] == "ready"
        return case_id, charts[case_id], dict(asked)

    return run


def test_with_another_policy_the_chart_is_not_understood_again(work):
    """Nor are letter and chart parted into documents again; what is found is the same to the byte."""
    _, chart, asked = work()
    assert asked == {"understand_chart": 1, "split_file": 3}
    assert chart.facts

    _, again, asked = work({**PAPERS, "policy.pdf": OTHER_POLICY})
    assert asked == {"split_file": 1}
    assert again == chart


@pytest.mark.parametrize(
    "other",
    [
        {"papers": {**PAPERS, "chart.pdf": pdf_of(CHART.format(**MARISOL) + "\nSeen again.")}},
        {"papers": {name.replace("chart", "record"): data for name, data in PAPERS.items()}},
    ],
    ids=["other content", "other name"],
)
def test_what_it_rests_on_is_the_same_or_it_is_understood_again(work, other):
    """A finding quotes its file's name."""
    work()
    assert work(**other)[2]["understand_chart"] == 1


def test_a_page_that_a_person_left_out_is_not_among_what_is_kept(work, monkeypatch):
    papers = {**PAPERS, "chart.pdf": pdf_of(CHART.format(**MARISOL), CHART.format(**MARISOL))}
    _, whole, _ = work(papers)
    monkeypatch.setattr(understanding, "settle", lambda *_: SimpleNamespace(excluded={("chart.pdf", 2)}))
    _, chart, asked = work(papers)
    assert asked == {"understand_chart": 1}
    assert [page.page for page in whole.pages] == [1, 2]
    assert [page.page for page in chart.pages] == [1]


def test_it_is_kept_whatever_the_day_and_used_as_of_the_day(work):
    """A course that began after today, as told, did not: the date was misread. In a month it may be one."""
    started = CHART.format(**MARISOL) + "\nMethotrexate 15 mg weekly was started on 04/02/2026."
    papers = {**PAPERS, "chart.pdf": pdf_of(started)}
    _, chart, _ = work(papers)
    _, later, asked = work(papers, DAY + dt.timedelta(days=30))
    assert asked == {}
    assert later == chart
    (course,) = [fact for fact in chart.facts if fact.treatment and fact.treatment.start == dt.date(2026, 4, 2)]
    assert course not in as_of(chart, DAY).facts
    assert course in as_of(chart, DAY + dt.timedelta(days=30)).facts


def test_a_chart_in_two_files_is_understood_for_its_case_alone(work, storage):
    """What the two tell together would outlive the one that is purged first."""
    work({**PAPERS, "more.pdf": pdf_of(CHART.format(**MARISOL) + "\nSeen again.")})
    assert not [key for key in storage.keys("files/") if "understood-facts-" in key]


def test_another_program_understands_for_itself(work, monkeypatch):
    work()
    monkeypatch.setattr("pipeline.kept.program_mark", lambda: "of the next version")
    assert work()[2] == {"understand_chart": 1, "split_file": 3}


def test_what_the_storage_calls_damaged_is_made_again(work, storage, monkeypatch):
    """S3 says so of an object whose checksum is wrong; a case is not failed for what is only kept to save time."""
    work()
    real = type(storage).get

    def get(self, key):
        if UNDERSTOOD in key:
            raise DamagedObjectError(key)
        return real(self, key)

    monkeypatch.setattr(type(storage), "get", get)
    assert work()[2] == {"understand_chart": 1, "split_file": 3}


def test_what_was_damaged_where_it_lay_is_not_believed(work, storage):
    """One wrong digit would stand in a letter."""
    _, chart, _ = work()
    for key in [key for key in storage.keys("files/") if "understood-facts-" in key]:
        data = bytearray(storage.get(key))
        data[len(data) // 2] ^= 1
        storage.delete(key)
        storage.put(key, bytes(data))

    _, again, asked = work()
    assert asked == {"understand_chart": 1}
    assert again == chart


@pytest.mark.parametrize("lost", [None, "cases/0a1b/2c3d"], ids=["given up", "left out"])
def test_a_chart_with_a_page_that_was_lost_is_understood_for_its_case_alone(work, storage, monkeypatch, lost):
    """Another case may read that page."""
    real = kept._place

    def place(task, *told):
        outputs = {at: lost if at[0] == "read" else key for at, key in task.outputs.items()}
        return real(replace(task, outputs=outputs), *told)

    monkeypatch.setattr(kept, "_place", place)
    work()
    assert not [key for key in storage.keys("files/") if UNDERSTOOD in key]


def test_a_case_holds_nothing_but_what_its_jobs_made(work, database, storage):
    """What was only looked at for it leaves nothing that nothing names."""
    for case_id in (work()[0], work({**PAPERS, "policy.pdf": OTHER_POLICY})[0]):
        with database.read() as connection:
            made = set(connection.execute(select(job.c.output_key).where(job.c.case_id == case_id)).scalars())
        lists = [key for key in storage.keys(f"cases/{case_id}/") if storage.get(key).startswith(b"[")]
        assert lists
        assert set(lists) <= made


def test_it_goes_with_any_case_that_holds_the_file(work, database, storage):
    """It quotes the name that the case had for it; for the others it is made again."""
    first, second = work()[0], work({**PAPERS, "policy.pdf": OTHER_POLICY})[0]
    purge_case(database, storage, first)
    chart = list(storage.keys(f"files/{digest(PAPERS['chart.pdf'])}/"))
    assert chart
    assert not [key for key in chart if UNDERSTOOD in key]
    third, _, asked = work()
    assert asked["understand_chart"] == 1
    purge_case(database, storage, second)
    purge_case(database, storage, third)
    assert list(storage.keys("files/")) == []
