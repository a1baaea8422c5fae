"""A file that was understood once is not understood again, and is never taken for what it is not."""

import datetime as dt

import pytest

from extractors.chart.facts import Chart
from pipeline import codec, jobs, understanding
from pipeline.cases import given, open_case, purge_case, show_case
from pipeline.stages import WORKFLOW
from pipeline.storage import digest
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
        {"day": DAY + dt.timedelta(days=1)},
    ],
    ids=["other content", "other name", "other day"],
)
def test_what_it_rests_on_is_the_same_or_it_is_understood_again(work, other):
    """A finding quotes its file's name, and nothing was done after today."""
    work()
    assert work(**other)[2]["understand_chart"] == 1


def test_another_program_understands_for_itself(work, monkeypatch):
    work()
    monkeypatch.setattr("pipeline.kept.program_mark", lambda: "of the next version")
    assert work()[2] == {"understand_chart": 1, "split_file": 3}


def test_what_was_damaged_where_it_lay_is_not_believed(work, storage):
    """One wrong digit would stand in a letter."""
    _, chart, _ = work()
    for key in [key for key in storage.keys("files/") if "/facts-" in key]:
        kept = bytearray(storage.get(key))
        kept[len(kept) // 2] ^= 1
        storage.delete(key)
        storage.put(key, bytes(kept))

    _, again, asked = work()
    assert asked == {"understand_chart": 1}
    assert again == chart


def test_a_chart_with_a_page_that_was_lost_is_understood_for_its_case_alone(work, storage, monkeypatch):
    """Another case may read that page."""
    real = understanding.keep

    def lost(task, *told):
        outputs = {at: None if at[0] == "read" else key for at, key in task.outputs.items()}
        return real(type(task)(**{name: getattr(task, name) for name in task.__slots__} | {"outputs": outputs}), *told)

    monkeypatch.setattr(understanding, "keep", lost)
    work()
    assert not [key for key in storage.keys("files/") if "/facts-" in key or "/documents-" in key]


def test_it_goes_with_the_file(work, database, storage):
    """What is known of a patient is purged with the last case that holds the chart."""
    first, second = work()[0], work({**PAPERS, "policy.pdf": OTHER_POLICY})[0]
    chart = f"files/{digest(PAPERS['chart.pdf'])}/"
    purge_case(database, storage, first)
    assert [key for key in storage.keys(chart) if "/facts-" in key]
    purge_case(database, storage, second)
    assert list(storage.keys("files/")) == []
