"""Backups one after the other in one place: each in a folder named by its time, the oldest removed."""

import datetime as dt
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from pipeline.backup import MANIFEST, Manifest, back_up
from pipeline.database import Database
from pipeline.storage import Storage

_NAME = "%Y%m%dT%H%M%SZ"
_NAMED = re.compile(r"\d{8}T\d{6}Z")


def back_up_in(
    database: Database,
    storage: Storage,
    place: Path,
    keep: int,
    report: Callable[[int, int], None] = lambda done, of: None,
) -> tuple[Path, Manifest]:
    """Write a backup into a new folder of the place, and then leave the `keep` newest whole ones there.

    What a backup that was cut short left behind goes too; nothing else in the place is touched. Raises what
    `back_up` does, and removes no older backup then.
    """
    folder = place / dt.datetime.now(dt.UTC).strftime(_NAME)
    manifest = back_up(database, storage, folder, report)
    whole = [at for at in _folders(place) if (at / MANIFEST).exists()]
    for old in _folders(place):
        if old not in whole[-keep:]:
            shutil.rmtree(old)
    return folder, manifest


def seconds_until_due(place: Path, every: float) -> float:
    """Return how long to wait until the newest whole backup of the place is `every` seconds old; 0 without one."""
    made = [(at / MANIFEST).stat().st_mtime for at in _folders(place) if (at / MANIFEST).exists()]
    return max(0.0, max(made) + every - time.time()) if made else 0.0


def _folders(place: Path) -> list[Path]:
    """Return the folders of our own making, oldest first."""
    if not place.is_dir():
        return []
    return sorted(at for at in place.iterdir() if _NAMED.fullmatch(at.name) and at.is_dir() and not at.is_symlink())
