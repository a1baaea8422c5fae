"""A backup of everything: the rows of the database and the objects they name, in one plain folder.

    manifest.json      what there is, with checksums; written last, so a folder without it is no backup
    rows/TABLE.jsonl   one row a line, as it stood at one moment
    objects.tsv        sha256, size and key of every object
    objects/KEY        the objects

Rows are read first, in one snapshot. An object is stored before the row that names it is committed and never
changes afterwards, so what is copied then holds at least all that the rows name, while workers go on. A case
that is purged meanwhile is taken out of the backup again. Sessions and what throttles sign-in stay behind: after a
restore everybody signs in anew.
"""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, select

from extractors.errors import RebutError
from pipeline.accounts import OPERATOR
from pipeline.database import HEAD, Database
from pipeline.jobs import write_audit
from pipeline.storage import MissingObjectError, Storage
from pipeline.tables import case, decision, document, job, metadata
from pipeline.trail import append

MANIFEST, ROWS, OBJECTS, INDEX = "manifest.json", "rows", "objects", "objects.tsv"
FORMAT = 1
NO_CASE = "-"  # in an audit row that is about all cases
_BATCH = 1000


class FolderTakenError(RebutError):
    """The folder for a backup holds something already (folder)."""

    code = "backup-folder-taken"
    message = "{0} is not empty. Give a folder that does not exist yet, so that no older backup is written over."
    exit_status = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFile:
    """The rows of one table."""

    name: str
    rows: int
    sha256: str  # of rows/NAME.jsonl


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds."""

    format: int
    made: float  # seconds since 1970 at which the rows stood so
    version: str  # of the tables: the newest migration
    tables: list[TableFile] = field(default_factory=list)  # parents before children
    cases: int = 0
    objects: int = 0
    bytes: int = 0  # of all objects
    index_sha256: str = ""  # of objects.tsv


def back_up(
    database: Database, storage: Storage, folder: Path, report: Callable[[int, int], None] = lambda done, of: None
) -> Manifest:
    """Write a backup into the folder, which is made; `report` gets cases copied and to copy.

    Raises MissingObjectError where the storage lacks what a row names, and DamagedObjectError where an
    object is not what its key says: such a backup would not bring the cases back.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderTakenError(folder)
    for part in (folder, folder / ROWS, folder / OBJECTS):
        part.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    made = time.time()
    with _snapshot(database) as connection:
        for table in backed_up():
            columns = list(table.primary_key.columns)
            _write_rows(folder, table.name, _rows(connection, select(table).order_by(*columns)))
    _copy_objects(storage, folder, report)
    _leave_out_purged(database, folder)
    manifest = _manifest(folder, made)
    _write(folder / MANIFEST, json.dumps(asdict(manifest), indent=1) + "\n")
    with database.write() as connection:
        append(connection, OPERATOR, "backup.make", detail={"cases": manifest.cases})
        write_audit(connection, NO_CASE, "backed-up", detail={"cases": manifest.cases, "objects": manifest.objects})
    return manifest


def backed_up() -> list[Table]:
    """Return the tables whose rows are kept, parents before children."""
    return [table for table in metadata.sorted_tables if table.info.get("backup", True)]


def read_rows(folder: Path, table: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table as they were backed up."""
    with (folder / ROWS / f"{table}.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def read_index(folder: Path) -> Iterator[tuple[str, str, int]]:
    """Yield (key, sha256, size in bytes) of every object."""
    with (folder / INDEX).open(encoding="utf-8") as lines:
        for line in lines:
            sha256, size, key = line.rstrip("\n").split("\t")
            yield key, sha256, int(size)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def named_keys(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield (case id, storage key) of every object that a row names."""
    for table, column in ((document, "key"), (job, "output_key")):
        for row in read_rows(folder, table.name):
            if row[column]:
                yield row["case_id"], row[column]
    for row in read_rows(folder, case.name):
        for column in ("result_key", "reviewed_key"):
            if row.get(column):
                yield row["id"], row[column]


def _snapshot(database: Database) -> Any:
    """One view of all tables; SQLite's own transactions are one, PostgreSQL has to be asked."""
    if database.engine.dialect.name == "postgresql":
        engine = database.engine.execution_options(isolation_level="REPEATABLE READ")
        return Database(engine).read()
    return database.read()


def _rows(connection: Connection, statement: Any) -> Iterator[dict[str, Any]]:
    for row in connection.execution_options(stream_results=True, yield_per=_BATCH).execute(statement):
        yield dict(row._mapping)


def _write_rows(folder: Path, table: str, rows: Iterable[dict[str, Any]]) -> None:
    # Sorted names: two backups of the same rows are the same bytes.
    lines = (json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows)
    with _private(folder / ROWS / f"{table}.jsonl") as file:
        for line in lines:
            file.write(line.encode())


def _copy_objects(storage: Storage, folder: Path, report: Callable[[int, int], None]) -> None:
    prefixes = [f"cases/{row['id']}/" for row in read_rows(folder, case.name)]
    prefixes += sorted({f"files/{row['sha256']}/" for row in read_rows(folder, document.name)})
    for done, prefix in enumerate(prefixes):
        report(done, len(prefixes))
        for key in storage.keys(prefix):
            try:
                _copy(storage, key, folder / OBJECTS / key)
            except MissingObjectError:  # purged just now; whether a row still needs it is seen below
                continue
    report(len(prefixes), len(prefixes))


def _copy(storage: Storage, key: str, path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pieces = storage.open(key)  # held to what the key says
    with _private(path) as file:
        for piece in pieces:
            file.write(piece)


def _leave_out_purged(database: Database, folder: Path) -> None:
    """Take cases out that were purged while we copied; raises MissingObjectError for any other hole."""
    with database.read() as connection:
        still = set(connection.execute(select(case.c.id)).scalars())
    gone = {row["id"] for row in read_rows(folder, case.name)} - still
    if gone:
        files = {row["sha256"]: True for row in read_rows(folder, document.name) if row["case_id"] in gone}
        for table, column in ((case, "id"), (document, "case_id"), (job, "case_id"), (decision, "case_id")):
            kept = [row for row in read_rows(folder, table.name) if row[column] not in gone]
            _write_rows(folder, table.name, kept)
        held = {row["sha256"] for row in read_rows(folder, document.name)}
        for prefix in (*(f"cases/{one}" for one in gone), *(f"files/{one}" for one in files.keys() - held)):
            shutil.rmtree(folder / OBJECTS / prefix, ignore_errors=True)
    for _, key in named_keys(folder):
        if not (folder / OBJECTS / key).is_file():
            raise MissingObjectError(key)


def _manifest(folder: Path, made: float) -> Manifest:
    size = count = 0
    root = folder / OBJECTS
    with _private(folder / INDEX) as index:
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            count, size = count + 1, size + path.stat().st_size
            key = path.relative_to(root).as_posix()
            index.write(f"{digest_of(path)}\t{path.stat().st_size}\t{key}\n".encode())
    tables = [
        TableFile(
            name=table.name,
            rows=sum(1 for _ in read_rows(folder, table.name)),
            sha256=digest_of(folder / ROWS / f"{table.name}.jsonl"),
        )
        for table in backed_up()
    ]
    return Manifest(
        format=FORMAT,
        made=made,
        version=HEAD,
        tables=tables,
        cases=next(table.rows for table in tables if table.name == case.name),
        objects=count,
        bytes=size,
        index_sha256=digest_of(folder / INDEX),
    )


def _write(path: Path, text: str) -> None:
    with _private(path) as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def _private(path: Path) -> Any:
    """Open for writing a file that only its owner can read: rows hold names of files."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
