"""`rebut backup`, `restore`, `replay`, `reconcile`: looking after the whole installation."""

import argparse
import datetime as dt
import json
import signal
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from extractors.errors import RebutError
from rebut.commands.desk import open_stores


def backup(arguments: argparse.Namespace) -> int:
    """Write rows and objects into a folder, once or again and again."""
    from pipeline.backup import back_up
    from pipeline.backups import back_up_in

    if arguments.every and not arguments.keep:
        print("rebut backup: error: --every needs --keep: how many backups stay", file=sys.stderr)
        return 2
    database, storage = open_stores()
    folder: Path = arguments.folder.absolute()
    if arguments.every:
        return _back_up_again(database, storage, folder, arguments.keep, 3600.0 * arguments.every)
    if arguments.keep:
        folder, manifest = back_up_in(database, storage, folder, arguments.keep, _report)
    else:
        manifest = back_up(database, storage, folder, _report)
    return _tell(arguments, manifest, "backed up into", folder)


_AGAIN_SECONDS = 600.0  # after a backup that failed


def _back_up_again(database: Any, storage: Any, place: Path, keep: int, every: float) -> int:
    """Make a backup whenever the newest is old enough, until told to stop; one that fails is tried again."""
    from pipeline.backups import back_up_in, seconds_until_due
    from pipeline.log import log

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    wait = seconds_until_due(place, every)
    while not stop.wait(wait):
        started = time.monotonic()
        try:
            _, manifest = back_up_in(database, storage, place, keep)
            log("backed up", count=manifest.cases, seconds=time.monotonic() - started)
            wait = seconds_until_due(place, every)
        except (RebutError, OSError) as error:
            code = error.code if isinstance(error, RebutError) else type(error).__name__
            log("backup failed", level="error", error=code)
            wait = _AGAIN_SECONDS
    return 0


def restore(arguments: argparse.Namespace) -> int:
    """Bring a backup back into an empty home, or only check it."""
    from pipeline.restore import check_backup, restore

    folder: Path = arguments.folder.absolute()
    if arguments.dry_run:
        return _tell(arguments, check_backup(folder), "whole in", arguments.folder)
    database, storage = open_stores()
    manifest = restore(database, storage, folder, arguments.verify, _report)
    return _tell(arguments, manifest, "restored and verified from" if arguments.verify else "restored from", folder)


def replay(arguments: argparse.Namespace) -> int:
    """Make dead jobs ready again; workers take them, or `rebut retry` where there are none."""
    from pipeline.replay import replay_dead
    from pipeline.stages import WORKFLOW

    database, _ = open_stores()
    found = replay_dead(database, WORKFLOW, dry=arguments.dry_run)
    if not arguments.dry_run:
        _publisher()(found.ready)
    _print({"cases": found.cases, "jobs": found.jobs, "pages_given_up": found.left})
    return 0


def reconcile(arguments: argparse.Namespace) -> int:
    """Do one round of the reconciler, or say what it would do."""
    from pipeline.reconcile import reconcile
    from pipeline.stages import SERVED

    database, _ = open_stores()
    found = reconcile(database, SERVED, _publisher("publish_some"), dry=arguments.dry_run)
    _print({"expired": found.expired, "published": found.published})
    return 0


def _publisher(name: str = "publish") -> Any:
    from pipeline.settings import read_settings

    if read_settings().broker:
        from workers import publish

        return getattr(publish, name)
    return _keep


def _keep(ready: Iterable[Any]) -> list[str]:
    """Without a broker nobody is told: whoever drives the jobs finds them in the database."""
    return []


def _report(done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done} of {of}", end="\n" if done == of else "", file=sys.stderr, flush=True)


def _tell(arguments: argparse.Namespace, manifest: Any, what: str, folder: Path) -> int:
    made = dt.datetime.fromtimestamp(manifest.made, dt.UTC).isoformat(timespec="seconds")
    if arguments.json:
        _print({"made": made, "cases": manifest.cases, "objects": manifest.objects, "bytes": manifest.bytes})
    else:
        print(f"{manifest.cases} cases, {manifest.objects} objects as of {made}: {what} {folder}")
    return 0


def _print(document: Any) -> None:
    json.dump(document, sys.stdout)
    print()
