"""`rebut doctor`: what this machine has and lacks, each lack with the command that mends it."""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from extractors.errors import MissingProgramError, RebutError
from pipeline.settings import Settings, cores, read_settings

_ROOM_BYTES = 2 << 30  # a 300-page case with its packet stays under 200 MB


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the report."""

    what: str
    ok: bool
    found: str
    needed: bool = True  # False: the product works without, in part
    mend: str | None = None  # command, or what to do


def doctor(arguments: argparse.Namespace) -> int:
    """Print every check; exit status 4 where something needed is missing."""
    checks = list(examine(read_settings()))
    if arguments.json:
        json.dump({"checks": [asdict(check) for check in checks]}, sys.stdout, indent=1)
        print()
    else:
        for check in checks:
            print(_line(check))
    return 0 if all(check.ok or not check.needed for check in checks) else MissingProgramError.exit_status


def examine(settings: Settings) -> Iterator[Check]:
    """Look at everything, one thing after the other; nothing is changed."""
    yield _python()
    yield from _packages()
    yield _engine()
    yield _redis()
    yield _room(settings)
    yield _attempt("database", settings.database, lambda: _try_database(settings))
    yield _attempt("storage", settings.storage, lambda: _try_storage(settings))
    if settings.clinic:
        yield _clinic(settings.clinic)
    if settings.broker:
        yield _attempt("broker", settings.broker, lambda: _try_broker(settings.broker or ""))
    yield Check(what="cores", ok=True, found=f"{cores()}, one reading process each")


def _python() -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    right = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Check(what="Python 3.11 to 3.13", ok=right, found=found, mend="apt-get install -y python3 python3-venv")


def _packages() -> Iterator[Check]:
    for package in ("pypdfium2", "pikepdf", "typst", "docxtpl", "sqlalchemy", "alembic", "celery", "flower", "boto3"):
        try:
            yield Check(what=package, ok=True, found=version(package))
        except PackageNotFoundError:
            yield Check(what=package, ok=False, found="not installed", mend="infra/setup.sh run")


def _engine() -> Check:
    """The OCR engine as the reader itself would open it."""
    mend = "infra/setup.sh run, or: apt-get install -y --no-install-recommends tesseract-ocr"
    try:
        from extractors.pages.engine import open_engine

        engine = open_engine()
    except MissingProgramError as error:
        return Check(what="OCR engine", ok=False, found=str(error.args[0]), mend=str(error.args[1]))
    except Exception as error:  # a broken installation fails in many ways
        return Check(what="OCR engine", ok=False, found=type(error).__name__, mend=mend)
    return Check(what="OCR engine", ok=True, found=str(getattr(engine, "version", type(engine).__name__)))


def _redis() -> Check:
    from rebut.stack.redis import find_redis

    try:
        return Check(what="Redis server (for `rebut up`)", ok=True, found=find_redis(), needed=False)
    except MissingProgramError as error:
        mend = str(error.args[1])
        return Check(what="Redis server (for `rebut up`)", ok=False, found="none", needed=False, mend=mend)


def _room(settings: Settings) -> Check:
    place = settings.home
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    writable = os.access(place, os.W_OK)
    return Check(
        what=f"room under {settings.home}",
        ok=free > _ROOM_BYTES and writable,
        found=f"{free / (1 << 30):.1f} GB free" + ("" if writable else ", not writable"),
        mend="free some space, or set REBUT_HOME to a folder on another disk",
    )


def _clinic(folder: Path) -> Check:
    from pipeline.clinic import check_clinic

    try:
        check_clinic(folder)
    except RebutError as error:
        return Check(what="clinic's letters", ok=False, found=error.code, mend=str(error))
    return Check(what="clinic's letters", ok=True, found=str(folder))


def _attempt(what: str, url: str, attempt: Callable[[], None]) -> Check:
    """Try to use a store; its URL may hold a password and is not shown."""
    kind = url.partition(":")[0]
    try:
        attempt()
    except RebutError as error:
        return Check(what=what, ok=False, found=f"{kind}: {error.code}", mend=str(error))
    except Exception as error:  # a driver's own errors are many
        mend = f"check REBUT_{what.upper()} and that the server runs"
        return Check(what=what, ok=False, found=f"{kind}: {type(error).__name__}", mend=mend)
    return Check(what=what, ok=True, found=f"{kind}: answers")


def _try_database(settings: Settings) -> None:
    """SQLite is made when first used, so a missing file is fine; a server must answer."""
    if settings.database.startswith("sqlite"):
        return
    from pipeline.database import open_database

    open_database(settings.database).check()


def _try_storage(settings: Settings) -> None:
    if settings.storage.startswith("folder:"):
        return
    from pipeline.storage import open_storage

    open_storage(settings.storage).exists("ready")


def _try_broker(url: str) -> None:
    from kombu import Connection

    with Connection(url, connect_timeout=3) as connection:
        connection.ensure_connection(max_retries=1, timeout=3)


def _line(check: Check) -> str:
    state = "ok  " if check.ok else ("LACK" if check.needed else "lack")
    line = f"{state}  {check.what}: {check.found}"
    return line if check.ok or not check.mend else f"{line}\n      mend: {check.mend}"
