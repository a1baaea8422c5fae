"""A watched folder: what lies in it whole and quiet becomes a case; a file alone, or a folder of files together.

scans/denial.pdf            a case of one file
scans/some folder/*.pdf     a case of these files
scans/done/                 what became a case, under the id of the case
scans/failed/               what did not, with the reason in a text file beside it
scans/.taken/               claimed by a rename, which only one of several watchers can do; a killed one goes on here
"""

import datetime as dt
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from extractors.errors import EmptyFileError, RebutError
from pipeline.accounts import Actor
from pipeline.cases import given, open_case
from pipeline.database import Database
from pipeline.jobs import Ready
from pipeline.storage import Storage
from pipeline.workflow import Workflow

DONE, FAILED, TAKEN = "done", "failed", ".taken"
_OURS = frozenset({DONE, FAILED, TAKEN})
# What programs leave beside a file while they write it, and what desktops put everywhere.
_UNFINISHED = (".part", ".partial", ".crdownload", ".tmp", ".swp", ".filepart", ".download", "~")
_LITTER = frozenset({"thumbs.db", "desktop.ini"})
_MOST_FILES = 200


class NotAPlainFileError(RebutError):
    """A link, a device or a folder in a folder (name)."""

    code = "watched-not-a-file"
    message = (
        "{0} is not a plain file, so it was not taken. Put the files themselves into the folder, not links to them."
    )


class TooManyFilesError(RebutError):
    """A folder with more files than a case has (name, how many are taken)."""

    code = "watched-too-many-files"
    message = (
        "{0} holds more than {1} files, so no case was made of it. One folder is one case: put each case into its own."
    )


@dataclass(slots=True)
class Quiet:
    """Tells which entries of the folder have held still for long enough."""

    seconds: float
    _seen: dict[str, tuple[object, float]] = field(default_factory=dict)

    def settled(self, folder: Path, now: float) -> list[Path]:
        """Return the entries whose files have kept size and time of change for `seconds`; `now` is monotonic."""
        found = {entry.name: _state(entry) for entry in _entries(folder)}
        for name, state in found.items():
            if self._seen.get(name, (None, 0.0))[0] != state:
                self._seen[name] = (state, now)
        self._seen = {name: at for name, at in self._seen.items() if name in found}
        quiet = (name for name, (state, since) in self._seen.items() if state and now - since >= self.seconds)
        return [folder / name for name in sorted(quiet)]


def claim(folder: Path, entry: Path) -> Path | None:
    """Take the entry out of the folder by one rename; None where another watcher, or its owner, was quicker."""
    place = folder / TAKEN / secrets.token_hex(8)
    place.mkdir(mode=0o700, parents=True)
    try:
        entry.rename(place / entry.name)
    except OSError:
        place.rmdir()
        return None
    return place


def claimed(folder: Path) -> list[Path]:
    """Return what was claimed and not finished: of a watcher that was killed."""
    return sorted(at for at in (folder / TAKEN).glob("*") if at.is_dir())


def make_case(
    database: Database,
    storage: Storage,
    workflow: Workflow,
    claimed_at: Path,
    today: dt.date,
    clinic: str,
) -> tuple[str, Sequence[Ready]]:
    """Open a case of what was claimed; called again for the same claim it returns the same case. Raises RebutError."""
    files = sorted(_files(claimed_at), key=lambda at: at.name)
    with ExitStack() as opened:
        contents = []
        for path in files:
            if not path.stat().st_size:
                raise EmptyFileError(path.name)
            contents.append(given(path.name, opened.enter_context(path.open("rb"))))
        return open_case(
            database,
            storage,
            workflow,
            contents,
            today,
            submitter=f"folder-{clinic}",
            idempotency_key=f"folder:{claimed_at.name}",
            actor=Actor(id=f"folder.{clinic}", roles=frozenset({"intake"}), clinic=clinic, via="token"),
        )


def put_away(folder: Path, claimed_at: Path, case_id: str) -> None:
    """Move what became a case to `done/CASE`."""
    place = folder / DONE / case_id
    place.parent.mkdir(mode=0o700, exist_ok=True)
    _move(claimed_at, place)


def put_aside(folder: Path, claimed_at: Path, error: RebutError) -> None:
    """Move what became no case to `failed/`, with the reason beside it."""
    place = folder / FAILED / claimed_at.name
    place.parent.mkdir(mode=0o700, exist_ok=True)
    (folder / FAILED / f"{claimed_at.name}.txt").write_text(f"{error}\n\n({error.code})\n")
    _move(claimed_at, place)


def _move(source: Path, place: Path) -> None:
    if place.exists():  # killed between the two; the second copy is the same
        place = place.with_name(f"{place.name}-{source.name}")
    source.rename(place)


def _entries(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.name not in _OURS and not _is_litter(entry.name):
            yield entry


def _is_litter(name: str) -> bool:
    low = name.lower()
    return low.startswith((".", "~$")) or low.endswith(_UNFINISHED) or low in _LITTER


def _state(entry: Path) -> object:
    """Return what changes while somebody writes; None where it is not to be taken yet."""
    try:
        if entry.is_dir() and not entry.is_symlink():
            inside = sorted(at for at in entry.iterdir())
            if not inside or any(_is_unfinished(at.name) for at in inside):
                return None
            return tuple((at.name, *_sizes(at)) for at in inside)
        return _sizes(entry)
    except OSError:
        return None


def _is_unfinished(name: str) -> bool:
    return name.lower().endswith(_UNFINISHED)


def _sizes(path: Path) -> tuple[int, int]:
    found = path.lstat()
    return found.st_size, found.st_mtime_ns


def _files(claimed_at: Path) -> list[Path]:
    """Return the files of the claim; a link is never followed."""
    entry = next(claimed_at.iterdir())
    files = [at for at in entry.iterdir() if not _is_litter(at.name)] if _is_folder(entry) else [entry]
    for path in files:
        if path.is_symlink() or not path.is_file():
            raise NotAPlainFileError(path.name)
        if not os.access(path, os.R_OK):
            raise NotAPlainFileError(path.name)
    if len(files) > _MOST_FILES:
        raise TooManyFilesError(entry.name, _MOST_FILES)
    return files


def _is_folder(entry: Path) -> bool:
    return entry.is_dir() and not entry.is_symlink()
