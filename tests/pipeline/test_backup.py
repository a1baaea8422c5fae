"""A backup brings everything back, or says that it cannot."""

import datetime as dt
import json
import shutil

import pytest
from sqlalchemy import select, update

from pipeline import jobs
from pipeline.accounts import SYSTEM
from pipeline.accounts.people import make_person
from pipeline.accounts.sessions import start_session
from pipeline.backup import FolderTakenError, back_up, read_rows
from pipeline.backups import back_up_in, seconds_until_due
from pipeline.cases import given, open_case, purge_case, show_case
from pipeline.database import open_database
from pipeline.restore import NoBackupError, NotEmptyError, NotRestoredError, check_backup, restore, verify_restored
from pipeline.storage import DamagedObjectError, FolderStorage, MissingObjectError, open_storage
from pipeline.tables import audit, job, person, session
from pipeline.trail import rows, verify
from pipeline.work import work_on
from tests.servers import s3_server
from tests.workflows import COUNTING

TODAY = dt.date(2026, 3, 20)


def open_and_work(database, storage, *texts: bytes, work: bool = True) -> str:
    files = [given(f"{n}.txt", text) for n, text in enumerate(texts)]
    case_id, _ = open_case(database, storage, COUNTING, files, TODAY)
    while work and (taken := jobs.claim_next(database, case_id=case_id)):
        work_on(database, storage, COUNTING, taken)
    return case_id


@pytest.fixture
def elsewhere(tmp_path):
    """An empty database and an empty folder."""
    database = open_database(f"sqlite:///{tmp_path}/other/rebut.db")
    yield database, FolderStorage(tmp_path / "other" / "files")
    database.close()


def objects_of(storage) -> dict[str, bytes]:
    return {key: storage.get(key) for prefix in ("cases/", "files/") for key in storage.keys(prefix)}


def test_what_is_restored_is_what_was_backed_up(database, storage, elsewhere, tmp_path):
    """Cases, results and the audit trail; a case that was under way goes on where it was."""
    done = open_and_work(database, storage, b"one two\nthree", b"four")
    waiting = open_and_work(database, storage, b"five\nsix", work=False)
    before = show_case(database, done)

    told = back_up(database, storage, tmp_path / "backup")
    restore(*elsewhere, tmp_path / "backup", verify=True)

    assert (told.cases, told.objects) == (2, len(objects_of(storage)))
    assert objects_of(elsewhere[1]) == objects_of(storage)
    assert show_case(elsewhere[0], done) == before
    while taken := jobs.claim_next(elsewhere[0]):
        work_on(*elsewhere, COUNTING, taken)
    assert show_case(elsewhere[0], waiting)["state"] == "ready"
    with elsewhere[0].read() as connection:
        events = connection.execute(select(audit.c.event).where(audit.c.case_id == done)).scalars().all()
    assert events[0] == "opened"


@pytest.mark.slow
def test_a_backup_moves_between_kinds_of_stores(postgres_url, tmp_path):
    """From a folder and SQLite to S3 and PostgreSQL, and what is backed up there is the same rows and bytes."""
    from sqlalchemy import create_engine, text

    with create_engine(postgres_url).begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    small = open_database(f"sqlite:///{tmp_path}/small.db"), FolderStorage(tmp_path / "files")
    case_id = open_and_work(*small, b"one two\nthree", b"four")
    first = back_up(*small, tmp_path / "first")
    with s3_server() as s3_url:
        large = open_database(postgres_url), open_storage(s3_url)
        restore(*large, tmp_path / "first", verify=True)
        again = open_and_work(*large, b"the audit trail goes on after the ids it was given")
        purge_case(*large, again)
        second = back_up(*large, tmp_path / "second")
        large[0].close()

    assert second.index_sha256 == first.index_sha256
    for table in ("case_file", "document", "job"):
        assert list(read_rows(tmp_path / "second", table)) == list(read_rows(tmp_path / "first", table))
    trail = list(read_rows(tmp_path / "first", "audit"))
    assert list(read_rows(tmp_path / "second", "audit"))[: len(trail)] == trail
    assert show_case(small[0], case_id)["state"] == "ready"


def test_a_full_place_is_left_alone(database, storage, elsewhere, tmp_path):
    """Neither are cases mixed nor an older backup written over."""
    open_and_work(database, storage, b"one")
    back_up(database, storage, tmp_path / "backup")
    restore(*elsewhere, tmp_path / "backup")

    with pytest.raises(FolderTakenError):
        back_up(database, storage, tmp_path / "backup")
    with pytest.raises(NotEmptyError):
        restore(*elsewhere, tmp_path / "backup")
    with pytest.raises(NotEmptyError):
        restore(
            open_database(f"sqlite:///{tmp_path}/third.db"), storage_with(tmp_path, "cases/a/b"), tmp_path / "backup"
        )


def storage_with(tmp_path, key: str) -> FolderStorage:
    filled = FolderStorage(tmp_path / "filled")
    filled.put(key, b"of another installation")
    return filled


def test_a_restore_that_was_cut_off_can_be_started_again(database, storage, elsewhere, tmp_path):
    """Objects of the same backup that are there already are no reason to refuse."""
    case_id = open_and_work(database, storage, b"one")
    back_up(database, storage, tmp_path / "backup")
    key = next(storage.keys("cases/"))
    elsewhere[1].put(key, storage.get(key))

    restore(*elsewhere, tmp_path / "backup", verify=True)

    assert show_case(elsewhere[0], case_id)["state"] == "ready"


def break_object(folder):
    next(path for path in sorted((folder / "objects").rglob("*")) if path.is_file()).write_bytes(b"rotten")


def lose_object(folder):
    next(path for path in sorted((folder / "objects").rglob("*")) if path.is_file()).unlink()


def break_rows(folder):
    rows = folder / "rows" / "case_file.jsonl"
    rows.write_text(rows.read_text().replace("ready", "review"))


def lose_manifest(folder):
    (folder / "manifest.json").unlink()


def come_from_the_future(folder):
    told = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(told | {"version": "9999"}))


def lose_rows(folder):
    (folder / "rows" / "job.jsonl").unlink()


@pytest.mark.parametrize(
    "harm", [break_object, lose_object, break_rows, lose_manifest, come_from_the_future, lose_rows]
)
def test_a_backup_that_is_not_whole_restores_nothing(tmp_path, elsewhere, harm):
    """Every checksum is looked at before anything is written."""
    database, storage = open_database(f"sqlite:///{tmp_path}/a.db"), FolderStorage(tmp_path / "a")
    open_and_work(database, storage, b"one")
    back_up(database, storage, tmp_path / "backup")
    harm(tmp_path / "backup")

    with pytest.raises(NoBackupError):
        check_backup(tmp_path / "backup")
    with pytest.raises(NoBackupError):
        restore(*elsewhere, tmp_path / "backup")

    assert objects_of(elsewhere[1]) == {}


def test_a_storage_with_holes_gives_no_backup(database, storage, tmp_path):
    """Better an error today than a restore without the packet."""
    case_id = open_and_work(database, storage, b"one")
    key = show_case(database, case_id)["result_key"]

    (storage.root / key).write_bytes(b"rotten")
    with pytest.raises(DamagedObjectError):
        back_up(database, storage, tmp_path / "first")
    storage.delete(key)
    with pytest.raises(MissingObjectError):
        back_up(database, storage, tmp_path / "second")

    assert not (tmp_path / "second" / "manifest.json").exists()


def test_a_case_purged_while_it_is_backed_up_is_in_no_backup(database, storage, elsewhere, tmp_path):
    """Gone is gone: neither its rows, which name files, nor its objects."""
    kept, gone = open_and_work(database, storage, b"one"), open_and_work(database, storage, b"two")

    told = back_up(
        database,
        storage,
        tmp_path / "backup",
        lambda done, of: purge_case(database, storage, gone) if done == 1 else None,
    )
    restore(*elsewhere, tmp_path / "backup", verify=True)

    assert told.cases == 1
    assert show_case(elsewhere[0], kept)["state"] == "ready"
    assert not any(gone in str(path) for path in (tmp_path / "backup").rglob("*"))
    assert gone not in "".join((tmp_path / "backup" / "rows" / f"{t}.jsonl").read_text() for t in ("case_file", "job"))


def test_verifying_finds_what_was_written_wrong(database, storage, elsewhere, tmp_path):
    """A row or an object that differs from the backup."""
    open_and_work(database, storage, b"one")
    told = back_up(database, storage, tmp_path / "backup")
    restore(*elsewhere, tmp_path / "backup")
    shutil.copytree(tmp_path / "other", tmp_path / "copy")
    rotten = FolderStorage(tmp_path / "copy" / "files")
    (rotten.root / next(rotten.keys("cases/"))).write_bytes(b"rotten")

    with pytest.raises(NotRestoredError):
        verify_restored(elsewhere[0], rotten, tmp_path / "backup", told)
    with elsewhere[0].write() as connection:
        connection.execute(update(job).values(output_key="cases/a/b"))
    with pytest.raises(NotRestoredError):
        verify_restored(*elsewhere, tmp_path / "backup", told)


def test_only_its_owner_can_read_a_backup(database, storage, tmp_path):
    """It names files, and files are named after patients."""
    open_and_work(database, storage, b"one")
    back_up(database, storage, tmp_path / "backup")

    files = [path for path in (tmp_path / "backup").rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o077 for path in [tmp_path / "backup", *files]} == {0}


def test_backups_of_every_day_keep_the_newest(database, storage, tmp_path):
    """What was cut short goes, what is somebody else's stays, and a backup that fails costs no older one."""
    place = tmp_path / "backups"
    for name in ("20260301T020000Z", "20260302T020000Z", "20260303T020000Z", "notes"):
        (place / name).mkdir(parents=True)
    for whole in ("20260302T020000Z", "20260303T020000Z"):
        (place / whole / "manifest.json").write_text("{}")
    open_and_work(database, storage, b"one")

    folder, manifest = back_up_in(database, storage, place, keep=2)

    assert {path.name for path in place.iterdir()} == {"20260303T020000Z", folder.name, "notes"}
    assert check_backup(folder).cases == manifest.cases == 1
    assert 3500 < seconds_until_due(place, 3600) <= 3600
    assert seconds_until_due(tmp_path / "nothing", 3600) == 0
    for key in list(storage.keys("files/")):
        storage.delete(key)
    folder.rename(place / "20260304T020000Z")
    with pytest.raises(MissingObjectError):
        back_up_in(database, storage, place, keep=1)
    assert (place / "20260303T020000Z").exists()


def test_accounts_and_trail_come_back_and_sessions_do_not(database, storage, elsewhere, tmp_path):
    """Everybody signs in anew; the trail is the same chain and goes on from its head."""
    with database.write() as connection:
        person_id, _ = make_person(connection, SYSTEM, 1.0, "nora", ["reviewer"])
        start_session(connection, person_id, 1.0)
    open_and_work(database, storage, b"one")
    with database.read() as connection:
        head = verify(connection).digest

    back_up(database, storage, tmp_path / "backup")
    restore(*elsewhere, tmp_path / "backup", verify=True)

    with elsewhere[0].read() as connection:
        verdict = verify(connection, expect=head)
        assert verdict.fault is None
        assert [row["event"] for row in rows(connection)][-2:] == ["case.open", "backup.restore"]
        assert connection.execute(select(person.c.login)).scalars().all() == ["nora"]
        assert connection.execute(select(session)).all() == []
    kept = {path.stem for path in (tmp_path / "backup" / "rows").iterdir()}
    assert kept.isdisjoint({"session", "login_wait", "oidc_login"})
    assert {"person", "trail", "trail_head", "recovery_code", "api_token"} <= kept


def test_no_backup_is_restored_over_accounts(database, storage, elsewhere, tmp_path):
    """Whoever may sign in there now is not mixed with whoever might then."""
    back_up(database, storage, tmp_path / "backup")
    with elsewhere[0].write() as connection:
        make_person(connection, SYSTEM, 1.0, "nora", ["reviewer"])

    with pytest.raises(NotEmptyError):
        restore(*elsewhere, tmp_path / "backup")
