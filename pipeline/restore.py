"""Bring a backup back into an empty database and an empty storage; see `pipeline.backup` for its form.

Every checksum is looked at before anything is written. Objects come first, rows last and in one transaction:
a restore that is cut off leaves no case behind that lacks a file, and can be started again.
"""

import json
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import column, delete, func, insert, select, table, text

from extractors.errors import RebutError
from pipeline.accounts import OPERATOR
from pipeline.backup import (
    FORMAT,
    INDEX,
    MANIFEST,
    NO_CASE,
    OBJECTS,
    ROWS,
    Manifest,
    TableFile,
    digest_of,
    named_keys,
    read_index,
    read_rows,
)
from pipeline.database import HEAD, Database, migrate
from pipeline.jobs import write_audit
from pipeline.storage import DamagedObjectError, Storage, digest
from pipeline.tables import audit, case, metadata, person, trail, trail_head
from pipeline.trail import append

Report = Callable[[int, int], None]
_BATCH = 500


class NoBackupError(RebutError):
    """The folder holds no whole backup (folder, what is wrong)."""

    code = "backup-unusable"
    message = "{0} cannot be restored: {1}. Nothing was changed. Take another backup, or copy this one again."


class NotEmptyError(RebutError):
    """There is something already where the backup should go (what)."""

    code = "restore-not-empty"
    message = (
        "A backup is restored only into an empty place, and {0}. "
        "Set REBUT_HOME (or REBUT_DATABASE and REBUT_STORAGE) to a new one."
    )
    exit_status = 2


class NotRestoredError(RebutError):
    """What was read back is not what the backup holds (what)."""

    code = "restore-differs"
    message = "Read back after the restore, {0} differs from the backup. Do not use this copy; restore once more."
    exit_status = 1


def check_backup(folder: Path) -> Manifest:
    """Hold every file of the backup to its checksum; raises NoBackupError."""
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        tables = [TableFile(**one) for one in told.pop("tables")]
        manifest = Manifest(**told, tables=tables)
    except (OSError, ValueError, TypeError, KeyError):
        raise NoBackupError(folder, f"it has no readable {MANIFEST}, so the backup was not finished") from None
    if manifest.format != FORMAT or manifest.version > HEAD:
        raise NoBackupError(folder, "a newer release of rebut made it; restore it with that one")
    try:
        for one in manifest.tables:
            if digest_of(folder / ROWS / f"{one.name}.jsonl") != one.sha256:
                raise NoBackupError(folder, f"the rows of {one.name} are not those that were backed up")
        if digest_of(folder / INDEX) != manifest.index_sha256:
            raise NoBackupError(folder, f"{INDEX} is not as it was written")
        kept = set()
        for key, sha256, _ in read_index(folder):
            kept.add(key)
            if digest_of(folder / OBJECTS / key) != sha256:
                raise NoBackupError(folder, f"the object {key} is not what was backed up")
    except FileNotFoundError as error:
        raise NoBackupError(folder, f"{Path(error.filename).relative_to(folder)} is missing") from None
    for _, key in named_keys(folder):
        if key not in kept:
            raise NoBackupError(folder, f"the object {key} is missing")
    return manifest


def restore(
    database: Database,
    storage: Storage,
    folder: Path,
    verify: bool = False,
    report: Report = lambda done, of: None,
) -> Manifest:
    """Bring the backup back; with `verify`, read all of it again from where it was written."""
    manifest = check_backup(folder)
    index = {key: sha256 for key, sha256, _ in read_index(folder)}
    _refuse_filled(database, storage, index)
    for done, key in enumerate(index):
        report(done, len(index))
        with (folder / OBJECTS / key).open("rb") as file:
            storage.put_stream(key, file)
    report(len(index), len(index))
    _insert_rows(database, folder, manifest)
    if verify:
        verify_restored(database, storage, folder, manifest)
    with database.write() as connection:
        append(connection, OPERATOR, "backup.restore", detail={"cases": manifest.cases})
        write_audit(connection, NO_CASE, "restored", detail={"cases": manifest.cases, "objects": manifest.objects})
    return manifest


def verify_restored(database: Database, storage: Storage, folder: Path, manifest: Manifest) -> None:
    """Raise NotRestoredError unless database and storage hold what the backup does."""
    for key, sha256, _ in read_index(folder):
        try:
            whole = digest(storage.get(key)) == sha256
        except DamagedObjectError:
            whole = False
        if not whole:
            raise NotRestoredError(f"the object {key}")
    with database.read() as connection:
        for one in manifest.tables:
            known = metadata.tables[one.name]
            if manifest.version == HEAD:  # an upgrade may change values
                now = (row._mapping for row in connection.execute(select(known)))
                if _sum(read_rows(folder, one.name)) != _sum(now):
                    raise NotRestoredError(f"a row of {one.name}")
            if connection.execute(select(func.count()).select_from(known)).scalar() != one.rows:
                raise NotRestoredError(f"the number of rows of {one.name}")


def _sum(rows: Iterable[Any]) -> int:
    """A checksum of rows in whatever order: databases sort words differently."""
    told = (json.dumps(dict(row), sort_keys=True).encode() for row in rows)
    return sum(int(digest(line), 16) for line in told) % (1 << 256)


def _refuse_filled(database: Database, storage: Storage, index: dict[str, str]) -> None:
    with database.read() as connection:
        filled = (
            (case, "the database holds cases"),
            (audit, "the database has an audit trail"),
            (trail, "the database has a trail of what people did"),
            (person, "the database holds accounts"),
        )
        for known, what in filled:
            if connection.execute(select(func.count()).select_from(known)).scalar():
                raise NotEmptyError(what)
    # What a restore that was cut off has put there already is of this backup, and no reason to refuse.
    for prefix in ("cases/", "files/"):
        if any(key not in index for key in storage.keys(prefix)):
            raise NotEmptyError("the storage holds files")


def _insert_rows(database: Database, folder: Path, manifest: Manifest) -> None:
    """Insert into the tables of the backup's release, then bring them up to date as an upgrade would."""
    if manifest.version != HEAD:
        migrate(database.engine, manifest.version)
    with database.write() as connection:
        if trail_head.name in (one.name for one in manifest.tables):
            connection.execute(delete(trail_head))  # that of the empty trail
        for one in manifest.tables:
            rows = read_rows(folder, one.name)
            while batch := list(islice(rows, _BATCH)):
                connection.execute(insert(_bare(one.name, batch[0])), batch)
        if connection.dialect.name == "postgresql":  # ids were given, so the sequence does not know of them
            newest = "SELECT setval(pg_get_serial_sequence('audit', 'id'), (SELECT max(id) FROM audit))"
            connection.execute(text(newest))
    if manifest.version != HEAD:
        migrate(database.engine)


def _bare(name: str, columns: Iterable[str]) -> Any:
    """The table with these columns alone and no defaults: those of a newer release may not be there yet."""
    known = metadata.tables[name].c
    return table(name, *(column(one, known[one].type if one in known else None) for one in columns))
