"""The local pool: the same jobs, in processes of this machine."""

import datetime as dt
import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from pipeline.cases import given, open_case, show_case
from pipeline.database import open_database
from pipeline.storage import open_storage
from pipeline.tables import audit
from tests.workflows import COUNTING
from workers.pool import Pool


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pool")
    urls = f"sqlite:///{folder}/rebut.db", f"folder:{folder}/files"
    with Pool(*urls, COUNTING, 2) as pool:
        yield pool, open_database(urls[0]), open_storage(urls[1])


def driven(place, *texts: str):
    pool, database, storage = place
    files = [given(f"{n}.txt", text.encode()) for n, text in enumerate(texts)]
    case_id, _ = open_case(database, storage, COUNTING, files, dt.date(2026, 3, 1))
    seen = []
    pool.drive(database, case_id, seen.append)
    case = show_case(database, case_id)
    result = json.loads(storage.get(case["result_key"])) if case["result_key"] else None
    return case, result, seen


def test_a_case_is_driven_to_its_end(place):
    """The pool works until nothing is left and tells how far it is."""
    case, result, seen = driven(place, "one two\nthree\nfour\nfive", "six")

    assert case["state"] == "ready"
    assert result == {"words": 6, "lines": 5}
    assert seen[-1].pages_read == seen[-1].pages == 5


def test_a_page_that_kills_its_reader_costs_itself_alone(place):
    """The process is replaced, the neighbours of the page are read, and the case is finished without it."""
    case, result, _ = driven(place, "one\npoison\nthree four\nfive")

    assert case["state"] == "ready"
    assert result == {"words": 4, "lines": 3}


THINKING = replace(COUNTING, stages=COUNTING.stages | {"total": replace(COUNTING.stages["total"], thinks=True)})


def _nothing() -> list:
    return [_load]


def _load() -> None:
    """A step that is loaded ahead."""


@pytest.mark.parametrize("size", [1, 3])
def test_what_is_loaded_ahead_is_loaded_by_one_process(tmp_path, size):
    """It alone works on the stages that rest on it, however many others read; alone, it reads as well."""
    urls = f"sqlite:///{tmp_path}/rebut.db", f"folder:{tmp_path}/files"
    database, storage = open_database(urls[0]), open_storage(urls[1])
    workflow = replace(THINKING, ahead=_nothing)
    with Pool(*urls, workflow, size) as pool:
        case_id, _ = open_case(database, storage, workflow, [given("a", b"one\ntwo\nthree")], dt.date(2026, 3, 1))
        pool.drive(database, case_id)
        thinkers = [child for child in pool._children if child.thinks]
    with database.read() as connection:
        ended = connection.execute(select(audit.c.event, audit.c.detail).where(audit.c.event == "done")).all()
    database.close()

    assert len(thinkers) == 1
    assert [row.detail["stage"] for row in ended] == ["intake", "read", "read", "total"]


def test_an_unusable_file_stops_the_case_at_once(place):
    """The other files are not worked on once one of them cannot be used."""
    case, _, _ = driven(place, "unusable")

    assert case["state"] == "failed"
    assert case["error"]["code"] == "test-unusable"
