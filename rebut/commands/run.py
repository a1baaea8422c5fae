"""`rebut run`: one case from its files to the packet, without any server."""

import argparse
import datetime as dt
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from pipeline.results import PACKET_NAMES
from rebut.files import check_folder, open_files, write_folder
from rebut.progress import Reporter, reporter
from rebut.today import today


def run(arguments: argparse.Namespace) -> int:
    """Make the packet and say where it is."""
    files = open_files(arguments.files)
    check_folder(arguments.out, arguments.files, PACKET_NAMES)
    check_settings()
    wanted = _decisions(arguments.decisions) if arguments.decisions else []
    day = arguments.today or today()
    made = None if wanted else find_packet(files, day)
    if made:
        print(f"Made before of the same files as of the same day: case {made[0]['case']}.", file=sys.stderr)
    else:
        from workers.server import start_server

        start_server("workers.pool")  # it loads while we do
        with reporter() as report:
            made = make_packet(files, day, arguments.jobs, report, wanted)
    case, packet = made
    write_folder(arguments.out, packet)
    if arguments.json:
        # Whole paths on standard output, for the caller's tools; case.json keeps the names, so it can be moved.
        def placed(name: str) -> str:
            return str((arguments.out / name).resolve())

        paths = {
            "packet": {kind: name and placed(name) for kind, name in case["packet"].items()},
            "other_letters": {kind: placed(name) for kind, name in case["other_letters"].items()},
            "packet_parts": [placed(name) for name in case["packet_parts"]],
        }
        json.dump(case | paths, sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        from rebut.present import print_case

        print_case(case, arguments.out)
    return 0


def _decisions(path: Path) -> list[Any]:
    from rebut.commands.decide import open_decisions

    return open_decisions(path)


def check_settings() -> None:
    """Raise now what is wrong with the clinic's own letters, not at the end of a case."""
    from pipeline.settings import read_settings

    if folder := read_settings().clinic:
        from pipeline.clinic import check_clinic

        check_clinic(folder)


def find_packet(files: Mapping[str, bytes], day: dt.date) -> tuple[dict[str, Any], dict[str, bytes]] | None:
    """Return case document and packet of an earlier run that this one would only repeat; None: there is none."""
    from pipeline.settings import read_settings

    settings = read_settings()
    if not settings.home.is_dir():
        return None
    from hashlib import sha256

    from pipeline.remade import find_remade, program_mark
    from pipeline.results import load_packet
    from pipeline.storage import MissingObjectError, open_storage

    told = [(name, sha256(data).hexdigest()) for name, data in files.items()]
    found = find_remade(settings.database, told, day, program_mark(settings.clinic))
    with suppress(MissingObjectError):  # an earlier packet of which a part is lost is made again
        return load_packet(open_storage(settings.storage), found.result_key) if found else None
    return None


def make_packet(
    files: Mapping[str, bytes],
    day: dt.date,
    processes: int | None,
    report: Reporter,
    wanted: Sequence[Any] = (),
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Work the case through the local pool; returns the case document and the packet's files by name.

    `wanted`: decisions to take on the first result; the case is then worked through again with them. Raises the
    RebutError that ended the case.
    """
    from pipeline.cases import given, open_case
    from pipeline.database import open_database
    from pipeline.reading import is_read
    from pipeline.remade import MADE_BY, program_mark
    from pipeline.settings import private_folder, read_settings
    from pipeline.stages import WORKFLOW
    from pipeline.storage import open_storage
    from workers.pool import Pool

    settings = read_settings()
    private_folder(settings.home)
    storage = open_storage(settings.storage)
    database = open_database(settings.database)
    contents = [given(name, data) for name, data in files.items()]
    cores = processes or settings.jobs
    # What follows on reading one process hands out: a second one of the pool would cost 0.5 s of CPU and do nothing.
    size = 1 if all(is_read(storage, file.sha256) for file in contents) else cores
    with Pool(settings.database, settings.storage, WORKFLOW, size, cores) as pool:
        mark = {MADE_BY: program_mark(settings.clinic)}
        case_id, _ = open_case(database, storage, WORKFLOW, contents, day, options=mark)
        ended = drive(pool, database, case_id, report)
        if wanted and ended.state == "ready":
            from pipeline.accounts import OPERATOR
            from pipeline.decisions import take_decisions

            take_decisions(database, storage, WORKFLOW, case_id, wanted, OPERATOR)
            ended = drive(pool, database, case_id, report)
    if ended.state != "ready":
        raise_fault(database, case_id)
    return load_result(database, storage, case_id)


def drive(pool: Any, database: Any, case_id: str, report: Reporter) -> Any:
    """Work until the case has ended; Ctrl-C puts it down where it can be taken up again."""
    from pipeline.cases import STOPPED, stop_case

    try:
        return pool.drive(database, case_id, lambda at: report(at.pages_read, at.pages, at.running))
    except KeyboardInterrupt:
        stop_case(database, case_id)
        raise KeyboardInterrupt(STOPPED.format(case_id)) from None


def raise_fault(database: Any, case_id: str) -> None:
    """Raise what ended the case, with the exit status of its kind."""
    from pipeline.cases import show_case
    from rebut.faults import CaseFailedError

    fault = show_case(database, case_id)["error"] or {"code": "internal", "message": "The case did not end."}
    raise CaseFailedError(fault["code"], fault["message"], case_id)


def load_result(database: Any, storage: Any, case_id: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the case document and the packet's files by name."""
    from pipeline.cases import show_case
    from pipeline.results import load_packet

    return load_packet(storage, show_case(database, case_id)["result_key"])
