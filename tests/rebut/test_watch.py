"""A watched folder, looked at as `rebut mail` does."""

import pytest

from pipeline.cases import list_cases
from pipeline.database import open_database
from pipeline.intake.settings import WatchedFolder
from pipeline.storage import FolderStorage, StorageUnavailableError
from rebut.watch import FolderWatch
from rebut.watch.folder import FolderMissingError


@pytest.fixture
def watched(tmp_path):
    """The folder, its watch, the database, and the list of published jobs."""
    scans = tmp_path / "scans"
    scans.mkdir()
    database = open_database(f"sqlite:///{tmp_path}/rebut.db")
    told = WatchedFolder(path=scans, quiet_seconds=5)
    published: list = []
    yield scans, FolderWatch(told, database, FolderStorage(tmp_path / "files"), published.extend), database, published
    database.close()


def test_a_scan_becomes_a_case_and_is_put_away_under_its_id(watched):
    scans, watch, database, published = watched
    (scans / "denial.pdf").write_bytes(b"%PDF-1.4")
    watch.look(0.0)
    assert list_cases(database) == []
    watch.look(6.0)
    case = list_cases(database)[0]["case"]
    assert (scans / "done" / case / "denial.pdf").exists()
    assert len(published) == 1


def test_what_cannot_be_taken_is_set_aside_and_the_next_is_taken(watched):
    scans, watch, database, _ = watched
    (scans / "empty.pdf").touch()
    (scans / "denial.pdf").write_bytes(b"%PDF-1.4")
    watch.look(0.0)
    watch.look(6.0)
    assert len(list_cases(database)) == 1
    told = next((scans / "failed").glob("*.txt")).read_text()
    assert "empty.pdf is empty" in told


def test_while_the_stores_are_away_the_file_waits_and_is_taken_after(watched, tmp_path):
    scans, watch, database, _ = watched
    (scans / "denial.pdf").write_bytes(b"%PDF-1.4")
    watch.look(0.0)
    in_the_way = tmp_path / "files" / "files"
    in_the_way.parent.mkdir(exist_ok=True)
    in_the_way.write_text("")
    with pytest.raises(StorageUnavailableError):
        watch.look(6.0)
    in_the_way.unlink()
    watch.look(7.0)
    assert len(list_cases(database)) == 1


def test_a_folder_that_is_not_there_is_said_at_start(tmp_path):
    with pytest.raises(FolderMissingError, match="Make it"):
        FolderWatch(WatchedFolder(path=tmp_path / "none"), None, None, None)
