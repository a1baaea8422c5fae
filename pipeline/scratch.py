"""Folders for what is temporary and a patient's: each is held by a process, and what nobody holds is removed.

A process that is killed, or a machine without power, leaves its folder; the next one that needs a folder, and
each worker that starts, removes it.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "rebut-scratch-"  # nobody else makes a folder of this name that is worth keeping
_TRIES = 5  # a sweeper may take a new folder for one that nobody holds, in the moment before we hold it


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give a folder of our own that is gone afterwards."""
    folder, lock = new_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def new_folder() -> tuple[Path, int]:
    """Make a folder; returns it with the lock on it, a descriptor to be kept open for as long as it is used."""
    sweep()
    for left in reversed(range(_TRIES)):
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        try:
            lock = _locked(folder)
        except OSError:
            if not left:
                raise
            continue
        if folder.exists():
            return folder, lock
        os.close(lock)
    raise FileNotFoundError(tempfile.gettempdir())


def sweep() -> None:
    """Remove the folders of this user that no process holds: they hold what a patient's file was."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if left.is_dir() and left.stat().st_uid == os.getuid():
                lock = _locked(left)
                shutil.rmtree(left, ignore_errors=True)
                os.close(lock)


def _locked(folder: Path) -> int:
    """Return a descriptor that holds the folder for as long as a process has it; raises OSError where one does."""
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise
    return lock
