"""What the process that opens a file keeps from one question to the next."""

import io

import pikepdf
import pytest

from extractors.evidence import PageSource
from extractors.pages import load_pages, read
from pipeline.sandbox import child
from pipeline.sandbox.limits import Limits
from tests.extractors.pages.sheets import LETTER, picture, scanned, typed
from tests.papers import pdf_of


@pytest.fixture
def twice(tmp_path):
    """A file whose second page shows the picture of the first."""
    sheet = scanned(picture(typed(LETTER), 300), 300)
    with pikepdf.open(io.BytesIO(sheet)) as opened:
        opened.pages.append(opened.pages[0])
        opened.save(tmp_path / "twice.pdf")
    child._readings.cache_clear()
    yield tmp_path / "twice.pdf"
    child._readings.cache_clear()


def asked(path, number: int):
    """Return one page as the process tells it, for a chunk of its own."""
    told = path.with_suffix(f".{number}")

    def tell(_about, data):  # called in the process that reads
        told.write_bytes(data)

    question = {"do": "read", "file": str(path), "pages": [number], "seconds": 60.0}
    assert list(child._answers(question, b"", -1, Limits(), tell)) == []
    return load_pages(told.read_bytes())[0]


def test_a_picture_read_for_one_chunk_is_not_read_again_for_the_next(twice, monkeypatch):
    """Each chunk has a process of its own; what it read of pictures comes back from there."""
    first = asked(twice, 1)
    monkeypatch.setattr(read, "read_picture", lambda *_: pytest.fail("read again"))
    again = asked(twice, 2)

    assert first.source is PageSource.OCR
    assert first.lines
    assert again.lines == first.lines


def test_a_page_that_may_be_a_scan_begins_a_run(twice):
    """Typed pages before it leave nothing in the process that the engine's is forked from."""
    with pikepdf.open(twice) as scans, pikepdf.new() as sheets:
        for page in (None, None, *scans.pages[:1], None, *scans.pages[1:], None):
            sheets.pages.append(page) if page else sheets.add_blank_page()
        sheets.save(twice.with_suffix(".mixed"))
    file = str(twice.with_suffix(".mixed"))
    assert list(child._runs(file, [1, 2, 3, 4, 5, 6])) == [([1, 2], True), ([3, 4], True), ([5, 6], True)]
    assert list(child._runs(file, [6])) == [([6], True)]


def test_a_typed_file_is_read_without_a_process_more(tmp_path):
    (tmp_path / "typed.pdf").write_bytes(pdf_of("one", "two", "three"))
    assert list(child._runs(str(tmp_path / "typed.pdf"), [2, 3])) == [([2, 3], False)]
