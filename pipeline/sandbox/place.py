"""Where a reader works: a folder of its own, and an environment that opens nothing."""

import fcntl
import os
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from pipeline.sandbox.child import SCRATCH

_PREFIX = "rebut-reader-"
_STALE_SECONDS = 60.0
# What the reader may know of our environment: where programs are, nothing that opens anything.
_HANDED_ON = ("PATH", "LD_LIBRARY_PATH", "TESSDATA_PREFIX", "LANG", "LC_ALL")


def new_folder() -> tuple[Path, int]:
    """Make a folder of our own; returns it with a lock on it for the server to hold.

    Folders that nobody holds are removed: a power cut left a patient's file in them.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if left.stat().st_uid == os.getuid() and time.time() - left.stat().st_mtime > _STALE_SECONDS:
                os.close(_locked(left))
                shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    return folder, _locked(folder)


def _locked(folder: Path) -> int:
    """Return a descriptor that holds the folder for as long as a process has it; raises OSError where one does."""
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise
    return lock


def environment_in(folder: Path) -> dict[str, str]:
    """Return what the reader's environment is: nothing of ours but where programs are."""
    told = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
    path = os.pathsep.join(at or os.getcwd() for at in sys.path)
    one = dict.fromkeys(("OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    scratch = str(folder / SCRATCH)
    return {**told, **one, "PYTHONPATH": path, "TMPDIR": scratch, "HOME": scratch}
