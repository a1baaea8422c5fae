"""A folder of scans: what lies still becomes a case, once; what cannot is set aside with the reason."""

import datetime as dt
import os

import pytest

from extractors.errors import RebutError
from pipeline.cases import list_cases, show_case
from pipeline.database import open_database
from pipeline.intake.folder import Quiet, claim, claimed, make_case, put_aside, put_away
from pipeline.storage import FolderStorage
from tests.workflows import COUNTING

DAY = dt.date(2026, 3, 20)


@pytest.fixture
def scans(tmp_path):
    folder = tmp_path / "scans"
    folder.mkdir()
    return folder


@pytest.fixture
def stores(tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/rebut.db")
    yield database, FolderStorage(tmp_path / "files")
    database.close()


def open_claim(stores, place):
    return make_case(*stores, COUNTING, place, DAY, "main")[0]


def names(folder):
    return sorted(at.name for at in folder.iterdir())


def test_a_file_is_taken_once_it_holds_still(scans):
    quiet = Quiet(5.0)
    (scans / "denial.pdf").write_bytes(b"one")
    assert quiet.settled(scans, 0.0) == []
    assert quiet.settled(scans, 4.9) == []
    (scans / "denial.pdf").write_bytes(b"one and more")
    assert quiet.settled(scans, 5.1) == []
    assert quiet.settled(scans, 10.2) == [scans / "denial.pdf"]


def test_a_folder_is_taken_once_all_of_it_holds_still(scans):
    quiet = Quiet(5.0)
    (scans / "case").mkdir()
    assert quiet.settled(scans, 0.0) == []
    assert quiet.settled(scans, 50.0) == [], "an empty folder is one that somebody is about to fill"
    (scans / "case" / "denial.pdf").write_bytes(b"one")
    (scans / "case" / "chart.pdf.part").write_bytes(b"half")
    quiet.settled(scans, 60.0)
    assert quiet.settled(scans, 70.0) == []
    (scans / "case" / "chart.pdf.part").rename(scans / "case" / "chart.pdf")
    quiet.settled(scans, 80.0)
    assert quiet.settled(scans, 86.0) == [scans / "case"]


@pytest.mark.parametrize(
    "name", [".hidden", "~$letter.pdf", "scan.pdf.part", "scan.tmp", "Thumbs.db", "done", "failed"]
)
def test_what_programs_leave_behind_is_let_be(scans, name):
    quiet = Quiet(1.0)
    (scans / name).write_bytes(b"x")
    quiet.settled(scans, 0.0)
    assert quiet.settled(scans, 10.0) == []


def test_only_one_of_two_watchers_gets_a_file(scans):
    (scans / "denial.pdf").write_bytes(b"one")
    assert claim(scans, scans / "denial.pdf")
    assert claim(scans, scans / "denial.pdf") is None
    assert len(claimed(scans)) == 1


def test_files_of_a_folder_are_one_case(scans, stores):
    (scans / "case").mkdir()
    for name in ("denial.pdf", "chart.pdf", ".DS_Store"):
        (scans / "case" / name).write_bytes(name.encode())
    place = claim(scans, scans / "case")
    case_id = open_claim(stores, place)
    put_away(scans, place, case_id)
    assert [file["name"] for file in show_case(stores[0], case_id)["files"]] == ["chart.pdf", "denial.pdf"]
    assert names(scans / "done" / case_id / "case") == [".DS_Store", "chart.pdf", "denial.pdf"]
    assert claimed(scans) == []


def test_a_killed_watcher_makes_no_second_case(scans, stores):
    """It was killed after the case was durable and before the file was put away."""
    (scans / "denial.pdf").write_bytes(b"one")
    place = claim(scans, scans / "denial.pdf")
    assert open_claim(stores, place) == open_claim(stores, claimed(scans)[0])
    assert len(list_cases(stores[0])) == 1


def test_the_same_file_saved_twice_is_two_cases_with_one_stored_file(scans, stores):
    """Somebody put it there twice: what to do with the second is for a person to say."""
    found = []
    for _ in range(2):
        (scans / "denial.pdf").write_bytes(b"one")
        place = claim(scans, scans / "denial.pdf")
        found.append(open_claim(stores, place))
        put_away(scans, place, found[-1])
    assert len(set(found)) == 2
    assert len(list(stores[1].keys("files/"))) == 1


@pytest.mark.parametrize("make", [lambda at: at.write_bytes(b""), lambda at: at.symlink_to("/etc/passwd"), os.mkfifo])
def test_what_is_no_file_is_set_aside_with_the_reason(scans, stores, make):
    make(scans / "denial.pdf")
    place = claim(scans, scans / "denial.pdf")
    with pytest.raises(RebutError) as refused:
        open_claim(stores, place)
    put_aside(scans, place, refused.value)
    told = (scans / "failed" / f"{place.name}.txt").read_text()
    assert "denial.pdf" in told
    assert refused.value.code in told
    assert names(scans / "failed" / place.name) == ["denial.pdf"]
    assert list_cases(stores[0]) == []
