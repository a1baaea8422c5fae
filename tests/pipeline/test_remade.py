"""When an earlier run's packet is given again, and when the work is done anew."""

import datetime as dt

import pytest
from sqlalchemy import update

from pipeline import jobs
from pipeline.cases import given, open_case, purge_case
from pipeline.remade import MADE_BY, find_remade, program_mark
from pipeline.tables import case, decision, job
from pipeline.work import work_on
from tests.workflows import COUNTING

DAY = dt.date(2026, 3, 1)
TEXTS = {"letter.txt": b"one two", "chart.txt": b"three"}


def files(texts=TEXTS):
    return [given(name, text) for name, text in texts.items()]


@pytest.fixture
def made(database, storage) -> str:
    """A case that is ready, no page of it lost."""
    case_id, _ = open_case(database, storage, COUNTING, files(), DAY, options={MADE_BY: "mark"})
    while taken := jobs.claim_next(database, case_id=case_id):
        work_on(database, storage, COUNTING, taken)
    with database.write() as connection:
        connection.execute(update(job).where(job.c.stage == "read").values(output_key="files/0/pages"))
    return case_id


def found(database, texts=TEXTS, day=DAY, mark="mark"):
    url = database.engine.url.render_as_string(hide_password=False)
    remade = find_remade(url, [(file.name, file.sha256) for file in files(texts)], day, mark)
    return remade and remade.case_id


def test_the_same_files_on_the_same_day_are_not_worked_on_again(database, made):
    """The packet would be the same to the byte, but for the number of the case."""
    assert found(database) == made


@pytest.mark.parametrize(
    "changed",
    [
        {"texts": {"letter.txt": b"one two", "chart.txt": b"three four"}},
        {"texts": {"letter.txt": b"one two", "notes.txt": b"three"}},  # exhibits are titled and cited by name
        {"texts": {"chart.txt": b"three", "letter.txt": b"one two"}},  # and stand in the order given
        {"texts": {"letter.txt": b"one two"}},
        {"texts": {**TEXTS, "policy.txt": b"four"}},
        {"day": DAY + dt.timedelta(days=1)},  # deadlines and ages of findings count from it
        {"mark": "another"},  # a newer program, or another letterhead
    ],
    ids=["a byte", "a name", "the order", "fewer files", "more files", "the day", "the program"],
)
def test_whatever_is_changed_is_worked_on(database, made, changed):
    """A packet is given again only where nothing that it rests on differs."""
    assert found(database, **changed) is None


def test_a_case_somebody_decided_on_is_not_given_as_the_programs_own(database, made):
    """What a reviewer overruled must not come back as what the papers say."""
    row = {"number": 1, "kind": "overrule", "target": "1", "value": {}, "reason": "", "before": None}
    with database.write() as connection:
        columns = {name: value for name, value in row.items() if name in decision.c}
        columns |= {"case_id": made, "actor": "p1", "at": 0.0, "taken_on": "0"}
        connection.execute(decision.insert().values(columns))

    assert found(database) is None


@pytest.mark.parametrize(
    "values",
    [{"output_key": "cases/0/pages"}, {"state": "dead"}],
    ids=["a page was lost", "a chunk was given up"],
)
def test_a_case_with_lost_pages_is_tried_again(database, made, values):
    """Another try, or a quieter machine, may read them."""
    with database.write() as connection:
        connection.execute(update(job).where(job.c.stage == "read").values(**values))

    assert found(database) is None


def test_a_case_that_failed_is_tried_again(database, made):
    with database.write() as connection:
        connection.execute(update(case).values(state="failed"))

    assert found(database) is None


def test_a_purged_case_is_forgotten(database, storage, made):
    purge_case(database, storage, made)

    assert found(database) is None


def test_the_mark_follows_the_clinics_own_letters(tmp_path):
    """A new letterhead makes a new packet."""
    (tmp_path / "clinic.toml").write_text('[letterhead]\npractice = "One"\n')
    before = program_mark(tmp_path)
    program_mark.cache_clear()
    assert program_mark(tmp_path) == before

    (tmp_path / "clinic.toml").write_text('[letterhead]\npractice = "Two"\n')
    program_mark.cache_clear()

    assert program_mark(tmp_path) != before
