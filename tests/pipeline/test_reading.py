"""Files become pages once, however often and under whatever name they come."""

import datetime as dt
import io
import json

import pikepdf
import pytest
from sqlalchemy import select

from extractors.evidence import PageSource
from pipeline import jobs
from pipeline.cases import given, open_case, show_case
from pipeline.reading import LOST, chunks, complete, is_read, load_files, reader_mark, smaller_parts
from pipeline.sandbox import Limits, Reader
from pipeline.sandbox.faults import ReaderKilledError
from pipeline.stages import WORKFLOW
from pipeline.storage import FolderStorage
from pipeline.tables import audit, job
from pipeline.work import work_on
from tests.extractors.pages.sheets import picture, saved, typed
from tests.hostile import loop_function, poisoned_chart
from tests.pages import pages_of
from tests.papers import pdf_of

DAY = dt.date(2026, 3, 1)


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        (1, [(1, 1)]),
        (2, [(1, 2)]),
        (5, [(1, 2), (3, 4), (5, 5)]),
        (41, [(n, min(n + 3, 41)) for n in range(1, 42, 4)]),
        (0, []),
    ],
)
def test_a_file_is_cut_into_chunks_that_cover_it(pages, expected):
    """Every page once; small enough to keep all cores busy to the end."""
    assert chunks(pages) == expected


@pytest.mark.parametrize("pages", [3, 40, 41, 200, 201, 999])
def test_chunks_leave_no_page_out(pages):
    """And none is read twice."""
    assert [n for first, last in chunks(pages) for n in range(first, last + 1)] == list(range(1, pages + 1))


@pytest.mark.parametrize(
    ("pages", "scans", "expected"),
    [
        (4, [1, 2, 3, 4], [(1, 1), (2, 2), (3, 3), (4, 4)]),
        (6, [3, 6], [(1, 2), (3, 4), (5, 6)]),
        (48, [2, 4, 40], [(1, 3), *((n, min(n + 3, 48)) for n in range(4, 49, 4))]),
        (2000, range(1, 2001), [(n, n + 1) for n in range(1, 2000, 2)]),
    ],
)
def test_a_page_that_may_be_a_scan_shares_its_chunk_with_no_other(pages, scans, expected):
    """It takes 300 times as long as a typed one: two of them at the end keep the other cores waiting. Long files
    have two in a chunk."""
    assert chunks(pages, list(scans)) == expected


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_scanned_pages_are_found_when_the_file_is_taken_in(database, storage):
    """Before any page is read: two pages that would be one chunk are a job each."""
    sheet = picture(typed("CDAI 31.5 on 02/11/2026."), 100)
    fax = saved(sheet, "TIFF", save_all=True, append_images=[sheet])
    case_id, _ = open_case(database, storage, WORKFLOW, [given("fax.tif", fax)], DAY)
    work_on(database, storage, WORKFLOW, jobs.claim_next(database, case_id=case_id))

    with database.read() as connection:
        parts = connection.execute(select(job.c.part).where(job.c.stage == "read")).scalars().all()

    assert sorted(part.partition(":")[2] for part in parts) == ["1-1", "2-2"]


def test_a_chunk_is_cut_into_pages_until_it_is_one():
    """So that one page that kills its reader is found."""
    assert smaller_parts("d1:3-5") == ["d1:3-3", "d1:4-4", "d1:5-5"]
    assert smaller_parts("d1:3-3") == []


def test_a_page_nobody_could_read_is_there_as_failed():
    """The page count of a file is never less than it was given."""
    one, _, three = pages_of("first\fsecond\fthird", "")

    pages = complete([three, one], "chart.pdf", 3, [{"name": "scan.pdf", "first_page": 2, "last_page": 3}])

    assert [(p.number, p.document, p.source, p.problem, p.part) for p in pages] == [
        (1, "chart.pdf", PageSource.TEXT, None, None),
        (2, "chart.pdf", PageSource.FAILED, LOST, "scan.pdf"),
        (3, "chart.pdf", PageSource.TEXT, None, "scan.pdf"),
    ]


def read_case(database, storage, name: str, pdf: bytes):
    """Take in and read one file; returns the task of the stage that follows."""
    case_id, _ = open_case(database, storage, WORKFLOW, [given(name, pdf)], DAY)
    while taken := jobs.claim_next(database, case_id=case_id, queues=["intake", "read"]):
        work_on(database, storage, WORKFLOW, taken)
    return jobs.gather(database, storage, jobs.claim_next(database, case_id=case_id))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_same_content_is_read_once_under_any_name(database, storage):
    """Another case with the same file finds its pages read, under that case's own name for it."""
    pdf = pdf_of("Progress note\nPatient: Marisol Ketterman", "second page", "third page")
    first = read_case(database, storage, "chart.pdf", pdf)
    before = sorted(storage.keys("files/"))

    second = read_case(database, storage, "renamed.pdf", pdf)

    assert sorted(storage.keys("files/")) == before
    (pages,), (renamed,) = load_files(first).values(), load_files(second).values()
    assert [page.text for page in pages] == [page.text for page in renamed]
    assert {page.document for page in renamed} == {"renamed.pdf"}
    assert [page.number for page in pages] == [1, 2, 3]
    assert first.documents[0].page_count == 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_stored_key_and_no_job_holds_a_name(database, storage):
    """Keys, parts and hashes are digests and ids."""
    read_case(database, storage, "Marisol Ketterman chart.pdf", pdf_of("page"))

    with database.read() as connection:
        rows = str(connection.execute(select(job)).all())

    assert "ketterman" not in " ".join([*storage.keys("")]).lower()
    assert "ketterman" not in rows.lower()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_that_cannot_be_opened_ends_its_case(database, storage):
    """With the reader's own words."""
    case_id, _ = open_case(database, storage, WORKFLOW, [given("notes.pdf", b"just words")], DAY)
    work_on(database, storage, WORKFLOW, jobs.claim_next(database, case_id=case_id))

    case = show_case(database, case_id)

    assert (case["state"], case["error"]["code"]) == ("failed", "file-type-unknown")
    assert case["error"]["message"].startswith("notes.pdf is not a PDF")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_poison_page_is_left_out_and_named(database, storage, monkeypatch):
    """The job of its chunk is done, the audit trail says which page, and no other case inherits the verdict."""
    with Reader(limits=Limits(page_seconds=2.0)) as reader:
        monkeypatch.setattr("pipeline.reading.file_reader", lambda: reader)
        task = read_case(database, storage, "chart.pdf", poisoned_chart())

    (pages,) = load_files(task).values()
    assert [page.number for page in pages if page.source is PageSource.FAILED] == [3]
    assert pages[2].problem in ("page-too-slow", "page-too-large")
    with database.read() as connection:
        told = [row.detail for row in connection.execute(select(audit)) if "lost" in row.detail]
    assert [(detail["lost"], detail["pages"]) for detail in told] == [(1, [3])]
    assert not [key for key in storage.keys("files/") if key.endswith("-3-4.json")]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_of_pages_that_hang_is_given_up_as_a_whole(database, storage, monkeypatch):
    """It holds no worker for as long as all its pages may take: after some chunks the rest is not tried, and named."""
    chart = io.BytesIO()
    with pikepdf.open(io.BytesIO(loop_function())) as hangs, pikepdf.new() as long:
        for _ in range(40):
            long.pages.append(hangs.pages[0])
        long.save(chart)
    monkeypatch.setattr("pipeline.reading._HOPELESS_CHUNKS", 2)
    with Reader(limits=Limits(page_seconds=0.2)) as reader:
        monkeypatch.setattr("pipeline.reading.file_reader", lambda: reader)
        task = read_case(database, storage, "chart.pdf", chart.getvalue())

    (pages,) = load_files(task).values()
    problems = [page.problem for page in pages]
    assert problems == ["page-too-slow"] * 4 + ["page-not-tried"] * 36
    assert not [key for key in storage.keys("files/") if "/pages-" in key]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_reader_killed_from_outside_is_tried_again(database, storage, monkeypatch):
    """The job waits for its next attempt; neither file nor page is called bad."""

    class Killed:
        def take_in(self, fetch, name):
            raise ReaderKilledError

    case_id, _ = open_case(database, storage, WORKFLOW, [given("chart.pdf", pdf_of("page"))], DAY)
    with monkeypatch.context() as patched:
        patched.setattr("pipeline.reading.file_reader", Killed)
        work_on(database, storage, WORKFLOW, jobs.claim_next(database, case_id=case_id))

    case = show_case(database, case_id)
    assert (case["state"], case["error"]) == ("running", None)
    assert case["stages"] == [{"stage": "intake", "ready": 1}]


def test_a_file_was_read_once_every_page_of_it_was(tmp_path):
    """Then one process does the case: a second one would find nothing to do."""
    storage, sha256 = FolderStorage(tmp_path), "0" * 64
    key = f"files/{sha256}/{{}}-{reader_mark()}{{}}.json"
    assert not is_read(storage, sha256)

    storage.put(key.format("intake", ""), json.dumps({"page_count": 3, "pictured": []}).encode())
    storage.put(key.format("pages", "-1-2"), b"{}")
    assert not is_read(storage, sha256)

    storage.put(key.format("pages", "-3-3"), b"{}")
    assert is_read(storage, sha256)
