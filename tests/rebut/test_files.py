"""Files named on the command line are found where they lie."""

import os
import threading
from pathlib import Path

import pytest

from extractors.errors import SameNameTwiceError
from rebut.files import NoSuchFileError, find_files


def test_a_file_is_handed_on_where_it_lies(tmp_path: Path) -> None:
    """A chart of 200 MB need not be in memory."""
    (tmp_path / "chart.pdf").write_bytes(b"%PDF-")

    assert find_files([tmp_path / "chart.pdf"]) == {"chart.pdf": tmp_path / "chart.pdf"}


def test_what_can_be_read_only_once_is_read_once(tmp_path: Path) -> None:
    """`rebut read <(scan)` gives a pipe."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"%PDF-1.7",))
    writer.start()

    assert find_files([pipe]) == {"pipe": b"%PDF-1.7"}
    writer.join(5)


def test_what_is_not_there_or_named_twice_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for path in (tmp_path / "a.pdf", tmp_path / "a" / "a.pdf"):
        path.write_bytes(b"%PDF-")

    with pytest.raises(NoSuchFileError):
        find_files([tmp_path / "chart.pdf"])
    with pytest.raises(NoSuchFileError):
        find_files([tmp_path / "a"])
    with pytest.raises(SameNameTwiceError):
        find_files([tmp_path / "a.pdf", tmp_path / "a" / "a.pdf"])
