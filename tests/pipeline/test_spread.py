"""Work spread over processes gives what it gives in one, whatever becomes of them."""

import os
import signal
import time
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from pipeline import spread
from pipeline.understanding import split_file, understand_chart
from tests.pages import pages_of

PAGES = range(100)
VISIT = """\
Hollyhock Rheumatology Associates
Patient: Marisol Ketterman  DOB: 05/22/1984
Office visit of {day:02}/11/2025  Page 1 of 2
History of present illness
Methotrexate 15 mg weekly was started on 01/10/2024 and stopped on 06/02/2024 because of nausea.
CDAI was {day}.5 on {day:02}/09/2025.
\f\
Patient: Marisol Ketterman  DOB: 05/22/1984
Page 2 of 2
Hydroxychloroquine 200 mg twice daily since 03/14/2023 was stopped on 09/30/2023 for retinal toxicity.
Samira Oduya, MD
"""
HERE = os.getpid()


@pytest.fixture(autouse=True)
def three(monkeypatch):
    """Three processes for the pages, of which this one has pages 0 to 32."""
    monkeypatch.setattr(spread, "_processes", 3)


def elsewhere(do, page: int) -> int:
    """Do this once another process has its last page but one; every page gives its square."""
    if os.getpid() != HERE and page in (65, 98):
        do()
    return page * page


def test_what_is_found_comes_back_in_order_from_three_processes():
    """As `map` gives it."""
    found = spread.each(lambda page: (page, os.getpid()), PAGES)
    assert [page for page, _ in found] == list(PAGES)
    assert len({pid for _, pid in found}) == 3


def children() -> set[str]:
    """The processes that this one started, ended ones that nobody waited for too; other tests' servers among them."""
    return {pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()}


@pytest.mark.parametrize(
    "what",
    [partial(os._exit, 0), lambda: os.kill(os.getpid(), signal.SIGKILL), lambda: time.sleep(60), lambda: 1 / 0],
    ids=["ends", "is killed", "hangs", "raises"],
)
def test_a_process_that_gives_nothing_costs_time_alone(what, monkeypatch):
    """Its pages are worked on here; and no process is left behind."""
    monkeypatch.setattr(spread, "_PATIENCE", (0.3, 5.0))
    before = children()
    assert spread.each(partial(elsewhere, what), PAGES) == [page * page for page in PAGES]
    assert children() <= before


@pytest.mark.parametrize("at", [3, 90])
def test_what_the_work_raises_is_raised(at):
    """Wherever the page was worked on."""

    def work(page: int) -> float:
        return 1 / (page - at)

    before = children()
    with pytest.raises(ZeroDivisionError):
        spread.each(work, PAGES)
    assert children() <= before


def test_where_no_process_is_to_be_had_the_work_is_done_here(monkeypatch):
    """A machine that is full makes a case slower, and loses none."""

    def fork() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", fork)
    before = len(os.listdir("/proc/self/fd"))
    assert spread.each(lambda page: page * page, PAGES) == [page * page for page in PAGES]
    assert len(os.listdir("/proc/self/fd")) == before


def test_children_that_the_system_waits_for_are_no_failure():
    """As a supervisor may have set it for the processes that it starts."""
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert spread.each(lambda page: page * page, PAGES) == [page * page for page in PAGES]
    finally:
        signal.signal(signal.SIGCHLD, before)


@pytest.mark.parametrize(("processes", "pages"), [(1, 100), (3, 20)])
def test_few_pages_or_one_process_fork_nothing(processes, pages, monkeypatch):
    """What a fork costs is more than it saves there."""
    monkeypatch.setattr(spread, "_processes", processes)
    assert set(spread.each(lambda page: os.getpid(), range(pages))) == {HERE}


def test_a_chart_says_the_same_in_three_processes(monkeypatch):
    """Its documents, dates inherited from sheet to sheet, statements and facts."""
    pages = pages_of(
        "\f".join(VISIT.format(day=day) for day in (*range(1, 10), *range(1, 10), *range(1, 10))), "chart.pdf"
    )
    spread_out = split_file(pages), understand_chart(split_file(pages), pages, date(2026, 11, 20))
    monkeypatch.setattr(spread, "_processes", 1)
    alone = split_file(pages), understand_chart(split_file(pages), pages, date(2026, 11, 20))
    assert spread_out == alone
    assert len(alone[1].facts) > 50
