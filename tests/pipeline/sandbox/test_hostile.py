"""Whatever a stranger sends: the reader lives, its limits hold, and the outcome is one that the docs name."""

import re
from pathlib import Path

import pytest

from extractors.errors import RebutError
from extractors.evidence import PageSource
from extractors.pages import load_pages
from pipeline.sandbox import Limits, Reader
from tests.hostile import FILES, Hostile

LIMITS = Limits(page_seconds=1.0, file_seconds=20.0, memory_mb=1024)
DOCUMENTED = (Path(__file__).parents[3] / "docs" / "hostile-files.md").read_text("utf-8")
# One of each kind that runs into a limit; `python -m benchmarks.hostile` goes through all of them.
TRIED = [file for file in FILES if not file.slow or file.name in ("self.pdf", "tiles.pdf")]


@pytest.fixture(scope="module")
def reader():
    with Reader(limits=LIMITS).start() as reader:
        yield reader


def codes_of(reader: Reader, name: str, data: bytes) -> set[str]:
    """What becomes of a file: the code of its error, or what its pages are and why some failed."""
    try:
        taken = reader.take_in(lambda file: file.write(data), name)
    except RebutError as error:
        return {error.code} if error.exit_status == 3 and str(error) else {f"not the sender's to mend: {error.code}"}
    pdf = data
    if taken.pdf:
        taken.pdf.seek(0)
        pdf = taken.pdf.read()
    numbers = range(1, min(taken.page_count, 3) + 1)
    pages = load_pages(reader.read(name, lambda file: file.write(pdf), numbers).dump)
    assert [page.number for page in pages] == list(numbers)
    return {page.problem or page.source.value for page in pages}


@pytest.mark.parametrize("hostile", TRIED, ids=lambda hostile: hostile.name)
def test_a_hostile_file_ends_in_a_documented_state(reader, hostile: Hostile):
    """And the server of the reader is the one it was."""
    server = reader._server.pid

    codes = codes_of(reader, hostile.name, hostile.make())

    usual = {source.value for source in PageSource} - {"failed"}
    assert not [code for code in codes - usual if f"`{code}`" not in DOCUMENTED]
    assert reader._server.pid == server
    assert reader._server.poll() is None
    assert reader.peak_mb < LIMITS.memory_mb


def test_the_name_of_an_attachment_is_never_a_path(reader):
    """Neither upwards, nor with a NUL, nor ten thousand characters long."""
    for hostile in FILES:
        if hostile.name in ("dots.eml", "turned.eml", "longname.eml"):
            data = hostile.make()
            taken = reader.take_in(lambda file, data=data: file.write(data), hostile.name)
            for part in taken.parts:
                assert re.fullmatch(r"[^/\\\x00]{1,120}", part["name"])
