"""`rebut backup`, `restore`, `replay`, `reconcile`: looking after the whole installation."""

import argparse
import datetime as dt
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rebut.commands.desk import open_stores


def backup(arguments: argparse.Namespace) -> int:
    """Write rows and objects into a folder."""
    from pipeline.backup import back_up

    database, storage = open_stores()
    manifest = back_up(database, storage, arguments.folder.absolute(), _report)
    return _tell(arguments, manifest, "backed up into", arguments.folder)


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
    from pipeline.stages import WORKFLOW

    database, _ = open_stores()
    found = reconcile(database, WORKFLOW, _publisher("publish_some"), dry=arguments.dry_run)
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
